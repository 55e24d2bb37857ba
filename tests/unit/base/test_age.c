/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "user/base/age.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

static void ages(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0.0 ms" },
		{ 450000, "0.4 ms" },
		{ 9999999, "9.9 ms" },
		{ 10 * MS, "10 ms" },
		{ 35 * MS + 999999, "35 ms" },
		{ 999 * MS, "999 ms" },
		{ S, "1.0 s" },
		{ 3290 * MS, "3.2 s" },
		{ 10 * S, "10 s" },
		{ 119 * S, "119 s" },
		{ 120 * S, "2 min" },
		{ 7199 * S, "119 min" },
		{ 7200 * S, "2 h" },
		{ 47 * 3600 * S, "47 h" },
		{ 48 * 3600 * S, "2 days" },
		{ UINT64_MAX, "213503 days" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[32];
		struct ur_buf out = UR_BUF(text);

		ur_say_age(&out, cases[i].ns);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ages) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
