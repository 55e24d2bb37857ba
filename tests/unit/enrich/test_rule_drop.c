// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"
#include "user/enrich/rule_drop.h"

static struct ur_drop got;
static char text[64]; /* of the rule that was found last */

/* Port unreachable from 10.219.7.2 to 10.219.7.1, through base chain "out" of policy @policy
 * with @rules: how many could have dropped it. */
static uint32_t could(const char *policy, const char *rules)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	static struct ur_evidence ev;
	struct ur_packet answer;
	struct ur_flow flow;
	char listing[4096];
	int len = snprintf(listing, sizeof(listing),
			   "table inet t {\n\tchain sub {\n\t\tip daddr 10.219.7.1 drop # handle "
			   "9\n\t}\n\tchain none {\n\t}\n\tchain out {\n\t\ttype filter hook "
			   "output priority 0; policy %s;\n%s\t}\n}\n",
			   policy, rules);

	flow_to(&ev, "10.219.7.2", 5001);
	answer = ev.packet;
	memcpy(answer.src, ev.packet.dst, sizeof(answer.src));
	memcpy(answer.dst, ev.packet.src, sizeof(answer.dst));
	answer.proto = IPPROTO_ICMP;
	answer.has_ports = false;
	flow = (struct ur_flow){ .pkt = &answer, .iif = "", .icmp = true, .icmp_type = 3 };
	got = (struct ur_drop){ .table = 7 };
	assert_int_equal(nft_tree_of(listing, (size_t)len, 4096, &t), 0);
	ur_drop_find(t, ur_tree_find_chain(t, "out"), &flow, &got);
	text[0] = '\0';
	if (got.n && !got.policy)
		snprintf(text, sizeof(text), "%s", ur_tree_text(t, t->rules[got.rule].text));
	return got.n;
}

static void one_that_could(void **state)
{
	(void)state;
	assert_int_equal(could("accept", "\t\ticmp type destination-unreachable drop # handle 1\n"),
			 1);
	assert_false(got.unclear);
	assert_false(got.policy);
	assert_int_equal(got.of, 7);
	assert_string_equal(text, "icmp type destination-unreachable drop");
	assert_int_equal(could("accept", "\t\ticmp type echo-request drop # handle 1\n"
					 "\t\tip daddr 192.0.2.0/24 drop # handle 2\n"
					 "\t\tmeta l4proto tcp drop # handle 3\n"
					 "\t\ticmp type { echo-reply, redirect } drop # handle 4\n"
					 "\t\tct state related drop # handle 5\n"),
			 1);
	assert_string_equal(text, "ct state related drop");
	assert_int_equal(could("accept", "\t\tjump sub # handle 1\n"), 1);
	assert_string_equal(text, "ip daddr 10.219.7.1 drop");
	assert_int_equal(could("accept", "\t\tip protocol icmp reject # handle 1\n"), 1);
}

static void a_policy(void **state)
{
	(void)state;
	assert_int_equal(could("drop", ""), 1);
	assert_true(got.policy);
	assert_int_equal(could("drop", "\t\tmeta l4proto tcp accept # handle 1\n"), 1);
	assert_true(got.policy);
	/* It may be accepted before, but it was dropped. */
	assert_int_equal(could("drop", "\t\tct state established accept # handle 1\n"), 1);
	assert_true(got.policy);
	/* It surely is. */
	assert_int_equal(could("drop", "\t\tmeta l4proto icmp accept # handle 1\n"), 0);
	assert_int_equal(could("drop", "\t\tgoto none # handle 1\n"), 1);
}

static void more_than_one(void **state)
{
	(void)state;
	assert_int_equal(could("drop", "\t\tct state related drop # handle 1\n"), 2);
	assert_int_equal(could("accept", "\t\tmeta mark 1 drop # handle 1\n"
					 "\t\ticmp type 3 drop # handle 2\n"),
			 2);
	/* Nothing is met behind what surely drops, or accepts. */
	assert_int_equal(could("drop", "\t\ticmp type 3 drop # handle 1\n"
				       "\t\tmeta l4proto icmp drop # handle 2\n"),
			 1);
	/* One rule on two ways is one. */
	assert_int_equal(could("accept", "\t\tmeta mark 1 jump sub # handle 1\n"
					 "\t\tmeta mark 2 jump sub # handle 2\n"),
			 1);
	assert_int_equal(could("accept", ""), 0);
}

static void not_clear(void **state)
{
	(void)state;
	could("accept", "\t\tmeta l4proto icmp queue to 0 # handle 1\n");
	assert_true(got.unclear);
	could("accept", "\t\tmeta mark vmap { 1 : drop, 2 : jump sub } # handle 1\n");
	assert_true(got.unclear);
	could("accept", "\t\tmeta l4proto vmap { tcp : drop, icmp : jump sub } # handle 1\n");
	assert_false(got.unclear);
	assert_int_equal(got.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_could),
		cmocka_unit_test(a_policy),
		cmocka_unit_test(more_than_one),
		cmocka_unit_test(not_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
