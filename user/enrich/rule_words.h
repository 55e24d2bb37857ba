/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_words.h - what a rule's text says about one packet. Pure.
 *
 * Strict: of a word that isn't understood nothing is concluded, and nothing of what follows
 * it but where the rule leads. YES and NO are for what the text and the packet prove; all
 * that rests on state (of the connection, of a counter, of chance) is MAYBE.
 */
#include "user/enrich/flow.h"
#include "user/enrich/rule_tree.h"

/* A named set or map that the rule asks, and the element that the packet is. */
struct ur_hit {
	const char *set; /* not terminated */
	size_t set_len;
	uint32_t elem; /* of the tree; UR_TREE_NONE: its elements are not to be had */
	bool map;
	bool dynamic;
};

struct ur_judged {
	enum ur_fit fit;
	bool bare; /* it has no match at all */
	enum ur_chance chance;
	const char *chance_at; /* the words that make it one, not terminated */
	size_t chance_len;
	bool established; /* all that it asks is that the connection be an old one */
	uint32_t nhits;
	struct ur_hit hits[UR_MATCHED_MAX];
	/* of a verdict map, when it is clear which element it is: */
	bool chosen;
	struct ur_token_text {
		const char *at; /* the chain it leads to; NULL: none, see end */
		size_t len;
	} to;
	bool goes;
	enum ur_end end;
};

/* Judge rule @rule of @t. */
void ur_judge(const struct ur_tree *t, uint32_t rule, const struct ur_flow *flow,
	      struct ur_judged *ret);

/* The two kinds of words; for ur_judge(). */
void ur_judge_nft(const struct ur_tree *t, const char *text, const struct ur_flow *flow,
		  struct ur_judged *ret);
void ur_judge_ipt(const char *text, const struct ur_flow *flow, struct ur_judged *ret);
