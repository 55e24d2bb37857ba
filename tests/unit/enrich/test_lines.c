// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/enrich/lines.h"

struct got {
	unsigned n;
	char last[UR_LINE_HEAD + 1];
	char tail[UR_LINE_TAIL + 1];
	size_t len;
};

static int on_line(const struct ur_line *line, void *arg)
{
	struct got *got = arg;

	got->n++;
	got->len = line->len;
	strcpy(got->last, line->head);
	strcpy(got->tail, line->tail);
	return 0;
}

static struct got feed(enum ur_quoting quoting, const char *text, size_t step)
{
	struct got got = {};
	struct ur_lines lines = { .quoting = quoting, .fn = on_line, .arg = &got };

	for (size_t at = 0, len = strlen(text); at < len; at += step)
		assert_int_equal(
			ur_lines_feed(text + at, at + step < len ? step : len - at, &lines), 0);
	return got;
}

static void test_any_chunk_size(void **state)
{
	(void)state;
	for (size_t step = 1; step < 12; step++) {
		struct got got = feed(UR_QUOTES_NONE, "one\n\ntwo three\nunfinished", step);

		assert_int_equal(got.n, 3);
		assert_string_equal(got.last, "two three");
		assert_string_equal(got.tail, "two three");
	}
}

static void test_break_inside_quotes(void **state)
{
	struct got got = feed(UR_QUOTES_NFT, "a comment \"x\ny\" # handle 3\n", 5);

	(void)state;
	assert_int_equal(got.n, 1);
	assert_string_equal(got.last, "a comment \"x\ny\" # handle 3");
	assert_int_equal(feed(UR_QUOTES_NONE, "a \"x\ny\"\n", 5).n, 2);
	/* a backslash is just that to nft, and escapes for iptables */
	assert_int_equal(feed(UR_QUOTES_NFT, "log \"a\\\"\nnext\n", 5).n, 2);
	assert_int_equal(feed(UR_QUOTES_IPTABLES, "log \"a\\\"\nnext\"\n", 5).n, 1);
	assert_int_equal(feed(UR_QUOTES_IPTABLES, "log \"a\\\\\"\nnext\n", 5).n, 2);
}

static void test_long_line_keeps_both_ends(void **state)
{
	static char text[9000];
	struct got got;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < 5; i++)
		text[i] = "start"[i];
	strcpy(text + sizeof(text) - 1 - 13, " # handle 77\n");
	for (size_t step = 1; step < 9000; step = step * 3 + 1) {
		got = feed(UR_QUOTES_NONE, text, step);
		assert_int_equal(got.n, 1);
		assert_int_equal(got.len, strlen(text) - 1);
		assert_int_equal(strlen(got.last), UR_LINE_HEAD);
		assert_memory_equal(got.last, "start", 5);
		assert_int_equal(strlen(got.tail), UR_LINE_TAIL);
		assert_string_equal(got.tail + UR_LINE_TAIL - 12, " # handle 77");
	}
}

static int stop(const struct ur_line *line, void *arg)
{
	(void)line;
	return ++*(unsigned *)arg == 2;
}

static void test_stops_when_told(void **state)
{
	unsigned n = 0;
	struct ur_lines lines = { .fn = stop, .arg = &n };

	(void)state;
	assert_int_equal(ur_lines_feed("a\nb\nc\nd\n", 8, &lines), 1);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_chunk_size),
		cmocka_unit_test(test_break_inside_quotes),
		cmocka_unit_test(test_long_line_keeps_both_ends),
		cmocka_unit_test(test_stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
