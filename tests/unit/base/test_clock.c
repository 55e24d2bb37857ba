/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "user/base/clock.h"

#define NS_PER_S INT64_C(1000000000)

static int64_t ns(struct timespec t)
{
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void it_goes_on(void **state)
{
	uint64_t first = ur_clock_now();

	(void)state;
	assert_true(first > 0);
	assert_true(ur_clock_now() >= first);
}

/* What lies a minute apart by one clock does by the other, but for what both take to be read. */
static void a_minute_is_a_minute(void **state)
{
	uint64_t now = ur_clock_now();
	int64_t apart = ns(ur_clock_real(now)) - ns(ur_clock_real(now - 60 * NS_PER_S));

	(void)state;
	assert_true(apart > 59 * NS_PER_S && apart < 61 * NS_PER_S);
}

static void now_is_now(void **state)
{
	struct timespec wall;
	int64_t off;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &wall);
	off = ns(ur_clock_real(ur_clock_now())) - ns(wall);
	assert_true(off > -60 * NS_PER_S && off < 60 * NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_on),
		cmocka_unit_test(a_minute_is_a_minute),
		cmocka_unit_test(now_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
