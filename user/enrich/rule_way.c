// SPDX-License-Identifier: GPL-2.0-only
/* rule_way.c - backwards along the edges, from the rule's chain to the base chains. */
#include "user/enrich/rule_way.h"
#include <stdio.h>
#include <string.h>
#include "user/enrich/rule_words.h"

#define WAYS_KEPT 32
#define VISITS    4096  /* edges, in all */
#define JUDGED    20000 /* rules, to find out what can be reached */

/* Edges from the rule's chain up: the last one starts in the base chain. */
struct path {
	uint32_t n;
	const struct ur_tree_edge *edge[UR_STEPS_MAX];
};

struct search {
	const struct ur_way_query *q;
	struct path now;
	uint32_t nways; /* kept in way[] */
	struct path way[WAYS_KEPT];
	bool more;
	unsigned visits;
	unsigned judged;
};

static const struct ur_tree_rule *rule_of(const struct search *s, const struct ur_tree_edge *edge)
{
	return &s->q->tree->rules[edge->rule];
}

static uint32_t chain_of(const struct search *s, const struct ur_tree_edge *edge)
{
	return rule_of(s, edge)->chain;
}

static bool passed(const struct search *s, uint32_t chain)
{
	for (uint32_t i = 0; i < s->now.n; i++)
		if (s->now.edge[i]->to == chain)
			return true;
	return false;
}

/* Follow all edges that lead to @chain. Depth is bounded by UR_STEPS_MAX. */
static void climb(struct search *s, uint32_t chain)
{
	const struct ur_tree_chain *c = &s->q->tree->chains[chain];
	const struct ur_tree_edge *edges;
	size_t n;

	if (c->base) {
		if (c->hook != s->q->hook)
			return;
		if (s->nways == WAYS_KEPT)
			s->more = true;
		else
			s->way[s->nways++] = s->now;
		return;
	}
	if (s->now.n == UR_STEPS_MAX) {
		s->more = true;
		return;
	}
	edges = ur_tree_edges_to(s->q->tree, chain, &n);
	for (size_t i = 0; i < n && !s->more; i++) {
		s->more = ++s->visits > VISITS;
		s->now.edge[s->now.n++] = &edges[i];
		if (!passed(s, chain_of(s, &edges[i])))
			climb(s, chain_of(s, &edges[i]));
		s->now.n--;
	}
}

/* ---- which ways the packet can have taken ---- */

static bool same_name(const struct ur_tree *t, uint32_t chain, const struct ur_judged *j)
{
	const char *name = ur_tree_text(t, t->chains[chain].name);

	return j->to.at && strlen(name) == j->to.len && !memcmp(name, j->to.at, j->to.len);
}

static enum ur_fit fit_of(const struct search *s, const struct ur_tree_edge *edge)
{
	struct ur_judged j;

	ur_judge(s->q->tree, edge->rule, &s->q->flow, &j);
	if (j.chosen)
		return same_name(s->q->tree, edge->to, &j) ? j.fit : UR_FIT_NO;
	return j.fit;
}

/* The chain that a rule which matches goes on in; UR_TREE_NONE: no other, or not clear. */
static uint32_t target(const struct search *s, uint32_t rule, const struct ur_judged *j)
{
	const struct ur_tree *t = s->q->tree;
	char name[UR_WAY_CHAIN_MAX];

	if (j->chosen) {
		if (!j->to.at || j->to.len >= sizeof(name))
			return UR_TREE_NONE;
		memcpy(name, j->to.at, j->to.len);
		name[j->to.len] = '\0';
		return ur_tree_find_chain(t, name);
	}
	return ur_tree_only_target(t, rule);
}

static bool ends_packet(const struct ur_judged *j)
{
	return j->end == UR_END_ACCEPT || j->end == UR_END_DROP || j->end == UR_END_REJECT;
}

/* May the packet come back from @chain to where it was sent there from? */
static bool may_return(struct search *s, uint32_t chain, unsigned depth)
{
	const struct ur_tree *t = s->q->tree;
	struct ur_judged j;
	uint32_t to;

	if (chain == UR_TREE_NONE || depth > UR_STEPS_MAX)
		return true;
	for (uint32_t i = t->chains[chain].first; i != UR_TREE_NONE; i = t->rules[i].next) {
		if (++s->judged > JUDGED)
			return true;
		ur_judge(t, i, &s->q->flow, &j);
		if (j.fit == UR_FIT_NO)
			continue;
		to = target(s, i, &j);
		if (j.end == UR_END_RETURN || j.end == UR_END_OTHER ||
		    (j.end == UR_END_VMAP && j.fit == UR_FIT_MAYBE))
			return true;
		if (j.end == UR_END_GOTO && may_return(s, to, depth + 1))
			return true;
		if (j.fit != UR_FIT_YES)
			continue;
		if (ends_packet(&j) || j.end == UR_END_GOTO)
			return false;
		if (j.end == UR_END_JUMP && !may_return(s, to, depth + 1))
			return false;
	}
	return true;
}

