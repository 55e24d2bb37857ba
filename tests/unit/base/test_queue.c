/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include "user/base/queue.h"

#define RECORD 8

static bool push(struct ur_queue *q, const char *text)
{
	return ur_queue_push(q, text, strlen(text));
}

static void assert_pops(struct ur_queue *q, const char *text)
{
	char buf[RECORD + 1] = {};

	assert_int_equal(ur_queue_pop(q, buf), strlen(text));
	assert_string_equal(buf, text);
}

static void first_in_first_out(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;

	(void)state;
	assert_int_equal(ur_queue_new(3, RECORD, &q), 0);
	for (int round = 0; round < 5; round++) { /* across the end of the slots */
		assert_true(push(q, "one"));
		assert_true(push(q, "second"));
		assert_pops(q, "one");
		assert_pops(q, "second");
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;

	(void)state;
	assert_int_equal(ur_queue_new(2, RECORD, &q), 0);
	assert_true(push(q, "a"));
	assert_true(push(q, "b"));
	assert_false(push(q, "c"));
	assert_false(push(q, "d"));
	assert_pops(q, "a");
	assert_true(push(q, "e"));
	assert_pops(q, "b");
	assert_pops(q, "e");
}

static void a_record_has_a_length_of_1_to_the_most(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;

	(void)state;
	assert_int_equal(ur_queue_new(4, RECORD, &q), 0);
	assert_true(push(q, "12345678"));
	assert_false(push(q, "123456789"));
	assert_false(push(q, "")); /* 0 means the end to the consumer */
	assert_pops(q, "12345678");
}

static void what_was_queued_outlives_the_closing(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;
	char buf[RECORD];

	(void)state;
	assert_int_equal(ur_queue_new(4, RECORD, &q), 0);
	assert_true(push(q, "a"));
	assert_true(push(q, "b"));
	ur_queue_close(q);
	ur_queue_close(q);
	assert_false(push(q, "late"));
	assert_pops(q, "a");
	assert_pops(q, "b");
	assert_int_equal(ur_queue_pop(q, buf), 0);
	assert_int_equal(ur_queue_pop(q, buf), 0);
}

/* The sanitizer would end the test where malloc() fails. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void no_memory_for_so_many(void **state)
{
	struct ur_queue *q = NULL;

	(void)state;
	assert_int_equal(ur_queue_new(SIZE_MAX / 2, RECORD, &q), -ENOMEM);
	assert_null(q);
	ur_queue_free(NULL);
}

#define NUMBERS 20000

static void *produce(void *arg)
{
	struct ur_queue *q = arg;

	for (uint32_t i = 1; i <= NUMBERS; i++)
		while (!ur_queue_push(q, &i, sizeof(i)))
			sched_yield();
	ur_queue_close(q);
	return NULL;
}

static void one_thread_fills_another_empties(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;
	uint32_t number, expected = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(ur_queue_new(7, sizeof(uint32_t), &q), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, q), 0);
	while (ur_queue_pop(q, &number) == sizeof(number))
		if (number != ++expected)
			break;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(expected, NUMBERS);
}

static void *wait_for_a_record(void *arg)
{
	char buf[RECORD];

	return ur_queue_pop(arg, buf) ? arg : NULL;
}

/* A consumer that waits already must be woken; without that, this test never ends. */
static void waiting_ends_with_a_record_or_the_closing(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;
	pthread_t first, second;
	void *got;

	(void)state;
	assert_int_equal(ur_queue_new(1, RECORD, &q), 0);
	assert_int_equal(pthread_create(&first, NULL, wait_for_a_record, q), 0);
	usleep(10000);
	assert_true(push(q, "x"));
	pthread_join(first, &got);
	assert_ptr_equal(got, q);
	assert_int_equal(pthread_create(&second, NULL, wait_for_a_record, q), 0);
	usleep(10000);
	ur_queue_close(q);
	pthread_join(second, &got);
	assert_null(got);
}

static void waiting_for_a_while(void **state)
{
	ur_cleanup(ur_queue_freep) struct ur_queue *q = NULL;
	struct timespec now;
	uint64_t until;
	char buf[RECORD];

	(void)state;
	assert_int_equal(ur_queue_new(2, RECORD, &q), 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	until = now.tv_sec * 1000000000ULL + now.tv_nsec + 2000000;
	assert_int_equal(ur_queue_pop_until(q, buf, until), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_true(now.tv_sec * 1000000000ULL + now.tv_nsec >= until);
	assert_true(push(q, "x"));
	assert_int_equal(ur_queue_pop_until(q, buf, until), 1); /* it is there: too late or not */
	ur_queue_close(q);
	assert_int_equal(ur_queue_pop_until(q, buf, until), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_record_has_a_length_of_1_to_the_most),
		cmocka_unit_test(what_was_queued_outlives_the_closing),
		cmocka_unit_test(no_memory_for_so_many),
		cmocka_unit_test(one_thread_fills_another_empties),
		cmocka_unit_test(waiting_for_a_while),
		cmocka_unit_test(waiting_ends_with_a_record_or_the_closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
