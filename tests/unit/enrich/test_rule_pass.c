// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

static struct ur_earlier got;

static bool accepted(const char *rules)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	struct ur_evidence ev;
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);
	char text[4096];
	int len = snprintf(text, sizeof(text),
			   "table inet t {\n\tchain sub {\n\t\tudp dport 5001 accept # handle 9\n"
			   "\t}\n\tchain none {\n\t}\n\tchain in {\n\t\ttype filter hook input "
			   "priority -10; policy accept;\n%s\t}\n}\n",
			   rules);

	got = (struct ur_earlier){};
	assert_int_equal(nft_tree_of(text, (size_t)len, 4096, &t), 0);
	return ur_way_accepted(t, ur_tree_find_chain(t, "in"), &f, &got);
}

static void test_accepted(void **state)
{
	(void)state;
	assert_true(accepted("\t\tudp dport 5001 accept # handle 1\n"));
	assert_true(got.there);
	assert_int_equal(got.handle, 1);
	assert_string_equal(got.chain, "in");
	assert_string_equal(got.text, "udp dport 5001 accept");
	assert_true(accepted("\t\tudp dport 1 drop # handle 1\n\t\tjump sub # handle 2\n"));
	assert_string_equal(got.chain, "sub");
	assert_true(accepted("\t\tudp dport vmap { 5001 : jump sub } # handle 2\n"));
	assert_true(accepted("\t\tgoto sub # handle 2\n"));
	assert_true(
		accepted("\t\tjump none # handle 1\n\t\tip saddr 10.219.7.1 accept # handle 2\n"));
}

/* What only may match, but can't have ended otherwise. */
static void test_accepted_whatever_else(void **state)
{
	(void)state;
	assert_true(
		accepted("\t\tct state established,related accept # handle 1\n"
			 "\t\tct state invalid drop # handle 2\n"
			 "\t\tmeta mark 1 jump none # handle 3\n"
			 "\t\tct state vmap { established : accept, invalid : drop } # handle 4\n"
			 "\t\tudp dport 5001 accept # handle 5\n"));
	assert_int_equal(got.handle, 5);
}

static void test_not_surely(void **state)
{
	(void)state;
	assert_false(accepted(""));
	assert_false(accepted("\t\taccept # handle 1\n")); /* of everything: no news */
	assert_false(accepted("\t\tudp dport 1 accept # handle 1\n"));
	assert_false(accepted("\t\tct state established accept # handle 1\n"));
	assert_false(accepted("\t\tudp dport 5001 return # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
	assert_false(accepted("\t\tmeta mark 1 return # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
	assert_false(accepted("\t\tmeta mark 1 goto none # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
	assert_false(accepted("\t\tgoto none # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
	assert_false(accepted("\t\tqueue num 0 # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
	/* that it would have been dropped says that something has changed */
	assert_false(accepted("\t\tudp dport 5001 drop # handle 1\n"
			      "\t\tudp dport 5001 accept # handle 2\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_accepted_whatever_else),
		cmocka_unit_test(test_not_surely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
