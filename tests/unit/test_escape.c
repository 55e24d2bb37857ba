/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/escape.h"

struct pair {
	const char *in, *out;
};

static const struct pair escapes[] = {
	{ "nginx", "nginx" },
	{ "", "" },
	{ "a\033[31mb", "a\\x1b[31mb" },
	{ "two\nlines\r\t", "two\\x0alines\\x0d\\x09" },
	{ "\x7f", "\\x7f" },
	{ "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x9b",
	  "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x9b" },
	{ "\xc2\x9b"
	  "31m",
	  "\\xc2\\x9b31m" }, /* C1: CSI */
	{ "\xe2\x80\xae"
	  "txt",
	  "\\xe2\\x80\\xaetxt" },              /* right-to-left override */
	{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" }, /* byte order mark */
	{ "\xff\xfe", "\\xff\\xfe" },          /* no UTF-8 */
	{ "\xc0\xaf", "\\xc0\\xaf" },          /* overlong / */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
	{ "cut\xe6\x97", "cut\\xe6\\x97" },
	{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" }, /* a tag */
	{ "C:\\dir", "C:\\dir" },
};

static void escaped_for_a_terminal(void **state)
{
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		assert_int_equal(ur_escape(out, sizeof(out), escapes[i].in),
				 strlen(escapes[i].out));
		assert_string_equal(out, escapes[i].out);
	}
}

static void no_byte_acts_on_a_terminal(void **state)
{
	char in[3] = "", out[16];

	(void)state;
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			ur_escape(out, sizeof(out), in);
			for (const char *p = out; *p; p++)
				assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
			assert_null(strstr(out, "\xc2\x9b"));
		}
}

static void cut_between_characters(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(ur_escape(out, 6, "ab\033\033"), 2);
	assert_string_equal(out, "ab");
	assert_int_equal(ur_escape(out, 7, "ab\033\033"), 6);
	assert_string_equal(out, "ab\\x1b");
	assert_int_equal(ur_escape(out, 4, "ab\xc3\xa9"), 2);
	assert_int_equal(ur_escape(out, 1, "x"), 0);
	assert_string_equal(out, "");
}

static void cleaned_for_json(void **state)
{
	static const struct pair cases[] = {
		{ "ok\033", "ok\033" },
		{ "a\xff"
		  "b",
		  "a\xef\xbf\xbd"
		  "b" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe6\x97\xa5", "\xe6\x97\xa5" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ur_utf8_clean(out, sizeof(out), cases[i].in);
		assert_string_equal(out, cases[i].out);
	}
	assert_int_equal(ur_utf8_clean(out, 3, "\xff"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaped_for_a_terminal),
		cmocka_unit_test(no_byte_acts_on_a_terminal),
		cmocka_unit_test(cut_between_characters),
		cmocka_unit_test(cleaned_for_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
