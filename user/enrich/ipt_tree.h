/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ipt_tree.h - from what iptables-save prints of one table to the table's tree. Pure. */
#include "user/enrich/lines.h"
#include "user/enrich/rule_tree.h"

/* Start with table and tree, feed lines, then ur_tree_finish(). */
struct ur_ipt_reader {
	const char *table;
	struct ur_tree *tree; /* borrowed */
	uint32_t chain;       /* that the last rule was in */
	bool inside;          /* between "*filter" and "COMMIT" */
	bool complete;
};

/* One word of a rule; a string in quotes keeps its escapes. */
struct ur_ipt_word {
	const char *at;
	size_t len;
	bool quoted;
};

/* Take the next word of the text from *@at to @end; false at its end. */
bool ur_ipt_word(const char **at, const char *end, struct ur_ipt_word *ret);
bool ur_ipt_is(const struct ur_ipt_word *word, const char *text);

/* True for an option whose value may be anything, also what looks like an option. */
bool ur_ipt_takes_any(const struct ur_ipt_word *option);

/* Take one line; has the type of ur_line_fn, @reader is a struct ur_ipt_reader. Returns 0, or
 * as ur_tree_rule(), or -EBADMSG for what is no listing of that table. */
int ur_ipt_reader_line(const struct ur_line *line, void *reader);
