/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/verdict/decided.h"

static void expect_finding(const char *slug, const char *text)
{
	const char *found = finding(slug);

	assert_non_null(found);
	assert_string_equal(found, text);
}

static void udp_behind_a_rule(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	assert_null(finding("note.no-listener-behind")); /* nobody looked */
	ev.ev.flags |= UR_EV_SOCKS;
	expect_finding("note.no-listener-behind",
		       "no UDP socket behind the rule fits either: without the "
		       "rule it would still be unreachable");
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	assert_non_null(finding("note.no-listener-behind"));
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "statsd");
	expect_finding("note.listener-behind",
		       "behind the rule statsd (pid 812) has UDP 0.0.0.0:999");
	assert_null(finding("note.no-listener-behind"));
}

static void part_of_the_sockets_proves_no_absence(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	ev.ev.flags |= UR_EV_SOCKS | UR_EV_SOCKS_PARTIAL;
	assert_null(finding("note.no-listener-behind"));
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "statsd");
	assert_non_null(finding("note.listener-behind"));
}

/* A packet that is forwarded or leaves is not for a socket here. */
static void only_the_input_hook_has_sockets_behind_it(void **state)
{
	static const uint8_t others[] = { NF_INET_PRE_ROUTING, NF_INET_FORWARD, NF_INET_LOCAL_OUT };

	(void)state;
	for (size_t i = 0; i < sizeof(others); i++) {
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
		ev.ev.rule.hook = others[i];
		sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "statsd");
		assert_null(finding("note.listener-behind"));
		ev.ev.nsocks = 0;
		assert_null(finding("note.no-listener-behind"));
	}
}

/* Where a forwarded packet was going is known when it is a namespace of this host. */
static void behind_a_forward_rule(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	ev.ev.rule.hook = NF_INET_FORWARD;
	ev.elsewhere.looked = UR_FOUND_NONE;
	assert_null(finding("note.no-listener-behind")); /* perhaps another host */
	ev.elsewhere.is_target = true;
	expect_finding(
		"note.no-listener-behind",
		"in the namespace behind the rule that has 10.219.7.2 nothing is on UDP port 999, read "
		"just after: without the rule it would still be refused");
	ev.elsewhere.looked = UR_COULD_NOT;
	assert_null(finding("note.no-listener-behind"));
	ev.elsewhere.looked = UR_FOUND;
	ev.elsewhere.family = AF_INET;
	strcpy(ev.elsewhere.netns_name, "ct");
	sample_owner(&ev.elsewhere.owners, "dnsmasq", 77);
	expect_finding("note.listener-behind",
		       "behind the rule dnsmasq (pid 77) has UDP 0.0.0.0:999 in "
		       "netns ct, read just after");
	ev.ev.rule.hook = NF_INET_LOCAL_OUT;
	assert_null(finding("note.listener-behind"));
}

static void tcp_behind_a_rule(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "-j REJECT");
	assert_null(finding("note.no-listener-behind"));
	ev.tcp.looked = UR_FOUND_NONE;
	expect_finding("note.no-listener-behind",
		       "nothing behind the rule listens there on TCP, read just "
		       "after: without the rule it would still be refused");
	sample_listener(&ev, "127.0.0.1", "nginx");
	assert_non_null(finding("note.no-listener-behind"));
	sample_listener(&ev, "::", "sshd");
	expect_finding("note.listener-behind",
		       "behind the rule sshd (pid 77) listens on TCP [::]:999, read just after");
	ev.tcp.n = 1;
	ev.tcp.total = 9; /* the one that fits may be among those not named */
	assert_null(finding("note.no-listener-behind"));
	ev.tcp.looked = UR_COULD_NOT;
	SAMPLE_COPY(ev.tcp.reason, "no way into the namespace");
	expect_finding("note.not-looked",
		       "could not look for TCP listeners: no way into the namespace");
}

static void translated(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "172.29.219.2", 53);
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.ev.nat.dport = 5353;
	assert_null(finding("note.nat")); /* the cause says it */
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "named");
	expect_finding("note.nat", "was DNATed from 10.219.7.2:5353 to 172.29.219.2:53");
}

