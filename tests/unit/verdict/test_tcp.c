/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

#define SYN 2
#define PSH 8
#define ACK 0x10

enum { ESTAB = 1, SYN_SENT, FIN_WAIT2 = 5, TIME_WAIT, CLOSE, LISTEN = 10 };

static struct ur_evidence ev;
static struct ur_report report;

static void expect(const char *slug, const char *why, const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(ur_cause_info(report.cause)->slug, slug);
	assert_string_equal(report.why, why);
	if (advice)
		assert_string_equal(report.advice, advice);
	assert_true(report.advice[0]);
}

static void nobody_listens(void **state)
{
	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 5001);
	expect("socket.none", "no TCP socket listens on port 5001",
	       "start the service that should have TCP port 5001; check with "
	       "`ss -tlnp 'sport = :5001'`");
	sample_history(&ev, 300000);
	expect("socket.none", "no TCP socket listens on port 5001, nor did one in the last 5 min",
	       NULL);
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL;
	expect("socket.none",
	       "no TCP socket accepts port 5001; looking for near misses was given up at its "
	       "limit, so one may exist",
	       "see the sockets on the port with `ss -tlnp 'sport = :5001'`");
}

static void another_protocol_or_namespace_has_the_port(void **state)
{
	struct ur_listener *one = &ev.sibling.one[0];

	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 53);
	ev.sibling.looked = UR_FOUND;
	ev.sibling.n = ev.sibling.total = 1;
	*one = (struct ur_listener){ .family = AF_INET, .port = 53, .before = true };
	sample_owner(&one->owners, "dnsd", 9);
	expect("socket.protocol",
	       "no TCP socket listens on port 53, but dnsd (pid 9) has it for UDP on 0.0.0.0:53, "
	       "read before and just after",
	       "dnsd must serve TCP too if this is meant; else the sender errs");
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
	ev.elsewhere = (struct ur_elsewhere){
		.looked = UR_FOUND, .netns_inum = 7, .netns_name = "web", .family = AF_INET
	};
	sample_owner(&ev.elsewhere.owners, "nginx", 5);
	expect("socket.netns",
	       "no TCP socket listens on port 80, but nginx (pid 5) has 0.0.0.0:80 in netns web, "
	       "read just after",
	       "publish the port (docker -p 80:80, hostNetwork, DNAT), or send to an address of "
	       "nginx's namespace");
}

static void a_listener_elsewhere(void **state)
{
	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd")->proto = IPPROTO_TCP;
	expect("socket.address",
	       "no TCP socket accepts 10.0.0.5:8125; statsd (pid 812) is bound to 127.0.0.1:8125 "
	       "only",
	       "bind statsd to 10.0.0.5 or 0.0.0.0");
}

static void segments_of_no_connection(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, LISTEN, ACK, "nginx");
	expect("socket.flow",
	       "nginx (pid 812) listens on 0.0.0.0:80, but the segment (ACK) belongs to no "
	       "connection that is known: half-open, lost, or a scan",
	       NULL);
	ev.packet.tcp_flags = PSH | ACK;
	ev.packet.tcp_payload = 7;
	sample_netns(&ev, "srv");
	expect("socket.flow",
	       "nginx (pid 812) listens on 0.0.0.0:80 in netns srv, but the segment (PSH, ACK, "
	       "with data) belongs to no connection that is known: half-open, lost, or a scan",
	       NULL);
	sample_tcp_miss(&ev, SYN | ACK, "10.0.0.7", "10.0.0.5", 55555);
	expect("socket.flow",
	       "a SYN-ACK for a connection that no socket has asked for at 10.0.0.5:55555: a raw "
	       "socket did, as scanners do, or the SYN was forged",
	       NULL);
	sample_tcp_miss(&ev, 0, "fd00::7", "fd00::5", 80);
	expect("socket.flow",
	       "the segment (no flags) belongs to no connection that is known at [fd00::5]:80: it "
	       "is over, its state was lost, or this is a scan",
	       NULL);
}

static void what_a_program_did(void **state)
{
	(void)state;
	sample_unasked(&ev, CLOSE, "nginx");
	sample_asked(&ev, "__tcp_close", "tcp_close");
	expect("tcp.closed-with-data",
	       "nginx (pid 900) closed 10.0.0.5:80 to 10.0.0.7:40000 with received data unread, so "
	       "that was lost",
	       NULL);
	sample_asked(&ev, "tcp_disconnect", "__tcp_close");
	expect("tcp.linger",
	       "nginx (pid 900) closed 10.0.0.5:80 to 10.0.0.7:40000 with SO_LINGER on and 0 s, "
	       "which resets it",
	       "nothing to do if it is meant, as in health checks; else take that option out of "
	       "nginx");
	sample_asked(&ev, "tcp_disconnect", "inet_stream_connect");
	expect("tcp.disconnected",
	       "nginx (pid 900) disconnected the socket at 10.0.0.5:80 from 10.0.0.7:40000 "
	       "(connect() to AF_UNSPEC, or the like)",
	       NULL);
	sample_asked(&ev, "tcp_disconnect", "inet_csk_listen_stop");
	expect("tcp.not-accepted",
	       "nginx (pid 900) closed its listener at 10.0.0.5:80 before it had accepted the "
	       "connection",
	       NULL);
	sample_asked(&ev, "__tcp_close", "tcp_close");
	sample_reason(&ev, "TCP_ABORT_ON_LINGER");
	expect("tcp.linger",
	       "nginx (pid 900) closed 10.0.0.5:80 to 10.0.0.7:40000 with TCP_LINGER2 below 0, "
	       "which resets it",
	       NULL);
}

