/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_way.h - from a table's tree and a packet to how the packet came to the rule. Pure. */
#include "user/enrich/flow.h"
#include "user/enrich/rule_tree.h"

struct ur_way_query {
	const struct ur_tree *tree;
	uint32_t rule; /* that fired */
	uint8_t hook;  /* NF_INET_* that the packet was on */
	bool same;     /* the rules were surely what they are in the tree */
	struct ur_flow flow;
};

/* Fill *@ret, but for accepted and marks. Where only one way leads to the rule, that is it.
 * Where several do, those are ruled out that the packet can't have taken, and what then
 * remains is likely at best. */
void ur_way_find(const struct ur_way_query *q, struct ur_way *ret);

/* The rule that accepted the packet in base chain @base of @tree, which it passed before, in
 * *@ret; false when none surely did by a match of its own. It wasn't dropped there: that
 * much is known. */
bool ur_way_accepted(const struct ur_tree *tree, uint32_t base, const struct ur_flow *flow,
		     struct ur_earlier *ret);
