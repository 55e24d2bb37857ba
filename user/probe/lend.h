/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* lend.h - the kernel's types, lent to libbpf.
 *
 * libbpf reads them again for each object that it loads, 5 MB, and goes through all of them for
 * every function that a program is for. In the release build the linker puts __wrap_x() in the
 * place of what it calls (see LENT in the Makefile), and it gets ours; other builds do without.
 *
 * Likewise, to fit a program to the kernel it writes down for each field, and more than once,
 * what the program has and what the kernel, for messages that nobody asked for: half of all that
 * fitting takes. While it reads those types, what it would print is nothing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct btf_ext;
struct ur_btf_index;

/* From now on libbpf gets @btf, in which @names finds types; both are borrowed until
 * ur_btf_lend(NULL, NULL, false), which every object that was loaded in between outlives.
 * @mute: nobody will see its messages about single fields. */
void ur_btf_lend(struct btf *btf, const struct ur_btf_index *names, bool mute);

struct btf *__wrap_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext);
void __wrap_btf__free(struct btf *btf);
int32_t __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, uint32_t kind);
int __wrap___snprintf_chk(char *text, size_t len, int flag, size_t room, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
