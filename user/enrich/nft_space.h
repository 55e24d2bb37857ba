/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_space.h - what is remembered of a few namespaces' rule sets, not of their rules. */
#include <stdint.h>

#define UR_NFT_SPACES 64

struct ur_nft_space {
	uint32_t netns; /* 0: free */
	uint64_t cookie;
	uint64_t rest_until; /* ns: a tool took too long, don't try again before */
	uint32_t generation; /* the last one seen, or whose texts were read ahead; 0: none */
	uint64_t seen_at;    /* ns: when it was seen first */
};

struct ur_nft_spaces {
	unsigned next; /* the one to reuse */
	struct ur_nft_space one[UR_NFT_SPACES];
};

/* The entry of namespace @netns with @cookie: a new one, in place of that made first, when
 * there was none. */
struct ur_nft_space *ur_nft_space_of(struct ur_nft_spaces *spaces, uint32_t netns, uint64_t cookie);
