// SPDX-License-Identifier: GPL-2.0-only
/* nft_way.c - which tables to list for an event, and what their trees say of it. */
#include "user/enrich/nft_way.h"
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/rule_way.h"

#define TREES_BYTES (24u << 20)
#define RULES_MAX   20000 /* in a table that is listed while events wait */
#define TIMEOUT_MS  5000
#define BASES_MAX   64
#define EARLIER_MAX 4 /* base chains that are looked into */

struct ur_nft_ways {
	struct ur_trees *trees;
	/* the base chains of one namespace at one generation */
	uint32_t netns;
	uint64_t cookie;
	uint32_t generation;
	size_t nbases;
	struct ur_nft_base bases[BASES_MAX];
};

int ur_nft_ways_new(struct ur_nft_ways **ret)
{
	ur_cleanup(ur_nft_ways_freep) struct ur_nft_ways *w = calloc(1, sizeof(*w));
	int r = w ? ur_trees_new(TREES_BYTES, &w->trees) : -ENOMEM;

	if (r)
		return r;
	*ret = ur_take(w);
	return 0;
}

void ur_nft_ways_free(struct ur_nft_ways *w)
{
	if (!w)
		return;
	ur_trees_free(w->trees);
	free(w);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* ---- reading a table ---- */

static struct ur_rule_key key_of(const struct ur_nft_which *which)
{
	return (struct ur_rule_key){
		.netns = which->netns,
		.cookie = which->cookie,
		.table = which->table,
		.rule = which->xt, /* the same table is another tree in other words */
	};
}

/* Rules that the kernel has, and how many of them are in chains without a name. */
struct count {
	const struct ur_nft_which *which;
	uint32_t rules;
	uint32_t anonymous;
};

static int on_rule(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct count *c = arg;
	struct ur_nft_rule rule;

	/* filtered by the kernel (nf_tables_dump_rules()), and to be sure here */
	if (!ur_nft_parse_rule(family, attrs, len, &rule) || family != c->which->family ||
	    strcmp(rule.table, c->which->name))
		return 0;
	c->rules++;
	c->anonymous += ur_nft_is_anonymous(rule.chain);
	return c->rules > RULES_MAX ? -E2BIG : 0;
}

static int count_rules(struct ur_nfnl *nl, struct count *c)
{
	const struct ur_nfnl_arg args[] = {
		{ .type = NFTA_RULE_TABLE, .string = c->which->name },
	};

	return ur_nfnl_get(nl, NFT_MSG_GETRULE, c->which->family, true, args, 1, on_rule, c);
}

static int list(const struct ur_nft_which *which, struct ur_tree **tree, char *why, size_t why_len)
{
	const struct ur_nft_list nft = { .family = which->family,
					 .table = which->name,
					 .timeout_ms = TIMEOUT_MS };
	const struct ur_ipt_rule ipt = { .nft = true,
					 .ipv6 = which->family == NFPROTO_IPV6,
					 .table = which->name };

	return which->xt ? ur_rule_read_ipt(&ipt, TIMEOUT_MS, tree, why, why_len) :
			   ur_rule_read_nft(&nft, tree, why, why_len);
}

/* List the table; what was read must be what the kernel has, from start to end. */
static int read_tree(struct ur_nfnl *nl, const struct ur_nft_which *which, uint32_t generation,
		     struct ur_tree **ret, char *why, size_t why_len)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	struct count c = { .which = which };
	uint32_t after;
	int r = count_rules(nl, &c);

	if (r == -E2BIG)
		snprintf(why, why_len,
			 "the table has more than %d rules: too many to list them all", RULES_MAX);
	if (!r)
		r = list(which, &tree, why, why_len);
	if (!r)
		r = ur_nft_generation(nl, &after);
	if (!r && after != generation)
		r = -EINTR;
	if (!r && tree->nrules != c.rules && tree->nrules != c.rules - c.anonymous)
		r = -ESTALE;
	if (r) {
		if (!*why)
			snprintf(why, why_len, "%s",
				 r == -EINTR ?
					 "the rule set keeps changing" :
				 r == -ESTALE ?
					 "the listing has not the rules that the kernel has" :
				 r == -ETIMEDOUT ?
					 "the kernel took too long to show the table's rules" :
					 strerror(-r));
		return r;
	}
	*ret = ur_take(tree);
	return 0;
}

