// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include <net/if.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/back.h"

#define DEVICES                                                                                 \
	"ip link set lo up && for i in 0 1 2 3; do ip link add d$i type veth peer name p$i && " \
	"ip link set d$i up && ip link set p$i up; done && "                                    \
	"ip addr add 10.0.0.1/24 dev d0 && ip addr add 10.0.1.1/24 dev d1 && "                  \
	"ip -6 addr add fd00::1/64 dev d0 nodad && "                                            \
	"ip route add 10.9.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.1.2 && "                \
	"ip route add blackhole 10.8.0.0/16"

static struct ur_evidence ev;
static bool allowed;

/* A packet from @src that came in on @dev. */
static void came(const char *src, const char *dev)
{
	sample_miss(&ev, IPPROTO_UDP, src, 40000, strchr(src, ':') ? "fd00::1" : "10.0.0.1", 53);
	ev.ev.iif = if_nametoindex(dev);
	SAMPLE_COPY(ev.ev.iifname, dev);
}

static enum ur_looked look(const char *src, const char *dev)
{
	ur_cleanup(ur_back_check_freep) struct ur_back_check *check = NULL;

	assert_int_equal(ur_back_check_new(&check), 0);
	came(src, dev);
	assert_true(ur_back_wants(&ev));
	ur_back_find(check, 1, &ev);
	return ev.back.looked;
}

static int set_up(void **state)
{
	(void)state;
	allowed = sandbox(DEVICES);
	return 0;
}

static void by_the_same_device(void **state)
{
	(void)state;
	if (!allowed)
		skip();
	assert_int_equal(look("10.0.0.7", "d0"), UR_FOUND_NONE);
	assert_int_equal(look("fd00::7", "d0"), UR_FOUND_NONE);
	/* Any way of several will do. */
	assert_int_equal(look("10.9.0.7", "d0"), UR_FOUND_NONE);
	assert_int_equal(look("10.9.0.7", "d1"), UR_FOUND_NONE);
	/* None at all is another matter. */
	assert_false(ev.back.none);
	assert_int_equal(look("192.0.2.1", "d0"), UR_FOUND_NONE);
	assert_true(ev.back.none);
	assert_int_equal(look("10.8.0.1", "d0"), UR_FOUND_NONE);
	assert_true(ev.back.none);
}

static void by_another_device(void **state)
{
	(void)state;
	if (!allowed)
		skip();
	assert_int_equal(look("10.0.0.7", "d1"), UR_FOUND);
	assert_string_equal(ev.back.dev, "d0");
	assert_string_equal(ev.back.in, "d1");
	assert_false(ev.back.own);
	assert_int_equal(look("fd00::7", "d1"), UR_FOUND);
	assert_int_equal(look("10.9.0.7", "d2"), UR_FOUND);
	assert_int_equal(look("10.0.0.1", "d0"), UR_FOUND);
	assert_true(ev.back.own);
	/* A device that is gone. */
	came("10.0.0.7", "d1");
	ev.ev.iif = 0x7ffffff0;
	{
		ur_cleanup(ur_back_check_freep) struct ur_back_check *check = NULL;

		assert_int_equal(ur_back_check_new(&check), 0);
		ur_back_find(check, 1, &ev);
		assert_int_equal(ev.back.looked, UR_COULD_NOT);
	}
}

/* The address is on a bridge or in a VRF, the packet came in on a device of it. */
static void one_device_of_another(void **state)
{
	(void)state;
	if (!allowed)
		skip();
	if (!shell("ip link add br0 type bridge && ip link set d2 master br0 && ip link set br0 up "
		   "&& ip addr add 10.0.2.1/24 dev br0"))
		skip();
	assert_int_equal(look("10.0.2.7", "d2"), UR_FOUND_NONE);
	assert_int_equal(look("10.0.2.7", "br0"), UR_FOUND_NONE);
	assert_int_equal(look("10.0.2.7", "d1"), UR_FOUND);
	if (!shell("ip link add red type vrf table 10 && ip link set red up && ip link set d3 master "
		   "red && ip addr add 10.0.3.1/24 dev d3"))
		skip();
	assert_int_equal(look("10.0.3.7", "d3"), UR_FOUND_NONE);
	assert_int_equal(look("10.0.3.7", "red"), UR_FOUND_NONE);
	assert_int_equal(look("10.0.3.1", "red"), UR_FOUND_NONE); /* to itself */
	assert_int_equal(look("10.0.0.7", "d3"), UR_FOUND_NONE);  /* red has no route there */
}

static void remembered_for_a_while(void **state)
{
	ur_cleanup(ur_back_check_freep) struct ur_back_check *check = NULL;

	(void)state;
	if (!allowed)
		skip();
	assert_int_equal(ur_back_check_new(&check), 0);
	came("10.0.7.7", "d1");
	ur_back_find(check, 1, &ev);
	assert_int_equal(ev.back.looked, UR_FOUND_NONE);
	assert_true(shell("ip route add 10.0.7.0/24 dev d0"));
	came("10.0.7.7", "d1");
	ur_back_find(check, 2, &ev);
	assert_int_equal(ev.back.looked, UR_FOUND_NONE);
	came("10.0.7.7", "d1");
	ur_back_find(check, UINT64_C(4000000000), &ev);
	assert_int_equal(ev.back.looked, UR_FOUND);
	/* Others are not pushed out by that, nor are there more than the table takes. */
	for (int i = 1; i < 250; i++) {
		char src[16];

		snprintf(src, sizeof(src), "10.0.7.%d", i);
		came(src, "d1");
		ur_back_find(check, UINT64_C(4000000000) + i, &ev);
		assert_int_equal(ev.back.looked, UR_FOUND);
	}
}

static void no_question(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	assert_true(ur_back_wants(&ev));
	ev.ev.iif = 0;
	assert_false(ur_back_wants(&ev));
	ev.ev.iif = 1;
	assert_false(ur_back_wants(&ev));
	ev.ev.iif = 2;
	ev.ev.flags |= UR_EV_SENDER;
	assert_false(ur_back_wants(&ev));
	ev.ev.flags = 0;
	ev.ev.rule.pf = NFPROTO_BRIDGE;
	assert_false(ur_back_wants(&ev));
	sample_miss(&ev, IPPROTO_UDP, "fe80::7", 40000, "fd00::5", 53);
	assert_false(ur_back_wants(&ev));
	sample_miss(&ev, IPPROTO_UDP, "169.254.1.1", 40000, "10.0.0.5", 53);
	assert_false(ur_back_wants(&ev));
	sample_miss(&ev, IPPROTO_UDP, "0.0.0.0", 40000, "10.0.0.5", 53);
	assert_false(ur_back_wants(&ev));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_same_device),    cmocka_unit_test(by_another_device),
		cmocka_unit_test(one_device_of_another), cmocka_unit_test(remembered_for_a_while),
		cmocka_unit_test(no_question),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
