/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>
#include "tests/unit/errors.h"
#include "user/packet/wire.h"

static uint8_t p[ERROR_SIZE];

static const char *said(void)
{
	static char text[1024];
	struct ur_buf out = UR_BUF(text);
	struct ur_wire wire;

	assert_true(ur_wire_parse(&wire, p, sizeof(p)));
	ur_wire_say(&out, &wire);
	assert_false(out.cut);
	return text;
}

#define SAYS(words)  assert_non_null(strstr(said(), (words)))
#define NEVER(words) assert_null(strstr(said(), (words)))

static void by_the_host_itself(void **state)
{
	(void)state;
	error_make(p, "10.0.0.5", "10.0.0.5", 3);
	assert_string_equal(
		said(),
		"port-unreachable: 10.0.0.7:53211 > 10.0.0.5:8125 udp was refused: no socket "
		"takes it, or a rule says so: the packet can't tell [from this packet alone]\n"
		"who: 10.0.0.5, which it was for, or something that speaks for it; TOS and "
		"flags are those of the ICMP of Linux\n"
		"routers passed: 0 by the packet, 0 by this answer");
}

static void by_a_router(void **state)
{
	(void)state;
	error_make(p, "10.0.0.1", "192.0.2.9", 13);
	p[36] = 63;
	SAYS("a rule, or a route of type prohibit, says so");
	SAYS("10.0.0.1, not 192.0.2.9, which it was for: a router or firewall on the way");
	SAYS("routers passed: 1 by the packet, 0 by this answer; captured at the sender, that is "
	     "likely a packet refused while it was being forwarded");
	NEVER("NAT");
}

static void behind_nat(void **state)
{
	(void)state;
	error_make(p, "10.0.0.5", "10.0.0.5", 3);
	p[36] = 63;
	SAYS("being forwarded, behind NAT");
	p[8] = 63; /* a container's own answer has come as far */
	NEVER("forwarded");
	SAYS("routers passed: 1 by the packet, 1 by this answer");
}

static void by_the_sender(void **state)
{
	(void)state;
	error_make(p, "10.0.0.7", "10.0.0.5", 3);
	SAYS("10.0.0.7, its own sender, likely by a rule for what it sends");
}

static void not_by_the_icmp_of_linux(void **state)
{
	(void)state;
	error_make(p, "10.0.0.5", "10.0.0.5", 3);
	p[1] = 0;
	NEVER("Linux:");
	p[6] = 0x40;
	SAYS("TOS 0x00 and DF are not those of the ICMP of Linux: likely a firewall's bridge or "
	     "netdev rule, a program");
	p[4] = 7;
	SAYS("likely written by a program, or another system");
	p[21] = 4; /* tunnels build these themselves */
	NEVER("not those");
}

static void ttl_of_no_known_start(void **state)
{
	(void)state;
	error_make(p, "10.0.0.5", "10.0.0.5", 3);
	p[36] = 1;
	NEVER("routers");
	p[36] = 0;
	NEVER("routers");
	p[36] = 250;
	SAYS("routers passed: 5 by the packet");
}

static void every_code(void **state)
{
	(void)state;
	for (int code = 0; code < 256; code++) {
		error_make(p, "10.0.0.5", "10.0.0.5", (uint8_t)code);
		SAYS(" was refused: ");
	}
	SAYS("unreachable: ");
	SAYS("why can't be told");
}

static void the_other_version(void **state)
{
	uint8_t v6[40 + 8 + 40 + 8] = { 0x60 };
	struct ur_wire wire;
	char text[1024];
	struct ur_buf out = UR_BUF(text);

	(void)state;
	v6[6] = IPPROTO_ICMPV6;
	v6[7] = 64;
	inet_pton(AF_INET6, "2001:db8::5", v6 + 8);
	inet_pton(AF_INET6, "2001:db8::7", v6 + 24);
	v6[40] = 1;
	v6[41] = 4;
	v6[48] = 0x60;
	v6[54] = IPPROTO_UDP;
	v6[55] = 64;
	inet_pton(AF_INET6, "2001:db8::7", v6 + 56);
	inet_pton(AF_INET6, "2001:db8::5", v6 + 72);
	v6[91] = 53;
	assert_true(ur_wire_parse(&wire, v6, sizeof(v6)));
	ur_wire_say(&out, &wire);
	assert_non_null(strstr(text, "port-unreachable: [2001:db8::7]:0 > [2001:db8::5]:53 udp"));
	assert_null(strstr(text, "TOS"));
	v6[40] = 2; /* too big */
	assert_false(ur_wire_parse(&wire, v6, sizeof(v6)));
	v6[40] = 128;
	assert_false(ur_wire_parse(&wire, v6, sizeof(v6)));
}

static void what_is_no_such_error(void **state)
{
	struct ur_wire wire;

	(void)state;
	error_make(p, "10.0.0.5", "10.0.0.5", 3);
	for (size_t len = 0; len <= sizeof(p); len++) {
		uint8_t *copy = malloc(len ?: 1);

		memcpy(copy, p, len);
		assert_int_equal(ur_wire_parse(&wire, copy, len), len >= 48);
		free(copy);
	}
	p[20] = 11;
	assert_false(ur_wire_parse(&wire, p, sizeof(p)));
	p[20] = 3;
	p[9] = IPPROTO_UDP;
	assert_false(ur_wire_parse(&wire, p, sizeof(p)));
	p[9] = IPPROTO_ICMP;
	p[7] = 1; /* a fragment */
	assert_false(ur_wire_parse(&wire, p, sizeof(p)));
	p[7] = 0;
	p[28] = 0x60;
	assert_false(ur_wire_parse(&wire, p, sizeof(p)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_host_itself),
		cmocka_unit_test(by_a_router),
		cmocka_unit_test(behind_nat),
		cmocka_unit_test(by_the_sender),
		cmocka_unit_test(not_by_the_icmp_of_linux),
		cmocka_unit_test(ttl_of_no_known_start),
		cmocka_unit_test(every_code),
		cmocka_unit_test(the_other_version),
		cmocka_unit_test(what_is_no_such_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
