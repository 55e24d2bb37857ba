// SPDX-License-Identifier: GPL-2.0-only
/* nft.c - from an event to the rule's text, through the cache, the kernel, and the tools. */
#include "user/enrich/nft.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/nft_drop.h"
#include "user/enrich/nft_find.h"
#include "user/enrich/nft_list.h"
#include "user/enrich/nft_prefetch.h"
#include "user/enrich/nft_space.h"
#include "user/enrich/nft_way.h"
#include "user/enrich/rule_cache.h"

#define CACHE_BYTES (8u << 20)
#define TIMEOUT_MS  5000
#define REST_NS     60000000000ull /* after a tool ran into the timeout */
#define TRIES       3

struct ur_nft {
	struct ur_rule_cache *cache;
	struct ur_nft_ways *ways;
	struct ur_nft_place place;  /* of the last rule: found, or but the generation */
	struct ur_nft_spaces rests; /* of the thread that asks for rules */
	struct ur_nft_spaces ahead; /* of the one that reads ahead */
	pthread_mutex_t lock;       /* of... */
	struct ur_nft_spaces seen;
};

/* What the cache has of the event's rule. */
struct cached {
	bool there;
	struct ur_rule_span span;
	struct ur_rule_text text;
};

/* One rule among those of a listing. */
struct pick {
	uint64_t handle;
	uint32_t seen;
	bool found;
	char text[UR_RULE_TEXT_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int ur_nft_new(struct ur_nft **ret)
{
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = calloc(1, sizeof(*nft));
	int r;

	if (!nft)
		return -ENOMEM;
	pthread_mutex_init(&nft->lock, NULL);
	r = ur_rule_cache_new(CACHE_BYTES, &nft->cache) ?: ur_nft_ways_new(&nft->ways);
	if (r)
		return r;
	*ret = ur_take(nft);
	return 0;
}

void ur_nft_free(struct ur_nft *nft)
{
	if (!nft)
		return;
	ur_nft_ways_free(nft->ways);
	ur_rule_cache_free(nft->cache);
	pthread_mutex_destroy(&nft->lock);
	free(nft);
}

/* Was the rule set at @ts_ns, in the past, surely the one of @generation, of now? */
static bool stood_still(struct ur_nft *nft, const struct ur_nft_where *where, uint32_t generation,
			uint64_t ts_ns)
{
	struct ur_nft_space *s;
	bool still;

	pthread_mutex_lock(&nft->lock);
	s = ur_nft_space_of(&nft->seen, where->netns, where->cookie);
	if (s->generation != generation) {
		s->generation = generation;
		s->seen_at = now_ns();
	}
	still = s->seen_at <= ts_ns;
	pthread_mutex_unlock(&nft->lock);
	return still;
}

static int on_listed(uint64_t handle, const struct ur_line *line, const char *text, void *arg)
{
	struct pick *p = arg;

	p->seen++;
	if (handle != p->handle || ur_nft_list_is_end(line))
		return 0;
	p->found = true;
	strcpy(p->text, text);
	return 0;
}

/* Is what nft listed the chain that the kernel showed? A name made to look like more rules
 * can only add to their number. */
static int check_pick(const struct pick *p, uint32_t count, char *why, size_t why_len)
{
	if (!p->found)
		snprintf(why, why_len, "nft does not list rule %" PRIu64 " by itself", p->handle);
	else if (p->seen != count)
		snprintf(why, why_len, "nft lists %u rules in the chain, the kernel %u", p->seen,
			 count);
	else
		return 0;
	return -ESTALE;
}

static int nft_text(const struct ur_nft_place *place, struct ur_rule_text *ret)
{
	const struct ur_nft_list list = {
		.family = place->rule.family,
		.table = place->rule.table,
		.chain = place->rule.chain,
		.timeout_ms = TIMEOUT_MS,
	};
	struct pick p = { .handle = place->rule.handle };
	int r = ur_nft_list_run(&list, on_listed, &p, ret->reason, sizeof(ret->reason));

	if (!r)
		r = check_pick(&p, place->count, ret->reason, sizeof(ret->reason));
	if (!r)
		strcpy(ret->text, p.text);
	return r;
}

static int iptables_text(const struct ur_nft_place *place, struct ur_rule_text *ret)
{
	const struct ur_ipt_rule rule = {
		.nft = true,
		.ipv6 = place->rule.family == NFPROTO_IPV6,
		.table = place->rule.table,
		.chain = place->rule.chain,
		.number = place->number,
		.count = place->count,
	};
	int r;

	if (place->rule.family != NFPROTO_IPV4 && place->rule.family != NFPROTO_IPV6)
		return -EINVAL;
	r = ur_ipt_save(&rule, ret->text, ret->reason, sizeof(ret->reason));
	ret->iptables_text = !r;
	return r;
}

static struct ur_nft_which which_of(const struct ur_nft_where *where,
				    const struct ur_nft_place *place, bool xt)
{
	return (struct ur_nft_which){
		.netns = where->netns,
		.cookie = where->cookie,
		.table = place->table.handle,
		.family = place->rule.family,
		.name = place->rule.table,
		.xt = xt,
	};
}

/* The text from the table's tree, which the way there needs anyway: one call for both. */
static bool text_of_tree(struct ur_nft *nft, const struct ur_nft_where *where,
			 const struct ur_nft_place *place, struct ur_rule_text *ret)
{
	const struct ur_nft_which which = which_of(where, place, place->rule.xt_reject);
	const struct ur_rule_place at = ur_nft_rule_place(place);
	const struct ur_tree *tree;
	char why[UR_REASON_MAX];
	uint32_t generation, rule;

	tree = ur_nft_tree(nft->ways, &which, &generation, why, sizeof(why));
	if (!tree || generation != place->generation)
		return false;
	rule = ur_rule_find(tree, &at);
	if (rule == UR_TREE_NONE)
		return false;
	ur_rule_copy_text(tree, rule, ret->text);
	ret->iptables_text = which.xt;
	ret->looked = UR_FOUND;
	return true;
}

/* Let the right tool print the rule; nft's words do for iptables' where need be. */
static int run_tools(const struct ur_nft_place *place, struct ur_rule_text *ret)
{
	int r = place->rule.xt_reject ? iptables_text(place, ret) : -EINVAL;

	if (r && r != -ETIMEDOUT)
		r = nft_text(place, ret);
	ret->looked = r ? UR_COULD_NOT : UR_FOUND;
	if (!r)
		ret->reason[0] = '\0';
	return r;
}

/* Does the rule at @place still say what it said when its text was read? */
static bool unchanged(const struct cached *c, const struct ur_nft_place *place)
{
	return c->there && ((place->rule.digest && c->span.digest == place->rule.digest) ||
			    ur_rule_spans(&c->span, place->generation));
}

/* Is the rule at @place the one that fired? A rule of the same handle may have been put in
 * its place between the event and now. */
static bool fired(struct ur_nft *nft, const struct ur_nft_where *where, const struct ur_event *ev,
		  const struct cached *c)
{
	const struct ur_nft_place *place = &nft->place;
	struct ur_rule_span span = c->span;

	if (!ev->rule.generation)
		return stood_still(nft, where, place->generation, ev->ts_ns);
	if (ev->rule.generation == place->generation)
		return true;
	span.last = place->generation;
	return c->there && place->rule.digest && c->span.digest == place->rule.digest &&
	       ur_rule_spans(&span, ev->rule.generation);
}

/* The text of the rule at @place: what it was before, or what a tool prints now. */
static void read_text(struct ur_nft *nft, const struct ur_nft_where *where, const struct cached *c,
		      struct ur_rule_text *ret)
{
	struct ur_nft_space *space = ur_nft_space_of(&nft->rests, where->netns, where->cookie);
	const struct ur_nft_place *place = &nft->place;

	/* iptables' words begin with the chain's name, and chains are renamed */
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): c->there says that it is */
	if (unchanged(c, place) && (!c->text.iptables_text || !strcmp(c->text.chain, ret->chain))) {
		strcpy(ret->text, c->text.text);
		ret->iptables_text = c->text.iptables_text;
		ret->looked = UR_FOUND;
	} else if (now_ns() < space->rest_until) {
		snprintf(ret->reason, sizeof(ret->reason),
			 "listing the rules took too long before");
	} else if (text_of_tree(nft, where, place, ret)) {
		return;
	} else if (run_tools(place, ret) == -ETIMEDOUT) {
		space->rest_until = now_ns() + REST_NS;
	}
}

/* Find the rule and read its text, of one and the same generation of the rule set. */
static int read_once(struct ur_nft *nft, const struct ur_nft_where *where,
		     const struct ur_event *ev, const struct cached *c, struct ur_rule_text *ret)
{
	struct ur_nft_place *place = &nft->place;
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t generation;
	int r = ur_nfnl_open(&nl);

	*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
	if (r) {
		snprintf(ret->reason, sizeof(ret->reason), "nf_tables can't be asked: %s",
			 strerror(-r));
		return r;
	}
	r = ur_nft_find(&nl, &ev->rule, ev->origin == UR_ORIGIN_XT_NFT, place, ret->reason,
			sizeof(ret->reason));
	if (r)
		return r;
	if (!fired(nft, where, ev, c)) {
		snprintf(ret->reason, sizeof(ret->reason),
			 "the rules have changed since: handle %" PRIu64 " may be another rule now",
			 (uint64_t)ev->rule.handle);
		return -ESTALE;
	}
	ur_nft_describe(place, ret);
	read_text(nft, where, c, ret);
	r = ur_nft_generation(&nl, &generation);
	return !r && generation != place->generation ? -EINTR : r;
}

/* Read until the rule set stands still. What the rule says of itself is true anyway. */
static int read_rule(struct ur_nft *nft, const struct ur_nft_where *where,
		     const struct ur_event *ev, const struct cached *c, struct ur_rule_text *ret)
{
	int r = -EINTR;

	for (int i = 0; i < TRIES && r == -EINTR; i++)
		r = read_once(nft, where, ev, c, ret);
	if (r != -EINTR || !ret->chain[0]) /* not even found */
		return r;
	if (unchanged(c, &nft->place))
		return 0;
	if (ret->looked == UR_FOUND) {
		ret->looked = UR_COULD_NOT;
		ret->text[0] = '\0';
		ret->iptables_text = false;
	}
	snprintf(ret->reason, sizeof(ret->reason), "the rule set keeps changing");
	return 0;
}

static struct ur_rule_key key_of(const struct ur_nft_where *where, uint64_t table, uint64_t rule)
{
	return (struct ur_rule_key){
		.netns = where->netns,
		.cookie = where->cookie,
		.table = table,
		.rule = rule,
	};
}

static void recall(struct ur_nft *nft, const struct ur_nft_where *where, const struct ur_event *ev,
		   struct cached *c)
{
	const uint8_t need = UR_RULE_TABLE | UR_RULE_HANDLE;
	struct ur_rule_key key = key_of(where, ev->rule.table_handle, ev->rule.handle);

