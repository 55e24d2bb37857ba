/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* lend.h - the kernel's types, lent to libbpf.
 *
 * libbpf reads them again for each object that it loads, 5 MB, and goes through all of them for
 * every function that a program is for. In the release build the linker puts __wrap_x() in the
 * place of what it calls (see LENT in the Makefile), and it gets ours; other builds do without.
 */
#include <stdint.h>

struct btf;
struct ur_btf_index;

/* From now on libbpf gets @btf, in which @names finds types; both are borrowed until
 * ur_btf_lend(NULL, NULL), which every object that was loaded in between outlives. */
void ur_btf_lend(struct btf *btf, const struct ur_btf_index *names);

struct btf *__wrap_btf__load_vmlinux_btf(void);
void __wrap_btf__free(struct btf *btf);
int32_t __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, uint32_t kind);
