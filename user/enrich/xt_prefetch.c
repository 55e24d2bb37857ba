// SPDX-License-Identifier: GPL-2.0-only
/* xt_prefetch.c - the table, the listing, the table again. */
#include "user/enrich/xt_prefetch.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/rule_read.h"
#include "user/enrich/xt_table.h"

#define TIMEOUT_MS 60000
#define TABLE      "filter"

/* Rules come chain by chain, and by number: the next one is not far. */
struct keeping {
	struct ur_rule_cache *cache;
	const struct ur_tree *tree;
	struct ur_rule_key key;
	uint32_t chain; /* of the last one */
	uint32_t rule;  /* the last one, or UR_TREE_NONE */
};

static void count(uint64_t target_off, const struct ur_xt_rule *rule, void *arg)
{
	size_t *n = arg;

	(void)target_off;
	(void)rule;
	++*n;
}

static uint32_t look_up(struct keeping *k, const struct ur_xt_rule *rule)
{
	const struct ur_tree *t = k->tree;
	uint32_t chain = k->chain, i = k->rule;

	if (i == UR_TREE_NONE || strcmp(ur_tree_text(t, t->chains[chain].name), rule->chain) != 0) {
		chain = ur_tree_find_chain(t, rule->chain);
		i = chain == UR_TREE_NONE ? UR_TREE_NONE : t->chains[chain].first;
	}
	while (i != UR_TREE_NONE && t->rules[i].number < rule->number)
		i = t->rules[i].next;
	k->chain = chain;
	k->rule = i;
	if (i == UR_TREE_NONE || t->rules[i].number != rule->number ||
	    t->rules[i].end != UR_END_REJECT)
		return UR_TREE_NONE;
	return i;
}

static void keep(uint64_t target_off, const struct ur_xt_rule *rule, void *arg)
{
	struct keeping *k = arg;
	uint32_t found = look_up(k, rule);
	struct ur_rule_text text;

	if (found == UR_TREE_NONE)
		return;
	text = (struct ur_rule_text){ .looked = UR_FOUND, .iptables_text = true };
	text.number = rule->number;
	strcpy(text.table, TABLE);
	strcpy(text.chain, rule->chain);
	snprintf(text.comment, sizeof(text.comment), "%s", rule->comment);
	ur_rule_copy_text(k->tree, found, text.text);
	k->key.rule = target_off;
	ur_rule_cache_put(k->cache, &k->key, &text,
			  &(struct ur_rule_span){ .digest = rule->digest });
}

/* Do rules of the table reject, whose texts are not there yet? Then 1. */
static int wants_texts(struct ur_xt_seen *seen, const struct ur_xt_clock *clock,
		       const struct ur_xt_when *when, uint64_t *digest)
{
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading b = {};
	struct ur_xt_content content;
	size_t rejects = 0;
	int r = ur_xt_table_read(TABLE, when->ipv6, &b);

	if (r)
		return r == -EAGAIN ? -EINTR : r;
	if (ur_xt_each_reject(&b.table, count, &rejects) < 0)
		return -EBADMSG;
	if (ur_xt_now(clock) != when->generation)
		return -EINTR;
	ur_xt_seen_put(seen, when, b.digest, b.num_entries);
	*digest = b.digest;
	if (!rejects)
		ur_xt_seen_ahead(seen, when, b.digest, "");
	return !ur_xt_seen_get(seen, when, &content) || !content.ahead;
}

/* Keep what @k->tree says of the rules of the table, if it is of that table. */
static int keep_all(struct keeping *k, const struct ur_xt_when *when, uint64_t digest)
{
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading b = {};
	size_t rejects = 0;
	int r = ur_xt_table_read(TABLE, when->ipv6, &b);

	if (r)
		return r == -EAGAIN ? -EINTR : r;
	if (b.digest != digest)
		return -EINTR;
	if (ur_xt_each_reject(&b.table, count, &rejects) != (int64_t)k->tree->nrules)
		return -ESTALE;
	ur_xt_each_reject(&b.table, keep, k);
	return 0;
}

static int read_texts(struct ur_rule_cache *cache, const struct ur_xt_clock *clock,
		      const struct ur_xt_when *when, uint64_t digest, struct ur_tree **ret,
		      char *why)
{
	const struct ur_ipt_rule which = { .ipv6 = when->ipv6, .table = TABLE };
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	struct keeping k = { .cache = cache, .rule = UR_TREE_NONE };
	char said[UR_REASON_MAX - 32] = "";
	int r = ur_rule_read_ipt(&which, TIMEOUT_MS, &tree, said, sizeof(said));

	if (r) {
		snprintf(why, UR_REASON_MAX, "listing the whole table: %s", said);
		return r;
	}
	if (ur_xt_now(clock) != when->generation)
		return -EINTR; /* it may have been another in between */
	k.tree = tree;
	k.key = (struct ur_rule_key){ when->netns, when->cookie, digest, 0 };
	r = keep_all(&k, when, digest);
	if (r == -ESTALE)
		snprintf(why, UR_REASON_MAX, "iptables-save lists other rules than the kernel");
	else if (r && r != -EINTR)
		snprintf(why, UR_REASON_MAX, "the table can't be read: %s", strerror(-r));
	if (!r)
		*ret = ur_take(tree);
	return r;
}

int ur_xt_prefetch_run(struct ur_rule_cache *cache, struct ur_xt_seen *seen,
		       const struct ur_xt_clock *clock, struct ur_xt_when when, uint64_t *digest,
		       struct ur_tree **tree)
{
	char why[UR_REASON_MAX] = "";
	struct ur_xt_content content;
	int r;

	*tree = NULL;
	when.generation = ur_xt_now(clock);
	if (!when.generation)
		return clock->now ? -EINTR : 0;
	if (!ur_xt_table_exists(TABLE, when.ipv6) ||
	    (ur_xt_seen_get(seen, &when, &content) && content.ahead))
		return 0;
	r = wants_texts(seen, clock, &when, digest);
	if (r <= 0)
		return r;
	r = read_texts(cache, clock, &when, *digest, tree, why);
	if (r != -EINTR && r != -ECANCELED)
		ur_xt_seen_ahead(seen, &when, *digest, why);
	return r;
}