static bool leads_to(const struct ur_tree *t, uint32_t rule, uint32_t chain)
{
	size_t n;
	const struct ur_tree_edge *e = ur_tree_edges_to(t, chain, &n);

	for (; n--; e++)
		if (e->rule == rule)
			return true;
	return false;
}

/* Does no rule before @edge's surely keep the packet from it? A jump to the same chain does:
 * what fired there would have fired then. */
static bool reachable(struct search *s, const struct ur_tree_edge *edge)
{
	const struct ur_tree *t = s->q->tree;
	uint32_t i = t->chains[chain_of(s, edge)].first;
	struct ur_judged j;

	for (; i != edge->rule && i != UR_TREE_NONE && s->judged < JUDGED; i = t->rules[i].next) {
		s->judged++;
		ur_judge(t, i, &s->q->flow, &j);
		if (j.fit != UR_FIT_YES)
			continue;
		if (ends_packet(&j) || j.end == UR_END_RETURN || j.end == UR_END_GOTO)
			return false;
		if (j.end == UR_END_JUMP &&
		    (leads_to(t, i, edge->to) || !may_return(s, target(s, i, &j), 0)))
			return false;
	}
	return true;
}

static bool possible(struct search *s, const struct path *p, bool reach)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (fit_of(s, p->edge[i]) == UR_FIT_NO || (reach && !reachable(s, p->edge[i])))
			return false;
	return true;
}

/* Keep the ways that are possible. */
static void rule_out(struct search *s, bool reach)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nways; i++)
		if (possible(s, &s->way[i], reach))
			s->way[n++] = s->way[i];
	s->nways = n;
}

/* ---- what is told of the way ---- */

static void copy(char *to, size_t room, const char *from, size_t len)
{
	len = len < room ? len : room - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

/* Text that is too long ends in "...". */
static void copy_text(char *to, size_t room, const char *from)
{
	size_t len = strlen(from);

	copy(to, room, from, len);
	if (len >= room)
		strcpy(to + room - 4, "...");
}

static const char *chain_name(const struct ur_tree *t, uint32_t chain)
{
	return t->chains[chain].anonymous ? "(anonymous)" : ur_tree_text(t, t->chains[chain].name);
}

/* From "10.0.0.1 . udp comment \"x\" : goto y" the key and the comment. */
static void copy_element(const char *text, struct ur_matched *m)
{
	static const char *const ends[] = { " comment \"", " : ",     " timeout ", " expires ",
					    " counter",    " limit ", " quota ",   " last " };
	const char *comment = strstr(text, " comment \"");
	size_t len = strlen(text);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const char *end = strstr(text, ends[i]);

		if (end && (size_t)(end - text) < len)
			len = end - text;
	}
	copy(m->element, sizeof(m->element), text, len);
	if (comment && comment == text + len) {
		comment += strlen(" comment \"");
		copy(m->comment, sizeof(m->comment), comment, strcspn(comment, "\""));
	}
}

/* The sets and maps that the rule of @step asked, and what of them the packet is. */
static void add_hits(const struct search *s, const struct ur_judged *j, uint8_t step, bool proven,
		     struct ur_way *ret)
{
	const struct ur_tree *t = s->q->tree;

	for (uint32_t i = 0; i < j->nhits && ret->nmatched < UR_MATCHED_MAX; i++) {
		const struct ur_hit *hit = &j->hits[i];
		const bool listed = ur_tree_find_set(t, hit->set, hit->set_len) != UR_TREE_NONE;
		struct ur_matched *m = &ret->matched[ret->nmatched];

		if (listed && hit->elem == UR_TREE_NONE)
			continue;
		*m = (struct ur_matched){ .step = step, .map = hit->map };
		copy(m->set, sizeof(m->set), hit->set, hit->set_len);
		if (hit->elem != UR_TREE_NONE) {
			copy_element(ur_tree_text(t, t->elems[hit->elem]), m);
			m->proven = proven && !hit->dynamic && !t->mangles;
		}
		ret->nmatched++;
	}
}

static void add_chance(const struct ur_judged *j, struct ur_way *ret)
{
	if (!j->chance || (ret->chance && ret->chance <= j->chance))
		return;
	ret->chance = j->chance;
	copy(ret->chance_words, sizeof(ret->chance_words), j->chance_at, j->chance_len);
	for (size_t n = strlen(ret->chance_words); n && ret->chance_words[n - 1] == ' '; n--)
		ret->chance_words[n - 1] = '\0';
}

