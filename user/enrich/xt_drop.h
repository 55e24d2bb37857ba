/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_drop.h - the rule of legacy iptables that dropped an answer on its way out. */
#include <stdint.h>
#include "user/enrich/rule_trees.h"
#include "user/evidence.h"

/* Add to ev->dropper, which says what of nftables could have dropped it, what could of the legacy
 * tables in the namespace of the calling thread, which has the cookie @cookie. Their trees are
 * kept in @trees. Blocks where a table has to be listed. */
void ur_xt_drop(struct ur_trees *trees, uint64_t cookie, struct ur_evidence *ev);
