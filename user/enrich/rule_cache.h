/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_cache.h - texts of nftables rules, by what never changes about a rule.
 *
 * A rule's handle is unique in its table, a table's in its namespace, and both are never
 * given again while that lives (nf_tables_alloc_handle(), nf_tables_newtable()); a rule is
 * replaced, not changed. So a text read once is the rule's for good, deleted or not; until
 * nf_tables itself is unloaded, which then counts from 1 again. Any thread may call.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/cleanup.h"
#include "user/evidence.h"

struct ur_rule_cache;

struct ur_rule_key {
	uint32_t netns;  /* inode number, recycled by the kernel... */
	uint64_t cookie; /* ...hence this one; 0: not known, fits any */
	uint64_t table;  /* handle */
	uint64_t rule;   /* handle */
};

/* True for the same rule, or table; namespaces whose cookie isn't known are the same by number. */
bool ur_rule_key_same(const struct ur_rule_key *a, const struct ur_rule_key *b);

/* An empty cache that holds at most @max_bytes, its own upkeep included; the entry not
 * used for longest makes room. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_rule_cache_new(size_t max_bytes, struct ur_rule_cache **ret);
void ur_rule_cache_free(struct ur_rule_cache *cache);
UR_DEFINE_CLEANUP(struct ur_rule_cache, ur_rule_cache_free)

/* Fill *@text, and *@generation with that of the rule set it was read in, from the entry
 * for @key. False: there is none. */
bool ur_rule_cache_get(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		       struct ur_rule_text *text, uint32_t *generation);

/* Is there an entry for @key? */
bool ur_rule_cache_has(struct ur_rule_cache *cache, const struct ur_rule_key *key);

/* Forget all. */
void ur_rule_cache_clear(struct ur_rule_cache *cache);

/* Remember a copy of @text, in place of an earlier one. Returns 0 or -ENOMEM. */
int ur_rule_cache_put(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		      const struct ur_rule_text *text, uint32_t generation);

/* Bytes in use. */
size_t ur_rule_cache_size(const struct ur_rule_cache *cache);
