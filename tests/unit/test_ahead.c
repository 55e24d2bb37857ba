// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include "user/ahead.h"

/* What the thread was asked for, and what it is told. */
struct asked {
	sem_t done;
	_Atomic int result;
	uint64_t takes_ms;
	unsigned n;
	uint32_t inums[16];
};

static int answer(void *arg, uint32_t inum)
{
	struct asked *a = arg;
	const struct timespec t = { .tv_nsec = (long)a->takes_ms * 1000000 };
	const int result = a->result; /* before the test goes on and sets another */

	if (a->takes_ms)
		nanosleep(&t, NULL);
	if (a->n < 16)
		a->inums[a->n++] = inum;
	sem_post(&a->done);
	return result;
}

/* Wait for a call, @ms at most. */
static bool called(struct asked *a, uint64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return !sem_timedwait(&a->done, &until);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void test_each_once(void **state)
{
	ur_cleanup(ur_ahead_stopp) struct ur_ahead *ahead = NULL;
	struct asked a = {};

	(void)state;
	sem_init(&a.done, 0, 0);
	assert_int_equal(ur_ahead_start(answer, &a, &ahead), 0);
	ur_ahead_add(ahead, 7);
	ur_ahead_add(ahead, 8);
	ur_ahead_add(ahead, 7);
	assert_true(called(&a, 30000));
	assert_true(called(&a, 30000));
	assert_int_equal(a.inums[0], 7);
	assert_int_equal(a.inums[1], 8);
	assert_false(called(&a, 300));
	ur_ahead_add(ahead, 7); /* changed again */
	assert_true(called(&a, 30000));
}

static void test_tries_again_but_not_for_ever(void **state)
{
	ur_cleanup(ur_ahead_stopp) struct ur_ahead *ahead = NULL;
	struct asked a = { .result = -EALREADY };
	uint64_t start = now_ms();

	(void)state;
	sem_init(&a.done, 0, 0);
	assert_int_equal(ur_ahead_start(answer, &a, &ahead), 0);
	ur_ahead_add(ahead, 7);
	assert_true(called(&a, 30000));
	assert_true(called(&a, 30000));
	assert_true(called(&a, 30000));
	assert_true(now_ms() - start >= 20 + 50 + 200);
	a.result = -EPERM; /* no use */
	assert_true(called(&a, 30000));
	assert_false(called(&a, 300));
}

static void test_rests(void **state)
{
	ur_cleanup(ur_ahead_stopp) struct ur_ahead *ahead = NULL;
	struct asked a = { .takes_ms = 50 };
	uint64_t start;

	(void)state;
	sem_init(&a.done, 0, 0);
	assert_int_equal(ur_ahead_start(answer, &a, &ahead), 0);
	ur_ahead_add(ahead, 7);
	assert_true(called(&a, 30000));
	start = now_ms();
	ur_ahead_add(ahead, 7);
	assert_true(called(&a, 30000));
	assert_true(now_ms() - start >= 3 * 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_tries_again_but_not_for_ever),
		cmocka_unit_test(test_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
