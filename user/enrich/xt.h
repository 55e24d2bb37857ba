/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt.h - the legacy iptables or ip6tables rule that fired: chain, number, comment, text. */
#include <stdint.h>
#include "user/cleanup.h"
#include "user/evidence.h"

struct ur_xt;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_xt_new(struct ur_xt **ret);
void ur_xt_free(struct ur_xt *xt);
UR_DEFINE_CLEANUP(struct ur_xt, ur_xt_free)

/* Say what is known of the rule of @ev, whose origin is UR_ORIGIN_XT, in ev->rule, and how the
 * packet came to it, in ev->way, from the table in the
 * namespace of the calling thread, which is the event's (@cookie: the namespace's, 0: not
 * known). A table is asked for only when it is there, since asking for another makes it.
 * Always fills ev->rule: UR_FOUND with the text; UR_COULD_NOT, with chain, number and comment
 * where these are known; UR_CHANGED when the table has been replaced by one of another
 * shape. A rule replaced by one of the same size can't be told from the table alone, hence
 * generation_same: the table is as it was at an earlier look, before the event. */
void ur_xt_rule(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev);
