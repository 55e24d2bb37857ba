/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_set.h - is the packet in a set, and as which element? Pure. */
#include "user/enrich/nft_key.h"
#include "user/enrich/nft_token.h"
#include "user/enrich/rule_tree.h"

/* Take the one value at *@at and compare. */
enum ur_fit ur_nft_value_fits(const char **at, const char *end, const struct ur_key *key,
			      const struct ur_flow *flow);

/* Take the elements at *@at, up to and with the "}". *@elem, unless NULL, is the text of the
 * one that fits. */
enum ur_fit ur_nft_group_find(const char **at, const char *end, const struct ur_key *key,
			      const struct ur_flow *flow, struct ur_token *elem);

/* The same for set or map @name, "@" included; *@elem is an index of t->elems, or
 * UR_TREE_NONE. */
enum ur_fit ur_nft_set_find(const struct ur_tree *t, const struct ur_token *name,
			    const struct ur_key *key, const struct ur_flow *flow, uint32_t *elem);
