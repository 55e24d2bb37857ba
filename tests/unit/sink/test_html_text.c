/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "user/sink/html_text.h"

static void text(void **state)
{
	struct capture c;

	(void)state;
	capture_open(&c);
	ur_html_text(c.out, "a<b>&\"'c \xc3\xa9 \xe2\x80\xae \x1b \xff");
	fflush(c.out);
	assert_string_equal(c.text, "a&lt;b&gt;&amp;&quot;&#39;c \xc3\xa9 \\xe2\\x80\\xae \\x1b "
				    "\\xff");
	capture_close(&c);
}

static void numbers(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 12345, "12,345" },
		{ 1234567, "1,234,567" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture c;

		capture_open(&c);
		ur_html_number(c.out, cases[i].n);
		fflush(c.out);
		assert_string_equal(c.text, cases[i].want);
		capture_close(&c);
	}
}

static void times(void **state)
{
	const struct timespec time = { 1795229120, 5 }, next = { 1795229120 + 86400, 0 };
	struct capture c;

	(void)state;
	capture_open(&c);
	ur_html_time(c.out, &time, &time);
	ur_html_time(c.out, &time, &next);
	ur_html_time(c.out, &time, NULL);
	fflush(c.out);
	assert_string_equal(c.text,
			    "<time datetime=\"2026-11-21T02:45:20Z\">02:45:20</time>"
			    "<time datetime=\"2026-11-21T02:45:20Z\">2026-11-21 02:45:20</time>"
			    "<time datetime=\"2026-11-21T02:45:20Z\">2026-11-21 02:45:20</time>");
	capture_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(numbers),
		cmocka_unit_test(times),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
