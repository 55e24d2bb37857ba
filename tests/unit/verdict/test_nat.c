/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "tests/unit/verdict/decided.h"

/* Refused in netns ct, and DNATed in srv from 10.219.7.2:5353. */
static void translated(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.1", 40000, "172.29.219.2", 53);
	sample_netns(&ev, "ct");
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat.dport = 5353;
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.nat_from.source = UR_NAT_ANSWER;
	ev.nat_from.netns = (struct ur_netns){ UR_FOUND, 4026532002, "srv" };
}

static void by_another_namespace(void **state)
{
	(void)state;
	translated();
	expect(UR_CAUSE_SOCKET_NAT, UR_PROVEN,
	       "no UDP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv",
	       "start the service that should have UDP port 53 in netns ct, or correct the NAT "
	       "rule that leads to 172.29.219.2:53; see such flows with `ip netns exec srv "
	       "conntrack -L -p udp --orig-dst 10.219.7.2 --orig-port-dst 5353`");
	assert_int_equal(report.nfindings, 0); /* the sentence says it */
	SAMPLE_COPY(ev.nat_from.netns.name, "host");
	expect(UR_CAUSE_SOCKET_NAT, UR_PROVEN,
	       "no UDP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in the host's netns",
	       "start the service that should have UDP port 53 in netns ct, or correct the NAT "
	       "rule that leads to 172.29.219.2:53; see such flows with `conntrack -L -p udp "
	       "--orig-dst 10.219.7.2 --orig-port-dst 5353`");
	ev.nat_from.netns.looked = UR_FOUND_NONE;
	expect(UR_CAUSE_SOCKET_NAT, UR_PROVEN,
	       "no UDP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns 4026532002",
	       "start the service that should have UDP port 53 in netns ct, or correct the NAT "
	       "rule that leads to 172.29.219.2:53; see such flows with `conntrack -L -p udp "
	       "--orig-dst 10.219.7.2 --orig-port-dst 5353` in netns 4026532002");
}

/* Conntrack forgets a connection that is answered with a reset. */
static void a_connection(void **state)
{
	(void)state;
	translated();
	ev.packet.proto = IPPROTO_TCP;
	ev.packet.tcp_flags = 2;
	ev.ev.origin = UR_ORIGIN_TCP_MISS;
	ev.ev.answer = UR_ANSWER_RST;
	expect(UR_CAUSE_SOCKET_NAT, UR_PROVEN,
	       "no TCP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv",
	       "start the service that should have TCP port 53 in netns ct, or correct the NAT "
	       "rule that leads to 172.29.219.2:53");
}

static void here(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "fd00::7", 40000, "fd00::5", 15053);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat.dport = 53;
	sample_addr(ev.ev.nat.dst, "fd00::5");
	ev.nat_from.netns = ev.netns;
	expect(UR_CAUSE_SOCKET_NAT, UR_PROVEN,
	       "no UDP socket is on port 15053, where the packet was DNATed from [fd00::5]:53 to "
	       "[fd00::5]:15053",
	       "start the service that should have UDP port 15053, or correct the NAT rule that "
	       "leads to [fd00::5]:15053; see such flows with `conntrack -L -f ipv6 -p udp "
	       "--orig-dst fd00::5 --orig-port-dst 53`");
}

/* What an earlier packet went through proves nothing about this one. */
static void remembered(void **state)
{
	(void)state;
	translated();
	ev.ev.flags &= ~UR_EV_ENTRY;
	ev.nat_from.source = UR_NAT_REMEMBERED;
	expect(UR_CAUSE_SOCKET_NAT, UR_LIKELY,
	       "no UDP socket is on port 53 in netns ct, where the packet was probably DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv, as a packet just before was",
	       NULL);
	ev.nat_from.source = UR_NAT_ONE_OF;
	ev.ev.flags |= UR_EV_ENTRY;
	expect(UR_CAUSE_SOCKET_NAT, UR_LIKELY,
	       "no UDP socket is on port 53 in netns ct, where the packet was probably DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv; another flow of the same addresses "
	       "and ports was translated otherwise at that time",
	       NULL);
	ev.nat_from.source = UR_NAT_REMEMBERED;
	ev.ev.flags &= ~UR_EV_ENTRY;
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "named");
	expect(UR_CAUSE_SOCKET_ADDRESS, UR_PROVEN,
	       "no UDP socket accepts 172.29.219.2:53; named (pid 812) is bound to 127.0.0.1:53 only",
	       NULL);
	assert_string_equal(report.findings[0].slug, "note.nat");
}

