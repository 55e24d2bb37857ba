/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include "user/capture/rotate.h"

/* The name at @now after @size bytes. */
static const char *next(struct ur_rotate *rotate, const char *path, time_t now, uint64_t size)
{
	static char name[64];

	assert_true(ur_rotate_next(rotate, now, size) >= 0);
	assert_int_equal(ur_rotate_name(rotate, path, name, sizeof(name)), 0);
	return name;
}

static void without_limits(void **state)
{
	struct ur_rotate r = {};

	(void)state;
	ur_rotate_start(&r, 1000);
	assert_string_equal(next(&r, "f%H", 2000000, UINT64_MAX), "f%H");
}

static void by_size(void **state)
{
	struct ur_rotate r = { .bytes = 100 };

	(void)state;
	ur_rotate_start(&r, 1000);
	assert_string_equal(next(&r, "f", 1000, 0), "f");
	assert_string_equal(next(&r, "f", 1000, 100), "f");
	assert_string_equal(next(&r, "f", 1000, 101), "f1");
	assert_string_equal(next(&r, "f", 9000, 101), "f2");
}

static void by_size_round_and_round(void **state)
{
	struct ur_rotate r = { .bytes = 100, .files = 11 };

	(void)state;
	ur_rotate_start(&r, 1000);
	assert_string_equal(next(&r, "f", 1000, 0), "f00");
	for (int i = 1; i < 11; i++)
		next(&r, "f", 1000, 101);
	assert_string_equal(next(&r, "f", 1000, 0), "f10");
	assert_string_equal(next(&r, "f", 1000, 101), "f00");
	r = (struct ur_rotate){ .bytes = 100, .files = 10 };
	ur_rotate_start(&r, 1000);
	assert_string_equal(next(&r, "f", 1000, 101), "f1");
	/* one that is written again and again */
	r = (struct ur_rotate){ .bytes = 100, .files = 1 };
	ur_rotate_start(&r, 1000);
	assert_string_equal(next(&r, "f", 1000, 101), "f");
}

static void by_time(void **state)
{
	struct ur_rotate r = { .seconds = 60, .files = 2 };

	(void)state;
	setenv("TZ", "UTC", 1);
	ur_rotate_start(&r, 3600);
	assert_string_equal(next(&r, "f-%H%M%S", 3600, 999), "f-010000");
	assert_string_equal(next(&r, "f-%H%M%S", 3659, 999), "f-010000");
	assert_string_equal(next(&r, "f-%H%M%S", 3661, 999), "f-010101");
	assert_int_equal(ur_rotate_next(&r, 3720, 999), 0);
	assert_int_equal(ur_rotate_next(&r, 3721, 999), -ECANCELED);
}

static void by_time_and_size(void **state)
{
	struct ur_rotate r = { .seconds = 60, .bytes = 100 };

	(void)state;
	ur_rotate_start(&r, 3600);
	assert_string_equal(next(&r, "%M", 3600, 101), "001");
	assert_string_equal(next(&r, "%M", 3600, 101), "002");
	assert_string_equal(next(&r, "%M", 3660, 10), "01");
	assert_string_equal(next(&r, "%M", 3660, 101), "011");
	/* how many there may be is then of each time, and no end */
	r = (struct ur_rotate){ .seconds = 60, .bytes = 100, .files = 2 };
	ur_rotate_start(&r, 3600);
	assert_string_equal(next(&r, "%M", 3600, 0), "000");
	assert_string_equal(next(&r, "%M", 3600, 101), "001");
	assert_string_equal(next(&r, "%M", 3600, 101), "000");
	for (int i = 1; i < 5; i++)
		assert_int_equal(ur_rotate_next(&r, 3600 + i * 60, 0), 1);
	assert_string_equal(next(&r, "%M", 3840, 0), "040");
}

static void names_that_are_too_long(void **state)
{
	struct ur_rotate r = { .bytes = 1, .files = 1000 };
	char name[8];

	(void)state;
	ur_rotate_start(&r, 0);
	assert_int_equal(ur_rotate_name(&r, "12345", name, sizeof(name)), -ENAMETOOLONG);
	assert_int_equal(ur_rotate_name(&r, "1234", name, sizeof(name)), 0);
	assert_string_equal(name, "1234000");
	assert_int_equal(ur_rotate_name(&r, "12345678", name, sizeof(name)), -ENAMETOOLONG);
	r = (struct ur_rotate){ .seconds = 1 };
	assert_int_equal(ur_rotate_name(&r, "%Y%m%d", name, sizeof(name)), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits),
		cmocka_unit_test(by_size),
		cmocka_unit_test(by_size_round_and_round),
		cmocka_unit_test(by_time),
		cmocka_unit_test(by_time_and_size),
		cmocka_unit_test(names_that_are_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
