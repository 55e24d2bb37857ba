// SPDX-License-Identifier: GPL-2.0-only
/* xt.c - from an event to the rule, through getsockopt() and iptables-save. */
#include "user/enrich/xt.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/rule_cache.h"
#include "user/enrich/rule_trees.h"
#include "user/enrich/xt_drop.h"
#include "user/enrich/xt_prefetch.h"
#include "user/enrich/xt_seen.h"
#include "user/enrich/xt_table.h"
#include "user/enrich/xt_way.h"

#define CACHE_BYTES (8u << 20)
#define TREES_BYTES (16u << 20)
#define HANDED_MAX  (4u << 20)
#define TRIES       3
#define TABLES      64
#define RULES_MAX   20000          /* in a table that is listed while events wait */
#define REST_NS     60000000000ull /* after the tool ran into its timeout */

/* When a table of a namespace was first seen as it was last. */
struct seen {
	uint32_t netns; /* 0: free */
	bool ipv6;
	uint64_t cookie;
	uint64_t digest;
	uint64_t at_ns;
};

/* A tree that was read ahead, on its way to those that are kept. */
struct handed {
	struct ur_rule_key key;
	struct ur_tree *tree; /* NULL: none */
};

struct ur_xt {
	struct ur_rule_cache *cache; /* by namespace, digest and offset */
	struct ur_trees *trees;      /* by namespace, digest and family */
	struct ur_rule_key tree;     /* that of the last rule, table 0: not found */
	uint64_t rest_until;         /* ns */
	unsigned next;               /* the slot to reuse */
	bool large;                  /* the last rule's table: it is listed ahead only */
	bool behind;                 /* ...and that is yet to come */
	struct ur_xt_clock clock;
	pthread_mutex_t lock;     /* of... */
	struct handed handed[2];  /* ...the last one of each version of IP */
	struct ur_xt_seen *known; /* where tables are known by how often they were replaced... */
	struct seen seen[TABLES]; /* ...and where not */
};

/* What is remembered of the event's rule, from before. */
struct cached {
	bool there;
	struct ur_xt_content table;
	struct ur_rule_text text;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int ur_xt_new(struct ur_xt **ret)
{
	ur_cleanup(ur_xt_freep) struct ur_xt *xt = calloc(1, sizeof(*xt));
	int r;

	if (!xt)
		return -ENOMEM;
	pthread_mutex_init(&xt->lock, NULL);
	r = ur_rule_cache_new(CACHE_BYTES, &xt->cache)    ?:
		    ur_trees_new(TREES_BYTES, &xt->trees) ?:
							    ur_xt_seen_new(&xt->known);
	if (r)
		return r;
	*ret = ur_take(xt);
	return 0;
}

void ur_xt_free(struct ur_xt *xt)
{
	if (!xt)
		return;
	for (int i = 0; i < 2; i++)
		ur_tree_free(xt->handed[i].tree);
	pthread_mutex_destroy(&xt->lock);
	ur_xt_seen_free(xt->known);
	ur_trees_free(xt->trees);
	ur_rule_cache_free(xt->cache);
	free(xt);
}

void ur_xt_count(struct ur_xt *xt, uint32_t (*now)(const void *arg), const void *arg)
{
	xt->clock = (struct ur_xt_clock){ now, arg };
}

/* Is the table, as it is now, surely what it was at @ts_ns, in the past? */
static bool stood_still(struct ur_xt *xt, const struct ur_rule_key *key, bool ipv6, uint64_t ts_ns)
{
	struct seen *s, *end = xt->seen + TABLES;

	for (s = xt->seen; s < end; s++)
		if (s->netns == key->netns && s->cookie == key->cookie && s->ipv6 == ipv6)
			break;
	if (s == end) {
		s = &xt->seen[xt->next++ % TABLES];
		*s = (struct seen){ .netns = key->netns, .cookie = key->cookie, .ipv6 = ipv6 };
	}
	if (s->digest != key->table) {
		s->digest = key->table;
		s->at_ns = now_ns();
	}
	return s->at_ns <= ts_ns;
}

/* Find the entry that fired: it lies where it lay then, and says what it said. */
static int locate(const struct ur_rule *want, const struct ur_xt_reading *b,
		  struct ur_xt_rule *rule)
{
	int r = -ESTALE;

