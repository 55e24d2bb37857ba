/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* layout.h - where the fields of netfilter's module types lie on this kernel. */
#include "bpf/abi.h"
#include "user/probe/btf.h"
#include "user/host/symbols.h"

/* How many fields are looked for, at most. */
#define UR_LAYOUT_ASKED 40

/* What outlives the kernel's types: enough to read those of modules without them. */
struct ur_kept_types {
	uint32_t ntypes;             /* how many the kernel has; 0: they were never read */
	int32_t at[UR_LAYOUT_ASKED]; /* offsets of fields in the kernel's own types, or -ENOENT */
};

/* Fill what is known by now of *@l from the BTF of nf_tables and x_tables (split BTF
 * below /sys/kernel/btf, on top of the kernel's) or, on kernels without module BTF, from the
 * table for v5.10, if @syms shows that the modules are there all the same. l->ready and
 * l->xt_ready tell which half is complete. With net_gen, one of nf_tables_net_id and net_id is
 * needed, and @syms may not know the first.
 *
 * @vmlinux: the kernel's types, which @names indexes, or is NULL; @kept is filled from them. With
 * @vmlinux NULL what @kept has must do. Returns 0; -EAGAIN: it does not, @vmlinux is needed. */
int ur_probe_layout(struct ur_layout *l, struct btf *vmlinux, const struct ur_btf_index *names,
		    const struct ur_symbols *syms, struct ur_kept_types *kept);
