/* SPDX-License-Identifier: GPL-2.0-only */
/* symbols.bpf.c - the kernel's own look-ups of symbols, run by user space.
 *
 * To read all of /proc/kallsyms for some dozens of them takes longer than all else at the
 * start. An object of its own, because what the other programs are told comes from here.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define NAME_MAX_LEN 128
#define TEXT_MAX_LEN 256

char LICENSE[] SEC("license")
= "GPL";

char symbol_name[NAME_MAX_LEN] = {}; /* "name" or "module:name" */
__u64 symbol_address = 0;
char symbol_text[TEXT_MAX_LEN] = {}; /* "name+0x1a/0x90 [module]" */
__s64 symbol_result = 0;

/* symbol_name to symbol_address; -EPERM where the kernel hides addresses (v5.16) */
SEC("syscall")
int symbol_find(void *ctx)
{
	symbol_result = bpf_kallsyms_lookup_name(symbol_name, sizeof(symbol_name), 0,
						 (void *)&symbol_address);
	return 0;
}

/* symbol_address to symbol_text (v5.13) */
SEC("syscall")
int symbol_tell(void *ctx)
{
	static const char format[] = "%pS";
	__u64 args[] = { symbol_address };

	symbol_result = bpf_snprintf(symbol_text, sizeof(symbol_text), format, args, sizeof(args));
	return 0;
}
