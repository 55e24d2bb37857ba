/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* layout.h - where the fields of netfilter's module types lie on this kernel. */
#include "bpf/abi.h"
#include "user/probe/btf.h"
#include "user/host/symbols.h"

/* Fill what is known by now of *@l from the BTF of nf_tables and x_tables (split BTF
 * below /sys/kernel/btf, on top of @vmlinux) or, on kernels without module BTF, from the
 * table for v5.10, if @syms shows that the modules are there all the same. l->ready and
 * l->xt_ready tell which half is complete. With net_gen, one of nf_tables_net_id and net_id is
 * needed, and @syms may not know the first. @names indexes @vmlinux, or is NULL. */
void ur_probe_layout(struct ur_layout *l, struct btf *vmlinux, const struct ur_btf_index *names,
		     const struct ur_symbols *syms);
