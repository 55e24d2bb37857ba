/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* timeline.h - how many answers there were when, by cause, to be drawn.
 *
 * Of fixed size: when time goes on the bars get wider. What stands for many events is spread evenly
 * over the time that they took. Pure.
 */
#include <stdint.h>
#include "user/verdict.h"

#define UR_BARS_MAX 120

struct ur_bar {
	uint64_t all;
	uint64_t cause[UR_CAUSE_MAX_];
};

struct ur_timeline {
	uint64_t width;  /* nanoseconds of a bar, 0: nothing was counted yet */
	uint64_t origin; /* where the first begins, in nanoseconds since 1970; a multiple of it */
	struct ur_bar bar[UR_BARS_MAX];
};

/* Count one event, with ev->count for as many as it stands for. */
void ur_timeline_add(struct ur_timeline *t, const struct ur_evidence *ev,
		     const struct ur_report *report);

/* Let the bars reach from @from to @to, which are nanoseconds since 1970. */
void ur_timeline_cover(struct ur_timeline *t, uint64_t from, uint64_t to);

/* One past the last bar that begins before @to. */
uint32_t ur_timeline_end(const struct ur_timeline *t, uint64_t to);
