/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/verdict/decided.h"

static void miss(const char *src, const char *dst, uint16_t dport)
{
	sample_miss(&ev, IPPROTO_UDP, src, 40000, dst, dport);
}

static void nothing_on_the_port(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	expect(UR_CAUSE_SOCKET_NONE, UR_PROVEN, "no UDP socket is on port 5001",
	       "start the service that should have UDP port 5001; check with "
	       "`ss -uanp 'sport = :5001'`");
	sample_netns(&ev, "srv");
	expect(UR_CAUSE_SOCKET_NONE, UR_PROVEN, "no UDP socket is on port 5001 in netns srv",
	       "start the service that should have UDP port 5001; check with "
	       "`ip netns exec srv ss -uanp 'sport = :5001'`");
	ev.packet.proto = IPPROTO_UDPLITE;
	expect(UR_CAUSE_SOCKET_NONE, UR_PROVEN, "no UDP-Lite socket is on port 5001 in netns srv",
	       "start the service that should have UDP-Lite port 5001; check with "
	       "`ip netns exec srv cat /proc/net/udplite`");
}

/* Nothing is on the port, but what more there is to say was not seen. */
static void hooks_are_missing(void **state)
{
	static const uint32_t udp[] = { UR_MISSING_HISTORY, UR_MISSING_CONNTRACK };

	(void)state;
	for (size_t i = 0; i < sizeof(udp) / sizeof(udp[0]); i++) {
		miss("10.0.0.7", "10.0.0.5", 5001);
		ev.missing = udp[i];
		ur_verdict_decide(&ev, &report);
		assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
		assert_int_equal(report.confidence, UR_LIKELY);
	}
	ev.missing = UR_MISSING_LISTENERS;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_PROVEN);
}

/* What was not looked at is not said to be empty. */
static void nobody_looked(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	sample_listener(&ev, "0.0.0.0", "nginx");
	ev.ev.flags = 0;
	expect(UR_CAUSE_SOCKET_NONE, UR_LIKELY,
	       "no UDP socket accepts port 5001; whether one is there that does not fit could not "
	       "be looked up",
	       "see the sockets on the port with `ss -uanp 'sport = :5001'`");
	ev.ev.flags = UR_EV_SOCKS | UR_EV_SOCKS_PARTIAL;
	expect(UR_CAUSE_SOCKET_NONE, UR_LIKELY,
	       "no UDP socket accepts port 5001; looking for near misses was given up at its limit, "
	       "so one may exist",
	       "see the sockets on the port with `ss -uanp 'sport = :5001'`");
	ev.ev.flags = UR_EV_SOCKS;
	ev.packet.has_ports = false;
	expect(UR_CAUSE_SOCKET_NONE, UR_LIKELY,
	       "no UDP socket accepts it; its ports could not be read", "");
}

static void connect_to(struct ur_sock *sk, const char *peer, uint16_t port)
{
	sk->flags |= UR_SK_CONNECTED;
	sample_addr(sk->peer, peer);
	sk->peer_port = port;
}

static void fits_after_all(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "dns");
	expect(UR_CAUSE_SOCKET_RACE, UR_LIKELY,
	       "no UDP socket took it, but dns (pid 812) on 0.0.0.0:53 fitted a moment later: bound "
	       "or moved while the packet was under way",
	       "nothing to do if dns has just started; else see the sockets on the port with "
	       "`ss -uanp 'sport = :53'`");
}

static void a_program_chose_nobody(void **state)
{
	struct ur_sock *sk;

	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "other");
	sk = sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "dns");
	sk->flags = UR_SK_BPF | UR_SK_REUSEPORT;
	sk->detail = 41;
	expect(UR_CAUSE_SOCKET_BPF, UR_LIKELY,
	       "dns (pid 812) on 0.0.0.0:53 fits, but did not get it: BPF program 41 of its "
	       "reuseport group must have turned it away",
	       "see it with `bpftool prog show id 41`; it chooses among the sockets of dns");
}

static void a_program_stands_before_all_sockets(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "dns");
	ev.ev.sk_lookup_prog = 37;
	expect(UR_CAUSE_SOCKET_BPF, UR_LIKELY,
	       "dns (pid 812) on 0.0.0.0:53 fits, but did not get it: BPF sk_lookup program 37 must "
	       "have turned it away",
	       "see it with `bpftool prog show id 37`, and where it is attached with `bpftool link`");
	assert_int_equal(report.nfindings, 0);
	ev.packet.proto = IPPROTO_UDPLITE;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_RACE);
	ev.packet.proto = IPPROTO_UDP;
	ev.ev.socks[0].flags = UR_SK_CONNECTED; /* found before the program is asked */
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_RACE);
}

/* It may have dropped the packet, and it may be what brings packets to such sockets. */
static void a_program_that_may_have_nothing_to_do_with_it(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	ev.ev.sk_lookup_prog = 37;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_int_equal(report.nfindings, 1);
	assert_string_equal(report.findings[0].slug, "note.sk-lookup");
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "dns");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_ADDRESS);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_string_equal(report.findings[0].slug, "note.sk-lookup");
}

