/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "tests/unit/sample.h"
#include "user/sink/text_rows.h"

static struct ur_evidence ev;

static void expect(const char *want)
{
	static struct ur_report report;
	struct capture c;
	struct ur_lines lines;

	capture_open(&c);
	lines = (struct ur_lines){ .out = c.out };
	ur_verdict_decide(&ev, &report);
	ur_text_rows(&lines, &ev, &report);
	fflush(c.out);
	assert_string_equal(c.text, want);
	capture_close(&c);
}

static void a_miss(void **state)
{
	struct ur_sock *sk;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	sk = sample_socket(&ev, UR_MM_DEVICE, "0.0.0.0", "dns");
	sk->flags = UR_SK_REUSEPORT;
	sk->bound_ifindex = 5;
	SAMPLE_COPY(ev.bound_dev[0], "k0");
	SAMPLE_COPY(ev.encap[0], "\033x"); /* of a file that somebody made */
	sk = sample_socket(&ev, UR_MM_PEER, "::", NULL);
	sk->flags = UR_SK_CONNECTED | UR_SK_V6ONLY;
	sample_addr(sk->peer, "fd00::9");
	sk->peer_port = 9;
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", NULL)->flags = UR_SK_KERNEL;
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL | UR_EV_SENDER;
	ev.ev.sender.family = AF_INET;
	sample_owner(&ev.sender, "app", 4242);
	expect("    verdict   socket.race, likely; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.0.0.7, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    socket    udp 0.0.0.0:53 dev k0 reuseport, dns (pid 812), \\x1bx: other device\n"
	       "    socket    udp [::]:53 to [fd00::9]:9 v6only, process not known: other peer\n"
	       "    socket    udp 0.0.0.0:53, the kernel's: fits\n"
	       "    socket    there are more than could be looked at\n"
	       "    listener  none on TCP, read just after\n"
	       "    sender    app (pid 4242), uid 0, socket 0.0.0.0:0\n");
}

/* Nothing there and not looked are told apart. */
static void nothing_found(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	expect("    verdict   socket.none, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.0.0.7, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    socket    none on the port\n"
	       "    listener  none on TCP, read just after\n");
	ev.ev.flags = 0;
	ev.tcp.looked = UR_COULD_NOT;
	ev.ev.window = UR_WIN_PEER_DENY;
	ev.ev.iif = 0;
	expect("    verdict   socket.none, likely; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.0.0.7, suppressed by "
	       "rate-limit-peer\n"
	       "    packet    61 bytes, ttl 64, sent from here, netns 4026531840\n"
	       "    socket    could not look\n"
	       "    listener  could not look for TCP listeners\n");
}

static void a_rule(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "-j REJECT");
	ev.ev.answer = UR_ANSWER_RST;
	SAMPLE_COPY(ev.ev.rule.oifname, "k0");
	SAMPLE_COPY(ev.rule.comment, "why not");
	sample_listener(&ev, "0.0.0.0", "nginx")->owners.total = 5;
	ev.tcp.one[0].owners.one[0].place =
		(struct ur_place){ .looked = UR_FOUND, .unit = "session-2.scope" };
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.src, "10.219.7.1");
	sample_addr(ev.ev.nat.dst, "10.219.7.9");
	ev.ev.nat.sport = 40000;
	ev.ev.nat.dport = 80;
	expect("    verdict   rule.iptables, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    TCP reset to 10.219.7.1, suppressed by other\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    rule      hook input, in eth0, out k0, base chain INPUT priority 0\n"
	       "    comment   why not\n"
	       "    listener  tcp 0.0.0.0:999, nginx (pid 77, unit session-2.scope) and 4 more, "
	       "read just after\n"
	       "    nat       10.219.7.1:40000 > 10.219.7.9:80 before translation\n");
	ev.rule.looked = UR_CHANGED;
	SAMPLE_COPY(ev.rule.reason, "replaced since");
	ev.ev.flags = 0;
	ev.tcp.n = 0;
	ev.tcp.looked = UR_NOT_ASKED;
	expect("    verdict   rule.iptables, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    TCP reset to 10.219.7.1, suppressed by other\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    rule      hook input, in eth0, out k0, base chain INPUT priority 0\n"
	       "    no text   replaced since\n");
}

static void the_way_to_a_rule(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way.nsteps = 2;
	ev.way.step[1] = (struct ur_step){ .chain = "b\033", .number = 4, .text = "jump zone" };
	SAMPLE_COPY(ev.way.established, "ct state established accept");
	expect("    verdict   rule.nft, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.219.7.1, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    rule      hook input, in eth0, base chain input priority 0\n"
	       "    way       input handle 5: iifname \"eth0\" goto zone\n"
	       "              b\\x1b number 4: jump zone\n"
	       "    new only  ct state established accept\n");
	ev.way = (struct ur_way){ .reason = "nft is not installed here" };
	expect("    verdict   rule.nft, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.219.7.1, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    rule      hook input, in eth0, base chain input priority 0\n"
	       "    no way    nft is not installed here\n");
}

static void an_unknown(void **state)
{
	(void)state;
	sample_unknown(&ev, "");
	expect("    verdict   unknown, unknown; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 2 (protocol-unreachable) to 10.0.0.7, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    stack     0xffffffff81000000\n"
	       "              net_rx_action+0x12e/0x2b0\n");
}

static void the_port_elsewhere(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	ev.tcp.looked = UR_NOT_ASKED;
	ev.elsewhere = (struct ur_elsewhere){ .looked = UR_FOUND,
					      .family = AF_INET,
					      .netns_inum = 4026532200,
					      .netns_name = "ct",
					      .owners.looked = UR_FOUND_NONE };
	expect("    verdict   socket.none, proven; event 17 at 2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.0.0.7, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    socket    none on the port\n"
	       "    elsewhere netns 4026532200 ct, 0.0.0.0:53, held by no process, read just after\n");
}

static void other_protocols_and_readers(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDPLITE, "10.0.0.7", 40000, "10.0.0.5", 53);
	ev.sibling.looked = UR_FOUND;
	ev.sibling.n = ev.sibling.total = 1;
	ev.sibling.one[0].family = AF_INET;
	ev.sibling.one[0].port = 53;
	sample_owner(&ev.sibling.one[0].owners, "dns", 12);
	sample_reader(&ev, UR_READER_RAW, "probe");
	sample_reader(&ev, UR_READER_PACKET, "tcpdump")->ifindex = 2;
	expect("    verdict   socket.protocol, likely; event 17 at "
	       "2026-11-21T02:45:20.123456789Z\n"
	       "    answer    ICMP type 3 code 3 (port-unreachable) to 10.0.0.7, sent\n"
	       "    packet    61 bytes, ttl 64, in on eth0, netns 4026531840\n"
	       "    socket    none on the port\n"
	       "    socket    udp 0.0.0.0:53, dns (pid 12), read just after\n"
	       "    listener  none on TCP, read just after\n"
	       "    reader    raw socket, probe (pid 9), read just after\n"
	       "    reader    packet socket of eth0, tcpdump (pid 9), read just after\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_miss),
		cmocka_unit_test(nothing_found),
		cmocka_unit_test(a_rule),
		cmocka_unit_test(the_way_to_a_rule),
		cmocka_unit_test(an_unknown),
		cmocka_unit_test(the_port_elsewhere),
		cmocka_unit_test(other_protocols_and_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