	if (b->table.size == want->xt_size && b->num_entries == want->xt_number)
		r = ur_xt_find(&b->table, want->xt_entry_off, rule);
	if (!r && want->xt_digest && want->xt_digest != rule->digest)
		r = -ESTALE;
	return r == -ENOENT || (!r && strcmp(rule->target, "REJECT")) ? -ESTALE : r;
}

static void describe(const struct ur_rule *want, const struct ur_xt_rule *rule,
		     struct ur_rule_text *ret)
{
	snprintf(ret->table, sizeof(ret->table), "%s", want->table);
	snprintf(ret->chain, sizeof(ret->chain), "%s", rule->chain);
	snprintf(ret->comment, sizeof(ret->comment), "%s", rule->comment);
	ret->number = rule->number;
}

/* Why a text is missing that is only read ahead. */
static void say_behind(struct ur_xt *xt, const struct ur_xt_content *content,
		       struct ur_rule_text *ret)
{
	xt->behind = !content->ahead;
	if (!content->ahead)
		snprintf(ret->reason, sizeof(ret->reason),
			 "its table of %u entries is being read, which takes a while",
			 content->entries);
	else if (content->why[0])
		memcpy(ret->reason, content->why, sizeof(content->why));
	else
		snprintf(ret->reason, sizeof(ret->reason),
			 "the rules of its table that reject are more than are kept");
}

/* Is the text of @rule not to be read while events wait? Then @ret says why it is missing;
 * that is remembered, to be spared looking at the table for the next event. */
static bool too_many(struct ur_xt *xt, const struct ur_xt_when *when, const struct ur_rule_key *key,
		     const struct ur_xt_reading *b, const struct ur_xt_rule *rule,
		     struct ur_rule_text *ret)
{
	const struct ur_rule_span span = { .digest = rule->digest };
	struct ur_xt_content content = { .entries = b->num_entries };

	xt->large = b->num_entries > RULES_MAX && when->generation;
	if (!xt->large || ret->looked == UR_FOUND)
		return xt->large;
	ur_xt_seen_get(xt->known, when, &content);
	say_behind(xt, &content, ret);
	ur_rule_cache_add(xt->cache, key, ret, &span);
	return true;
}

static int say(struct ur_rule_text *ret, enum ur_looked looked, const char *reason)
{
	ret->looked = looked;
	snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
	return 0;
}

static struct ur_rule_key table_key(const struct ur_event *ev, uint64_t cookie, uint64_t digest)
{
	return (struct ur_rule_key){ ev->netns_inum, cookie, digest, ev->family };
}

/* Take over what was read ahead. */
static void take_handed(struct ur_xt *xt)
{
	struct handed taken[2];

	pthread_mutex_lock(&xt->lock);
	memcpy(taken, xt->handed, sizeof(taken));
	memset(xt->handed, 0, sizeof(taken));
	pthread_mutex_unlock(&xt->lock);
	for (int i = 0; i < 2; i++)
		if (taken[i].tree)
			ur_trees_put(xt->trees, &taken[i].key, 0, taken[i].tree);
}

static bool has_tree(struct ur_xt *xt, const struct ur_rule_key *table)
{
	uint32_t generation;

	return ur_trees_get(xt->trees, table, &generation);
}

/* List the table, for the rule's text and the way to it. */
static void list(struct ur_xt *xt, const struct ur_ipt_rule *which, const struct ur_rule_key *table,
		 struct ur_tree **tree, struct ur_rule_text *ret)
{
	const uint64_t start = now_ns();
	int r;

	if (start < xt->rest_until) {
		snprintf(ret->reason, sizeof(ret->reason),
			 "listing the rules took too long before");
		return;
	}
	r = ur_xt_read(which, tree, ret->text, ret->reason, sizeof(ret->reason));
	if (r)
		ur_trees_fail(xt->trees, table, 0, ret->reason);
	if (r == -E2BIG || r == -EBADMSG) /* no tree, but the one rule may do */
		r = ur_ipt_save(which, ret->text, ret->reason, sizeof(ret->reason));
	if (r == -ETIMEDOUT)
		xt->rest_until = now_ns() + REST_NS;
	ur_trees_did_read(xt->trees, table->netns, start, now_ns());
	ret->iptables_text = !r;
	ret->looked = r ? UR_COULD_NOT : UR_FOUND;
}

/* Is the listing needed for the text, or only for the way, and then within bounds? */
static bool may_list(struct ur_xt *xt, const struct ur_rule_key *table, bool only_way)
{
	return !only_way ||
	       (!has_tree(xt, table) && !ur_trees_failure(xt->trees, table, 0) &&
		now_ns() >= xt->rest_until && ur_trees_may_read(xt->trees, table->netns, now_ns()));
}

/* Fill @ret with what is said of @rule in @b: what was remembered, or what the tool lists. Then
 * true: @b is to be looked at again. */
static bool read_text(struct ur_xt *xt, const struct ur_event *ev, const struct ur_xt_when *when,
		      const struct ur_xt_reading *b, const struct ur_xt_rule *rule,
		      struct ur_tree **tree, struct ur_rule_text *ret)
{
	const struct ur_rule_key key = { ev->netns_inum, when->cookie, b->digest,
					 ev->rule.xt_entry_off };
	const struct ur_rule_key table = table_key(ev, when->cookie, b->digest);
	const struct ur_ipt_rule which = {
		.ipv6 = b->table.ipv6,
		.table = ev->rule.table,
		.chain = rule->chain,
		.number = rule->number,
		.count = rule->count,
	};
	struct ur_rule_text known;
	struct ur_rule_span span;

