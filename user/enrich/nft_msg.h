/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_msg.h - what nf_tables' netlink messages say: from attributes to plain structs. Pure.
 *
 * Facts from nf_tables_fill_table_info(), ..._chain_info(), ..._rule_info() and nft_compat.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UR_NFT_NAME_MAX 256 /* NFT_NAME_MAXLEN, terminator included */

struct ur_nft_table {
	uint8_t family;
	uint64_t handle;
	char name[UR_NFT_NAME_MAX];
};

struct ur_nft_chain {
	uint8_t family;
	bool base;
	bool nat;         /* a base chain of type nat */
	uint32_t hook;    /* NF_INET_*, valid for a base chain */
	int32_t priority; /* the same */
	uint64_t handle;
	char table[UR_NFT_NAME_MAX];
	char name[UR_NFT_NAME_MAX];
};

struct ur_nft_rule {
	uint8_t family;
	bool reject;    /* it has a reject expression */
	bool xt_reject; /* it has the REJECT target of xtables: iptables-nft */
	bool anonymous; /* it uses a set without a name */
	uint64_t handle;
	/* Of what the rule says, counters left out; another for other words. 0: a set without a
	 * name is part of it, whose elements aren't in the message. */
	uint64_t digest;
	char table[UR_NFT_NAME_MAX];
	char chain[UR_NFT_NAME_MAX];
	char comment[UR_NFT_NAME_MAX + 1]; /* the comment match's, else the user data's */
};

/* Each fills *@ret from @len bytes of attributes and returns true, or returns false for a
 * message without the names and numbers that make one, and then *@ret is not to be used. */
bool ur_nft_parse_table(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_table *ret);
bool ur_nft_parse_chain(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_chain *ret);
bool ur_nft_parse_rule(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_rule *ret);

/* The rule set's generation. */
bool ur_nft_parse_generation(const uint8_t *attrs, size_t len, uint32_t *ret);
