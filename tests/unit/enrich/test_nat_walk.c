/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include "tests/unit/enrich/nat_flow.h"
#include "user/enrich/nat_walk.h"

static struct ur_nat_rules *rules;
static char text[UR_NAT_TEXT_MAX];

static int make(void **state)
{
	(void)state;
	return ur_nat_rules_new(&rules)                                         ?:
		       ur_nat_rules_table(rules, NFPROTO_INET, ur_nat_read_nft) ?:
		       ur_nat_rules_base(rules, "pre", NF_INET_PRE_ROUTING);
}

static int unmake(void **state)
{
	(void)state;
	ur_nat_rules_freep(&rules);
	return 0;
}

static void add(const char *chain, const char *rule)
{
	assert_int_equal(ur_nat_rules_add(rules, chain, rule), 0);
}

/* Was the flow left alone? */
static bool alone(void)
{
	const struct ur_nat_actual actual = {};
	const struct ur_nat_flow f = flow_of(4);

	return ur_nat_rules_explain(rules, NF_INET_PRE_ROUTING, &f, &actual, text);
}

static bool to(const char *addr, uint16_t port)
{
	struct ur_nat_actual actual = { .translated = true, .dport = port };
	const struct ur_nat_flow f = flow_of(4);

	to_bytes(addr, actual.dst);
	return ur_nat_rules_explain(rules, NF_INET_PRE_ROUTING, &f, &actual, text);
}

static void plain(void **state)
{
	(void)state;
	assert_true(alone());
	assert_false(to("10.0.0.5", 53));
	assert_string_equal(text, "");
	add("pre", "udp dport 5353 dnat to 10.0.0.5:53");
	add("pre", "udp dport 5353 dnat to 10.0.0.6:53");
	assert_false(alone());
	assert_string_equal(text, "udp dport 5353 dnat to 10.0.0.5:53");
	assert_true(to("10.0.0.5", 53));
	assert_false(to("10.0.0.6", 53)); /* never reached */
	assert_false(to("10.0.0.5", 54));
}

static void perhaps(void **state)
{
	(void)state;
	add("pre", "meta mark 1 dnat to 10.0.0.5:53");
	assert_true(alone());
	assert_true(to("10.0.0.5", 53));
	assert_false(to("10.0.0.6", 53));
	assert_string_equal(text, "meta mark 1 dnat to 10.0.0.5:53");
	add("pre", "dnat to numgen inc mod 2 map { 0 : 10.0.0.6 }");
	assert_true(to("10.0.0.7", 1)); /* anything may be */
}

static void chains(void **state)
{
	(void)state;
	add("pre", "udp dport 5353 jump a");
	assert_true(alone()); /* a: nobody knows */
	add("a", "");
	assert_true(alone());
	assert_false(to("10.0.0.5", 53));
	add("a", "ip saddr 10.0.0.1 return");
	add("a", "jump b");
	add("b", "dnat to 10.0.0.5:53");
	assert_true(to("10.0.0.5", 53));
	assert_false(alone());
	add("pre", "dnat to 10.0.0.6:53");
	assert_false(to("10.0.0.6", 53));
}

static void returns(void **state)
{
	(void)state;
	add("pre", "goto a");
	add("pre", "dnat to 10.0.0.6:53");
	add("a", "udp dport 5353 return");
	add("a", "dnat to 10.0.0.5:53");
	assert_true(alone());
	assert_false(to("10.0.0.5", 53));
	assert_false(to("10.0.0.6", 53));
}

static void accepted(void **state)
{
	(void)state;
	add("pre", "jump a");
	add("a", "ip daddr 10.219.7.2 accept");
	add("pre", "dnat to 10.0.0.6:53");
	assert_true(alone());
	assert_false(to("10.0.0.6", 53));
}

/* A rule may lead to where the packet was sent anyway. */
static void to_itself(void **state)
{
	(void)state;
	add("pre", "udp dport 5353 redirect");
	assert_true(alone());
	assert_true(to("10.219.7.3", 5353));
	assert_false(to("10.219.7.3", 53));
}

static void several_bases(void **state)
{
	(void)state;
	add("pre", "udp dport 53 dnat to 10.0.0.5:53");
	assert_int_equal(ur_nat_rules_table(rules, NFPROTO_IPV4, ur_nat_read_ipt), 0);
	assert_int_equal(ur_nat_rules_base(rules, "PREROUTING", NF_INET_PRE_ROUTING), 0);
	add("PREROUTING", "-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.7");
	assert_false(alone());
	assert_true(to("10.0.0.7", 5353));
	assert_false(to("10.0.0.5", 53));
	ur_nat_rules_drop(rules);
	assert_true(alone());
	assert_int_equal(ur_nat_rules_table(rules, NFPROTO_IPV6, ur_nat_read_nft), 0);
	assert_int_equal(ur_nat_rules_base(rules, "pre", NF_INET_PRE_ROUTING), 0);
	add("pre", "dnat to fd00::9");
	assert_true(alone());
	assert_int_equal(ur_nat_rules_table(rules, NFPROTO_IPV4, ur_nat_read_nft), 0);
	assert_int_equal(ur_nat_rules_base(rules, "out", NF_INET_LOCAL_OUT), 0);
	add("out", "dnat to 10.0.0.9");
	assert_true(alone());
}

static void bounds(void **state)
{
	char chain[16];
	int r = 0;

	(void)state;
	add("pre", "jump pre");
	assert_true(to("10.0.0.5", 53)); /* the kernel has no loops: given up */
	for (int i = 0; i < 100000 && !r; i++) {
		snprintf(chain, sizeof(chain), "c%d", i);
		r = ur_nat_rules_add(rules, chain, "accept");
	}
	assert_int_equal(r, -E2BIG);
	r = 0;
	for (int i = 0; i < 100 && !r; i++)
		r = ur_nat_rules_base(rules, "x", NF_INET_PRE_ROUTING);
	assert_int_equal(r, -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(plain, make, unmake),
		cmocka_unit_test_setup_teardown(perhaps, make, unmake),
		cmocka_unit_test_setup_teardown(chains, make, unmake),
		cmocka_unit_test_setup_teardown(returns, make, unmake),
		cmocka_unit_test_setup_teardown(accepted, make, unmake),
		cmocka_unit_test_setup_teardown(to_itself, make, unmake),
		cmocka_unit_test_setup_teardown(several_bases, make, unmake),
		cmocka_unit_test_setup_teardown(bounds, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
