/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* series.h - counters with labels, of which there are never more than so many.
 *
 * What finds no place is counted in one series whose labels all are "other". A series to which
 * nothing was added for an hour goes when its place is needed, and its count with it. Pure: the
 * caller has the clock.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

#define UR_LABELS_MAX 5
#define UR_LABEL_TEXT 64 /* bytes of a label's value; longer ones are cut */
#define UR_OTHER      "other"

struct ur_series {
	char label[UR_LABELS_MAX][UR_LABEL_TEXT];
	uint64_t count;
	uint64_t used_ns;
	uint64_t hash;
};

struct ur_series_set;

/* A set of at most @max series with @labels labels each, besides the other. A series begins
 * with the @least-th that is counted of it, those before are of the other: 1 and it begins at
 * once. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_series_new(size_t labels, size_t max, uint64_t least, struct ur_series_set **ret);
void ur_series_free(struct ur_series_set *set);
UR_DEFINE_CLEANUP(struct ur_series_set, ur_series_free)

/* Count @n of @labels, made safe for a terminal. */
void ur_series_add(struct ur_series_set *set, const char *const labels[], uint64_t n,
		   uint64_t now_ns);

/* Series @i, NULL behind the last; the first is the other. */
const struct ur_series *ur_series_at(const struct ur_series_set *set, size_t i);
