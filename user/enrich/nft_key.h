/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_key.h - the left side of a match: "ip daddr . meta l4proto . th dport". Pure. */
#include "user/enrich/flow.h"

#define UR_KEY_FIELDS 5 /* NFT_REG32_COUNT allows more; such are not understood */

struct ur_key {
	unsigned n;
	enum ur_field field[UR_KEY_FIELDS];
	enum ur_fit implied;   /* is it a packet that has such fields? */
	enum ur_chance chance; /* that a match by this brings in */
};

/* Take the key from *@at on. False: not understood, and then *@at is anywhere. */
bool ur_nft_key_take(const char **at, const char *end, const struct ur_flow *flow,
		     struct ur_key *key);
