/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/aggregate/timeline.h"

#define S  UINT64_C(1000000000)
#define T0 (SAMPLE_TIME * S)

static struct ur_timeline t;
static struct ur_evidence ev;
static struct ur_report report = { .cause = UR_CAUSE_SOCKET_NONE };

static int forget(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return 0;
}

static void add(uint64_t ns)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	ev.time = (struct timespec){ (time_t)(ns / S), (long)(ns % S) };
	ur_timeline_add(&t, &ev, &report);
}

static uint64_t sum(void)
{
	uint64_t n = 0, causes = 0;

	for (int i = 0; i < UR_BARS_MAX; i++) {
		n += t.bar[i].all;
		for (int cause = 0; cause < UR_CAUSE_MAX_; cause++)
			causes += t.bar[i].cause[cause];
	}
	assert_int_equal(n, causes);
	return n;
}

static uint64_t at(uint64_t ns)
{
	assert_true(ns >= t.origin && (ns - t.origin) / t.width < UR_BARS_MAX);
	return t.bar[(ns - t.origin) / t.width].all;
}

static void one_moment(void **state)
{
	(void)state;
	assert_int_equal(ur_timeline_end(&t, T0), 0);
	add(T0);
	add(T0);
	assert_int_equal(at(T0), 2);
	assert_int_equal(ur_timeline_end(&t, T0), 1);
	assert_int_equal(t.bar[0].cause[UR_CAUSE_SOCKET_NONE], 2);
}

static void wider_and_wider(void **state)
{
	(void)state;
	for (uint64_t s = 0; s < 3600; s++)
		add(T0 + s * S);
	assert_int_equal(sum(), 3600);
	assert_int_equal(t.width, 60 * S);
	assert_int_equal(t.origin % t.width, 0);
	assert_int_equal(ur_timeline_end(&t, T0 + 3599 * S), 61);
	assert_int_equal(at(T0 + 1800 * S), 60);
}

static void earlier_ones(void **state)
{
	(void)state;
	add(T0 + 5 * S);
	add(T0);
	assert_int_equal(at(T0), 1);
	assert_int_equal(at(T0 + 5 * S), 1);
	add(T0 - 86400 * S);
	assert_int_equal(at(T0 - 86400 * S), 1);
	assert_int_equal(sum(), 3);
	ur_timeline_cover(&t, T0 - 2 * 86400 * S, T0 + 86400 * S);
	assert_true(t.origin <= T0 - 2 * 86400 * S);
	assert_true(ur_timeline_end(&t, T0 + 86400 * S) <= UR_BARS_MAX);
	assert_int_equal(sum(), 3);
	ur_timeline_cover(&t, T0, T0 - 1);
	ur_timeline_cover(&t, 0, T0);
	assert_int_equal(sum(), 3);
}

/* A line that stands for many is spread over their time, and none of them is lost. */
static void floods(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	ev.time.tv_nsec = 0;
	ev.count = 1003;
	ev.like =
		(struct ur_like){ .kind = UR_LIKE_FLOW, .first_real = T0 - 9 * S, .last_real = T0 };
	ur_timeline_add(&t, &ev, &report);
	assert_int_equal(sum(), 1003);
	assert_true(at(T0 - 9 * S) && at(T0 - 4 * S) && at(T0));
	assert_true(at(T0) <= at(T0 - 4 * S) + 1 && at(T0 - 4 * S) <= at(T0) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_moment, forget),
		cmocka_unit_test_setup(wider_and_wider, forget),
		cmocka_unit_test_setup(earlier_ones, forget),
		cmocka_unit_test_setup(floods, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