void ur_nft_keep_tree(struct ur_nft_ways *w, const struct ur_nft_which *which, uint32_t generation,
		      struct ur_tree *tree)
{
	const struct ur_rule_key key = key_of(which);

	ur_trees_put(w->trees, &key, generation, tree);
}

const struct ur_tree *ur_nft_tree(struct ur_nft_ways *w, const struct ur_nft_which *which,
				  uint32_t *generation, char *why, size_t why_len)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	const struct ur_rule_key key = key_of(which);
	const struct ur_tree *old = ur_trees_get(w->trees, &key, generation);
	struct ur_tree *tree = NULL;
	uint64_t start = now_ns();
	uint32_t now = 0;
	int r = ur_nfnl_open(&nl) ?: ur_nft_generation(&nl, &now);

	*why = '\0';
	if (!r && old && *generation == now)
		return old;
	if (r)
		snprintf(why, why_len, "nf_tables can't be asked: %s", strerror(-r));
	else if (ur_trees_failure(w->trees, &key, now))
		snprintf(why, why_len, "%s", ur_trees_failure(w->trees, &key, now));
	else if (!ur_trees_may_read(w->trees, which->netns, start))
		snprintf(why, why_len, "the rules change too often to be listed each time");
	if (*why)
		return old;
	r = read_tree(&nl, which, now, &tree, why, why_len);
	ur_trees_did_read(w->trees, which->netns, start, now_ns());
	if (r && r != -EINTR)
		ur_trees_fail(w->trees, &key, now, why);
	if (r)
		return old;
	*generation = now;
	return ur_trees_put(w->trees, &key, now, tree);
}

/* ---- base chains that came before ---- */

static int on_base(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct ur_nft_ways *w = arg;
	struct ur_nft_base *b = &w->bases[w->nbases];

	if (w->nbases == BASES_MAX)
		return 1;
	b->table = 0;
	if (ur_nft_parse_chain(family, attrs, len, &b->chain) && b->chain.base)
		w->nbases++;
	return 0;
}

static int on_table(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct ur_nft_ways *w = arg;
	struct ur_nft_table t;

	if (!ur_nft_parse_table(family, attrs, len, &t))
		return 0;
	for (struct ur_nft_base *b = w->bases; b < w->bases + w->nbases; b++)
		if (b->chain.family == t.family && !strcmp(b->chain.table, t.name))
			b->table = t.handle;
	return 0;
}

/* Know the base chains of the namespace, as of generation @now. */
static bool know_bases(struct ur_nft_ways *w, const struct ur_nft_which *which, uint32_t now)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t after;
	int r;

	if (w->netns == which->netns && w->cookie == which->cookie && w->generation == now)
		return true;
	w->netns = 0;
	w->nbases = 0;
	r = ur_nfnl_open(&nl) ?:
		    ur_nfnl_get(&nl, NFT_MSG_GETCHAIN, NFPROTO_UNSPEC, true, NULL, 0, on_base, w);
	if (!r)
		r = ur_nfnl_get(&nl, NFT_MSG_GETTABLE, NFPROTO_UNSPEC, true, NULL, 0, on_table, w);
	if (!r)
		r = ur_nft_generation(&nl, &after);
	if (r || after != now)
		return false;
	w->netns = which->netns;
	w->cookie = which->cookie;
	w->generation = now;
	return true;
}

int ur_nft_bases(struct ur_nft_ways *w, const struct ur_nft_which *which,
		 const struct ur_nft_base **ret, size_t *n)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t now;
	int r = ur_nfnl_open(&nl) ?: ur_nft_generation(&nl, &now);

	if (r)
		return r;
	if (!know_bases(w, which, now))
		return -EINTR;
	*ret = w->bases;
	*n = w->nbases;
	return w->nbases == BASES_MAX ? -E2BIG : 0;
}

/* Did the packet meet @b before the chain that it was refused in? */
static bool is_earlier(const struct ur_nft_base *b, const struct ur_evidence *ev)
{
	const struct ur_rule *r = &ev->ev.rule;

	return b->table && b->chain.hook == r->hook &&
	       (b->chain.family == r->pf || (b->chain.family == NFPROTO_INET &&
					     (r->pf == NFPROTO_IPV4 || r->pf == NFPROTO_IPV6))) &&
	       b->chain.priority < ev->rule.priority;
}

