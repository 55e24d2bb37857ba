/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_drop.h - the rule that dropped an answer on its way out, found by evaluating what is there
 * again: never more than likely. */
#include "user/enrich/flow.h"
#include "user/enrich/nft_way.h"
#include "user/evidence.h"

/* The answer of @ev as rules at output see it; its packet is *@answer. Pure. */
struct ur_flow ur_nft_drop_flow(const struct ur_evidence *ev, struct ur_packet *answer);

/* Fill ev->dropper: the only rule of the namespace of @which (of which but netns and cookie
 * count), where the calling thread is, that could have dropped it; or how many could have, or
 * why that can't be told. Legacy iptables is not looked at: see xt_drop.h. Blocks where a table has to be listed. */
void ur_nft_drop(struct ur_nft_ways *w, const struct ur_nft_which *which, struct ur_evidence *ev);
