/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rules.h - what is asked of a table's tree, whatever it was read from. */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/enrich/trees.h"
#include "user/enrich/rule_read.h"

#define RULES_MAX 64 /* of a tree, looked at: a tree may have thousands */

/* The packet: one of each protocol, family and direction. */
static inline struct ur_flow some_flow(struct ur_evidence *ev, uint8_t which)
{
	struct ur_flow flow =
		flow_to(ev, which & 1 ? "fd21:9707::2" : "10.219.7.2", which & 2 ? 53 : 5001);

	if (which & 4)
		ev->packet.proto = IPPROTO_TCP;
	if (which & 8)
		ev->packet.has_ports = false;
	if (which & 16)
		flow.iif = NULL;
	if (which & 32)
		flow.oif = "s1";
	return flow;
}

static inline void must_be_inside(const struct ur_tree *t, const char *at, size_t len)
{
	must(at >= t->strings && at + len < t->strings + t->nstrings);
}

static inline void must_be_judged(const struct ur_tree *t, const struct ur_judged *j)
{
	must(j->fit <= UR_FIT_YES && j->nhits <= UR_MATCHED_MAX);
	if (j->chance_at)
		must_be_inside(t, j->chance_at, j->chance_len);
	if (j->to.at)
		must_be_inside(t, j->to.at, j->to.len);
	for (uint32_t i = 0; i < j->nhits; i++) {
		must_be_inside(t, j->hits[i].set, j->hits[i].set_len);
		must(j->hits[i].elem == UR_TREE_NONE || j->hits[i].elem < t->nelems);
	}
}

static inline void must_be_way(const struct ur_way *way)
{
	must(way->nsteps <= UR_STEPS_MAX && way->nmatched <= UR_MATCHED_MAX);
	must(!way->proven || way->known);
	must(strnlen(way->established, sizeof(way->established)) < sizeof(way->established));
	must(strnlen(way->chance_words, sizeof(way->chance_words)) < sizeof(way->chance_words));
	for (uint32_t i = 0; i < way->nsteps; i++)
		must(strnlen(way->step[i].text, UR_STEP_TEXT_MAX) < UR_STEP_TEXT_MAX);
}

static inline void ask_of_rule(const struct ur_tree *t, uint32_t rule, const struct ur_flow *flow)
{
	static struct ur_way way;
	const struct ur_tree_rule *r = &t->rules[rule];
	const char *name = ur_tree_text(t, t->chains[r->chain].name);
	struct ur_rule_place place = { .chain = name, .handle = r->handle, .number = r->number };
	struct ur_way_query q = { .tree = t, .rule = rule, .hook = 1, .same = true };
	struct ur_judged judged;
	char text[UR_RULE_TEXT_MAX];
	uint32_t found;

	ur_judge(t, rule, flow, &judged);
	must_be_judged(t, &judged);
	q.flow = *flow;
	ur_way_find(&q, &way);
	must_be_way(&way);
	found = ur_rule_find(t, &place);
	must(found == UR_TREE_NONE || found < t->nrules);
	ur_rule_copy_text(t, rule, text);
	must(strnlen(text, sizeof(text)) < sizeof(text));
}

static inline void ask_of_tree(const struct ur_tree *t, uint8_t which)
{
	static struct ur_evidence ev;
	const struct ur_flow flow = some_flow(&ev, which);
	struct ur_earlier earlier;

	for (uint32_t i = 0; i < t->nrules && i < RULES_MAX; i++) {
		must(t->rules[i].chain < t->nchains);
		ask_of_rule(t, i, &flow);
	}
	for (uint32_t i = 0; i < t->nchains && i < RULES_MAX; i++)
		if (t->chains[i].base)
			ur_way_accepted(t, i, &flow, &earlier);
	must(ur_tree_size(t) >= t->nrules);
}
