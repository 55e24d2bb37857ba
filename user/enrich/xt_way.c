// SPDX-License-Identifier: GPL-2.0-only
/* xt_way.c - one listing for both, the text and the way. */
#include "user/enrich/xt_way.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/rule_way.h"

#define TIMEOUT_MS 5000

int ur_xt_read(const struct ur_ipt_rule *rule, struct ur_tree **ret, char text[UR_RULE_TEXT_MAX],
	       char *why, size_t why_len)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	const struct ur_rule_place place = { .chain = rule->chain,
					     .number = rule->number,
					     .count = rule->count };
	uint32_t found;
	int r = ur_rule_read_ipt(rule, TIMEOUT_MS, &tree, why, why_len);

	if (r)
		return r;
	found = ur_rule_find(tree, &place);
	if (found == UR_TREE_NONE) {
		snprintf(why, why_len, "iptables-save lists other rules than the kernel");
		return -ESTALE;
	}
	ur_rule_copy_text(tree, found, text);
	*ret = ur_take(tree);
	return 0;
}

void ur_xt_fill_way(const struct ur_tree *tree, struct ur_evidence *ev)
{
	const struct ur_rule_place place = { .chain = ev->rule.chain, .number = ev->rule.number };
	const struct ur_way_query q = {
		.tree = tree,
		.rule = ur_rule_find(tree, &place),
		.hook = ev->ev.rule.hook,
		.same = ev->rule.generation_same,
		.flow = ur_flow_of(ev),
	};

	if (q.rule == UR_TREE_NONE)
		return;
	ur_way_find(&q, &ev->way);
	if (ur_tree_find_chain(tree, "shorewall") != UR_TREE_NONE)
		ev->way.marks |= UR_MARK_SHOREWALL;
}
