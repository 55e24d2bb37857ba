/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* symbols.h - the kernel's functions, by name and by address.
 *
 * One compact copy of the text symbols of /proc/kallsyms: about 25 bytes each, so 2 to
 * 3 MiB. Not thread-safe: one table per thread, freed when it is no longer needed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/cleanup.h"

struct ur_symbols;

/* Read the symbols of the running kernel. A kernel that hides its addresses
 * (kernel.kptr_restrict, or no CAP_SYSLOG) is not an error: see ur_symbols_hidden().
 * Returns 0 and gives *@ret to the caller, or -ENOMEM, or -errno of reading the file,
 * and then leaves *@ret alone. */
int ur_symbols_new(struct ur_symbols **ret);

/* The same from another file of that format, for tests. @path is borrowed for as long
 * as the table lives. */
int ur_symbols_open(const char *path, struct ur_symbols **ret);

void ur_symbols_free(struct ur_symbols *s);
UR_DEFINE_CLEANUP(struct ur_symbols, ur_symbols_free)

/* Read again, because modules came or went. On failure the old table stays. */
int ur_symbols_refresh(struct ur_symbols *s);

/* True when the file shows names, but every address is zero (kallsyms_show_value()). */
bool ur_symbols_hidden(const struct ur_symbols *s);

/* Where function @name lies: [*@start, *@end), the end being where the next symbol
 * starts. A global symbol goes before local ones of the same name.
 * Returns 0, -ENOENT, or -ENOTUNIQ when several local functions bear that name; on
 * failure the outputs are left alone. */
int ur_symbols_range(const struct ur_symbols *s, const char *name, uint64_t *start, uint64_t *end);

/* Where the part of @name lies that the compiler split off: "name.cold", or "name.cold.N"
 * of older compilers. Returns as ur_symbols_range(); -ENOENT is the usual answer. */
int ur_symbols_range_cold(const struct ur_symbols *s, const char *name, uint64_t *start,
			  uint64_t *end);

/* Address of one of the global variables that are kept ("udp_table", "udplite_table"); 0
 * when this kernel has none, or hides it. */
uint64_t ur_symbols_data(const struct ur_symbols *s, const char *name);

/* Write return address @addr as "func+0x1a/0x90 [module]", like the kernel's %pSb (see
 * sprint_backtrace()): the function is that of the call, one byte before @addr, which
 * matters when the call is a function's last instruction.
 * Returns the length, cut to @len - 1; 0 and "" when no function covers the address. */
size_t ur_symbols_format(const struct ur_symbols *s, uint64_t addr, char *buf, size_t len);
