/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/timeline.h"

#include <string.h>

#define MS       UINT64_C(1000000)
#define NS_PER_S (1000 * MS)
#define MIN      (60 * NS_PER_S)
#define HOUR     (60 * MIN)

/* What a clock shows well; each is a multiple of the one before. */
static const uint64_t widths[] = {
	100 * MS,      200 * MS, NS_PER_S, 2 * NS_PER_S, 10 * NS_PER_S,
	30 * NS_PER_S, MIN,      2 * MIN,  10 * MIN,     30 * MIN,
	HOUR,          2 * HOUR, 6 * HOUR, 12 * HOUR,    24 * HOUR,
};
#define WIDTHS (sizeof(widths) / sizeof(widths[0]))

static uint64_t wider(uint64_t width)
{
	for (size_t i = 0; i < WIDTHS; i++)
		if (widths[i] > width)
			return widths[i];
	return width * 2;
}

static void add_bar(struct ur_bar *to, const struct ur_bar *from)
{
	to->all += from->all;
	for (int i = 0; i < UR_CAUSE_MAX_; i++)
		to->cause[i] += from->cause[i];
}

/* Some bars become one. */
static void widen(struct ur_timeline *t)
{
	struct ur_timeline old = *t;

	memset(t->bar, 0, sizeof(t->bar));
	t->width = wider(t->width);
	t->origin -= t->origin % t->width;
	for (uint32_t i = 0; i < UR_BARS_MAX; i++) {
		uint64_t at = old.origin + i * old.width;

		add_bar(&t->bar[(at - t->origin) / t->width], &old.bar[i]);
	}
}

static uint32_t last_used(const struct ur_timeline *t)
{
	uint32_t n = UR_BARS_MAX - 1;

	while (n && !t->bar[n].all)
		n--;
	return n;
}

/* Move the bars so that the first begins at or before @from; false when the last ones in use
 * would be pushed out. */
static bool begin_at(struct ur_timeline *t, uint64_t from)
{
	uint64_t origin = from - from % t->width, by = (t->origin - origin) / t->width;

	if (by + last_used(t) >= UR_BARS_MAX)
		return false;
	memmove(&t->bar[by], &t->bar[0], (UR_BARS_MAX - by) * sizeof(t->bar[0]));
	memset(&t->bar[0], 0, by * sizeof(t->bar[0]));
	t->origin = origin;
	return true;
}

void ur_timeline_cover(struct ur_timeline *t, uint64_t from, uint64_t to)
{
	if (to < from)
		to = from;
	if (!t->width) {
		t->width = widths[0];
		t->origin = from - from % t->width;
	}
	while (from < t->origin && !begin_at(t, from))
		widen(t);
	while (to - t->origin >= t->width * UR_BARS_MAX)
		widen(t);
}

static void count(struct ur_timeline *t, uint64_t at, enum ur_cause cause, uint64_t n)
{
	struct ur_bar *bar = &t->bar[(at - t->origin) / t->width];

	bar->all += n;
	bar->cause[cause] += n;
}

void ur_timeline_add(struct ur_timeline *t, const struct ur_evidence *ev,
		     const struct ur_report *report)
{
	uint64_t last = (uint64_t)ev->time.tv_sec * NS_PER_S + (uint64_t)ev->time.tv_nsec;
	uint64_t first = last, n = ev->count ?: 1, bars, first_bar;

	if (ev->like.kind && ev->like.first_real && ev->like.first_real < last)
		first = ev->like.first_real;
	ur_timeline_cover(t, first, last);
	first_bar = (first - t->origin) / t->width;
	bars = (last - t->origin) / t->width - first_bar + 1;
	for (uint64_t i = 0; i < bars; i++) {
		uint64_t share = n * (i + 1) / bars - n * i / bars;

		if (share)
			count(t, t->origin + (first_bar + i) * t->width, report->cause, share);
	}
}

uint32_t ur_timeline_end(const struct ur_timeline *t, uint64_t to)
{
	uint64_t n;

	if (!t->width)
		return 0;
	n = to > t->origin ? (to - t->origin) / t->width + 1 : 1;
	return n < UR_BARS_MAX ? (uint32_t)n : UR_BARS_MAX;
}
