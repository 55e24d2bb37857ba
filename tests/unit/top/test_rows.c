/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "user/top/rows.h"

#define S UINT64_C(1000000000)

static struct ur_top top;
static struct ur_top_view view;
static struct ur_top_rows rows;

static void add(const char *key, uint64_t count, time_t last)
{
	struct ur_digest_table *t = &view.digest.table[UR_DIGEST_PORTS];
	struct ur_digest_entry *e = &t->entry[t->n++];

	snprintf(e->key, sizeof(e->key), "%s", key);
	e->count = count;
	e->last.tv_sec = last;
}

static int begin(void **state)
{
	(void)state;
	memset(&top, 0, sizeof(top));
	memset(&view, 0, sizeof(view));
	top.kind = UR_DIGEST_PORTS;
	add("udp/1", 10, 500);
	add("udp/2", 90, 400);
	add("udp/3", 10, 600);
	ur_rates_tick(&view.rates, &view.digest);
	for (int i = 0; i < UR_RATE_SECONDS; i++)
		ur_rates_tick(&view.rates, &view.digest);
	view.digest.table[UR_DIGEST_PORTS].entry[2].count = 20;
	ur_rates_tick(&view.rates, &view.digest);
	return 0;
}

static void assert_order(const char *want)
{
	char text[64] = "";

	ur_top_rows(&rows, &top, &view);
	for (size_t i = 0; i < rows.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%c",
			 rows.row[i]->key[4]);
	assert_string_equal(text, want);
}

static void orders(void **state)
{
	(void)state;
	assert_order("321"); /* by rate, then by count */
	assert_int_equal(rows.tenths[0], 10);
	assert_int_equal(rows.tenths[1], 0);
	top.order = UR_TOP_BY_COUNT;
	assert_order("231");
	top.order = UR_TOP_BY_LAST;
	assert_order("312");
	top.order = UR_TOP_BY_NAME;
	assert_order("123");
	top.reversed = true;
	assert_order("321");
}

static void chosen(void **state)
{
	(void)state;
	ur_top_rows(&rows, &top, &view);
	assert_int_equal(rows.chosen, 0);
	strcpy(top.chosen, "udp/1");
	ur_top_rows(&rows, &top, &view);
	assert_int_equal(rows.chosen, 2);
	strcpy(top.chosen, "udp/9"); /* it had to make room */
	ur_top_rows(&rows, &top, &view);
	assert_int_equal(rows.chosen, 0);
	top.kind = UR_DIGEST_PEERS;
	ur_top_rows(&rows, &top, &view);
	assert_int_equal(rows.n, 0);
}

static void of_a_file(void **state)
{
	(void)state;
	view.replayed = true;
	ur_top_rows(&rows, &top, &view);
	assert_int_equal(rows.tenths[0], 0);
	view.ns = 60 * S;
	ur_top_rows(&rows, &top, &view);
	assert_string_equal(rows.row[0]->key, "udp/2");
	assert_int_equal(rows.tenths[0], 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(orders, begin),
		cmocka_unit_test_setup(chosen, begin),
		cmocka_unit_test_setup(of_a_file, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