	c->there = (ev->rule.flags & need) == need && ev->rule.table_handle &&
		   ur_rule_cache_get(nft->cache, &key, &c->text, &c->span);
}

static int current_generation(uint32_t *generation)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	int r = ur_nfnl_open(&nl);

	return r ? r : ur_nft_generation(&nl, generation);
}

/* Answer with the remembered text. Its place in the chain was true only then. */
static void answer_old(const struct cached *c, const char *reason, struct ur_rule_text *ret)
{
	char why[UR_REASON_MAX];

	snprintf(why, sizeof(why), "%s", reason);
	*ret = c->text;
	ret->number = 0;
	strcpy(ret->reason, why);
}

/* Is the remembered text that of the rule that fired? */
static bool remembered(const struct cached *c, const struct ur_event *ev)
{
	return c->there && ur_rule_spans(&c->span, ev->rule.generation);
}

/* The rule that fired is the one found. */
static void keep(struct ur_nft *nft, const struct ur_nft_where *where, const struct ur_event *ev,
		 const struct cached *c, struct ur_rule_text *ret)
{
	const struct ur_nft_place *place = &nft->place;
	const struct ur_rule_key key = key_of(where, place->table.handle, place->rule.handle);
	const struct ur_rule_span span = {
		.first = unchanged(c, place) ? c->span.first : place->generation,
		.last = place->generation,
		.digest = place->rule.digest,
		.placed = true,
	};

	ret->generation_same = ev->rule.generation ?
				       ev->rule.generation == place->generation :
				       stood_still(nft, where, place->generation, ev->ts_ns);
	if (ret->looked == UR_FOUND)
		ur_rule_cache_put(nft->cache, &key, ret, &span);
}

