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
#include "user/base/cleanup.h"

struct ur_symbols;

/* Read the symbols of the running kernel. A kernel that hides its addresses
 * (kernel.kptr_restrict, or no CAP_SYSLOG) is not an error: see ur_symbols_hidden().
 * Returns 0 and gives *@ret to the caller, or -ENOMEM, or -errno of reading the file,
 * and then leaves *@ret alone. */
int ur_symbols_new(struct ur_symbols **ret);

/* The same from another file of that format, for tests. @path is borrowed for as long
 * as the table lives. */
int ur_symbols_open(const char *path, struct ur_symbols **ret);

/* Somebody who knows the symbols, such as the kernel itself. */
struct ur_symbols_source {
	/* Where @name lies; "module:name" for what is a module's. 0, or -ENOENT. */
	int (*find)(void *arg, const char *name, uint64_t *addr);
	/* What is at @addr, as "name+0x1a/0x90 [module]" with what @addr is off and the
	 * function's size. 0, or -errno. */
	int (*tell)(void *arg, uint64_t addr, char *text, size_t len);
	void (*free)(void *arg);
	void *arg;
};

/* Ask @source whenever something is wanted, and keep nothing. Takes it over, but not on
 * failure. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_symbols_ask(const struct ur_symbols_source *source, struct ur_symbols **ret);

void ur_symbols_free(struct ur_symbols *s);
UR_DEFINE_CLEANUP(struct ur_symbols, ur_symbols_free)

/* Read again, because modules came or went. On failure the old table stays. */
int ur_symbols_refresh(struct ur_symbols *s);

/* True when the file shows names, but every address is zero (kallsyms_show_value()). */
bool ur_symbols_hidden(const struct ur_symbols *s);

/* Where function @name of @module (NULL: of the kernel proper) lies: [*@start, *@end), the
 * end being where the next symbol starts. A module may be built into the kernel. In a table a
 * global symbol goes before local ones of the same name; who is asked one by one gives any.
 * Returns 0, -ENOENT, or -ENOTUNIQ when several local functions bear that name; on
 * failure the outputs are left alone. */
int ur_symbols_range(const struct ur_symbols *s, const char *module, const char *name,
		     uint64_t *start, uint64_t *end);

/* Where the part of @name lies that the compiler split off: "name.cold", or in a table also
 * the "name.cold.N" of older compilers. Returns as ur_symbols_range(); -ENOENT is the usual
 * answer. */
int ur_symbols_range_cold(const struct ur_symbols *s, const char *module, const char *name,
			  uint64_t *start, uint64_t *end);

/* Address of one of the global variables that are kept ("udp_table", "udplite_table"); 0
 * when this kernel has none, or hides it. */
uint64_t ur_symbols_data(const struct ur_symbols *s, const char *name);

/* Write return address @addr as "func+0x1a/0x90 [module]", like the kernel's %pSb (see
 * sprint_backtrace()): the function is that of the call, one byte before @addr, which
 * matters when the call is a function's last instruction.
 * Returns the length, cut to @len - 1; 0 and "" when no function covers the address. */
size_t ur_symbols_format(const struct ur_symbols *s, uint64_t addr, char *buf, size_t len);
