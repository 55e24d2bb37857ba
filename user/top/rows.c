/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/top/rows.h"

#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

static uint64_t tenths(const struct ur_top *top, const struct ur_top_view *view,
		       const struct ur_digest_entry *e)
{
	if (!view->replayed)
		return ur_rates_tenths(&view->rates, top->kind, e->key);
	return view->ns ? (uint64_t)((double)e->count * 10 * NS_PER_S / (double)view->ns) : 0;
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_time(const struct timespec *a, const struct timespec *b)
{
	return by_number((uint64_t)a->tv_sec, (uint64_t)b->tv_sec) ?:
		       by_number((uint64_t)a->tv_nsec, (uint64_t)b->tv_nsec);
}

/* Below 0 when @a comes first. What is equal goes by count, then by name, so that rows stay where
 * they are. */
static int compare(const struct ur_top *top, const struct ur_digest_entry *a, uint64_t a_rate,
		   const struct ur_digest_entry *b, uint64_t b_rate)
{
	int r = 0;

	if (top->order == UR_TOP_BY_RATE)
		r = by_number(a_rate, b_rate);
	else if (top->order == UR_TOP_BY_LAST)
		r = by_time(&a->last, &b->last);
	if (!r && top->order != UR_TOP_BY_NAME)
		r = by_number(a->count, b->count);
	r = r ?: strcmp(a->key, b->key);
	return top->reversed ? -r : r;
}

static void insert(struct ur_top_rows *rows, const struct ur_top *top,
		   const struct ur_digest_entry *e, uint64_t rate)
{
	size_t at = rows->n++;

	while (at && compare(top, e, rate, rows->row[at - 1], rows->tenths[at - 1]) < 0) {
		rows->row[at] = rows->row[at - 1];
		rows->tenths[at] = rows->tenths[at - 1];
		at--;
	}
	rows->row[at] = e;
	rows->tenths[at] = rate;
}

void ur_top_rows(struct ur_top_rows *rows, const struct ur_top *top, const struct ur_top_view *view)
{
	const struct ur_digest_table *t = &view->digest.table[top->kind];

	rows->n = rows->chosen = 0;
	for (size_t i = 0; i < t->n; i++)
		insert(rows, top, &t->entry[i], tenths(top, view, &t->entry[i]));
	for (size_t i = 0; i < rows->n; i++)
		if (!strcmp(rows->row[i]->key, top->chosen))
			rows->chosen = i;
}
