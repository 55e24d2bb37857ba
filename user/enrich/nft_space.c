/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/nft_space.h"

struct ur_nft_space *ur_nft_space_of(struct ur_nft_spaces *spaces, uint32_t netns, uint64_t cookie)
{
	struct ur_nft_space *s;

	for (s = spaces->one; s < spaces->one + UR_NFT_SPACES; s++)
		if (s->netns == netns && s->cookie == cookie)
			return s;
	s = &spaces->one[spaces->next++ % UR_NFT_SPACES];
	*s = (struct ur_nft_space){ .netns = netns, .cookie = cookie };
	return s;
}
