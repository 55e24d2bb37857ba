// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "user/enrich/nft_token.h"

/* One letter for each token of @text. */
static const char *kinds(const char *text, size_t len)
{
	static char out[64];
	const char *at = text;
	struct ur_token t;
	size_t n = 0;

	while (ur_token_next(&at, text + len, &t)) {
		assert_true(t.at >= text && t.at + t.len <= text + len);
		out[n++] = "ws{},:;"[t.kind];
	}
	out[n] = '\0';
	return out;
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text, *kinds;
	} rows[] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "udp dport { 1-3, 5 } reject", "ww{w,w}w" },
		{ "{a,b}", "{w,w}" },
		{ "fd00::1 : jump x;", "w:ww;" },
		{ "comment \"a { b\" # handle 3", "wswww" },
		{ "\"unclosed", "s" },
		{ "\"\"", "s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(kinds(rows[i].text, strlen(rows[i].text)), rows[i].kinds);
	assert_string_equal(kinds("a\0b", 3), "w"); /* any byte is part of a word */
}

static void test_words(void **state)
{
	const char *text = "goto \"goto\" gotox", *at = text, *end = text + strlen(text);
	struct ur_token t;

	(void)state;
	assert_true(ur_token_next(&at, end, &t));
	assert_true(ur_token_is(&t, "goto"));
	assert_true(ur_token_next(&at, end, &t));
	assert_int_equal(t.len, 4);
	assert_false(ur_token_is(&t, "goto"));
	assert_true(ur_token_next(&at, end, &t));
	assert_false(ur_token_is(&t, "goto"));
	assert_false(ur_token_next(&at, end, &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
