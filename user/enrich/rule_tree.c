// SPDX-License-Identifier: GPL-2.0-only
/* rule_tree.c - arrays that grow, and the edges between rules and chains. */
#include "user/enrich/rule_tree.h"
#include <errno.h>
#include <string.h>

#define EDGES_MAX (512u << 10)
/* Rules that lead nowhere keep their text only as long as this much of the arena is free. */
#define STRINGS_PLAIN (UR_TREE_STRINGS_MAX / 8 * 5)

int ur_tree_new(struct ur_tree **ret)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = calloc(1, sizeof(*t));
	uint32_t empty;
	int r;

	if (!t)
		return -ENOMEM;
	r = ur_tree_string(t, "", 0, &empty);
	if (r)
		return r;
	*ret = ur_take(t);
	return 0;
}

void ur_tree_free(struct ur_tree *t)
{
	if (!t)
		return;
	free(t->strings);
	free(t->chains);
	free(t->rules);
	free(t->sets);
	free(t->elems);
	free(t->edges);
	free(t->names);
	free(t->targets);
	free(t);
}

size_t ur_tree_size(const struct ur_tree *t)
{
	return sizeof(*t) + t->strings_room + t->chains_room * sizeof(*t->chains) +
	       t->rules_room * sizeof(*t->rules) + t->sets_room * sizeof(*t->sets) +
	       t->elems_room * sizeof(*t->elems) + t->edges_room * sizeof(*t->edges) +
	       t->targets_room * sizeof(*t->targets) + t->nchains * sizeof(*t->names);
}

/* ---- building ---- */