static bool accepted_by(struct ur_nft_ways *w, const struct ur_nft_which *which,
			const struct ur_nft_base *b, uint32_t now, struct ur_evidence *ev)
{
	const struct ur_flow flow = ur_flow_of(ev);
	struct ur_nft_which other = *which;
	const struct ur_tree *tree;
	char why[UR_REASON_MAX];
	uint32_t generation, chain;

	other.family = b->chain.family;
	other.name = b->chain.table;
	other.table = b->table;
	other.xt = false;
	tree = ur_nft_tree(w, &other, &generation, why, sizeof(why));
	if (!tree || generation != now)
		return false;
	chain = ur_tree_find_chain(tree, b->chain.name);
	if (chain == UR_TREE_NONE || !ur_way_accepted(tree, chain, &flow, &ev->way.accepted))
		return false;
	ev->way.accepted.family = b->chain.family;
	memccpy(ev->way.accepted.table, b->chain.table, '\0', sizeof(ev->way.accepted.table) - 1);
	return true;
}

/* accept ends a base chain, not the packet's way: the next base chain may refuse it. */
static void find_accepted(struct ur_nft_ways *w, const struct ur_nft_which *which, uint32_t now,
			  struct ur_evidence *ev)
{
	unsigned looked = 0;

	if (!ev->rule.base_chain[0] || !know_bases(w, which, now))
		return;
	for (size_t i = 0; i < w->nbases && looked < EARLIER_MAX; i++) {
		const struct ur_nft_base b = w->bases[i];

		if (!is_earlier(&b, ev))
			continue;
		looked++;
		if (accepted_by(w, which, &b, now, ev))
			return;
	}
}

/* ---- the way ---- */

struct ur_rule_place ur_nft_rule_place(const struct ur_nft_place *place)
{
	return (struct ur_rule_place){
		.chain = place->rule.chain,
		.handle = place->rule.handle,
		.number = place->number,
		.count = place->count,
		.anonymous = ur_nft_is_anonymous(place->rule.chain),
	};
}

/* As far as the event and what was remembered of the rule tell it. */
static struct ur_rule_place place_of(const struct ur_evidence *ev)
{
	const char *chain = ev->rule.chain[0] ? ev->rule.chain : ev->ev.rule.chain;

	return (struct ur_rule_place){
		.chain = chain,
		.handle = ev->ev.rule.handle,
		.number = ev->rule.number,
		.anonymous = ur_nft_is_anonymous(chain),
	};
}

static void complete_base(const struct ur_tree *tree, struct ur_evidence *ev)
{
	const char *name = ev->way.nsteps ? ev->way.step[0].chain : ev->rule.chain;
	uint32_t chain = ur_tree_find_chain(tree, name);

	if (!ev->way.known || chain == UR_TREE_NONE || ev->rule.base_chain[0])
		return;
	snprintf(ev->rule.base_chain, sizeof(ev->rule.base_chain), "%s", name);
	ev->rule.priority = tree->chains[chain].priority;
}

void ur_nft_way(struct ur_nft_ways *w, const struct ur_nft_which *which,
		const struct ur_nft_place *found, bool same, struct ur_evidence *ev)
{
	const struct ur_rule_place place = found->count ? ur_nft_rule_place(found) : place_of(ev);
	const uint32_t now = found->generation;
	struct ur_way_query q = { .hook = ev->ev.rule.hook, .flow = ur_flow_of(ev) };
	const struct ur_rule_key key = key_of(which);
	uint32_t generation = 0;

	q.tree = now ? ur_nft_tree(w, which, &generation, ev->way.reason, sizeof(ev->way.reason)) :
		       ur_trees_get(w->trees, &key, &generation);
	if (!q.tree)
		return;
	q.rule = ur_rule_find(q.tree, &place);
	if (q.rule == UR_TREE_NONE) {
		if (!ev->way.reason[0])
			strcpy(ev->way.reason, "the rule is not in the table any more");
		return;
	}
	q.same = same && generation == now;
	ur_way_find(&q, &ev->way);
	if (ur_tree_find_chain(q.tree, "shorewall") != UR_TREE_NONE)
		ev->way.marks |= UR_MARK_SHOREWALL;
	complete_base(q.tree, ev);
	if (generation == now)
		find_accepted(w, which, now, ev);
}
