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

	ur_nat_read_nft(text, &f, &step);
	assert_int_equal(step.act, act);
	assert_int_equal(step.fit, fit);
}

static void read6(const char *text, enum ur_nat_fit fit, enum ur_nat_act act)
{
	const struct ur_nat_flow f = flow_of(6);

	ur_nat_read_nft(text, &f, &step);
	assert_int_equal(step.act, act);
	assert_int_equal(step.fit, fit);
}

static void conditions(void **state)
{
	(void)state;
	read4("udp dport 5353 accept", UR_NAT_YES, UR_NAT_END);
	read4("udp dport 53 accept", UR_NAT_NO, UR_NAT_END);
	read4("udp dport != 53 return", UR_NAT_YES, UR_NAT_RETURN);
	read4("udp dport { 53, 5000-6000 } accept", UR_NAT_YES, UR_NAT_END);
	read4("udp dport { 53, 54 } accept", UR_NAT_NO, UR_NAT_END);
	read4("udp dport != { 53, 54 } accept", UR_NAT_YES, UR_NAT_END);
	read4("udp dport @ports accept", UR_NAT_MAYBE, UR_NAT_END);
	read4("tcp dport 5353 accept", UR_NAT_NO, UR_NAT_END);
	read4("th dport 5353 accept", UR_NAT_YES, UR_NAT_END);
	read4("ip saddr 10.219.7.0/24 ip daddr 10.219.7.2 accept", UR_NAT_YES, UR_NAT_END);
	read4("ip daddr 10.219.7.3 accept", UR_NAT_NO, UR_NAT_END);
	read4("ip6 daddr fd00::2 accept", UR_NAT_NO, UR_NAT_END);
	read6("ip6 daddr fd00::2 udp dport 5353 accept", UR_NAT_YES, UR_NAT_END);
	read4("meta l4proto { tcp, udp } th dport 5353 accept", UR_NAT_YES, UR_NAT_END);
	read4("meta nfproto ipv6 accept", UR_NAT_NO, UR_NAT_END);
	read4("iifname \"s0\" fib daddr type local accept", UR_NAT_YES, UR_NAT_END);
	read4("iifname != \"s0\" accept", UR_NAT_NO, UR_NAT_END);
	read4("ct state established,related accept", UR_NAT_NO, UR_NAT_END);
	read4("ct state established,new accept", UR_NAT_YES, UR_NAT_END);
}

static void not_understood(void **state)
{
	(void)state;
	read4("meta mark 0x00000001 accept", UR_NAT_MAYBE, UR_NAT_END);
	read4("fib saddr type local accept", UR_NAT_MAYBE, UR_NAT_END);
	read4("limit rate 3/second accept", UR_NAT_MAYBE, UR_NAT_END);
	read4("udp dport vmap { 53 : jump a, 5353 : accept }", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("ip daddr . udp dport { 10.0.0.1 . 53 } accept", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }", UR_NAT_MAYBE,
	      UR_NAT_UNKNOWN);
	read4("dnat ip addr . port to udp dport map { 53 : 10.0.0.1 . 53 }", UR_NAT_MAYBE,
	      UR_NAT_UNKNOWN);
	read4("counter packets 1 bytes 2 xt target \"DNAT\"", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("udp dport 5353 counter # xt_DNAT", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("udp dport 53 and so on...", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("dnat to 10.0.0.1-10.0.0.9", UR_NAT_MAYBE, UR_NAT_UNKNOWN);
	read4("udp dport", UR_NAT_MAYBE, UR_NAT_NEXT);
	read4("udp", UR_NAT_MAYBE, UR_NAT_NEXT);
}

static void targets(void **state)
{
	uint8_t bytes[16];

	(void)state;
	read4("udp dport 5353 counter packets 3 bytes 99 dnat ip to 10.0.0.5:53 comment \"dns\"",
	      UR_NAT_YES, UR_NAT_TO);
	to_bytes("10.0.0.5", bytes);
	assert_memory_equal(step.addr, bytes, 16);
	assert_int_equal(step.port, 53);
	assert_true(step.has_addr && step.has_port && !step.redirect);
	read4("counter dnat to 10.0.0.5 random persistent", UR_NAT_YES, UR_NAT_TO);
	assert_false(step.has_port);
	read6("udp dport 5353 dnat ip to 10.0.0.5:53", UR_NAT_NO, UR_NAT_UNKNOWN);
	read6("udp dport 5353 dnat ip6 to [fd00::5]:53", UR_NAT_YES, UR_NAT_TO);
	read4("udp dport 5353 dnat ip6 to [fd00::5]:53", UR_NAT_NO, UR_NAT_UNKNOWN);
	read4("redirect to :15053", UR_NAT_YES, UR_NAT_TO);
	assert_true(step.redirect && step.has_port && !step.has_addr && step.port == 15053);
	read4("udp dport 5353 redirect", UR_NAT_YES, UR_NAT_TO);
	assert_true(step.redirect && !step.has_port);
	read4("udp dport 5353 jump published", UR_NAT_YES, UR_NAT_JUMP);
	assert_string_equal(step.chain, "published");
	read4("goto \"a b\"", UR_NAT_YES, UR_NAT_GOTO);
	assert_string_equal(step.chain, "a b");
	read4("udp dport 5353 counter", UR_NAT_YES, UR_NAT_NEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),
		cmocka_unit_test(not_understood),
		cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
