/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_ending.h - how a rule of nft's ends, whatever it matches. Pure. */
#include "user/enrich/nft_token.h"
#include "user/enrich/rule_tree.h"

/* Where it leads, as far as its own text says. */
struct ur_nft_ending {
	enum ur_end end;
	struct ur_token to;     /* the chain, for a jump */
	struct ur_token map;    /* the map, with its "@", for a verdict map of that name */
	const char *inline_map; /* the elements of one that stands in the rule itself */
};

/* Find the verdict of the rule from @at to @end, outside braces. False: the text stops where
 * it should go on. */
bool ur_nft_find_ending(const char *at, const char *end, struct ur_nft_ending *ret);

/* The next chain that an element of a verdict map leads to, in *@to. Takes the map's tokens
 * from *@at, which is within its elements, on; false at its end. */
bool ur_nft_next_lead(const char **at, const char *end, struct ur_token *to, bool *goes);