/* In a timer, or in what a packet set off, the task that runs has nothing to do with it. */
static void who_runs_is_not_to_blame(void **state)
{
	(void)state;
	sample_unasked(&ev, ESTAB, "bystander");
	sample_asked(&ev, "tcp_keepalive_timer", "call_timer_fn");
	expect("tcp.keepalive",
	       "10.0.0.7:40000 answered none of the keepalive probes of a socket of uid 0 at "
	       "10.0.0.5:80",
	       NULL);
	assert_null(strstr(report.why, "bystander"));
	assert_false(ur_reset_by_program(&ev));
	sample_unasked(&ev, FIN_WAIT2, "bystander");
	sample_asked(&ev, "tcp_keepalive_timer", "call_timer_fn");
	expect("tcp.fin-timeout",
	       "10.0.0.7:40000 did not close its side in time after the program at 10.0.0.5:80 had "
	       "closed the connection",
	       NULL);
	sample_asked(&ev, "tcp_out_of_resources", "tcp_write_timeout");
	expect("tcp.memory",
	       "TCP is short of memory, or has too many orphaned connections: it gave up that of "
	       "10.0.0.5:80 and 10.0.0.7:40000",
	       NULL);
}

static void destroyed(void **state)
{
	(void)state;
	sample_unasked(&ev, ESTAB, "ss");
	sample_asked(&ev, "tcp_abort", "tcp_diag_destroy");
	sample_owner(&ev.socks[0], "nginx", 812);
	expect("tcp.destroyed",
	       "ss (pid 900) destroyed the connection of 10.0.0.5:80 and 10.0.0.7:40000 from "
	       "outside (`ss -K`, or a BPF program); it was that of nginx (pid 812)",
	       NULL);
}

static void after_the_end(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, TIME_WAIT, PSH | ACK, NULL);
	ev.ev.nsocks = 0;
	ev.ev.reset.substate = FIN_WAIT2;
	expect("tcp.data-after-close",
	       "data came for 10.0.0.5:80 after the program there had closed the connection", NULL);
	sample_tcp_sock(&ev, CLOSE, ACK, NULL);
	ev.ev.reset.shutdown = 3;
	expect("tcp.linger",
	       "10.0.0.5:80 was closed, and its program had set TCP_LINGER2 below 0, which makes "
	       "that a reset",
	       "nothing to do if it is meant, as in health checks; else take that option out of "
	       "the program");
}

static void a_listener_that_is_full(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, LISTEN, ACK, "nginx");
	sample_asked(&ev, "tcp_check_req", "tcp_v4_rcv");
	ev.ev.reset.backlog = 129;
	ev.ev.reset.backlog_max = 128;
	expect("tcp.overflow",
	       "nginx (pid 812) on 0.0.0.0:80 is too slow: 129 connections wait for accept(), and "
	       "listen() allows 128; net.ipv4.tcp_abort_on_overflow is 1, so it is reset",
	       NULL);
	ev.ev.reset.backlog = 3;
	expect("tcp.overflow",
	       "nginx (pid 812) on 0.0.0.0:80 could take no more connections when this one was "
	       "complete; net.ipv4.tcp_abort_on_overflow is 1, so it is reset",
	       NULL);
	ev.packet.tcp_flags = SYN;
	expect("tcp.bad-segment",
	       "the segment (SYN) does not fit the connection of 10.0.0.5:80, which is being opened",
	       NULL);
}

static void segments_that_do_not_fit(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, SYN_SENT, ACK, "curl");
	sample_reason(&ev, "TCP_INVALID_ACK_SEQUENCE");
	expect("tcp.bad-segment",
	       "the segment (ACK) does not fit the connection of curl (pid 812) at 10.0.0.5:80, "
	       "which is in state SYN-SENT (the kernel's reason: TCP_INVALID_ACK_SEQUENCE)",
	       NULL);
	sample_unasked(&ev, ESTAB, NULL);
	sample_reason(&ev, "MPTCP_RST_EMIDDLEBOX");
	expect("tcp.mptcp",
	       "MPTCP ended its subflow of 10.0.0.5:80 and 10.0.0.7:40000 (the kernel's reason: "
	       "MPTCP_RST_EMIDDLEBOX)",
	       NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(another_protocol_or_namespace_has_the_port),
		cmocka_unit_test(a_listener_elsewhere),
		cmocka_unit_test(segments_of_no_connection),
		cmocka_unit_test(what_a_program_did),
		cmocka_unit_test(who_runs_is_not_to_blame),
		cmocka_unit_test(destroyed),
		cmocka_unit_test(after_the_end),
		cmocka_unit_test(a_listener_that_is_full),
		cmocka_unit_test(segments_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
