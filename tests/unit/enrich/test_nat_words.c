/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/nat_flow.h"

static void words(void **state)
{
	const char *at = " udp dport { 53, 54 } comment \"a b, c\" x";
	static const char *const want[] = { "udp", "dport",   "{",      "53", "54",
					    "}",   "comment", "a b, c", "x" };
	char word[UR_NAT_WORD_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		assert_true(ur_nat_word(&at, word));
		assert_string_equal(word, want[i]);
	}
	assert_false(ur_nat_word(&at, word));
	at = "\"never closed";
	assert_true(ur_nat_word(&at, word));
	assert_string_equal(word, "never closed");
	assert_false(ur_nat_word(&at, word));
}

static enum ur_nat_fit addr(const char *word, const char *text)
{
	uint8_t bytes[16];

	to_bytes(text, bytes);
	return ur_nat_fit_addr(word, strchr(text, ':') ? 6 : 4, bytes);
}

static void addresses(void **state)
{
	(void)state;
	assert_int_equal(addr("10.0.0.5", "10.0.0.5"), UR_NAT_YES);
	assert_int_equal(addr("10.0.0.5", "10.0.0.6"), UR_NAT_NO);
	assert_int_equal(addr("10.0.0.0/23", "10.0.1.255"), UR_NAT_YES);
	assert_int_equal(addr("10.0.0.0/23", "10.0.2.0"), UR_NAT_NO);
	assert_int_equal(addr("0.0.0.0/0", "10.0.2.0"), UR_NAT_YES);
	assert_int_equal(addr("10.0.0.1-10.0.0.9", "10.0.0.9"), UR_NAT_YES);
	assert_int_equal(addr("10.0.0.1-10.0.0.9", "10.0.0.10"), UR_NAT_NO);
	assert_int_equal(addr("fd00::/63", "fd00:0:0:1::7"), UR_NAT_YES);
	assert_int_equal(addr("fd00::/64", "fd00:0:0:1::7"), UR_NAT_NO);
	assert_int_equal(addr("fd00::5", "10.0.0.5"), UR_NAT_MAYBE);
	assert_int_equal(addr("10.0.0.0/33", "10.0.0.5"), UR_NAT_MAYBE);
	assert_int_equal(addr("10.0.0.0/x", "10.0.0.5"), UR_NAT_MAYBE);
	assert_int_equal(addr("@banned", "10.0.0.5"), UR_NAT_MAYBE);
}

static void ports(void **state)
{
	(void)state;
	assert_int_equal(ur_nat_fit_port("53", 53), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_port("53", 54), UR_NAT_NO);
	assert_int_equal(ur_nat_fit_port("50-60", 60), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_port("50:60", 61), UR_NAT_NO);
	assert_int_equal(ur_nat_fit_port("domain", 53), UR_NAT_MAYBE);
	assert_int_equal(ur_nat_fit_port("53x", 53), UR_NAT_MAYBE);
	assert_int_equal(ur_nat_fit_port("", 53), UR_NAT_MAYBE);
	assert_int_equal(ur_nat_fit_port("99999999", 53), UR_NAT_MAYBE);
}

static void names(void **state)
{
	(void)state;
	assert_int_equal(ur_nat_fit_name("s0", "s0"), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_name("s0", "s01"), UR_NAT_NO);
	assert_int_equal(ur_nat_fit_name("br-*", "br-7"), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_name("br+", "eth0"), UR_NAT_NO);
	assert_int_equal(ur_nat_fit_name("s0", ""), UR_NAT_MAYBE);
	assert_int_equal(ur_nat_fit_proto("udp", IPPROTO_UDP), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_proto("tcp", IPPROTO_UDP), UR_NAT_NO);
	assert_int_equal(ur_nat_fit_proto("17", IPPROTO_UDP), UR_NAT_YES);
	assert_int_equal(ur_nat_fit_proto("ospf", IPPROTO_UDP), UR_NAT_MAYBE);
	assert_int_equal(ur_nat_not(UR_NAT_YES), UR_NAT_NO);
	assert_int_equal(ur_nat_not(UR_NAT_MAYBE), UR_NAT_MAYBE);
}

static void target(const char *word, uint8_t family, const char *addr_text, int port)
{
	struct ur_nat_step step = {};
	uint8_t bytes[16];

	assert_true(ur_nat_target(word, family, &step));
	assert_int_equal(step.has_addr, addr_text != NULL);
	assert_int_equal(step.has_port, port >= 0);
	if (port >= 0)
		assert_int_equal(step.port, port);
	to_bytes(addr_text ?: "0.0.0.0", bytes);
	assert_memory_equal(step.addr, bytes, 16);
}

static void targets(void **state)
{
	struct ur_nat_step step = {};

	(void)state;
	target("10.0.0.5:53", 4, "10.0.0.5", 53);
	target("10.0.0.5", 4, "10.0.0.5", -1);
	target(":53", 4, NULL, 53);
	target(":53", 6, NULL, 53);
	target("[fd00::5]:53", 6, "fd00::5", 53);
	target("[fd00::5]", 6, "fd00::5", -1);
	target("fd00::5", 6, "fd00::5", -1);
	assert_false(ur_nat_target("10.0.0.5-10.0.0.9", 4, &step));
	assert_false(ur_nat_target("10.0.0.5:50-60", 4, &step));
	assert_false(ur_nat_target("[fd00::5", 6, &step));
	assert_false(ur_nat_target("numgen", 4, &step));
	assert_false(ur_nat_target("10.0.0.5:", 4, &step));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words), cmocka_unit_test(addresses), cmocka_unit_test(ports),
		cmocka_unit_test(names), cmocka_unit_test(targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
