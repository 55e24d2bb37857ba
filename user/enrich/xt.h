/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt.h - the legacy iptables or ip6tables rule that fired: chain, number, comment, text. */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_xt;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_xt_new(struct ur_xt **ret);
void ur_xt_free(struct ur_xt *xt);
UR_DEFINE_CLEANUP(struct ur_xt, ur_xt_free)

/* Tell @xt how often tables were replaced, see ur_probe_tables(). Without, which rule fired
 * is known all the same, but not always whether the table has been the same since. */
void ur_xt_count(struct ur_xt *xt, uint32_t (*now)(const void *arg), const void *arg);

/* Say what is known of the rule of @ev, whose origin is UR_ORIGIN_XT, in ev->rule, and how the
 * packet came to it, in ev->way, from the table in the namespace of the calling thread, which
 * is the event's (@cookie: the namespace's, 0: not known). A table is asked for only when it
 * is there, since asking for another makes it. Always fills ev->rule: UR_FOUND with the text,
 * of the table as it was at the event; UR_COULD_NOT, with chain, number and comment where
 * these are known; UR_CHANGED when another rule stands in its place. generation_same: the
 * table is as it was at the event. */
void ur_xt_rule(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev);

/* Say whether a legacy rule dropped the answer of @ev on its way out: completes ev->dropper.
 * Blocks as ur_xt_rule() does. */
void ur_xt_dropper(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev);

/* The table of the last rule is too large to be listed while events wait: to be read ahead. */
bool ur_xt_behind(const struct ur_xt *xt);

/* Read the texts of rules that reject, in the namespace of the calling thread, which need not
 * be the one that asks for rules. Blocks. As ur_xt_prefetch_run(). */
int ur_xt_prefetch(struct ur_xt *xt, uint32_t netns, uint64_t cookie);

/* Namespace @netns is gone, and its number will be that of another one. */
void ur_xt_netns_gone(struct ur_xt *xt, uint32_t netns);
