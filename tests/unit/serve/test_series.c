/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "user/serve/series.h"

#define HOUR (3600 * UINT64_C(1000000000))

static struct ur_series_set *set;

static int forget(void **state)
{
	(void)state;
	ur_series_free(set);
	set = NULL;
	return 0;
}

static void add(const char *a, const char *b, uint64_t n, uint64_t now)
{
	const char *labels[] = { a, b };

	ur_series_add(set, labels, n, now);
}

/* The count of a series; UINT64_MAX: there is none. */
static uint64_t count(const char *a, const char *b)
{
	const struct ur_series *s;

	for (size_t i = 0; (s = ur_series_at(set, i)); i++)
		if (!strcmp(s->label[0], a) && !strcmp(s->label[1], b))
			return s->count;
	return UINT64_MAX;
}

static uint64_t sum(void)
{
	const struct ur_series *s;
	uint64_t n = 0;

	for (size_t i = 0; (s = ur_series_at(set, i)); i++)
		n += s->count;
	return n;
}

static void counts(void **state)
{
	(void)state;
	assert_int_equal(ur_series_new(2, 4, 1, &set), 0);
	assert_string_equal(ur_series_at(set, 0)->label[0], "other");
	assert_string_equal(ur_series_at(set, 0)->label[1], "other");
	assert_null(ur_series_at(set, 1));
	add("web", "udp", 2, 1);
	add("web", "tcp", 3, 2);
	add("web", "udp", 5, 3);
	/* The end of a label is not lost between two. */
	add("webu", "dp", 1, 4);
	assert_int_equal(count("web", "udp"), 7);
	assert_int_equal(count("web", "tcp"), 3);
	assert_int_equal(count("webu", "dp"), 1);
	add("other", "other", 1, 5);
	assert_int_equal(count("other", "other"), 1);
	assert_null(ur_series_at(set, 4));
}

static void bounded(void **state)
{
	char name[32];

	(void)state;
	assert_int_equal(ur_series_new(2, 8, 1, &set), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "netns-%d", i);
		add(name, "udp", 2, 100 + (uint64_t)i);
	}
	assert_non_null(ur_series_at(set, 8));
	assert_null(ur_series_at(set, 9));
	assert_int_equal(count("netns-0", "udp"), 2);
	assert_int_equal(count("netns-7", "udp"), 2);
	assert_int_equal(count("netns-8", "udp"), UINT64_MAX);
	assert_int_equal(count("other", "other"), 2 * 992);
	/* An hour later, the one that was used longest ago makes room, and what "other" says
	 * never falls. */
	add("netns-0", "udp", 1, HOUR);
	add("late", "udp", 1, HOUR + 103);
	assert_int_equal(count("late", "udp"), 1);
	assert_int_equal(count("netns-1", "udp"), UINT64_MAX);
	assert_int_equal(count("netns-0", "udp"), 3);
	assert_int_equal(count("other", "other"), 2 * 992);
	add("later", "udp", 1, HOUR + 102);
	assert_int_equal(count("later", "udp"), UINT64_MAX);
	assert_int_equal(count("other", "other"), 2 * 992 + 1);
}

/* A scan of all ports makes no series; what comes often does, also in between. */
static void frequent(void **state)
{
	char port[16];

	(void)state;
	assert_int_equal(ur_series_new(2, 64, 16, &set), 0);
	for (int i = 1; i < 65536; i++) {
		snprintf(port, sizeof(port), "%d", i);
		add("udp", port, 1, (uint64_t)i);
		if (i % 16 == 0)
			add("udp", "8125", 1, (uint64_t)i);
	}
	assert_null(ur_series_at(set, 2));
	/* 15 before it began; and the one of the scan itself is among them, or not. */
	assert_in_range(count("udp", "8125"), 4095 - 15, 4096 - 15 + 1);
	assert_int_equal(sum(), 65535 + 4095);
	add("tcp", "80", 16, 70000);
	assert_int_equal(count("tcp", "80"), 16);
}

static void hostile(void **state)
{
	char longer[4096];
	const struct ur_series *s;

	(void)state;
	assert_int_equal(ur_series_new(2, 4, 1, &set), 0);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	add("\033[2J\n", "\xff\"\\", 1, 1);
	add(longer, "udp", 1, 2);
	s = ur_series_at(set, 1);
	assert_string_equal(s->label[0], "\\x1b[2J\\x0a");
	assert_string_equal(s->label[1], "\\xff\"\\");
	s = ur_series_at(set, 2);
	assert_int_equal(strlen(s->label[0]), UR_LABEL_TEXT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(counts, forget),
		cmocka_unit_test_teardown(bounded, forget),
		cmocka_unit_test_teardown(frequent, forget),
		cmocka_unit_test_teardown(hostile, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