/* Make room for @need entries of @size bytes, of at most @max. */
static int reserve(void *mem, size_t *room, size_t need, size_t max, size_t size)
{
	void **array = mem;
	size_t n = *room ? *room : 64;
	void *p;

	if (need > max)
		return -E2BIG;
	while (n < need)
		n += n / 2;
	if (n == *room)
		return 0;
	p = realloc(*array, n * size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*room = n;
	return 0;
}

int ur_tree_string(struct ur_tree *t, const char *text, size_t len, uint32_t *ret)
{
	int r = reserve(&t->strings, &t->strings_room, t->nstrings + len + 1, UR_TREE_STRINGS_MAX,
			1);

	if (r)
		return r;
	if (!len && t->nstrings) {
		*ret = 0;
		return 0;
	}
	*ret = t->nstrings;
	memcpy(t->strings + t->nstrings, text, len);
	t->strings[t->nstrings + len] = '\0';
	t->nstrings += len + 1;
	return 0;
}

int ur_tree_chain(struct ur_tree *t, const char *name, size_t len, uint32_t *ret)
{
	struct ur_tree_chain c = { .first = UR_TREE_NONE, .last = UR_TREE_NONE, .anonymous = !len };
	int r = reserve(&t->chains, &t->chains_room, t->nchains + 1, UR_TREE_CHAINS_MAX,
			sizeof(*t->chains));

	if (!r)
		r = ur_tree_string(t, name, len, &c.name);
	if (r)
		return r;
	*ret = t->nchains;
	t->chains[t->nchains++] = c;
	return 0;
}

static bool leads(uint8_t end)
{
	return end == UR_END_JUMP || end == UR_END_GOTO || end == UR_END_VMAP ||
	       end == UR_END_REJECT;
}

int ur_tree_rule(struct ur_tree *t, const struct ur_tree_rule *rule, const char *text, size_t len,
		 uint32_t *ret)
{
	struct ur_tree_chain *c = &t->chains[rule->chain];
	struct ur_tree_rule *new;
	uint32_t at = t->nrules, offset = 0;
	int r = reserve(&t->rules, &t->rules_room, t->nrules + 1, UR_TREE_RULES_MAX,
			sizeof(*t->rules));

	if (!r && (leads(rule->end) || t->nstrings + len < STRINGS_PLAIN))
		r = ur_tree_string(t, text, len, &offset);
	if (r)
		return r;
	new = &t->rules[t->nrules++];
	*new = *rule;
	new->text = offset;
	new->next = new->to = UR_TREE_NONE;
	new->number = ++c->n;
	if (c->last == UR_TREE_NONE)
		c->first = at;
	else
		t->rules[c->last].next = at;
	c->last = at;
	t->nanonymous += c->anonymous;
	*ret = at;
	return 0;
}

static int add_edge(struct ur_tree *t, const struct ur_tree_edge *edge)
{
	int r;

	if (edge->to == UR_TREE_NONE)
		return -EBADMSG;
	r = reserve(&t->edges, &t->edges_room, t->nedges + 1, EDGES_MAX, sizeof(*t->edges));
	if (r)
		return r;
	t->edges[t->nedges++] = *edge;
	if (t->rules[edge->rule].end != UR_END_VMAP)
		t->rules[edge->rule].to = edge->to;
	return 0;
}

static int add_target(struct ur_tree *t, const struct ur_tree_target *target)
{
	int r = reserve(&t->targets, &t->targets_room, t->ntargets + 1, EDGES_MAX,
			sizeof(*t->targets));

	if (!r)
		t->targets[t->ntargets++] = *target;
	return r;
}

int ur_tree_lead(struct ur_tree *t, uint32_t rule, bool goes, const char *chain, size_t len)
{
	struct ur_tree_target target = { .rule = rule, .set = UR_TREE_NONE, .goes = goes };
	int r = ur_tree_string(t, chain, len, &target.name);

	return r ? r : add_target(t, &target);
}

int ur_tree_lead_to(struct ur_tree *t, uint32_t rule, bool goes, uint32_t to)
{
	const struct ur_tree_edge edge = {
		.rule = rule, .to = to, .set = UR_TREE_NONE, .goes = goes
	};

	return add_edge(t, &edge);
}

int ur_tree_lead_by_map(struct ur_tree *t, uint32_t rule, const char *map, size_t len)
{
	struct ur_tree_target target = { .rule = rule };
	int r = ur_tree_string(t, map, len, &target.set);

	return r ? r : add_target(t, &target);
}

/* Most elements of a map lead to the same chain as the one before. */
int ur_tree_lead_of_map(struct ur_tree *t, uint32_t set, bool goes, const char *chain, size_t len)
{
	const struct ur_tree_target *last = t->ntargets ? &t->targets[t->ntargets - 1] : NULL;
	struct ur_tree_target target = { .rule = UR_TREE_NONE, .set = set, .goes = goes };
	int r;

	if (last && last->rule == UR_TREE_NONE && last->set == set && last->goes == goes &&
	    !strncmp(ur_tree_text(t, last->name), chain, len) && !ur_tree_text(t, last->name)[len])
		return 0;
	r = ur_tree_string(t, chain, len, &target.name);
	return r ? r : add_target(t, &target);
}

int ur_tree_set(struct ur_tree *t, const char *name, size_t len, bool map, uint32_t *ret)
{
	struct ur_tree_set s = { .first = t->nelems, .map = map };
	int r = reserve(&t->sets, &t->sets_room, t->nsets + 1, UR_TREE_SETS_MAX, sizeof(*t->sets));

	if (!r)
		r = ur_tree_string(t, name, len, &s.name);
	if (r)
		return r;
	*ret = t->nsets;
	t->sets[t->nsets++] = s;
	return 0;
}

int ur_tree_elem(struct ur_tree *t, uint32_t set, const char *text, size_t len)
{
	uint32_t offset;
	int r = reserve(&t->elems, &t->elems_room, t->nelems + 1, UR_TREE_ELEMS_MAX,
			sizeof(*t->elems));

	if (!r)
		r = ur_tree_string(t, text, len, &offset);
	if (r)
		return r;
	t->elems[t->nelems++] = offset;
	t->sets[set].n++;
	return 0;
}

/* ---- resolving ---- */

static int by_name(const void *a, const void *b, void *arg)
{
	const struct ur_tree *t = arg;
	const uint32_t *x = a, *y = b;

	return strcmp(ur_tree_text(t, t->chains[*x].name), ur_tree_text(t, t->chains[*y].name));
}

/* Two chains of one name can't be: what was read is not what a tool prints. */
int ur_tree_index(struct ur_tree *t)
{
	if (t->names)
		return 0;
	t->names = calloc(t->nchains + 1, sizeof(*t->names));
	if (!t->names)
		return -ENOMEM;
	for (size_t i = 0; i < t->nchains; i++)
		t->names[i] = i;
	qsort_r(t->names, t->nchains, sizeof(*t->names), by_name, t);
	for (size_t i = 1; i < t->nchains; i++)
		if (!t->chains[t->names[i]].anonymous &&
		    !by_name(&t->names[i - 1], &t->names[i], t))
			return -EBADMSG;
	return 0;
}

static int by_map(const void *a, const void *b)
{
	const struct ur_tree_target *x = a, *y = b;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* Put the targets of maps' elements together, by map, behind those of rules. */
static size_t split_targets(struct ur_tree *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->ntargets; i++) {
		struct ur_tree_target x = t->targets[i];

		if (x.rule == UR_TREE_NONE)
			continue;
		t->targets[i] = t->targets[n];
		t->targets[n++] = x;
	}
	if (n < t->ntargets)
		qsort(t->targets + n, t->ntargets - n, sizeof(*t->targets), by_map);
	return n;
}

/* An edge from @rule to each chain that an element of map @set leads to. */
static int add_map_edges(struct ur_tree *t, uint32_t rule, uint32_t set, size_t from)
{
	size_t low = from, high = t->ntargets;
	int r = 0;

	if (set == UR_TREE_NONE)
		return -EBADMSG;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->targets[mid].set < set)
			low = mid + 1;
		else
			high = mid;
	}
	for (; !r && low < t->ntargets && t->targets[low].set == set; low++) {
		const struct ur_tree_target *x = &t->targets[low];
		const struct ur_tree_edge edge = {
			.rule = rule,
			.to = ur_tree_find_chain(t, ur_tree_text(t, x->name)),
			.set = set,
			.goes = x->goes,
		};

		r = add_edge(t, &edge);
	}
	return r;
}

