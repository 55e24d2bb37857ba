/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ipt_save.h - the text of one rule, as the host's own iptables-save prints it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/enrich/lines.h"
#include "user/evidence.h"

/* Which rule: the @number'th of the @count rules of @chain in @table. */
struct ur_ipt_rule {
	bool nft;  /* iptables-nft's, else iptables-legacy's */
	bool ipv6; /* ip6tables' */
	const char *table;
	const char *chain;
	uint32_t number; /* 1, 2, ... */
	uint32_t count;  /* to be sure that both count the same rules */
};

/* Reading the output: start with the question, feed lines, then look at seen and text. */
struct ur_ipt_scan {
	const struct ur_ipt_rule *rule;
	uint32_t seen; /* rules of that chain so far */
	char text[UR_RULE_TEXT_MAX];
};

/* Copy a rule's line to @text, cut with "..." at the end. Pure. */
void ur_ipt_line_text(const struct ur_line *line, char text[UR_RULE_TEXT_MAX]);

/* Take one line of the output; has the type of ur_line_fn, @scan is a struct ur_ipt_scan.
 * Rules are the lines "-A CHAIN ...". Always returns 0. Pure. */
int ur_ipt_scan_line(const struct ur_line *line, void *scan);

/* True for the tables that iptables knows, and so iptables-nft shows. Pure. */
bool ur_ipt_is_table(const char *table);

/* Run the tool for @rule's kind, family and table in the network namespace of the calling
 * thread, for at most @timeout_ms, and hand every line to @fn. Blocks. Returns 0; -ENOENT
 * when the host has no such tool; or as ur_exec_run(). On failure @why says more. */
int ur_ipt_save_lines(const struct ur_ipt_rule *rule, unsigned timeout_ms, ur_line_fn fn, void *arg,
		      char *why, size_t why_len);

/* Run the tool in the network namespace of the calling thread and copy the rule's line to
 * @text, cut with "..." at the end. Blocks.
 * Returns 0; -ENOENT when the host has no such tool; -ESTALE when the tool counts other
 * rules than @rule says; or as ur_exec_run(). On failure @why says more. */
int ur_ipt_save(const struct ur_ipt_rule *rule, char text[UR_RULE_TEXT_MAX], char *why,
		size_t why_len);