/* A socket that nearly fits says more than the translation, which is told as well. */
static void near_misses_keep_their_cause(void **state)
{
	(void)state;
	translated();
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "named");
	expect(UR_CAUSE_SOCKET_ADDRESS, UR_PROVEN,
	       "no UDP socket accepts 172.29.219.2:53; named (pid 812) is bound to 127.0.0.1:53 only",
	       NULL);
	assert_int_equal(report.nfindings, 1);
	assert_string_equal(report.findings[0].slug, "note.nat");
	assert_string_equal(report.findings[0].text,
			    "was DNATed from 10.219.7.2:5353 to 172.29.219.2:53 in netns srv");
	translated();
	sample_listener(&ev, "0.0.0.0", "named");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_PROTOCOL);
	translated();
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_string_equal(report.findings[0].slug, "note.nat");
}

static void nothing_was_translated(void **state)
{
	(void)state;
	translated();
	ev.ev.nat.is_reply = 1;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	translated();
	ev.ev.flags &= ~UR_EV_ENTRY;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	translated();
	ev.ev.nat.dport = 53;
	sample_addr(ev.ev.nat.dst, "172.29.219.2");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
}

/* The flow went to where no rule leads any more. */
static void left_behind(void **state)
{
	(void)state;
	translated();
	ev.nat_now.looked = UR_FOUND;
	expect(UR_CAUSE_SOCKET_STALE_NAT, UR_LIKELY,
	       "no UDP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv, by a conntrack entry probably "
	       "older than the NAT rules: none leads there now",
	       NULL);
	ev.nat_now.changed = true;
	SAMPLE_COPY(ev.nat_now.rule, "udp dport 5353 dnat to 172.29.219.9:53");
	sample_addr(ev.ev.nat.src, "10.219.7.1");
	ev.ev.nat.sport = 40000;
	expect(UR_CAUSE_SOCKET_STALE_NAT, UR_PROVEN,
	       "no UDP socket is on port 53 in netns ct, where the packet was DNATed from "
	       "10.219.7.2:5353 to 172.29.219.2:53 in netns srv, by a conntrack entry older than "
	       "the NAT rules: new flows meet `udp dport 5353 dnat to 172.29.219.9:53`",
	       "delete the entry, so that the flow meets the rules: `ip netns exec srv conntrack "
	       "-D -p udp --orig-src 10.219.7.1 --orig-dst 10.219.7.2 --orig-port-src 40000 "
	       "--orig-port-dst 5353`");
	assert_int_equal(report.nfindings, 0);
}

/* The flow goes past a rule. */
static void bypass(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.1", 40000, "10.219.7.2", 5353);
	sample_netns(&ev, "srv");
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat.sport = 40000;
	ev.ev.nat.dport = 5353;
	sample_addr(ev.ev.nat.src, "10.219.7.1");
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.nat_from.netns = ev.netns;
	ev.nat_now.looked = UR_FOUND;
	ev.nat_now.changed = true;
	SAMPLE_COPY(ev.nat_now.rule, "udp dport 5353 dnat to 172.29.219.2:53");
	expect(UR_CAUSE_SOCKET_STALE_NAT, UR_PROVEN,
	       "no UDP socket is on port 5353 in netns srv: its conntrack entry is older than the "
	       "NAT rule `udp dport 5353 dnat to 172.29.219.2:53`, which new flows meet",
	       NULL);
	ev.nat_now.changed = false;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_non_null(strstr(report.why, "is probably older than"));
	ev.nat_now.looked = UR_COULD_NOT;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_behind),
		cmocka_unit_test(bypass),
		cmocka_unit_test(by_another_namespace),
		cmocka_unit_test(a_connection),
		cmocka_unit_test(here),
		cmocka_unit_test(remembered),
		cmocka_unit_test(near_misses_keep_their_cause),
		cmocka_unit_test(nothing_was_translated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