/* Look at the rule set as it is now. */
static void answer_now(struct ur_nft *nft, const struct ur_nft_where *where,
		       const struct ur_event *ev, const struct cached *c, struct ur_rule_text *ret)
{
	struct ur_nft_place *place = &nft->place;
	int r = read_rule(nft, where, ev, c, ret);

	if (r && remembered(c, ev))
		answer_old(c,
			   r != -ESTALE       ? ret->reason :
			   place->rule.handle ? "the rule has been replaced since" :
						"the rule is gone since",
			   ret);
	else if (r == -ESTALE)
		ret->looked = UR_CHANGED;
	if (r) /* not found, or not all of it */
		*place = (struct ur_nft_place){};
	else
		keep(nft, where, ev, c, ret);
}

/* The way is that of the rule found, or of the one remembered; without both there is none. */
static void find_way(struct ur_nft *nft, const struct ur_nft_where *where, struct ur_evidence *ev)
{
	struct ur_nft_place *place = &nft->place;
	struct ur_nft_which which;

	if (!place->count) {
		place->table.handle = ev->ev.rule.table_handle;
		place->rule.family = ev->ev.rule.table_family;
		snprintf(place->rule.table, sizeof(place->rule.table), "%s", ev->rule.table);
	}
	which = which_of(where, place, ev->rule.iptables_text);
	snprintf(ev->way.reason, sizeof(ev->way.reason), "%s", ev->rule.reason);
	if (place->table.handle && place->rule.table[0])
		ur_nft_way(nft->ways, &which, place, ev->rule.generation_same, ev);
}

