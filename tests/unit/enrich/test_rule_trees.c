// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "user/enrich/rule_trees.h"

#define SECOND 1000000000ull

static struct ur_tree *tree_of(size_t bytes)
{
	struct ur_tree *t = NULL;
	uint32_t offset;
	char text[100] = "";

	assert_int_equal(ur_tree_new(&t), 0);
	memset(text, 'x', sizeof(text));
	while (ur_tree_size(t) < bytes)
		assert_int_equal(ur_tree_string(t, text, sizeof(text), &offset), 0);
	return t;
}

static void test_get_and_put(void **state)
{
	ur_cleanup(ur_trees_freep) struct ur_trees *c = NULL;
	const struct ur_rule_key a = { .netns = 1, .cookie = 9, .table = 2 };
	const struct ur_rule_key b = { .netns = 1, .cookie = 8, .table = 2 };
	struct ur_tree *t = tree_of(0);
	uint32_t generation;

	(void)state;
	assert_int_equal(ur_trees_new(1 << 20, &c), 0);
	assert_null(ur_trees_get(c, &a, &generation));
	assert_ptr_equal(ur_trees_put(c, &a, 5, t), t);
	assert_ptr_equal(ur_trees_get(c, &a, &generation), t);
	assert_int_equal(generation, 5);
	assert_null(ur_trees_get(c, &b, &generation)); /* another namespace of that number */
	t = tree_of(0);
	ur_trees_put(c, &a, 6, t); /* in its place */
	assert_ptr_equal(ur_trees_get(c, &a, &generation), t);
	assert_int_equal(generation, 6);
}

static void test_bound(void **state)
{
	ur_cleanup(ur_trees_freep) struct ur_trees *c = NULL;
	uint32_t generation;

	(void)state;
	assert_int_equal(ur_trees_new(100000, &c), 0);
	for (uint32_t i = 0; i < 100; i++) {
		const struct ur_rule_key first = {}, key = { .table = i };

		assert_non_null(ur_trees_put(c, &key, i, tree_of(20000)));
		assert_non_null(ur_trees_get(c, &key, &generation));
		/* what is used stays */
		assert_non_null(ur_trees_get(c, &first, &generation));
	}
	for (uint32_t i = 0, n = 0; i < 100; i++) {
		const struct ur_rule_key key = { .table = i };

		n += !!ur_trees_get(c, &key, &generation);
		assert_true(n <= 5);
	}
	assert_null(ur_trees_put(c, &(struct ur_rule_key){ .table = 7 }, 1, tree_of(200000)));
}

static void test_failures(void **state)
{
	ur_cleanup(ur_trees_freep) struct ur_trees *c = NULL;
	const struct ur_rule_key key = { .table = 2 };
	struct ur_tree *t = tree_of(0);
	uint32_t generation;

	(void)state;
	assert_int_equal(ur_trees_new(1 << 20, &c), 0);
	assert_null(ur_trees_failure(c, &key, 1));
	ur_trees_fail(c, &key, 1, "too large");
	assert_string_equal(ur_trees_failure(c, &key, 1), "too large");
	assert_null(ur_trees_failure(c, &key, 2));
	assert_null(ur_trees_get(c, &key, &generation));
	ur_trees_put(c, &key, 2, t);
	ur_trees_fail(c, &key, 3, "x");
	assert_ptr_equal(ur_trees_get(c, &key, &generation), t); /* the earlier one stays */
	assert_int_equal(generation, 2);
	for (uint32_t i = 0; i < 1000; i++)
		ur_trees_fail(c, &(struct ur_rule_key){ .table = i }, 1, "y");
}

/* Some at once, then one part in ten of the time; each namespace for itself. */
static void test_time_for_tools(void **state)
{
	ur_cleanup(ur_trees_freep) struct ur_trees *c = NULL;
	uint64_t now = 100 * SECOND;

	(void)state;
	assert_int_equal(ur_trees_new(1 << 20, &c), 0);
	for (int i = 0; i < 5; i++) {
		assert_true(ur_trees_may_read(c, 1, now));
		ur_trees_did_read(c, 1, now, now + SECOND + SECOND / 5);
		now += SECOND + SECOND / 5;
	}
	assert_false(ur_trees_may_read(c, 1, now));
	assert_true(ur_trees_may_read(c, 2, now));
	assert_false(ur_trees_may_read(c, 1, now + SECOND));
	assert_true(ur_trees_may_read(c, 1, now + 12 * SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get_and_put),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_time_for_tools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
