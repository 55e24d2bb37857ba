// SPDX-License-Identifier: GPL-2.0-only
/* xt_drop.c - all built-in chains at output and postrouting, but for nat's: only a connection's
 * first packet meets those. */
#include "user/enrich/xt_drop.h"
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/nft_drop.h"
#include "user/enrich/rule_drop.h"
#include "user/enrich/rule_read.h"
#include "user/enrich/xt_table.h"

#define RULES_MAX  20000 /* in a table that is listed while events wait */
#define TIMEOUT_MS 5000

static const char *const tables[] = { "raw", "mangle", "filter", "security" };
static const char *const chains[] = { "OUTPUT", "POSTROUTING" };

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Run the tool, and see that the table has stayed as it was. Returns 0, or -errno and says why. */
static int list(const char *name, bool ipv6, uint64_t digest, struct ur_tree **ret,
		char why[UR_REASON_MAX])
{
	const struct ur_ipt_rule which = { .ipv6 = ipv6, .table = name, .chain = chains[0] };
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading after = {};
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	int r = ur_rule_read_ipt(&which, TIMEOUT_MS, &tree, why, UR_REASON_MAX);

	if (!r && (ur_xt_table_read(name, ipv6, &after) || after.digest != digest)) {
		snprintf(why, UR_REASON_MAX, "the rules are changing");
		return -EAGAIN;
	}
	if (!r)
		*ret = ur_take(tree);
	else if (!why[0])
		snprintf(why, UR_REASON_MAX, "iptables-save: %s", strerror(-r));
	return r;
}

/* The tree of the table that @key tells from others; NULL, and why. */
static const struct ur_tree *tree_of(struct ur_trees *trees, const struct ur_rule_key *key,
				     const char *name, char why[UR_REASON_MAX])
{
	const bool ipv6 = key->rule == 6;
	uint32_t generation;
	const struct ur_tree *known = ur_trees_get(trees, key, &generation);
	const char *failure = known ? NULL : ur_trees_failure(trees, key, 0);
	struct ur_tree *tree = NULL;
	uint64_t start;
	int r;

	if (known)
		return known;
	if (failure || !ur_trees_may_read(trees, key->netns, now_ns())) {
		snprintf(why, UR_REASON_MAX, "%s", failure ?: "the rules were listed too often");
		return NULL;
	}
	start = now_ns();
	r = list(name, ipv6, key->table, &tree, why);
	ur_trees_did_read(trees, key->netns, start, now_ns());
	if (r) {
		if (r != -EAGAIN)
			ur_trees_fail(trees, key, 0, why);
		return NULL;
	}
	known = ur_trees_put(trees, key, 0, tree);
	if (!known)
		snprintf(why, UR_REASON_MAX, "the table is too large");
	return known;
}

/* The last one that could have. */
static void describe(const struct ur_tree *tree, const char *name, const struct ur_drop *found,
		     bool ipv6, struct ur_dropper *ret)
{
	struct ur_earlier *r = &ret->rule;

	*r = (struct ur_earlier){ .there = true, .family = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4 };
	ret->legacy = true;
	ret->policy = found->policy;
	ret->number = found->policy ? 0 : tree->rules[found->rule].number;
	memccpy(r->table, name, '\0', sizeof(r->table) - 1);
	memccpy(r->chain, ur_tree_text(tree, tree->chains[found->chain].name), '\0',
		sizeof(r->chain) - 1);
	if (!found->policy)
		memccpy(r->text, ur_tree_text(tree, tree->rules[found->rule].text), '\0',
			sizeof(r->text) - 1);
}

/* Returns 0, or -ENODATA when table @name can't be looked into: ret->reason says why. */
static int look_into(struct ur_trees *trees, const char *name, uint64_t cookie,
		     const struct ur_evidence *ev, struct ur_drop *found, struct ur_dropper *ret)
{
	const bool ipv6 = ev->packet.family == 6;
	struct ur_packet answer;
	const struct ur_flow flow = ur_nft_drop_flow(ev, &answer);
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading now = {};
	int r = ur_xt_table_read(name, ipv6, &now);
	const struct ur_rule_key key = { ev->ev.netns_inum, cookie, now.digest, ipv6 ? 6 : 4 };
	const struct ur_tree *tree = NULL;

	if (r)
		snprintf(ret->reason, sizeof(ret->reason),
			 "table \"%s\" of legacy iptables can't be read: %s", name, strerror(-r));
	else if (now.num_entries > RULES_MAX)
		snprintf(ret->reason, sizeof(ret->reason),
			 "table \"%s\" of legacy iptables has more than %d rules", name, RULES_MAX);
	else
		tree = tree_of(trees, &key, name, ret->reason);
	if (!tree)
		return -ENODATA;
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++) {
		const uint32_t before = found->n, chain = ur_tree_find_chain(tree, chains[i]);

		if (chain == UR_TREE_NONE || !tree->chains[chain].base)
			continue;
		ur_drop_find(tree, chain, &flow, found);
		if (found->n > before)
			describe(tree, name, found, ipv6, ret);
	}
	return 0;
}

void ur_xt_drop(struct ur_trees *trees, uint64_t cookie, struct ur_evidence *ev)
{
	struct ur_dropper *ret = &ev->dropper;
	struct ur_drop found = {};

	if (ret->looked == UR_COULD_NOT)
		return;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (!ur_xt_table_exists(tables[i], ev->packet.family == 6))
			continue;
		ret->legacy_too = true;
		found.table = i + 1;
		if (look_into(trees, tables[i], cookie, ev, &found, ret)) {
			ret->looked = UR_COULD_NOT;
			return;
		}
	}
	if (found.unclear) {
		ret->looked = UR_COULD_NOT;
		snprintf(ret->reason, sizeof(ret->reason),
			 "where some of the rules lead can't be told");
		return;
	}
	ret->could += found.n;
	ret->looked = ret->could == 1 ? UR_FOUND : UR_FOUND_NONE;
}