	if (ur_rule_cache_get(xt->cache, &key, ret, &span) && ret->looked == UR_FOUND)
		known = *ret;
	else
		known.looked = UR_COULD_NOT;
	if (known.looked != UR_FOUND)
		describe(&ev->rule, rule, ret);
	if (too_many(xt, when, &key, b, rule, ret) ||
	    !may_list(xt, &table, known.looked == UR_FOUND))
		return false;
	list(xt, &which, &table, tree, ret);
	if (known.looked == UR_FOUND)
		*ret = known;
	return true;
}

static struct ur_xt_when when_of(const struct ur_event *ev, uint64_t cookie, uint32_t generation)
{
	return (struct ur_xt_when){ ev->netns_inum, cookie, ev->family == 6, generation };
}

/* Is the table still what it was when @b was read, at @generation? */
static int still_so(struct ur_xt *xt, const struct ur_rule *want, const struct ur_xt_reading *b,
		    uint32_t generation)
{
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading after = {};
	int r;

	if (generation && ur_xt_now(&xt->clock) == generation)
		return 0;
	r = ur_xt_table_read(want->table, b->table.ipv6, &after);
	return r ? r : after.digest == b->digest ? 0 : -EAGAIN;
}

/* One attempt. Returns -EAGAIN when the table was replaced meanwhile. */
static int read_rule(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev,
		     struct ur_rule_text *ret)
{
	const bool ipv6 = ev->family == 6;
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading b = {};
	struct ur_rule_key key = { ev->netns_inum, cookie, 0, ev->rule.xt_entry_off };
	struct ur_xt_when when = when_of(ev, cookie, ur_xt_now(&xt->clock));
	struct ur_xt_rule rule;
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	int r = ur_xt_table_read(ev->rule.table, ipv6, &b);

	*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
	if (!r && when.generation && ur_xt_now(&xt->clock) == when.generation)
		ur_xt_seen_put(xt->known, &when, b.digest, b.num_entries);
	else
		when.generation = 0;
	if (!r)
		r = locate(&ev->rule, &b, &rule);
	if (r == -ESTALE)
		return say(ret, UR_CHANGED, "the table was replaced since");
	if (r)
		return r;
	key.table = b.digest;
	if (read_text(xt, ev, &when, &b, &rule, &tree, ret)) {
		ur_xt_table_clear(&b); /* its digest stays; a table can be large */
		r = still_so(xt, &ev->rule, &b, when.generation);
		if (r)
			return r;
		if (ret->looked == UR_FOUND)
			ur_rule_cache_put(xt->cache, &key, ret,
					  &(struct ur_rule_span){ .digest = rule.digest });
	}
	ret->generation_same = when.generation && when.generation == ev->rule.generation;
	ret->generation_same |= stood_still(xt, &key, ipv6, ev->ts_ns);
	xt->tree = table_key(ev, cookie, b.digest);
	if (tree)
		ur_trees_put(xt->trees, &xt->tree, 0, ur_take(tree));
	return 0;
}

/* What the event's rule said is known, when its table was read while it was so. */
static void recall(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev, struct cached *c)
{
	const struct ur_xt_when when = when_of(ev, cookie, ev->rule.generation);
	struct ur_rule_key key = { ev->netns_inum, cookie, 0, ev->rule.xt_entry_off };
	struct ur_rule_span span;

	c->there = false;
	if (!ur_xt_seen_get(xt->known, &when, &c->table))
		return;
	key.table = c->table.digest;
	c->there = ur_rule_cache_get(xt->cache, &key, &c->text, &span) &&
		   (!ev->rule.xt_digest || span.digest == ev->rule.xt_digest);
}

static void read_now(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev,
		     struct ur_rule_text *ret)
{
	int r = -EAGAIN;

