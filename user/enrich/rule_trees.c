// SPDX-License-Identifier: GPL-2.0-only
/* rule_trees.c - few slots, each with a tree. */
#include "user/enrich/rule_trees.h"
#include <stdio.h>

#define SLOTS      32
#define ACCOUNTS   64
#define ADVANCE_NS 5000000000ull /* that a namespace may use up at once... */
#define SHARE      10            /* ...and gets back: one part in so many */

struct slot {
	bool taken;
	struct ur_rule_key key;
	struct ur_tree *tree; /* NULL: none could be had yet */
	uint32_t generation;
	uint32_t failed; /* generation that it could not be had of, valid with why */
	char why[UR_REASON_MAX];
	uint64_t used; /* when, by counting */
};

/* The time that tools took in a namespace, less what it got back. */
struct account {
	uint32_t netns; /* 0: free */
	uint64_t used_ns;
	uint64_t at_ns;
};

struct ur_trees {
	size_t max;
	uint64_t clock;
	unsigned next; /* the account to reuse */
	struct slot slots[SLOTS];
	struct account accounts[ACCOUNTS];
};

int ur_trees_new(size_t max_bytes, struct ur_trees **ret)
{
	struct ur_trees *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->max = max_bytes;
	*ret = c;
	return 0;
}

static void empty(struct slot *s)
{
	ur_tree_free(s->tree);
	*s = (struct slot){};
}

void ur_trees_free(struct ur_trees *c)
{
	if (!c)
		return;
	for (struct slot *s = c->slots; s < c->slots + SLOTS; s++)
		empty(s);
	free(c);
}

static struct slot *find(struct ur_trees *c, const struct ur_rule_key *key)
{
	for (struct slot *s = c->slots; s < c->slots + SLOTS; s++)
		if (s->taken && ur_rule_key_same(&s->key, key))
			return s;
	return NULL;
}

const struct ur_tree *ur_trees_get(struct ur_trees *c, const struct ur_rule_key *key,
				   uint32_t *generation)
{
	struct slot *s = find(c, key);

	if (!s || !s->tree)
		return NULL;
	s->used = ++c->clock;
	*generation = s->generation;
	return s->tree;
}

/* The slot to give up: one that is free, else the one not used for longest. With @full, one
 * that holds a tree. */
static struct slot *oldest(struct ur_trees *c, bool full)
{
	struct slot *best = full ? NULL : c->slots;

	for (struct slot *s = c->slots; s < c->slots + SLOTS; s++) {
		if (full && !s->tree)
			continue;
		if (!best || !s->taken || (best->taken && s->used < best->used))
			best = s;
	}
	return best;
}

static size_t size_of(const struct ur_trees *c)
{
	size_t size = 0;

	for (const struct slot *s = c->slots; s < c->slots + SLOTS; s++)
		size += s->tree ? ur_tree_size(s->tree) : 0;
	return size;
}

const struct ur_tree *ur_trees_put(struct ur_trees *c, const struct ur_rule_key *key,
				   uint32_t generation, struct ur_tree *tree)
{
	struct slot *s = find(c, key);

	if (s)
		empty(s);
	if (ur_tree_size(tree) > c->max) {
		ur_tree_free(tree);
		return NULL;
	}
	while (size_of(c) + ur_tree_size(tree) > c->max)
		empty(oldest(c, true));
	s = oldest(c, false);
	empty(s);
	*s = (struct slot){
		.taken = true,
		.key = *key,
		.tree = tree,
		.generation = generation,
		.used = ++c->clock,
	};
	return tree;
}

void ur_trees_fail(struct ur_trees *c, const struct ur_rule_key *key, uint32_t generation,
		   const char *why)
{
	struct slot *s = find(c, key);

	if (!s) {
		s = oldest(c, false);
		empty(s);
		*s = (struct slot){ .taken = true, .key = *key, .used = ++c->clock };
	}
	s->failed = generation;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

const char *ur_trees_failure(struct ur_trees *c, const struct ur_rule_key *key, uint32_t generation)
{
	const struct slot *s = find(c, key);

	return s && s->why[0] && s->failed == generation ? s->why : NULL;
}

/* ---- how much time tools may take ---- */

static struct account *account_of(struct ur_trees *c, uint32_t netns)
{
	struct account *a;

	for (a = c->accounts; a < c->accounts + ACCOUNTS; a++)
		if (a->netns == netns)
			return a;
	a = &c->accounts[c->next++ % ACCOUNTS];
	*a = (struct account){ .netns = netns };
	return a;
}

static void give_back(struct account *a, uint64_t now_ns)
{
	uint64_t back = (now_ns - a->at_ns) / SHARE;

	a->used_ns = a->used_ns > back ? a->used_ns - back : 0;
	a->at_ns = now_ns;
}

bool ur_trees_may_read(struct ur_trees *c, uint32_t netns, uint64_t now_ns)
{
	struct account *a = account_of(c, netns);

	give_back(a, now_ns);
	return a->used_ns < ADVANCE_NS;
}

void ur_trees_did_read(struct ur_trees *c, uint32_t netns, uint64_t from_ns, uint64_t to_ns)
{
	struct account *a = account_of(c, netns);

	give_back(a, to_ns);
	a->used_ns += to_ns - from_ns;
}
