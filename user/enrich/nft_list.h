/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_list.h - the text of rules, as the host's own `nft -a -s list` prints it.
 *
 * Stateless (-s): counters change with every packet, the rule as it was written doesn't.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/enrich/lines.h"
#include "user/host/exec.h"

/* From one line of the listing, "\t\tudp dport 53 reject # handle 7", the rule's @handle and
 * its @text without blanks around, cut to @len - 1 bytes with "..." at the end. False for
 * every other line: headings, elements, blanks. Pure. */
bool ur_nft_list_parse(const struct ur_line *line, uint64_t *handle, char *text, size_t len);

/* Where the " # handle 7" starts that ends the @len bytes at @text, and its number; NULL when
 * there is none. Pure. */
const char *ur_nft_list_handle(const char *text, size_t len, uint64_t *handle);

/* True when the line is but the end of a block that the rule opened: its text stands on
 * lines before. Pure. */
bool ur_nft_list_is_end(const struct ur_line *line);

/* Which part of the rule set to list. */
struct ur_nft_list {
	uint8_t family; /* NFPROTO_*: ip, ip6, inet, arp, bridge, netdev */
	const char *table;
	const char *chain; /* NULL: all of the table */
	unsigned timeout_ms;
};

/* Run nft as below, and hand its output to @fn as it is. */
int ur_nft_list_raw(const struct ur_nft_list *list, ur_exec_fn fn, void *arg, char *why,
		    size_t why_len);

/* Takes one rule. Returns 0 or -errno. */
typedef int (*ur_nft_list_fn)(uint64_t handle, const struct ur_line *line, const char *text,
			      void *arg);

/* Run nft in the network namespace of the calling thread and hand every rule to @fn.
 * Blocks. Returns 0; -ENOENT when the host has no nft; -EINVAL when a name can't be put
 * into an nft command; or as ur_exec_run(). On failure @why says more. */
int ur_nft_list_run(const struct ur_nft_list *list, ur_nft_list_fn fn, void *arg, char *why,
		    size_t why_len);
