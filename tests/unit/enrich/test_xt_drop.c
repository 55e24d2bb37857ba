// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include "tests/unit/enrich/sandbox.h"
#include "tests/unit/sample.h"
#include "user/enrich/xt_drop.h"

static struct ur_evidence ev;
static struct ur_trees *trees;

static void find(enum ur_looked before, uint32_t could)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	ev.ev.type = 3;
	ev.dropper.looked = before;
	ev.dropper.could = could;
	ur_xt_drop(trees, 0, &ev);
}

static void nothing_there(void **state)
{
	(void)state;
	assert_int_equal(ur_trees_new(1 << 20, &trees), 0);
	if (!sandbox("true"))
		skip();
	find(UR_FOUND, 1);
	assert_int_equal(ev.dropper.looked, UR_FOUND);
	assert_false(ev.dropper.legacy || ev.dropper.legacy_too);
	find(UR_FOUND_NONE, 0);
	assert_int_equal(ev.dropper.looked, UR_FOUND_NONE);
	find(UR_COULD_NOT, 0);
	assert_int_equal(ev.dropper.looked, UR_COULD_NOT);
	ur_trees_free(trees);
}

static void rules_that_are_there(void **state)
{
	(void)state;
	assert_int_equal(ur_trees_new(1 << 20, &trees), 0);
	if (!sandbox(
		    "{ iptables-legacy -A OUTPUT -d 192.0.2.0/24 -j DROP && iptables-legacy -N own "
		    "&& iptables-legacy -A own -p icmp --icmp-type 8 -j DROP && iptables-legacy "
		    "-A own -p icmp --icmp-type 3/3 -j DROP && iptables-legacy -A OUTPUT -j own; "
		    "} 2>/dev/null"))
		skip();
	for (int i = 0; i < 2; i++) { /* again from what was kept */
		find(UR_FOUND_NONE, 0);
		assert_int_equal(ev.dropper.looked, UR_FOUND);
		assert_true(ev.dropper.legacy && ev.dropper.legacy_too && !ev.dropper.policy);
		assert_string_equal(ev.dropper.rule.table, "filter");
		assert_string_equal(ev.dropper.rule.chain, "own");
		assert_int_equal(ev.dropper.number, 2);
	}
	find(UR_FOUND, 1); /* nftables has one, too */
	assert_int_equal(ev.dropper.looked, UR_FOUND_NONE);
	assert_int_equal(ev.dropper.could, 2);
	assert_true(shell("iptables-legacy -F OUTPUT && iptables-legacy -P OUTPUT DROP"));
	find(UR_FOUND_NONE, 0);
	assert_int_equal(ev.dropper.looked, UR_FOUND);
	assert_true(ev.dropper.policy && ev.dropper.legacy);
	assert_string_equal(ev.dropper.rule.chain, "OUTPUT");
	ur_trees_free(trees);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(rules_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
