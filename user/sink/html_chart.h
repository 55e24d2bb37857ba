/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* html_chart.h - a timeline as a figure of the page: inline SVG, labels as text beside it, so that
 * they are read on a phone as well.
 */
#include <stdio.h>
#include "user/aggregate/digest.h"
#include "user/sink/html_style.h"
#include "user/aggregate/timeline.h"

/* The causes that have a hue of their own: those that there are most of. */
struct ur_hues {
	size_t n;
	enum ur_cause cause[UR_HTML_HUES - 1];
};

/* Take them from @causes, which is sorted. */
void ur_hues_pick(struct ur_hues *hues, const struct ur_digest_table *causes);

/* The class of @cause, 0 to UR_HTML_HUES - 1. */
unsigned int ur_hue_of(const struct ur_hues *hues, enum ur_cause cause);

/* Draw what @t has up to @to, nanoseconds since 1970. Nothing when it has nothing. */
void ur_html_chart(FILE *out, const struct ur_timeline *t, uint64_t to, const struct ur_hues *hues);
