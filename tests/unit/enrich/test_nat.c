/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/enrich/nat.h"

static struct ur_evidence ev;

static void sample(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.1", 40000, "10.219.7.2", 5353);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat.sport = 40000;
	ev.ev.nat.dport = 5353;
	sample_addr(ev.ev.nat.src, "10.219.7.1");
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.nat_from.netns.inum = ev.ev.netns_inum = 1;
}

static void wanted(void **state)
{
	(void)state;
	sample();
	assert_true(ur_nat_check_wants(&ev));
	ev.ev.nat.is_reply = 1;
	assert_false(ur_nat_check_wants(&ev));
	sample();
	ev.nat_from.source = UR_NAT_REMEMBERED; /* another flow's */
	assert_false(ur_nat_check_wants(&ev));
	sample();
	ev.ev.flags = 0;
	assert_false(ur_nat_check_wants(&ev));
	sample();
	ev.packet.has_ports = false;
	assert_false(ur_nat_check_wants(&ev));
}

/* Whatever the rules of this machine are, no flow is called stale for a rule that is none. */
static void untouched(void **state)
{
	const struct ur_nat_here here = { 0, UR_FOUND_NONE, UR_FOUND };
	ur_cleanup(ur_nat_check_freep) struct ur_nat_check *check = NULL;

	(void)state;
	assert_int_equal(ur_nat_check_new(&check), 0);
	for (int i = 0; i < 2; i++) {
		sample();
		ur_nat_check(check, &here, &ev);
		assert_false(ev.nat_now.looked == UR_FOUND && !ev.nat_now.rule[0]);
		assert_false(ev.nat_now.looked == UR_COULD_NOT && !ev.nat_now.reason[0]);
	}
	ur_nat_check_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wanted),
		cmocka_unit_test(untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
