/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* coalesce.h - many events that are alike become one line.
 *
 * Two kinds of them: those that the kernel side counted without a record (struct ur_batch), and,
 * where people read, those that were looked at and came to the same as one just shown. Both
 * wait until their window closes: a second at first, and twice as long each time as long as
 * they keep coming, to ten seconds at most. Pure: no I/O, and the caller has the clock.
 */
#include "user/base/cleanup.h"
#include "user/evidence.h"
#include "user/aggregate/tally.h"
#include "user/verdict.h"

struct ur_coalesce;

/* @merge: also what was looked at. 0 and *@ret to the caller, or -ENOMEM. */
int ur_coalesce_new(bool merge, struct ur_coalesce **ret);
void ur_coalesce_free(struct ur_coalesce *c);
UR_DEFINE_CLEANUP(struct ur_coalesce, ur_coalesce_free)

/* Every window is a second, however long they keep coming. */
void ur_coalesce_promptly(struct ur_coalesce *c);

/* An event was explained: true when it is to be shown now, false when it waits for its line.
 * Then lines that had to make room for it are to be taken. */
bool ur_coalesce_event(struct ur_coalesce *c, const struct ur_evidence *ev,
		       const struct ur_report *report, uint64_t now_ns);

/* The kernel side counted some. */
void ur_coalesce_batch(struct ur_coalesce *c, const struct ur_batch *batch, uint64_t now_ns);

/* Take a line that is due at @now_ns (UINT64_MAX: whatever waits) into *@ev and *@report, with
 * ev->count and ev->like filled. False: there is none. */
bool ur_coalesce_take(struct ur_coalesce *c, uint64_t now_ns, struct ur_evidence *ev,
		      struct ur_report *report);

/* When the next line is due, 0: none waits. */
uint64_t ur_coalesce_next(const struct ur_coalesce *c);