static int by_target(const void *a, const void *b)
{
	const struct ur_tree_edge *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* One edge for all elements of a map that lead from a rule to the same chain. */
static void unite_edges(struct ur_tree *t)
{
	size_t n = 0;

	if (t->nedges)
		qsort(t->edges, t->nedges, sizeof(*t->edges), by_target);
	for (size_t i = 0; i < t->nedges; i++)
		if (!n || by_target(&t->edges[n - 1], &t->edges[i]))
			t->edges[n++] = t->edges[i];
	t->nedges = n;
}

int ur_tree_finish(struct ur_tree *t)
{
	size_t own;
	int r = ur_tree_index(t);

	if (r)
		return r;
	own = split_targets(t);
	for (size_t i = 0; !r && i < own; i++) {
		const struct ur_tree_target *x = &t->targets[i];
		const char *map = x->name ? NULL : ur_tree_text(t, x->set);
		const struct ur_tree_edge edge = {
			.rule = x->rule,
			.to = ur_tree_find_chain(t, ur_tree_text(t, x->name)),
			.set = UR_TREE_NONE,
			.goes = x->goes,
		};

		if (map)
			r = add_map_edges(t, x->rule, ur_tree_find_set(t, map, strlen(map)), own);
		else
			r = add_edge(t, &edge);
	}
	free(t->targets);
	t->targets = NULL;
	t->ntargets = t->targets_room = 0;
	unite_edges(t);
	return r;
}

/* ---- reading ---- */

uint32_t ur_tree_find_chain(const struct ur_tree *t, const char *name)
{
	size_t low = 0, high = t->nchains;

	if (!*name)
		return UR_TREE_NONE;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = strcmp(ur_tree_text(t, t->chains[t->names[mid]].name), name);

		if (!d)
			return t->names[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return UR_TREE_NONE;
}

uint32_t ur_tree_find_set(const struct ur_tree *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->nsets; i++) {
		const char *own = ur_tree_text(t, t->sets[i].name);

		if (!strncmp(own, name, len) && !own[len])
			return i;
	}
	return UR_TREE_NONE;
}

uint32_t ur_tree_find_handle(const struct ur_tree *t, uint64_t handle)
{
	for (size_t i = 0; handle && i < t->nrules; i++)
		if (t->rules[i].handle == handle)
			return i;
	return UR_TREE_NONE;
}

uint32_t ur_tree_find_number(const struct ur_tree *t, uint32_t chain, uint32_t number)
{
	uint32_t rule = t->chains[chain].first;

	while (rule != UR_TREE_NONE && t->rules[rule].number != number)
		rule = t->rules[rule].next;
	return rule;
}

uint32_t ur_tree_only_target(const struct ur_tree *t, uint32_t rule)
{
	return t->rules[rule].to;
}

const struct ur_tree_edge *ur_tree_edges_to(const struct ur_tree *t, uint32_t chain, size_t *n)
{
	size_t low = 0, high = t->nedges, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->edges[mid].to < chain)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < t->nedges && t->edges[end].to == chain; end++)
		;
	*n = end - low;
	return *n ? t->edges + low : t->edges;
}
