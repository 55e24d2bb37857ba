/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_read.h - a table's tree, as the host's own nft or iptables-save lists it now. */
#include "user/enrich/ipt_save.h"
#include "user/enrich/nft_list.h"
#include "user/enrich/rule_tree.h"

/* List the whole table in the network namespace of the calling thread. Blocks for up to the
 * time-out. Returns 0 and gives *@ret to the caller; -E2BIG when it is more than a tree holds;
 * -EBADMSG when it isn't understood; or as ur_nft_list_raw(), ur_ipt_save_lines(). On failure
 * @why says more. */
int ur_rule_read_nft(const struct ur_nft_list *list, struct ur_tree **ret, char *why,
		     size_t why_len);
int ur_rule_read_ipt(const struct ur_ipt_rule *table, unsigned timeout_ms, struct ur_tree **ret,
		     char *why, size_t why_len);

/* Which rule of a tree. */
struct ur_rule_place {
	const char *chain;
	uint64_t handle; /* 0: told by its number only */
	uint32_t number; /* in the chain, from 1; 0: told by its handle only */
	uint32_t count;  /* rules in the chain, to be sure that it is the same; 0: not known */
	bool anonymous;  /* the chain has no name in a listing */
};

/* The rule at @place, which rejects; UR_TREE_NONE when the tree's is another, or more than one
 * may be meant. Pure. */
uint32_t ur_rule_find(const struct ur_tree *t, const struct ur_rule_place *place);

/* Copy the rule's text, cut with "..." at the end. Pure. */
void ur_rule_copy_text(const struct ur_tree *t, uint32_t rule, char text[UR_RULE_TEXT_MAX]);
