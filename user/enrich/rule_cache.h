/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_cache.h - texts of rules, by their numbers and by when they were true.
 *
 * A rule's handle is unique in its table, and a table's in all of nf_tables; neither is given
 * again (nf_tables_alloc_handle(), nf_tables_newtable()), until nf_tables is unloaded. But
 * "nft replace", as "iptables-nft -R", puts another rule under the handle of the old one. So
 * a text is that of a rule's generations from one that it was read in to the last one that
 * the rule was seen unchanged in. Any thread may call.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"
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

/* Generations of the rule set, both included, and ur_nft_rule.digest. */
struct ur_rule_span {
	uint32_t first; /* 0: not known */
	uint32_t last;
	uint64_t digest;
	bool placed; /* number and base chain in the text are of @last */
};

/* Is @generation one of @span? */
static inline bool ur_rule_spans(const struct ur_rule_span *span, uint32_t generation)
{
	return generation && span->first && generation - span->first <= span->last - span->first;
}

/* An empty cache that holds at most @max_bytes, its own upkeep included; the entry not
 * used for longest makes room. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_rule_cache_new(size_t max_bytes, struct ur_rule_cache **ret);
void ur_rule_cache_free(struct ur_rule_cache *cache);
UR_DEFINE_CLEANUP(struct ur_rule_cache, ur_rule_cache_free)

/* Fill *@text and *@span from the entry for @key. False: there is none. */
bool ur_rule_cache_get(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		       struct ur_rule_text *text, struct ur_rule_span *span);

/* The rule of @key was seen with @digest in @generation. Returns true when that is what its
 * entry says, which from now on reaches so far. */
bool ur_rule_cache_confirm(struct ur_rule_cache *cache, const struct ur_rule_key *key,
			   uint64_t digest, uint32_t generation);

/* Forget all. */
void ur_rule_cache_clear(struct ur_rule_cache *cache);

/* Remember a copy of @text, in place of an earlier one. Returns 0 or -ENOMEM. */
int ur_rule_cache_put(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		      const struct ur_rule_text *text, const struct ur_rule_span *span);

/* The same where there is none; an earlier one stays. */
int ur_rule_cache_add(struct ur_rule_cache *cache, const struct ur_rule_key *key,
		      const struct ur_rule_text *text, const struct ur_rule_span *span);

/* Bytes in use. */
size_t ur_rule_cache_size(struct ur_rule_cache *cache);
