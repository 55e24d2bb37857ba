/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/nat_flow.h"

static struct ur_nat_step step;

static void read4(const char *text, enum ur_nat_fit fit, enum ur_nat_act act)
{
	const struct ur_nat_flow f = flow_of(4);

	ur_nat_read_ipt(text, &f, &step);
	assert_int_equal(step.act, act);
	assert_int_equal(step.fit, fit);
}

static void conditions(void **state)
{
	(void)state;
	read4("-A PREROUTING -p udp -m udp --dport 5353 -j ACCEPT", UR_NAT_YES, UR_NAT_END);
	read4("-A PREROUTING -p tcp -m tcp --dport 5353 -j ACCEPT", UR_NAT_NO, UR_NAT_END);
	read4("-A PREROUTING ! -p tcp -j RETURN", UR_NAT_YES, UR_NAT_RETURN);
	read4("-A X -s 10.219.7.0/24 -d 10.219.7.2/32 -i s0 -j ACCEPT", UR_NAT_YES, UR_NAT_END);
	read4("-A X ! -i s0 -j ACCEPT", UR_NAT_NO, UR_NAT_END);
	read4("-A X ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER", UR_NAT_YES,
	      UR_NAT_JUMP);
	assert_string_equal(step.chain, "DOCKER");
	read4("-A X -p udp -m multiport --dports 53,5000:6000 -g Y", UR_NAT_YES, UR_NAT_GOTO);
	read4("-A X -p udp -m multiport --dports 53,54 -j Y", UR_NAT_NO, UR_NAT_JUMP);
	read4("-A X -m conntrack --ctstate ESTABLISHED -j ACCEPT", UR_NAT_NO, UR_NAT_END);
	read4("-A X -m conntrack ! --ctstate NEW -j ACCEPT", UR_NAT_NO, UR_NAT_END);
	read4("-A X -m statistic --mode random --probability 0.5 -j Y", UR_NAT_MAYBE, UR_NAT_JUMP);
	read4("-A X -m mark --mark 0x1 -j ACCEPT", UR_NAT_MAYBE, UR_NAT_END);
	read4("-A X -p udp and much more...", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
}

static void comments(void **state)
{
	(void)state;
	read4("-A X -m comment --comment \"-p tcp\" -j ACCEPT", UR_NAT_YES, UR_NAT_END);
	read4("-A X -m comment --comment \"a \\\" -p tcp -j RETURN\" -j ACCEPT", UR_NAT_YES,
	      UR_NAT_END);
	read4("-A X -m comment --comment -p -j ACCEPT", UR_NAT_MAYBE, UR_NAT_END);
}

static void targets(void **state)
{
	uint8_t bytes[16];

	(void)state;
	read4("-A DOCKER ! -i docker0 -p udp -m udp --dport 5353 -j DNAT --to-destination 10.0.0.5:53",
	      UR_NAT_YES, UR_NAT_TO);
	to_bytes("10.0.0.5", bytes);
	assert_memory_equal(step.addr, bytes, 16);
	assert_true(step.has_addr && step.has_port && step.port == 53);
	read4("-A X -j DNAT --to-destination 10.0.0.5-10.0.0.9", UR_NAT_YES, UR_NAT_UNKNOWN);
	read4("-A X -j DNAT", UR_NAT_YES, UR_NAT_UNKNOWN);
	read4("-A X -p udp -j REDIRECT --to-ports 15053", UR_NAT_YES, UR_NAT_TO);
	assert_true(step.redirect && step.has_port && step.port == 15053);
	read4("-A X -p udp -j REDIRECT --to-ports 1-9", UR_NAT_YES, UR_NAT_UNKNOWN);
	read4("-A X -j REDIRECT", UR_NAT_YES, UR_NAT_TO);
	read4("-A X -j LOG --log-prefix \"x\"", UR_NAT_MAYBE, UR_NAT_NEXT);
	read4("-A X", UR_NAT_YES, UR_NAT_NEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),
		cmocka_unit_test(comments),
		cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