static void tcp_has_the_port(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 443);
	sample_listener(&ev, "127.0.0.1", "nginx");
	ev.elsewhere.looked = UR_FOUND;
	expect(UR_CAUSE_SOCKET_PROTOCOL, UR_LIKELY,
	       "no UDP socket is on port 443, but nginx (pid 77) listens on TCP 127.0.0.1:443, read "
	       "just after",
	       "nginx must serve UDP too if this is meant (HTTP/3, DNS); else the sender errs");
}

static void udplite_has_the_port(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 443);
	sample_socket(&ev, UR_MM_PROTOCOL, "0.0.0.0", "lite")->proto = IPPROTO_UDPLITE;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_PROTOCOL);
	assert_string_equal(report.why,
			    "no UDP socket is on port 443, but lite (pid 812) has it for "
			    "UDP-Lite on 0.0.0.0:443");
}

/* Their tables are apart: the other one is read after the event. */
static void the_sibling_has_the_port(void **state)
{
	struct ur_listener *one = &ev.sibling.one[0];

	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	sample_listener(&ev, "0.0.0.0", "nginx");
	ev.sibling.looked = UR_FOUND;
	ev.sibling.n = ev.sibling.total = 1;
	one->family = AF_INET;
	one->port = 5001;
	sample_owner(&one->owners, "lite", 12);
	expect(UR_CAUSE_SOCKET_PROTOCOL, UR_LIKELY,
	       "no UDP socket is on port 5001, but lite (pid 12) has it for UDP-Lite on "
	       "0.0.0.0:5001, read just after",
	       "lite must serve UDP too if this is meant; else the sender errs");
	ev.packet.proto = IPPROTO_UDPLITE;
	one->before = true;
	expect(UR_CAUSE_SOCKET_PROTOCOL, UR_PROVEN,
	       "no UDP-Lite socket is on port 5001, but lite (pid 12) has it for UDP on "
	       "0.0.0.0:5001, read before and just after",
	       "lite must serve UDP-Lite too if this is meant; else the sender errs");
}

static void another_namespace_has_the_port(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	ev.elsewhere = (struct ur_elsewhere){
		.looked = UR_FOUND, .family = AF_INET, .netns_inum = 4026532200, .netns_name = "ct"
	};
	sample_owner(&ev.elsewhere.owners, "dns", 99);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NETNS);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_string_equal(report.why, "no UDP socket is on port 5001, but dns (pid 99) has "
					"0.0.0.0:5001 in netns ct, read just after");
	SAMPLE_COPY(ev.elsewhere.netns_name, "host");
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "in the host's netns"));
	ev.elsewhere.netns_name[0] = '\0';
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "in netns 4026532200"));
	ev.elsewhere.owners.looked = UR_FOUND_NONE;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
}

/* Each of these socks comes nearer than all before it, in whatever order they stand. */
static void the_nearest_miss_is_the_cause(void **state)
{
	static const struct {
		uint8_t mismatch;
		enum ur_cause cause;
	} nearer[] = {
		{ UR_MM_PROTOCOL, UR_CAUSE_SOCKET_PROTOCOL },
		{ UR_MM_FAMILY, UR_CAUSE_SOCKET_FAMILY },
		{ UR_MM_ADDRESS, UR_CAUSE_SOCKET_ADDRESS },
		{ UR_MM_PEER, UR_CAUSE_SOCKET_PEER },
		{ UR_MM_DEVICE, UR_CAUSE_SOCKET_DEVICE },
		{ UR_MM_NONE, UR_CAUSE_SOCKET_RACE },
	};

	(void)state;
	for (size_t a = 0; a < 6; a++)
		for (size_t b = 0; b < 6; b++) {
			miss("10.0.0.7", "10.0.0.5", 5001);
			sample_socket(&ev, nearer[a].mismatch, "10.0.0.9", "a");
			sample_socket(&ev, nearer[b].mismatch, "10.0.0.9", "b");
			ur_verdict_decide(&ev, &report);
			assert_int_equal(report.cause, nearer[a > b ? a : b].cause);
		}
}

static void a_server_says_more_than_a_client(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	connect_to(sample_socket(&ev, UR_MM_ADDRESS, "10.0.0.9", "client"), "1.1.1.1", 53);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", NULL);
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "127.0.0.1:5001 only"));
	ev.ev.nsocks = 1;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "10.0.0.9:5001 only, connected to 1.1.1.1:53"));
	assert_null(strstr(report.advice, "bind"));
}

static void a_mismatch_of_a_later_version(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 5001);
	sample_socket(&ev, 77, "10.0.0.9", "x");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_non_null(strstr(report.why, "could not be looked up"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_on_the_port),
		cmocka_unit_test(hooks_are_missing),
		cmocka_unit_test(nobody_looked),
		cmocka_unit_test(fits_after_all),
		cmocka_unit_test(a_program_chose_nobody),
		cmocka_unit_test(a_program_stands_before_all_sockets),
		cmocka_unit_test(a_program_that_may_have_nothing_to_do_with_it),
		cmocka_unit_test(tcp_has_the_port),
		cmocka_unit_test(udplite_has_the_port),
		cmocka_unit_test(the_sibling_has_the_port),
		cmocka_unit_test(another_namespace_has_the_port),
		cmocka_unit_test(the_nearest_miss_is_the_cause),
		cmocka_unit_test(a_server_says_more_than_a_client),
		cmocka_unit_test(a_mismatch_of_a_later_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
