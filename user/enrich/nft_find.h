/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_find.h - the rule that fired, looked up in the kernel's rule set as it is now. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bpf/abi.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_msg.h"
#include "user/evidence.h"

struct ur_nft_place {
	struct ur_nft_table table;
	struct ur_nft_rule rule;
	struct ur_nft_chain base; /* base chain that the hook entered; name "": not known */
	uint32_t number;          /* the rule's place in its chain: 1, 2, ...; 0: not known */
	uint32_t count;           /* rules in that chain */
	uint32_t generation;      /* of the rule set that all this is true of */
};

/* The rule set's generation. Returns 0 or -errno. */
int ur_nft_generation(struct ur_nfnl *nl, uint32_t *generation);

/* Find the rule of @want in the namespace that @nl was opened in. It is the one that
 * fired, and no other: by its handle, which is unique in its table, and the table by its
 * handle. Where the kernel side had to leave the table out, the only rule with that handle
 * that rejects (through REJECT with @xt) in the families whose tables the packet meets.
 * Returns 0; -ESTALE when the table or the rule is gone; -ENOTUNIQ when several rules
 * could be it; -ENODATA when the event tells no handle; -errno. On failure @why says more. */
int ur_nft_find(struct ur_nfnl *nl, const struct ur_rule *want, bool xt, struct ur_nft_place *ret,
		char *why, size_t why_len);

/* True for the name of a chain that has none in a listing: nft shows it within the rule that
 * leads there (NFT_CHAIN_BINDING, nft_chain_... in nf_tables_addchain()). Pure. */
bool ur_nft_is_anonymous(const char *chain);

/* Write what @place says of the rule into *@text: names, place, comment. Pure. */
void ur_nft_describe(const struct ur_nft_place *place, struct ur_rule_text *text);
