/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* natlog.h - where refused packets were sent to before some conntrack rewrote them.
 *
 * A packet that was translated in its own namespace carries that in its event. What another
 * namespace did to it (the host, for a container) is told apart from the event, a moment
 * later, when the answer passes there: struct ur_nat_notice. Answers that were never sent
 * tell nothing; for them, what earlier packets to the same place went through is remembered.
 *
 * One thread adds, another one asks. Bounded.
 */
#include <stddef.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_natlog;

/* An answer reaches the other namespace's conntrack within this time: over a virtual link
 * most do it before the event itself is read from the ring. */
#define UR_NATLOG_WAIT_NS 20000000ULL

/* Returns 0 and gives *@ret to the caller, or -errno. */
int ur_natlog_new(struct ur_natlog **ret);
void ur_natlog_free(struct ur_natlog *log);
UR_DEFINE_CLEANUP(struct ur_natlog, ur_natlog_free)

/* See each record of the ring, in its order; false when it is no struct ur_nat_notice, and
 * so somebody else's. Never waits for more than a look-up of the other thread. */
bool ur_natlog_add(struct ur_natlog *log, const void *record, size_t len);

/* Complete @ev->ev.nat and @ev->nat_from of a packet that no socket took. Blocks only where
 * a notice can still come: until UR_NATLOG_WAIT_NS after the event, or after the last record
 * if that is later, so that a burst is waited for once. */
void ur_natlog_ask(struct ur_natlog *log, struct ur_evidence *ev);
