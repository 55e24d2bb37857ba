// SPDX-License-Identifier: GPL-2.0-only
/* rule_drop.c - forwards through a base chain, along all ways that the packet may have taken. */
#include "user/enrich/rule_drop.h"
#include <string.h>
#include "user/enrich/rule_words.h"

#define DEPTH_MAX  16    /* NFT_JUMP_STACK_SIZE */
#define JUDGED_MAX 20000 /* rules */

struct walk {
	const struct ur_tree *t;
	const struct ur_flow *flow;
	struct ur_drop *ret;
	unsigned judged;
};

/* True: a packet surely does not come out of the chain at its end. */
static bool walk_chain(struct walk *w, uint32_t chain, unsigned depth);

static void could(struct walk *w, bool policy, uint32_t chain, uint32_t rule)
{
	struct ur_drop *d = w->ret;

	if (d->n && d->of == d->table && d->policy == policy && d->chain == chain &&
	    (policy || d->rule == rule))
		return; /* met again on another way */
	d->n++;
	d->of = d->table;
	d->policy = policy;
	d->chain = chain;
	d->rule = rule;
}

static bool walk_to(struct walk *w, uint32_t rule, const struct ur_judged *j, unsigned depth)
{
	char name[UR_WAY_CHAIN_MAX];
	uint32_t to = UR_TREE_NONE;

	if (j->chosen && j->to.at && j->to.len < sizeof(name)) {
		memcpy(name, j->to.at, j->to.len);
		name[j->to.len] = '\0';
		to = ur_tree_find_chain(w->t, name);
	} else if (!j->chosen) {
		to = ur_tree_only_target(w->t, rule);
	}
	if (to != UR_TREE_NONE)
		return walk_chain(w, to, depth + 1);
	w->ret->unclear = true;
	return false;
}

/* A rule that may match. *@leaves: if it does, no rule behind it in its chain is met. True: if
 * it does, the packet does not come out of the chain at its end either. */
static bool walk_rule(struct walk *w, uint32_t rule, const struct ur_judged *j, unsigned depth,
		      bool *leaves)
{
	bool ends;

	*leaves = true;
	switch (j->end) {
	case UR_END_DROP:
	case UR_END_REJECT:
		could(w, false, w->t->rules[rule].chain, rule);
		return true;
	case UR_END_ACCEPT:
		return true;
	case UR_END_RETURN:
		return false;
	case UR_END_GOTO:
		return walk_to(w, rule, j, depth);
	case UR_END_JUMP:
		ends = walk_to(w, rule, j, depth);
		*leaves = ends;
		return ends;
	case UR_END_NONE:
		*leaves = false;
		return false;
	default:
		w->ret->unclear = true;
		*leaves = false;
		return false;
	}
}

static bool walk_chain(struct walk *w, uint32_t chain, unsigned depth)
{
	struct ur_judged j;
	bool leaves, ends;

	if (depth > DEPTH_MAX) {
		w->ret->unclear = true;
		return false;
	}
	for (uint32_t i = w->t->chains[chain].first; i != UR_TREE_NONE; i = w->t->rules[i].next) {
		if (++w->judged > JUDGED_MAX) {
			w->ret->unclear = true;
			return false;
		}
		ur_judge(w->t, i, w->flow, &j);
		if (j.fit == UR_FIT_NO)
			continue;
		ends = walk_rule(w, i, &j, depth, &leaves);
		if (j.fit == UR_FIT_YES && leaves)
			return ends;
	}
	return false;
}

void ur_drop_find(const struct ur_tree *tree, uint32_t base, const struct ur_flow *flow,
		  struct ur_drop *ret)
{
	struct walk w = { .t = tree, .flow = flow, .ret = ret };

	ret->unclear |= tree->vague;
	if (!walk_chain(&w, base, 0) && tree->chains[base].policy == 'd')
		could(&w, true, base, UR_TREE_NONE);
}
