// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/enrich/nft_cursor.h"

static struct ur_cursor at(const char *text)
{
	return (struct ur_cursor){ text, text + strlen(text) };
}

static void test_words(void **state)
{
	static const char *const list[] = { "a", "b" };
	struct ur_cursor c = at("b c \"d\"");
	struct ur_token tok;

	(void)state;
	assert_false(ur_cursor_take_word(&c, "c"));
	assert_true(ur_cursor_take_any_of(&c, list, 2));
	assert_false(ur_cursor_take_any_of(&c, list, 2));
	assert_true(ur_cursor_peek(&c, &tok));
	assert_true(ur_cursor_take_word(&c, "c"));
	assert_false(ur_cursor_take_word(&c, "d")); /* a string is no word */
	assert_false(ur_cursor_skip(&c, 2));
	assert_false(ur_cursor_take(&c, &tok));
}

static void test_values(void **state)
{
	static const struct {
		const char *text, *rest;
	} rows[] = {
		{ "new x", " x" },
		{ "new,established x", " x" },
		{ "syn / syn,ack x", " x" },
		{ "{ a, { b } } x", " x" },
		{ "\"10:00\"-\"12:00\" x", " x" },
		{ "@set x", " x" },
	};
	struct ur_cursor c;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = at(rows[i].text);
		assert_true(ur_cursor_skip_value(&c));
		assert_string_equal(c.at, rows[i].rest);
	}
	c = at("{ a");
	assert_false(ur_cursor_skip_value(&c));
	c = at("a,");
	assert_false(ur_cursor_skip_value(&c));
	c = at("");
	assert_false(ur_cursor_skip_value(&c));
	c = at("a } b");
	assert_true(ur_cursor_skip_group(&c));
	assert_string_equal(c.at, " b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
