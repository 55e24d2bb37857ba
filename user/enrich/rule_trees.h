/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_trees.h - the trees of the tables that events came from, kept for the next ones. */
#include "user/enrich/rule_cache.h"
#include "user/enrich/rule_tree.h"

struct ur_trees;

/* An empty cache that holds at most @max_bytes of trees; the one not used for longest makes
 * room. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_trees_new(size_t max_bytes, struct ur_trees **ret);
void ur_trees_free(struct ur_trees *c);
UR_DEFINE_CLEANUP(struct ur_trees, ur_trees_free)

/* The tree kept for @key, and in *@generation that of the rules it was read from. NULL: none.
 * Borrowed until the next ur_trees_put(). */
const struct ur_tree *ur_trees_get(struct ur_trees *c, const struct ur_rule_key *key,
				   uint32_t *generation);

/* Keep @tree, whose ownership passes, in place of an earlier one; what is too large for the
 * cache is freed. Returns the tree, borrowed as above, or NULL when it was freed. */
const struct ur_tree *ur_trees_put(struct ur_trees *c, const struct ur_rule_key *key,
				   uint32_t generation, struct ur_tree *tree);

/* The tree for @key could not be had of @generation, because of @why; an earlier one stays. */
void ur_trees_fail(struct ur_trees *c, const struct ur_rule_key *key, uint32_t generation,
		   const char *why);

/* Why that was so for @generation; NULL: it wasn't tried, or done. */
const char *ur_trees_failure(struct ur_trees *c, const struct ur_rule_key *key,
			     uint32_t generation);

/* May a tool be run for namespace @netns at @now_ns? Tools get a share of the time, and some
 * in advance, so that rules that change all the time don't keep the host busy listing them. */
bool ur_trees_may_read(struct ur_trees *c, uint32_t netns, uint64_t now_ns);

/* It took from @from_ns to @to_ns. */
void ur_trees_did_read(struct ur_trees *c, uint32_t netns, uint64_t from_ns, uint64_t to_ns);
