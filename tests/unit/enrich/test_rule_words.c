// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

static void test_dispatch(void **state)
{
	static const char nft[] = "table ip t {\n\tchain c {\n\t\tudp dport 1 drop # handle 2\n"
				  "\t\tiifname vmap { \"s0\" : accept } # handle 3\n\t}\n}\n";
	static const char ipt[] = "*filter\n:INPUT ACCEPT [0:0]\n"
				  "-A INPUT -p udp -m udp --dport 1 -j DROP\nCOMMIT\n";
	ur_cleanup(ur_tree_freep) struct ur_tree *a = NULL;
	ur_cleanup(ur_tree_freep) struct ur_tree *b = NULL;
	struct ur_evidence ev;
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);
	struct ur_judged j;

	(void)state;
	assert_int_equal(nft_tree_of(nft, strlen(nft), 99, &a), 0);
	assert_int_equal(ipt_tree_of(ipt, strlen(ipt), "filter", &b), 0);
	ur_judge(a, 0, &f, &j);
	assert_int_equal(j.fit, UR_FIT_NO);
	assert_int_equal(j.end, UR_END_DROP);
	ur_judge(a, 1, &f, &j);
	assert_int_equal(j.end, UR_END_ACCEPT); /* not that it is a map */
	ur_judge(b, 0, &f, &j);
	assert_int_equal(j.fit, UR_FIT_NO);
	assert_int_equal(j.end, UR_END_DROP);
	/* a text that was not kept says nothing, one that was cut only what it denies */
	b->rules[0].text = 0;
	ur_judge(b, 0, &f, &j);
	assert_int_equal(j.fit, UR_FIT_MAYBE);
	assert_false(j.bare);
	a->rules[1].cut = true;
	ur_judge(a, 1, &f, &j);
	assert_int_equal(j.fit, UR_FIT_MAYBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dispatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
