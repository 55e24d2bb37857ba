// SPDX-License-Identifier: GPL-2.0-only
/* nft_drop.c - all base chains at output and postrouting, one after the other. */
#include "user/enrich/nft_drop.h"
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/rule_drop.h"

/* It answers from the address that was asked, unless it only forwards what it refuses. */
struct ur_flow ur_nft_drop_flow(const struct ur_evidence *ev, struct ur_packet *answer)
{
	const bool own = ev->ev.origin == UR_ORIGIN_UDP_MISS;

	*answer = (struct ur_packet){ .family = ev->packet.family };
	answer->proto = ev->packet.family == 6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	memcpy(answer->src, ev->packet.dst, sizeof(answer->src));
	memcpy(answer->dst, ev->packet.src, sizeof(answer->dst));
	return (struct ur_flow){
		.pkt = answer, .iif = "", .any_src = !own, .icmp = true, .icmp_type = ev->ev.type
	};
}

static bool meets(const struct ur_nft_base *b, const struct ur_evidence *ev)
{
	const uint8_t own = ev->packet.family == 6 ? NFPROTO_IPV6 : NFPROTO_IPV4;

	return (b->chain.hook == NF_INET_LOCAL_OUT || b->chain.hook == NF_INET_POST_ROUTING) &&
	       (b->chain.family == NFPROTO_INET || b->chain.family == own);
}

/* The last one that could have. */
static void describe(const struct ur_tree *tree, const struct ur_nft_base *b,
		     const struct ur_drop *found, struct ur_dropper *ret)
{
	struct ur_earlier *r = &ret->rule;

	*r = (struct ur_earlier){ .there = true, .family = b->chain.family };
	ret->policy = found->policy;
	memccpy(r->table, b->chain.table, '\0', sizeof(r->table) - 1);
	memccpy(r->chain, ur_tree_text(tree, tree->chains[found->chain].name), '\0',
		sizeof(r->chain) - 1);
	if (found->policy)
		return;
	r->handle = tree->rules[found->rule].handle;
	memccpy(r->text, ur_tree_text(tree, tree->rules[found->rule].text), '\0',
		sizeof(r->text) - 1);
}

/* Returns 0, or -ENODATA when base chain @b can't be looked into: ret->reason says why. */
static int look_into(struct ur_nft_ways *w, const struct ur_nft_which *which,
		     const struct ur_nft_base *b, const struct ur_evidence *ev,
		     struct ur_drop *found, struct ur_dropper *ret)
{
	struct ur_packet answer;
	const struct ur_flow flow = ur_nft_drop_flow(ev, &answer);
	struct ur_nft_which other = *which;
	const struct ur_tree *tree;
	uint32_t chain, generation, before = found->n;

	other.family = b->chain.family;
	other.name = b->chain.table;
	other.table = found->table = b->table;
	other.xt = false;
	tree = ur_nft_tree(w, &other, &generation, ret->reason, sizeof(ret->reason));
	chain = tree ? ur_tree_find_chain(tree, b->chain.name) : UR_TREE_NONE;
	if (chain == UR_TREE_NONE || ret->reason[0]) {
		if (!ret->reason[0])
			snprintf(ret->reason, sizeof(ret->reason), "the rules are changing");
		return -ENODATA;
	}
	ur_drop_find(tree, chain, &flow, found);
	if (found->n > before)
		describe(tree, b, found, ret);
	return 0;
}

void ur_nft_drop(struct ur_nft_ways *w, const struct ur_nft_which *which, struct ur_evidence *ev)
{
	struct ur_dropper *ret = &ev->dropper;
	const struct ur_nft_base *bases;
	struct ur_drop found = {};
	size_t n;
	int r = ur_nft_bases(w, which, &bases, &n);

	ret->looked = UR_COULD_NOT;
	if (r == -ENOSYS) /* not loaded: there are none */
		n = r = 0;
	if (r)
		snprintf(ret->reason, sizeof(ret->reason), "nf_tables can't be asked: %s",
			 strerror(-r));
	for (size_t i = 0; !r && i < n; i++) {
		const struct ur_nft_base b = bases[i];

		if (meets(&b, ev))
			r = look_into(w, which, &b, ev, &found, ret);
	}
	if (r)
		return;
	if (found.unclear) {
		snprintf(ret->reason, sizeof(ret->reason),
			 "where some of the rules lead can't be told");
		return;
	}
	ret->could = found.n;
	ret->looked = found.n == 1 ? UR_FOUND : UR_FOUND_NONE;
}
