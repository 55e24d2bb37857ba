/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_drop.h - which rules could have dropped a packet on its way through a base chain. Pure. */
#include "user/enrich/flow.h"
#include "user/enrich/rule_tree.h"

/* What was found in one base chain after the other. */
struct ur_drop {
	uint64_t table; /* the caller's number of the tree at hand */
	uint32_t n;     /* rules that could have; a policy counts as one */
	bool unclear;   /* there may be more: where some rule leads can't be told */
	/* the last of them: */
	uint64_t of;    /* its table */
	bool policy;    /* it is the policy of base chain @chain */
	uint32_t chain; /* of that tree */
	uint32_t rule;  /* valid without policy */
};

/* Add those of base chain @base of @tree. A rule that surely matches ends what it ends; those
 * that may match are followed, and what they end goes on. */
void ur_drop_find(const struct ur_tree *tree, uint32_t base, const struct ur_flow *flow,
		  struct ur_drop *ret);
