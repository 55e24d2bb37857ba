/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "user/top/top.h"

static struct ur_top top;
static struct ur_top_view view;

static int begin(void **state)
{
	(void)state;
	memset(&top, 0, sizeof(top));
	memset(&view, 0, sizeof(view));
	for (int i = 0; i < 9; i++) {
		struct ur_digest_entry *e = &view.digest.table[UR_DIGEST_CAUSES].entry[i];

		view.digest.table[UR_DIGEST_CAUSES].n++;
		snprintf(e->key, sizeof(e->key), "cause.%d", i);
		e->count = 100 - (uint64_t)i;
	}
	top.page = 4;
	return 0;
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		ur_top_press(&top, &view, *keys);
}

static void tables(void **state)
{
	(void)state;
	press("2");
	assert_int_equal(top.kind, UR_DIGEST_PORTS);
	press("6"); /* what came was not asked for */
	assert_int_equal(top.kind, UR_DIGEST_PORTS);
	press("\t\t\t\t");
	assert_int_equal(top.kind, UR_DIGEST_CAUSES);
	ur_top_press(&top, &view, UR_KEY_LEFT);
	assert_int_equal(top.kind, UR_DIGEST_NETNS);
	ur_top_press(&top, &view, UR_KEY_RIGHT);
	assert_int_equal(top.kind, UR_DIGEST_CAUSES);
	view.received = true;
	press("6");
	assert_int_equal(top.kind, UR_DIGEST_RECEIVED);
}

static void rows(void **state)
{
	(void)state;
	press("j");
	assert_string_equal(top.chosen, "cause.1");
	press("jjk");
	assert_string_equal(top.chosen, "cause.2");
	ur_top_press(&top, &view, UR_KEY_PAGE_DOWN);
	assert_string_equal(top.chosen, "cause.6");
	press("G");
	assert_string_equal(top.chosen, "cause.8");
	press("j");
	assert_string_equal(top.chosen, "cause.8");
	ur_top_press(&top, &view, UR_KEY_HOME);
	press("k");
	assert_string_equal(top.chosen, "cause.0");
	/* The row stays chosen where the order changes. */
	press("jr");
	assert_string_equal(top.chosen, "cause.1");
	press("3j"); /* an empty table has none */
	assert_string_equal(top.chosen, "");
}

static void the_rest(void **state)
{
	(void)state;
	press("s");
	assert_int_equal(top.order, UR_TOP_BY_COUNT);
	press("sss");
	assert_int_equal(top.order, UR_TOP_BY_RATE);
	press("r ");
	assert_true(top.reversed && top.paused);
	press("rp");
	assert_false(top.reversed || top.paused);
	press("?");
	assert_true(top.help);
	press("s"); /* any key goes back, and does nothing else */
	assert_int_equal(top.order, UR_TOP_BY_RATE);
	assert_false(top.help || top.quit);
	press("x\n\x01");
	assert_false(top.quit);
	press("?q");
	assert_true(top.quit);
}

static void bytes(void **state)
{
	static const struct {
		const char *bytes;
		int key;
	} cases[] = {
		{ "a", 'a' },
		{ "\033[A", UR_KEY_UP },
		{ "\033OB", UR_KEY_DOWN },
		{ "\033[6~", UR_KEY_PAGE_DOWN },
		{ "\033[4~", UR_KEY_END },
		{ "\033[15~", UR_KEY_NONE },          /* F5 */
		{ "\033[1;5A", UR_KEY_NONE },         /* Ctrl and up */
		{ "\033[200;300;400~", UR_KEY_NONE }, /* longer than any */
		{ "\033q", 'q' },
		{ "\033\033[A", UR_KEY_UP },
	};
	struct ur_top_keys keys = {};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int key = UR_KEY_NONE;

		for (const char *s = cases[i].bytes; *s; s++) {
			assert_int_equal(key, UR_KEY_NONE); /* not before its end */
			key = ur_top_keys_add(&keys, *s);
		}
		assert_int_equal(key, cases[i].key);
		assert_int_equal(ur_top_keys_add(&keys, 'z'), 'z');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tables, begin),
		cmocka_unit_test_setup(rows, begin),
		cmocka_unit_test_setup(the_rest, begin),
		cmocka_unit_test(bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
