/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_way.h - the trees of legacy iptables' tables, and the way through them. */
#include "user/enrich/ipt_save.h"
#include "user/enrich/rule_read.h"
#include "user/enrich/rule_trees.h"

/* Read the tree of @rule's table, and the rule's text from it. Returns 0 and gives *@ret to
 * the caller; -ESTALE when it isn't the table that the kernel showed; or as
 * ur_rule_read_ipt(). On failure @why says more. */
int ur_xt_read(const struct ur_ipt_rule *rule, struct ur_tree **ret, char text[UR_RULE_TEXT_MAX],
	       char *why, size_t why_len);

/* How the packet of @ev came to its rule in @tree: fills ev->way. */
void ur_xt_fill_way(const struct ur_tree *tree, struct ur_evidence *ev);