static void find_text(struct ur_nft *nft, const struct ur_nft_where *where,
		      const struct ur_event *ev, struct ur_rule_text *ret)
{
	struct cached c;
	uint32_t generation;

	recall(nft, where, ev, &c);
	if (where->outside && remembered(&c, ev)) {
		answer_old(&c, "as read before the network namespace was gone", ret);
	} else if (where->outside) {
		*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
		snprintf(ret->reason, sizeof(ret->reason), "%s", where->outside);
	} else if (remembered(&c, ev) && c.span.placed && !ur_nft_is_anonymous(c.text.chain) &&
		   !current_generation(&generation) && generation == c.span.last) {
		*ret = c.text;
		nft->place.generation = generation;
		ret->generation_same = ev->rule.generation == generation;
	} else {
		answer_now(nft, where, ev, &c, ret);
	}
}

void ur_nft_rule(struct ur_nft *nft, const struct ur_nft_where *where, struct ur_evidence *ev)
{
	nft->place = (struct ur_nft_place){};
	find_text(nft, where, &ev->ev, &ev->rule);
	find_way(nft, where, ev);
}

int ur_nft_prefetch(struct ur_nft *nft, const struct ur_nft_where *where)
{
	struct ur_nft_space *space = ur_nft_space_of(&nft->ahead, where->netns, where->cookie);
	const struct ur_rule_key base = key_of(where, 0, 0);
	uint32_t generation;
	bool same;
	int r = current_generation(&generation);

	if (r)
		return r;
	same = generation == space->generation;
	if (same && where->cookie) /* without, it may be another namespace's */
		return -EALREADY;
	stood_still(nft, where, generation, 0);
	r = ur_nft_prefetch_run(nft->cache, &base, generation);
	if (r)
		return r;
	space->generation = generation;
	return same ? -EALREADY : 0;
}

void ur_nft_dropper(struct ur_nft *nft, const struct ur_nft_where *where, struct ur_evidence *ev)
{
	const struct ur_nft_which which = { .netns = where->netns, .cookie = where->cookie };

	ur_nft_drop(nft->ways, &which, ev);
}

static void forget_ways(struct ur_nft *nft)
{
	struct ur_nft_ways *ways;

	if (ur_nft_ways_new(&ways))
		return;
	ur_nft_ways_free(nft->ways);
	nft->ways = ways;
}

void ur_nft_forget(struct ur_nft *nft)
{
	ur_rule_cache_clear(nft->cache);
	forget_ways(nft);
	pthread_mutex_lock(&nft->lock);
	nft->seen = (struct ur_nft_spaces){};
	pthread_mutex_unlock(&nft->lock);
}

void ur_nft_netns_gone(struct ur_nft *nft, uint32_t netns)
{
	forget_ways(nft);
	pthread_mutex_lock(&nft->lock);
	for (struct ur_nft_space *s = nft->seen.one; s < nft->seen.one + UR_NFT_SPACES; s++)
		if (netns == UR_NETNS_ANY || s->netns == netns)
			*s = (struct ur_nft_space){};
	pthread_mutex_unlock(&nft->lock);
}
