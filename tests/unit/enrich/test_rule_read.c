// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/rule_read.h"

static uint32_t find(const struct ur_tree *t, const char *chain, uint64_t handle, uint32_t number,
		     uint32_t count)
{
	const struct ur_rule_place place = { chain, handle, number, count, !*chain };

	return ur_rule_find(t, &place);
}

static void test_find(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text("tests/rulesets/data/odd.list");
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	char rule[UR_RULE_TEXT_MAX];

	(void)state;
	assert_int_equal(nft_tree_of(text, strlen(text), 4096, &t), 0);
	assert_int_not_equal(find(t, "c", 28, 9, 23), UR_TREE_NONE);
	assert_int_not_equal(find(t, "c", 28, 0, 0), UR_TREE_NONE);
	assert_int_equal(find(t, "c", 28, 9, 22), UR_TREE_NONE);  /* not as many rules */
	assert_int_equal(find(t, "c", 28, 8, 23), UR_TREE_NONE);  /* not at that place */
	assert_int_equal(find(t, "rej", 28, 0, 0), UR_TREE_NONE); /* not in that chain */
	assert_int_equal(find(t, "c", 18, 0, 0), UR_TREE_NONE);   /* it accepts */
	assert_int_equal(find(t, "c", 9999, 0, 0), UR_TREE_NONE);
	assert_int_not_equal(find(t, "", 77, 1, 2), UR_TREE_NONE); /* the only anonymous chain */
	assert_int_equal(find(t, "", 77, 1, 3), UR_TREE_NONE);
	assert_int_equal(find(t, "", 77, 0, 0), UR_TREE_NONE);
	ur_rule_copy_text(t, find(t, "c", 28, 0, 0), rule);
	assert_string_equal(rule, "numgen inc mod 2 0 reject");
}

static void test_find_number(void **state)
{
	static const char text[] = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\n"
				   "-A INPUT -j REJECT\nCOMMIT\n";
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;

	(void)state;
	assert_int_equal(ipt_tree_of(text, strlen(text), "filter", &t), 0);
	assert_int_equal(find(t, "INPUT", 77, 2, 2), 1); /* handles are not listed */
	assert_int_equal(find(t, "INPUT", 77, 2, 3), UR_TREE_NONE);
	assert_int_equal(find(t, "INPUT", 0, 1, 2), UR_TREE_NONE);
	assert_int_equal(find(t, "INPUT", 77, 0, 0), UR_TREE_NONE);
	assert_int_equal(find(t, "other", 0, 1, 0), UR_TREE_NONE);
}

static void test_long_text(void **state)
{
	static char text[4096];
	size_t at = sprintf(text, "table ip t {\n\tchain c {\n\t\tip saddr { ");
	char rule[UR_RULE_TEXT_MAX];

	(void)state;
	for (size_t n = 0; n < 200; n++) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;

		at += sprintf(text + at, "1.1.1.1, ");
		sprintf(text + at, "2.2.2.2 } reject # handle 3\n\t}\n}\n");
		assert_int_equal(nft_tree_of(text, strlen(text), 4096, &t), 0);
		ur_rule_copy_text(t, 0, rule);
		assert_int_equal(strlen(rule), n < 110 ? 36 + n * 9 : UR_RULE_TEXT_MAX - 1);
	}
	assert_string_equal(rule + UR_RULE_TEXT_MAX - 4, "...");
}

static void test_tools(void **state)
{
	const struct ur_nft_list list = { NFPROTO_INET, "filter", NULL, 5000 };
	const struct ur_nft_list none = { NFPROTO_INET, "none", NULL, 5000 };
	const struct ur_ipt_rule ipt = { .nft = true, .table = "filter" };
	ur_cleanup(ur_tree_freep) struct ur_tree *a = NULL;
	ur_cleanup(ur_tree_freep) struct ur_tree *b = NULL;
	char why[160];

	(void)state;
	if (!sandbox(SANDBOX_RULES) || !shell("iptables-nft -A FORWARD -j REJECT 2>/dev/null"))
		skip();
	assert_int_equal(ur_rule_read_nft(&list, &a, why, sizeof(why)), 0);
	assert_int_equal(a->nrules, 9);
	assert_int_not_equal(ur_tree_find_handle(a, handle_of("dport 8080")), UR_TREE_NONE);
	assert_int_not_equal(ur_rule_read_nft(&none, &b, why, sizeof(why)), 0);
	assert_string_not_equal(why, "");
	assert_int_equal(ur_rule_read_ipt(&ipt, 5000, &b, why, sizeof(why)), 0);
	assert_int_equal(b->nrules, 1);
	assert_true(b->iptables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_number),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_tools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