static void sent_from_here(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "127.0.0.1", 40000, "127.0.0.1", 8125);
	assert_null(finding("note.local-sender"));
	ev.ev.flags |= UR_EV_SENDER;
	sample_owner(&ev.sender, "app", 4242);
	expect_finding("note.local-sender", "sent from this host by app (pid 4242)");
	ev.sender.looked = UR_COULD_NOT;
	ev.ev.sender.uid = 33;
	expect_finding("note.local-sender", "sent from this host by a socket of uid 33");
	ev.ev.flags |= UR_EV_CURRENT; /* whoever was interrupted is no culprit */
	SAMPLE_COPY(ev.ev.cur_comm, "swapper/0");
	expect_finding(
		"note.local-sender",
		"sent from this host by a socket of uid 33, while \"swapper/0\" (pid 0) was running");
	ev.ev.sender.flags = UR_SK_KERNEL;
	assert_non_null(strstr(finding("note.local-sender"), "by a kernel socket"));
}

static void who_else_reads_it(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
	assert_null(finding("note.raw-reader"));
	sample_reader(&ev, UR_READER_RAW, "probe");
	expect_finding("note.raw-reader",
		       "probe (pid 9) reads UDP through a raw socket: it can see the "
		       "packet, but does not own the port; read just after");
	assert_null(finding("note.packet-reader"));
	sample_reader(&ev, UR_READER_PACKET, NULL);
	expect_finding("note.packet-reader",
		       "a socket of uid 33 reads packets off every device: it can see "
		       "this one, but does not own the port; read just after");
	sample_reader(&ev, UR_READER_PACKET, "tcpdump");
	ev.readers.one[1].ifindex = 2;
	expect_finding(
		"note.packet-reader",
		"a socket of uid 33 reads packets off eth0 (and 1 more): it can see this one, but "
		"does not own the port; read just after");
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE); /* no cause by themselves */
	assert_int_equal(report.confidence, UR_PROVEN);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	assert_null(finding("note.packet-reader")); /* that explains it */
}

/* They read all the time, and only what is theirs. */
static void dhcp_clients_are_no_news(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
	sample_reader(&ev, UR_READER_PACKET, "dhclient");
	assert_null(finding("note.packet-reader"));
	ev.packet.dport = 68;
	assert_non_null(finding("note.packet-reader"));
}

static void what_could_not_be_looked_up(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
	assert_null(finding("note.not-looked"));
	ev.tcp.looked = UR_COULD_NOT;
	SAMPLE_COPY(ev.tcp.reason, "no way in");
	expect_finding("note.not-looked", "could not look for TCP listeners: no way in");
	ev.tcp.looked = UR_FOUND_NONE;
	ev.sibling.looked = UR_COULD_NOT;
	expect_finding("note.not-looked", "could not look for sockets of other protocols");
	ev.sibling.looked = UR_FOUND_NONE;
	ev.elsewhere.looked = UR_COULD_NOT;
	expect_finding("note.not-looked", "could not look in other namespaces");
	/* With a near miss on the port it would not have counted. */
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	assert_null(finding("note.not-looked"));
}

static void a_hook_that_is_missing(void **state)
{
	(void)state;
	sample_unknown(&ev, "some_function+0x1/0x2");
	assert_null(finding("note.hook-missing"));
	ev.missing = UR_MISSING_REJECT;
	assert_non_null(finding("note.hook-missing"));
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
	ev.missing = UR_MISSING_REJECT;
	assert_null(finding("note.hook-missing")); /* the caller proves the miss */
	ev.missing = UR_MISSING_LISTENERS;         /* another protocol's */
	assert_null(finding("note.hook-missing"));
	ev.missing = UR_MISSING_CONNTRACK;
	expect_finding("note.hook-missing",
		       "not every hook is attached, so it is not known whether the "
		       "destination was rewritten");
	ev.missing = UR_MISSING_HISTORY;
	expect_finding("note.hook-missing",
		       "not every hook is attached, so a socket that was closed may "
		       "have gone unnoticed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_behind_a_rule),
		cmocka_unit_test(behind_a_forward_rule),
		cmocka_unit_test(part_of_the_sockets_proves_no_absence),
		cmocka_unit_test(only_the_input_hook_has_sockets_behind_it),
		cmocka_unit_test(tcp_behind_a_rule),
		cmocka_unit_test(translated),
		cmocka_unit_test(sent_from_here),
		cmocka_unit_test(who_else_reads_it),
		cmocka_unit_test(dhcp_clients_are_no_news),
		cmocka_unit_test(what_could_not_be_looked_up),
		cmocka_unit_test(a_hook_that_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
