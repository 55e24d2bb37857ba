/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "user/base/columns.h"

static void characters(void **state)
{
	(void)state;
	assert_int_equal(ur_char_columns('a'), 1);
	assert_int_equal(ur_char_columns(0xe9), 1);
	assert_int_equal(ur_char_columns(0x301), 0);
	assert_int_equal(ur_char_columns(0x4e2d), 2);
	assert_int_equal(ur_char_columns(0x1f600), 2);
	assert_int_equal(ur_char_columns(0x2500), 1);
}

static void of_text(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
		unsigned int utf8, ascii;
	} cases[] = {
		{ "a", 1, 1, 1 },
		{ "\xc3\xa9x", 2, 1, 8 },
		{ "\xe4\xb8\xad", 3, 2, 12 },
		{ "\xff", 1, 1, 4 },
	};
	unsigned int columns;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ur_columns_of(cases[i].text, false, &columns), cases[i].bytes);
		assert_int_equal(columns, cases[i].utf8);
		assert_int_equal(ur_columns_of(cases[i].text, true, &columns), cases[i].bytes);
		assert_int_equal(columns, cases[i].ascii);
	}
}

static void locales(void **state)
{
	(void)state;
	unsetenv("LC_ALL");
	unsetenv("LC_CTYPE");
	unsetenv("LANG");
	assert_true(ur_locale_ascii());
	setenv("LANG", "de_DE.UTF-8", 1);
	assert_false(ur_locale_ascii());
	setenv("LC_CTYPE", "C", 1);
	assert_true(ur_locale_ascii());
	setenv("LC_ALL", "C.utf8", 1);
	assert_false(ur_locale_ascii());
	setenv("LC_ALL", "", 1); /* as if it were not set */
	assert_true(ur_locale_ascii());
	setenv("LC_ALL", "de_DE.ISO-8859-1", 1);
	assert_true(ur_locale_ascii());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters),
		cmocka_unit_test(of_text),
		cmocka_unit_test(locales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