static void add_step(struct search *s, const struct ur_tree_edge *edge, struct ur_way *ret)
{
	const struct ur_tree *t = s->q->tree;
	const struct ur_tree_rule *r = rule_of(s, edge);
	struct ur_step *step = &ret->step[ret->nsteps];
	struct ur_judged j;

	ur_judge(t, edge->rule, &s->q->flow, &j);
	copy(step->chain, sizeof(step->chain), chain_name(t, r->chain),
	     strlen(chain_name(t, r->chain)));
	step->handle = r->handle;
	step->number = r->number;
	step->always = j.bare;
	step->goes = edge->goes;
	copy_text(step->text, sizeof(step->text), ur_tree_text(t, r->text));
	if (!j.chosen || same_name(t, edge->to, &j))
		add_hits(s, &j, (uint8_t)ret->nsteps, ret->proven, ret);
	add_chance(&j, ret);
	ret->nsteps++;
}

/* A rule before @rule in its chain that lets the packets of old connections pass. */
static void find_established(const struct search *s, uint32_t rule, struct ur_way *ret)
{
	const struct ur_tree *t = s->q->tree;
	uint32_t i = t->chains[t->rules[rule].chain].first;
	struct ur_judged j;

	for (unsigned n = 0; n < 64 && i != rule && i != UR_TREE_NONE && !ret->established[0];
	     i = t->rules[i].next, n++) {
		ur_judge(t, i, &s->q->flow, &j);
		if (j.established && (t->rules[i].end == UR_END_ACCEPT || j.end == UR_END_VMAP))
			copy_text(ret->established, sizeof(ret->established),
				  ur_tree_text(t, t->rules[i].text));
	}
}

static bool ends_chain(const struct ur_tree *t, uint32_t rule)
{
	return t->rules[rule].next == UR_TREE_NONE;
}

static void tell_way(struct search *s, const struct path *p, struct ur_way *ret)
{
	const struct ur_tree *t = s->q->tree;
	bool end = ret->bare && ends_chain(t, s->q->rule);
	const uint32_t base = p->n ? chain_of(s, p->edge[p->n - 1]) : t->rules[s->q->rule].chain;

	ret->known = true;
	for (uint32_t i = p->n; i--;) {
		add_step(s, p->edge[i], ret);
		end = end && ret->step[ret->nsteps - 1].always && ends_chain(t, p->edge[i]->rule);
		find_established(s, p->edge[i]->rule, ret);
	}
	find_established(s, s->q->rule, ret);
	ret->catch_all = end;
	strcpy(ret->policy, t->chains[base].policy == 'a' ? "accept" :
			    t->chains[base].policy == 'd' ? "drop" :
							    "");
}

static void list_ways(const struct search *s, struct ur_way *ret)
{
	const struct ur_tree *t = s->q->tree;

	for (uint32_t i = 0; i < s->nways && i < UR_WAYS_MAX; i++) {
		const struct path *p = &s->way[i];
		char *at = ret->ways[i], *end = at + sizeof(ret->ways[i]);

		for (uint32_t k = p->n; k-- && at < end;)
			at += snprintf(at, end - at, "%s\n",
				       chain_name(t, chain_of(s, p->edge[k])));
		if (at < end)
			snprintf(at, end - at, "%s", chain_name(t, t->rules[s->q->rule].chain));
	}
}

/* Is there but the one way, and is it one that the packet fits? */
static bool only_way(const struct search *s)
{
	if (s->nways != 1 || s->more)
		return false;
	if (!s->way[0].n)
		return true; /* nothing leads to a base chain but its hook */
	if (s->q->tree->vague)
		return false;
	for (uint32_t i = 0; i < s->way[0].n; i++)
		if (fit_of(s, s->way[0].edge[i]) == UR_FIT_NO)
			return false;
	return true;
}

void ur_way_find(const struct ur_way_query *q, struct ur_way *ret)
{
	struct search s = { .q = q };
	struct ur_judged own;

	*ret = (struct ur_way){};
	ur_judge(q->tree, q->rule, &q->flow, &own);
	ret->bare = own.bare;
	add_hits(&s, &own, UR_STEPS_MAX, q->same, ret);
	add_chance(&own, ret);
	climb(&s, q->tree->rules[q->rule].chain);
	ret->proven = only_way(&s) && (q->same || !s.way[0].n);
	if (s.nways > 1 && !s.more)
		rule_out(&s, false);
	if (s.nways > 1 && !s.more)
		rule_out(&s, true);
	ret->nways = s.nways;
	ret->more_ways = s.more;
	if (s.nways == 1 && !s.more)
		tell_way(&s, &s.way[0], ret);
	else if (s.nways)
		list_ways(&s, ret);
	else
		strcpy(ret->reason, "nothing in its table leads there from this hook");
}
