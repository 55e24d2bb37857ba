/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* kallsyms.h - /proc/kallsyms, line by line. A kernel prints 160,000 of them, so what is done
 * for each one counts. */
#include <stddef.h>
#include <stdint.h>

/* Valid during the call. */
struct ur_kallsym {
	uint64_t addr; /* 0 where the kernel hides it */
	char type;     /* as nm(1) has it */
	const char *name;
	size_t len;         /* of the name */
	const char *module; /* "": the kernel proper */
};

/* Takes one symbol. Returns 0 to go on, or -errno. */
typedef int (*ur_kallsym_fn)(const struct ur_kallsym *sym, void *arg);

/* Hand every symbol of the file @path to @fn, in its order; lines of any other form are
 * skipped. Returns 0, -errno of reading, or what @fn did. */
int ur_kallsyms_read(const char *path, ur_kallsym_fn fn, void *arg);
