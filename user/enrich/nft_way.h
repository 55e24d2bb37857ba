/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_way.h - the trees of nftables' tables in a namespace, and the way through them. */
#include "user/enrich/nft_find.h"
#include "user/enrich/rule_read.h"
#include "user/enrich/rule_trees.h"

struct ur_nft_ways;

int ur_nft_ways_new(struct ur_nft_ways **ret);
void ur_nft_ways_free(struct ur_nft_ways *w);
UR_DEFINE_CLEANUP(struct ur_nft_ways, ur_nft_ways_free)

/* Which table, in the namespace of the calling thread. */
struct ur_nft_which {
	uint32_t netns;
	uint64_t cookie;
	uint64_t table; /* handle */
	uint8_t family;
	const char *name;
	bool xt; /* as iptables-save shows it */
};

/* The table's tree, of *@generation, which is that of now where the tools could be run. NULL:
 * not to be had, @why says more. Borrowed until the next call. */
const struct ur_tree *ur_nft_tree(struct ur_nft_ways *w, const struct ur_nft_which *which,
				  uint32_t *generation, char *why, size_t why_len);

/* Keep @tree, whose ownership passes, as that of @generation. */
void ur_nft_keep_tree(struct ur_nft_ways *w, const struct ur_nft_which *which, uint32_t generation,
		      struct ur_tree *tree);

/* A base chain of the namespace. */
struct ur_nft_base {
	struct ur_nft_chain chain;
	uint64_t table; /* handle, 0: not known */
};

/* All of them, as of now; of @which but netns and cookie count. Returns 0; -EINTR when rules are
 * changing; -E2BIG; -errno. *@ret is borrowed until the next call for another namespace. */
int ur_nft_bases(struct ur_nft_ways *w, const struct ur_nft_which *which,
		 const struct ur_nft_base **ret, size_t *n);

/* @place as a tree knows rules. Pure. */
struct ur_rule_place ur_nft_rule_place(const struct ur_nft_place *place);

/* How the packet of @ev came to its rule in the table: fills ev->way, and completes the base
 * chain in ev->rule. @place is where the rule was found in the rule set of now, or has but the
 * generation of now, or not even that: the rule is gone, and what was read before must do.
 * @same: the generation was that of now at the event, too. */
void ur_nft_way(struct ur_nft_ways *w, const struct ur_nft_which *which,
		const struct ur_nft_place *place, bool same, struct ur_evidence *ev);
