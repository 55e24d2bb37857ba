// SPDX-License-Identifier: GPL-2.0-only
/* rule_pass.c - forwards through a base chain that the packet passed. */
#include <string.h>
#include "user/enrich/rule_way.h"
#include "user/enrich/rule_words.h"

#define DEPTH_MAX  16    /* NFT_JUMP_STACK_SIZE */
#define JUDGED_MAX 20000 /* rules */

/* How the packet left a chain, as far as that is sure. */
enum left {
	LEFT_AT_END, /* it goes on where the chain was entered from */
	LEFT_ACCEPTED,
	LEFT_UNKNOWN,
};

struct pass {
	const struct ur_tree *t;
	const struct ur_flow *flow;
	unsigned judged;
	uint32_t by; /* the rule that accepted it */
};

static enum left pass_chain(struct pass *p, uint32_t chain, unsigned depth);

static enum left pass_to(struct pass *p, const struct ur_tree_rule *r, const struct ur_judged *j,
			 unsigned depth)
{
	char name[UR_WAY_CHAIN_MAX];
	uint32_t to = UR_TREE_NONE;

	if (j->chosen && j->to.at && j->to.len < sizeof(name)) {
		memcpy(name, j->to.at, j->to.len);
		name[j->to.len] = '\0';
		to = ur_tree_find_chain(p->t, name);
	} else {
		to = ur_tree_only_target(p->t, r - p->t->rules);
	}
	return to == UR_TREE_NONE ? LEFT_UNKNOWN : pass_chain(p, to, depth + 1);
}

/* A rule that surely matches. *@on: the next rule comes. */
static enum left pass_rule(struct pass *p, uint32_t rule, const struct ur_judged *j, unsigned depth,
			   bool *on)
{
	const struct ur_tree_rule *r = &p->t->rules[rule];
	enum left left;

	*on = false;
	switch (j->end) {
	case UR_END_NONE:
		*on = true;
		return LEFT_AT_END;
	case UR_END_ACCEPT:
		p->by = rule;
		return j->bare ? LEFT_UNKNOWN : LEFT_ACCEPTED;
	case UR_END_RETURN:
		return depth ? LEFT_AT_END : LEFT_UNKNOWN;
	case UR_END_JUMP:
		left = pass_to(p, r, j, depth);
		*on = left == LEFT_AT_END;
		return left;
	case UR_END_GOTO:
		/* from its end, to where this chain was entered from */
		return pass_to(p, r, j, depth);
	default: /* it would have been dropped: this is not how it went */
		return LEFT_UNKNOWN;
	}
}

/* A rule that may or may not match: what drops did not, or the packet would not have come on;
 * what accepts or jumps leaves the result of the rest as it is, or was accepted, too. */
static bool may_go_on(const struct ur_tree *t, const struct ur_tree_rule *r)
{
	const char *text = ur_tree_text(t, r->text);

	if (r->end == UR_END_VMAP)
		return strstr(text, " vmap {") && !strstr(text, "goto") && !strstr(text, "return");
	return r->end == UR_END_NONE || r->end == UR_END_DROP || r->end == UR_END_REJECT ||
	       r->end == UR_END_ACCEPT || r->end == UR_END_JUMP;
}

static enum left pass_chain(struct pass *p, uint32_t chain, unsigned depth)
{
	const struct ur_tree *t = p->t;
	struct ur_judged j;
	bool on = true;
	enum left left = LEFT_AT_END;

	if (depth > DEPTH_MAX)
		return LEFT_UNKNOWN;
	for (uint32_t i = t->chains[chain].first; i != UR_TREE_NONE; i = t->rules[i].next) {
		if (++p->judged > JUDGED_MAX)
			return LEFT_UNKNOWN;
		ur_judge(t, i, p->flow, &j);
		if (j.fit == UR_FIT_MAYBE && !may_go_on(t, &t->rules[i]))
			return LEFT_UNKNOWN;
		if (j.fit != UR_FIT_YES)
			continue;
		left = pass_rule(p, i, &j, depth, &on);
		if (!on)
			return left;
	}
	return LEFT_AT_END;
}

bool ur_way_accepted(const struct ur_tree *tree, uint32_t base, const struct ur_flow *flow,
		     struct ur_earlier *ret)
{
	struct pass p = { .t = tree, .flow = flow };
	const struct ur_tree_rule *r;
	const char *text, *chain;

	if (pass_chain(&p, base, 0) != LEFT_ACCEPTED)
		return false;
	r = &tree->rules[p.by];
	text = ur_tree_text(tree, r->text);
	chain = ur_tree_text(tree, tree->chains[r->chain].name);
	ret->there = true;
	ret->handle = r->handle;
	memccpy(ret->text, text, '\0', sizeof(ret->text) - 1);
	memccpy(ret->chain, chain, '\0', sizeof(ret->chain) - 1);
	return true;
}
