/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>
#include "user/sink/times.h"

static const struct timespec lines[] = {
	{ 1795229120, 123456789 },
	{ 1795229120, 123459789 },
	{ 1795232781, 0 },
	{ 1795232780, 999000000 },
};

/* What stands before each of these lines, with a bar behind. */
static const char *all(enum ur_times_form form)
{
	static char text[256];
	struct ur_buf out = UR_BUF(text);
	struct ur_times times = { .form = form };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ur_say_time(&times, &out, &lines[i]);
		ur_buf_add(&out, "|");
	}
	return text;
}

static void each_form(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	assert_string_equal(all(UR_TIMES_CLOCK),
			    "02:45:20.123456 |02:45:20.123459 |03:46:21.000000 |03:46:20.999000 |");
	assert_string_equal(all(UR_TIMES_NONE), "||||");
	assert_string_equal(all(UR_TIMES_SECONDS), "1795229120.123456 |1795229120.123459 "
						   "|1795232781.000000 |1795232780.999000 |");
	assert_string_equal(all(UR_TIMES_BEFORE), " 00:00:00.000000 | 00:00:00.000003 "
						  "| 01:01:00.876540 |-00:00:00.001000 |");
	assert_string_equal(all(UR_TIMES_DATE),
			    "2026-11-21 02:45:20.123456 |2026-11-21 02:45:20.123459 "
			    "|2026-11-21 03:46:21.000000 |2026-11-21 03:46:20.999000 |");
	assert_string_equal(all(UR_TIMES_FIRST), " 00:00:00.000000 | 00:00:00.000003 "
						 "| 01:01:00.876543 | 01:01:00.875543 |");
}

static void moments(void **state)
{
	const struct timespec time = { 1795229120, 0 }, next = { 1795229120 + 86400, 0 },
			      year = { 1795229120 + 365 * 86400L, 0 };
	char text[64];
	struct ur_buf out = UR_BUF(text);

	(void)state;
	setenv("TZ", "UTC", 1);
	ur_say_moment(&out, &time, &time);
	assert_string_equal(text, "02:45:20");
	out = UR_BUF(text);
	ur_say_moment(&out, &time, &next);
	assert_string_equal(text, "2026-11-21 02:45:20");
	out = UR_BUF(text);
	ur_say_moment(&out, &time, &year);
	assert_string_equal(text, "2026-11-21 02:45:20");
	out = UR_BUF(text);
	ur_say_moment(&out, &time, NULL);
	assert_string_equal(text, "2026-11-21 02:45:20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