	if (!ur_xt_table_exists(ev->rule.table, ev->family == 6)) {
		say(ret, UR_CHANGED, "the table is gone since");
		return;
	}
	for (int i = 0; i < TRIES && r == -EAGAIN; i++)
		r = read_rule(xt, cookie, ev, ret);
	if (!r)
		return;
	*ret = (struct ur_rule_text){};
	say(ret, UR_COULD_NOT, r == -EAGAIN ? "the table keeps changing" : strerror(-r));
}

static void find_rule(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev,
		      struct ur_rule_text *ret)
{
	struct cached c;

	*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
	if (!(ev->rule.flags & UR_RULE_XT)) {
		say(ret, UR_COULD_NOT, "the kernel side could not tell which rule it was");
		return;
	}
	recall(xt, cookie, ev, &c);
	xt->tree = table_key(ev, cookie, c.there ? c.table.digest : 0);
	if (c.there && ur_xt_now(&xt->clock) == ev->rule.generation &&
	    (c.table.entries > RULES_MAX || has_tree(xt, &xt->tree))) {
		*ret = c.text;
		ret->generation_same = true;
		xt->large = c.table.entries > RULES_MAX;
		if (ret->looked != UR_FOUND)
			say_behind(xt, &c.table, ret);
		return;
	}
	xt->tree.table = 0;
	read_now(xt, cookie, ev, ret);
	if (c.there && c.text.looked == UR_FOUND &&
	    ret->looked != UR_FOUND) { /* its place was true only then */
		*ret = c.text;
		ret->number = 0;
	}
}

void ur_xt_rule(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev)
{
	const struct ur_tree *tree;
	uint32_t generation;

	xt->tree = (struct ur_rule_key){};
	xt->large = xt->behind = false;
	take_handed(xt);
	find_rule(xt, cookie, &ev->ev, &ev->rule);
	if (ev->rule.chain[0] && ur_xt_builtin(ev->ev.rule.hook))
		strcpy(ev->rule.base_chain, ur_xt_builtin(ev->ev.rule.hook));
	tree = xt->tree.table ? ur_trees_get(xt->trees, &xt->tree, &generation) : NULL;
	if (tree)
		ur_xt_fill_way(tree, ev);
	else if (xt->large && ev->rule.looked == UR_FOUND)
		snprintf(ev->way.reason, sizeof(ev->way.reason),
			 "the table has more than %d rules: too many to list them all", RULES_MAX);
	else
		snprintf(ev->way.reason, sizeof(ev->way.reason), "%s", ev->rule.reason);
}

void ur_xt_dropper(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev)
{
	take_handed(xt);
	ur_xt_drop(xt->trees, cookie, ev);
}

bool ur_xt_behind(const struct ur_xt *xt)
{
	return xt->behind;
}

/* Give @tree, if not NULL, to the thread that asks for rules. */
static void hand(struct ur_xt *xt, const struct ur_xt_when *when, uint64_t digest,
		 struct ur_tree *tree)
{
	struct handed *h = &xt->handed[when->ipv6];
	struct ur_tree *old = tree;

	if (!tree)
		return;
	if (ur_tree_size(tree) <= HANDED_MAX) {
		pthread_mutex_lock(&xt->lock);
		old = h->tree;
		*h = (struct handed){ { when->netns, when->cookie, digest, when->ipv6 ? 6 : 4 },
				      tree };
		pthread_mutex_unlock(&xt->lock);
	}
	ur_tree_free(old);
}

int ur_xt_prefetch(struct ur_xt *xt, uint32_t netns, uint64_t cookie)
{
	struct ur_xt_when when = { .netns = netns, .cookie = cookie };
	struct ur_tree *tree;
	uint64_t digest = 0;
	int r[2] = {};

	for (int i = 0; i < 2; i++) {
		when.ipv6 = i;
		r[i] = ur_xt_prefetch_run(xt->cache, xt->known, &xt->clock, when, &digest, &tree);
		hand(xt, &when, digest, tree);
	}
	return r[0] ? r[0] : r[1];
}

void ur_xt_netns_gone(struct ur_xt *xt, uint32_t netns)
{
	ur_xt_seen_netns_gone(xt->known, netns);
}
