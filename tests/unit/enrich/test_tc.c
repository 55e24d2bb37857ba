// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <net/if.h>
#include "tests/unit/enrich/sandbox.h"
#include "tests/unit/sample.h"
#include "user/enrich/tc.h"

static struct ur_evidence ev;

static void malformed(void **state)
{
	uint8_t short_one[8] = {};
	struct ur_tc tc;

	(void)state;
	assert_true(ur_tc_parse(short_one, sizeof(short_one), &tc) < 0);
}

static void nothing_there(void **state)
{
	struct ur_tc_list list = {};

	(void)state;
	if (!sandbox("true"))
		skip();
	assert_int_equal(ur_tc_filters(if_nametoindex("lo"), true, &list), 0);
	assert_int_equal(ur_tc_programs(&list), 0);
	assert_int_equal(list.n, 0);
}

static void without_a_route(void **state)
{
	(void)state;
	if (!sandbox("true"))
		skip();
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ur_tc_dropper(&ev);
	assert_int_equal(ev.dropper.looked, UR_COULD_NOT);
	assert_string_not_equal(ev.dropper.reason, "");
}

static void filters_that_are_there(void **state)
{
	struct ur_tc_list all = {}, programs = { .programs_only = true };

	(void)state;
	if (!sandbox("{ ip link set lo up && ip addr add 10.0.0.7/24 dev lo && tc qdisc add dev lo "
		     "clsact && tc filter add dev lo egress pref 7 matchall action drop; } "
		     ">/dev/null 2>&1"))
		skip();
	assert_int_equal(ur_tc_filters(if_nametoindex("lo"), true, &all), 0);
	assert_int_equal(all.n, 1);
	assert_string_equal(all.one[0].kind, "matchall");
	assert_string_equal(all.one[0].dev, "lo");
	assert_int_equal(all.one[0].pref, 7);
	assert_true(all.one[0].egress && !all.one[0].prog);
	assert_int_equal(ur_tc_programs(&programs), 0);
	assert_int_equal(programs.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed),
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(without_a_route),
		cmocka_unit_test(filters_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
