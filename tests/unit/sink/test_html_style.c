/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "user/sink/html_style.h"

static size_t times(char c)
{
	size_t n = 0;

	for (const char *s = ur_html_style; *s; s++)
		n += *s == c;
	return n;
}

static void whole(void **state)
{
	char name[32];

	(void)state;
	assert_int_equal(times('{'), times('}'));
	assert_int_equal(times('('), times(')'));
	assert_int_equal(times('<'), 0);
	for (int i = 0; i < UR_HTML_HUES; i++) {
		snprintf(name, sizeof(name), ".h%d{fill:var(--h%d)}", i, i);
		assert_non_null(strstr(ur_html_style, name));
		snprintf(name, sizeof(name), ".b%d{", i);
		assert_non_null(strstr(ur_html_style, name));
	}
}

static void for_each_medium(void **state)
{
	(void)state;
	assert_non_null(strstr(ur_html_style, "@media print{"));
	assert_non_null(strstr(ur_html_style, "@media (prefers-color-scheme:dark){"));
	assert_non_null(strstr(ur_html_style, "@media (max-width:"));
	assert_null(strstr(ur_html_style, "url("));
	assert_null(strstr(ur_html_style, "@import"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(for_each_medium),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
