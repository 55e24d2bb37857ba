// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/xt_way.h"

static void test_way(void **state)
{
	static const char text[] = "*filter\n:INPUT ACCEPT [0:0]\n:zone - [0:0]\n"
				   ":shorewall - [0:0]\n-A INPUT -i s0 -j zone\n"
				   "-A zone -p udp -m udp --dport 5001 -j REJECT\nCOMMIT\n";
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	static struct ur_evidence ev;

	(void)state;
	assert_int_equal(ipt_tree_of(text, strlen(text), "filter", &t), 0);
	flow_to(&ev, "10.219.7.2", 5001);
	ev.ev.rule.hook = 1;
	SAMPLE_COPY(ev.rule.chain, "zone");
	ev.rule.number = 1;
	ev.rule.generation_same = true;
	ur_xt_fill_way(t, &ev);
	assert_true(ev.way.known && ev.way.proven);
	assert_string_equal(ev.way.step[0].chain, "INPUT");
	assert_string_equal(ev.way.step[0].text, "-A INPUT -i s0 -j zone");
	assert_int_equal(ev.way.marks, UR_MARK_SHOREWALL);
	memset(&ev.way, 0, sizeof(ev.way));
	ev.rule.number = 2;
	ur_xt_fill_way(t, &ev);
	assert_false(ev.way.known);
}

static void test_read(void **state)
{
	const struct ur_ipt_rule rule = {
		.table = "filter", .chain = "INPUT", .number = 2, .count = 2
	};
	const struct ur_ipt_rule other = {
		.table = "filter", .chain = "INPUT", .number = 2, .count = 3
	};
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	ur_cleanup(ur_tree_freep) struct ur_tree *none = NULL;
	char text[UR_RULE_TEXT_MAX], why[160];

	(void)state;
	if (!sandbox("{ iptables-legacy -A INPUT -p tcp -j ACCEPT; iptables-legacy -A INPUT -j "
		     "REJECT; } 2>/dev/null"))
		skip();
	assert_int_equal(ur_xt_read(&rule, &t, text, why, sizeof(why)), 0);
	assert_string_equal(text, "-A INPUT -j REJECT --reject-with icmp-port-unreachable");
	assert_int_equal(t->nrules, 2);
	assert_int_equal(ur_xt_read(&other, &none, text, why, sizeof(why)), -ESTALE);
	assert_string_not_equal(why, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
