// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/rule_tree.h"

static uint32_t add_chain(struct ur_tree *t, const char *name)
{
	uint32_t chain;

	assert_int_equal(ur_tree_chain(t, name, strlen(name), &chain), 0);
	return chain;
}

static uint32_t add_rule(struct ur_tree *t, uint32_t chain, enum ur_end end, const char *text)
{
	const struct ur_tree_rule rule = { .chain = chain, .handle = t->nrules + 10, .end = end };
	uint32_t index;

	assert_int_equal(ur_tree_rule(t, &rule, text, strlen(text), &index), 0);
	return index;
}

static void test_rules_of_chains(void **state)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	uint32_t a, b;

	(void)state;
	assert_int_equal(ur_tree_new(&t), 0);
	a = add_chain(t, "a");
	b = add_chain(t, "b");
	add_rule(t, a, UR_END_NONE, "one");
	add_rule(t, b, UR_END_NONE, "two"); /* within the other chain */
	add_rule(t, a, UR_END_REJECT, "three");
	assert_int_equal(ur_tree_finish(t), 0);
	assert_int_equal(t->chains[a].n, 2);
	assert_int_equal(ur_tree_find_chain(t, "b"), b);
	assert_int_equal(ur_tree_find_chain(t, ""), UR_TREE_NONE);
	assert_int_equal(ur_tree_find_chain(t, "c"), UR_TREE_NONE);
	assert_int_equal(ur_tree_find_number(t, a, 2), 2);
	assert_int_equal(ur_tree_find_number(t, a, 3), UR_TREE_NONE);
	assert_int_equal(ur_tree_find_handle(t, 11), 1);
	assert_int_equal(ur_tree_find_handle(t, 0), UR_TREE_NONE);
	assert_string_equal(ur_tree_text(t, t->rules[2].text), "three");
	assert_true(ur_tree_size(t) > sizeof(*t));
}

static void test_edges(void **state)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	const struct ur_tree_edge *e;
	uint32_t base, zone, other, map, rule;
	size_t n;

	(void)state;
	assert_int_equal(ur_tree_new(&t), 0);
	assert_int_equal(ur_tree_set(t, "m", 1, true, &map), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ur_tree_elem(t, map, "x", 1), 0);
		assert_int_equal(ur_tree_lead_of_map(t, map, true, "zone", 4), 0);
	}
	assert_int_equal(ur_tree_lead_of_map(t, map, false, "other", 5), 0);
	assert_int_equal(ur_tree_lead_of_map(t, map, true, "zone", 4), 0);
	zone = add_chain(t, "zone");
	other = add_chain(t, "other");
	base = add_chain(t, "base");
	rule = add_rule(t, base, UR_END_VMAP, "vmap @m");
	assert_int_equal(ur_tree_lead_by_map(t, rule, "m", 1), 0);
	rule = add_rule(t, base, UR_END_JUMP, "jump zone");
	assert_int_equal(ur_tree_lead(t, rule, false, "zone", 4), 0);
	rule = add_rule(t, other, UR_END_GOTO, "goto zone");
	assert_int_equal(ur_tree_lead_to(t, rule, true, zone), 0);
	assert_int_equal(ur_tree_finish(t), 0);
	e = ur_tree_edges_to(t, zone, &n);
	assert_int_equal(n, 3); /* one for all elements of the map */
	assert_int_equal(e[0].rule, 0);
	assert_int_equal(e[0].set, map);
	assert_true(e[0].goes);
	assert_int_equal(e[1].set, UR_TREE_NONE);
	assert_int_equal(e[2].rule, 2);
	ur_tree_edges_to(t, base, &n);
	assert_int_equal(n, 0);
	assert_int_equal(ur_tree_find_set(t, "m", 1), map);
	assert_int_equal(ur_tree_find_set(t, "mm", 2), UR_TREE_NONE);
}

static void test_names_that_are_not_there(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
		uint32_t rule;

		assert_int_equal(ur_tree_new(&t), 0);
		rule = add_rule(t, add_chain(t, "a"), UR_END_JUMP, "x");
		if (i == 0)
			assert_int_equal(ur_tree_lead(t, rule, false, "b", 1), 0);
		else if (i == 1)
			assert_int_equal(ur_tree_lead_by_map(t, rule, "b", 1), 0);
		else
			add_chain(t, "a"); /* twice */
		assert_int_equal(ur_tree_finish(t), -EBADMSG);
	}
}

/* Text of rules that lead nowhere is given up first, then the whole tree. */
static void test_bounds(void **state)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	static char text[4096];
	struct ur_tree_rule rule = {};
	uint32_t i, index;
	int r = 0;

	(void)state;
	assert_int_equal(ur_tree_new(&t), 0);
	rule.chain = add_chain(t, "a");
	memset(text, 'x', sizeof(text));
	for (i = 0; i < 8192 && !r; i++)
		r = ur_tree_rule(t, &rule, text, sizeof(text), &index);
	assert_int_equal(r, 0);
	assert_int_equal(t->rules[index].text, 0);
	rule.end = UR_END_REJECT;
	for (i = 0; i < 8192 && !r; i++)
		r = ur_tree_rule(t, &rule, text, sizeof(text), &index);
	assert_int_equal(r, -E2BIG);
	assert_true(t->nstrings <= UR_TREE_STRINGS_MAX);
	r = 0;
	for (i = 0; i <= UR_TREE_CHAINS_MAX && !r; i++)
		r = ur_tree_chain(t, "", 0, &index);
	assert_int_equal(r, -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_of_chains),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_names_that_are_not_there),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
