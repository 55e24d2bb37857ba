/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* back.h - does the route back to a packet's source lead to where the packet came from? */
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_back_check;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_back_check_new(struct ur_back_check **ret);
void ur_back_check_free(struct ur_back_check *check);
UR_DEFINE_CLEANUP(struct ur_back_check, ur_back_check_free)

/* Is that a question at all: the packet came in over IP from another host, as it seems? Pure. */
bool ur_back_wants(const struct ur_evidence *ev);

/* Fill ev->back, in the packet's namespace, where the thread must be. Routes that were asked for
 * in the last seconds are remembered; @now is CLOCK_MONOTONIC. */
void ur_back_find(struct ur_back_check *check, uint64_t now, struct ur_evidence *ev);
