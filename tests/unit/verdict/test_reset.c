/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
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
#define FIN 1

enum { ESTAB = 1, SYN_SENT, SYN_RECV, FIN_WAIT2 = 5, TIME_WAIT, CLOSE, LISTEN = 10 };

static struct ur_evidence ev;
static struct ur_report report;

static void expect(enum ur_cause cause, enum ur_confidence confidence)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(ur_cause_info(report.cause)->slug, ur_cause_info(cause)->slug);
	assert_int_equal(report.confidence, confidence);
	assert_true(report.why[0]);
}

/* ---- no socket ---- */

static void only_a_syn_asks_for_a_listener(void **state)
{
	static const uint8_t others[] = { ACK, SYN | ACK, FIN | ACK, PSH | ACK, 0, FIN, 0x29 };

	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
	expect(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	sample_tcp_miss(&ev, SYN | 0xc0, "fd00::7", "fd00::5", 80); /* with ECN */
	expect(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	for (size_t i = 0; i < sizeof(others); i++) {
		sample_tcp_miss(&ev, others[i], "10.0.0.7", "10.0.0.5", 80);
		expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	}
}

/* What comes near matters to a SYN only. */
static void near_misses(void **state)
{
	static const struct {
		uint8_t mismatch;
		enum ur_cause cause;
	} misses[] = {
		{ UR_MM_ADDRESS, UR_CAUSE_SOCKET_ADDRESS },
		{ UR_MM_FAMILY, UR_CAUSE_SOCKET_FAMILY },
		{ UR_MM_DEVICE, UR_CAUSE_SOCKET_DEVICE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++) {
		sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
		sample_socket(&ev, misses[i].mismatch, "127.0.0.1", "nginx");
		expect(misses[i].cause, UR_PROVEN);
		ev.ev.flags |= UR_EV_SOCKS_PARTIAL;
		expect(misses[i].cause, UR_LIKELY);
		ev.packet.tcp_flags = ACK;
		expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	}
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "nginx");
	expect(UR_CAUSE_SOCKET_RACE, UR_LIKELY);
	ev.ev.sk_lookup_prog = 7;
	expect(UR_CAUSE_SOCKET_BPF, UR_LIKELY);
}

static void listeners_that_could_not_be_looked_up(void **state)
{
	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
	ev.ev.flags = 0;
	expect(UR_CAUSE_SOCKET_NONE, UR_LIKELY);
}

/* A listener is no client: its end is never a late reply. */
static void closed_listeners(void **state)
{
	(void)state;
	for (int bound = 0; bound < 2; bound++) {
		sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", bound ? 80 : 40001);
		sample_closed(&ev, "0.0.0.0", "httpd", 100);
		ev.ev.closed[0].sk.proto = IPPROTO_TCP;
		ev.ev.closed[0].flags = bound ? UR_CL_BOUND : 0;
		expect(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
		ev.packet.sport = 53;
		expect(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
		ev.packet.tcp_flags = ACK;
		expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	}
}

/* ---- a listener ---- */

static void a_segment_that_belongs_to_no_connection(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, LISTEN, ACK, "nginx");
	expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	sample_reason(&ev, "TCP_FLAGS");
	expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	ev.packet.tcp_flags = SYN | ACK;
	expect(UR_CAUSE_SOCKET_FLOW, UR_PROVEN);
	ev.packet.tcp_flags = 0;
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
}

static void a_listener_that_is_full(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, LISTEN, ACK, "nginx");
	sample_asked(&ev, "tcp_check_req", "tcp_v4_rcv");
	ev.ev.reset.backlog = 129;
	ev.ev.reset.backlog_max = 128;
	expect(UR_CAUSE_TCP_OVERFLOW, UR_PROVEN);
	ev.ev.reset.backlog = 128; /* sk_acceptq_is_full(): more than allowed */
	expect(UR_CAUSE_TCP_OVERFLOW, UR_LIKELY);
	ev.ev.nstack = 0;
	sample_reason(&ev, "INVALID_SYN");
	expect(UR_CAUSE_TCP_OVERFLOW, UR_LIKELY);
	ev.packet.tcp_flags = SYN;
	expect(UR_CAUSE_TCP_BAD_SEGMENT, UR_PROVEN);
}

/* ---- a connection, for a segment ---- */

static void while_it_is_opened(void **state)
{
	(void)state;
	for (uint8_t s = SYN_SENT; s <= SYN_RECV; s++) {
		sample_tcp_sock(&ev, s, ACK, "curl");
		expect(UR_CAUSE_TCP_BAD_SEGMENT, UR_PROVEN);
		sample_reason(&ev, "TCP_INVALID_ACK_SEQUENCE");
		expect(UR_CAUSE_TCP_BAD_SEGMENT, UR_PROVEN);
	}
}

static void data_after_the_end(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, CLOSE, PSH | ACK, NULL);
	ev.ev.reset.shutdown = 3;
	ev.packet.tcp_payload = 10;
	expect(UR_CAUSE_TCP_DATA_AFTER_CLOSE, UR_PROVEN);
	ev.packet.tcp_payload = 0; /* tcp_sock.linger2 < 0 */
	expect(UR_CAUSE_TCP_LINGER, UR_PROVEN);
	ev.ev.reset.shutdown = 2;
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	sample_reason(&ev, "TCP_ABORT_ON_DATA");
	ev.packet.tcp_payload = 1;
	expect(UR_CAUSE_TCP_DATA_AFTER_CLOSE, UR_PROVEN);
	sample_reason(&ev, "NOT_SPECIFIED");
	ev.ev.reset.shutdown = 3;
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
}

static void in_time_wait(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, TIME_WAIT, PSH | ACK, NULL);
	ev.ev.nsocks = 0;
	ev.ev.flags = 0;
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	ev.ev.reset.substate = FIN_WAIT2;
	expect(UR_CAUSE_TCP_DATA_AFTER_CLOSE, UR_PROVEN);
	sample_reason(&ev, "TCP_TIMEWAIT_SOCKET");
	expect(UR_CAUSE_TCP_DATA_AFTER_CLOSE, UR_PROVEN);
	ev.packet.tcp_flags = SYN;
	expect(UR_CAUSE_TCP_BAD_SEGMENT, UR_PROVEN);
}

static void nothing_known_of_the_state(void **state)
{
	(void)state;
	sample_tcp_sock(&ev, ESTAB, ACK, "nginx");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	sample_asked(&ev, "some_function", NULL);
	sample_reason(&ev, "ERROR");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	assert_non_null(strstr(report.why, "some_function() asked for it"));
	assert_non_null(strstr(report.why, "(the kernel's reason: ERROR)"));
}

/* ---- unasked ---- */

static void closed_with_data_unread(void **state)
{
	(void)state;
	sample_unasked(&ev, CLOSE, "nginx");
	sample_asked(&ev, "__tcp_close", "tcp_close");
	expect(UR_CAUSE_TCP_CLOSED_WITH_DATA, UR_PROVEN);
	/* The calls behind sock_orphan() look alike before v6.10, but for the lost file. */
	ev.ev.socks[0].flags = UR_SK_KERNEL;
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	ev.ev.reset.flags |= UR_RST_LINGER2; /* or memory */
	expect(UR_CAUSE_TCP_LINGER, UR_LIKELY);
	ev.ev.reset.flags ^= UR_RST_LINGER2 | UR_RST_WAITS;
	expect(UR_CAUSE_TCP_MEMORY, UR_PROVEN);
	sample_reason(&ev, "TCP_ABORT_ON_CLOSE");
	expect(UR_CAUSE_TCP_CLOSED_WITH_DATA, UR_PROVEN);
	sample_reason(&ev, "TCP_ABORT_ON_LINGER");
	expect(UR_CAUSE_TCP_LINGER, UR_PROVEN);
	sample_reason(&ev, "TCP_ABORT_ON_MEMORY");
	expect(UR_CAUSE_TCP_MEMORY, UR_PROVEN);
}

static void disconnected(void **state)
{
	static const struct {
		const char *outer;
		enum ur_cause cause;
	} ways[] = {
		{ "__tcp_close", UR_CAUSE_TCP_LINGER },
		{ "inet_csk_listen_stop", UR_CAUSE_TCP_NOT_ACCEPTED },
		{ "inet_stream_connect", UR_CAUSE_TCP_DISCONNECTED },
		{ "inet_shutdown", UR_CAUSE_TCP_DISCONNECTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		sample_unasked(&ev, CLOSE, "nginx");
		sample_asked(&ev, "tcp_disconnect", ways[i].outer);
		expect(ways[i].cause, UR_PROVEN);
		sample_reason(&ev, "TCP_STATE");
		expect(ways[i].cause, UR_PROVEN);
	}
}

static void destroyed_from_outside(void **state)
{
	(void)state;
	sample_unasked(&ev, ESTAB, "ss");
	sample_asked(&ev, "tcp_abort", "tcp_diag_destroy");
	expect(UR_CAUSE_TCP_DESTROYED, UR_PROVEN);
	sample_reason(&ev, "TCP_STATE");
	expect(UR_CAUSE_TCP_DESTROYED, UR_PROVEN);
}

static void timers(void **state)
{
	(void)state;
	sample_unasked(&ev, ESTAB, NULL);
	sample_asked(&ev, "tcp_keepalive_timer", "call_timer_fn");
	expect(UR_CAUSE_TCP_KEEPALIVE, UR_PROVEN);
	sample_reason(&ev, "TCP_KEEPALIVE_TIMEOUT");
	expect(UR_CAUSE_TCP_KEEPALIVE, UR_PROVEN);
	sample_unasked(&ev, FIN_WAIT2, NULL);
	sample_asked(&ev, "tcp_keepalive_timer", "call_timer_fn");
	expect(UR_CAUSE_TCP_FIN_TIMEOUT, UR_PROVEN);
	sample_unasked(&ev, ESTAB, NULL);
	sample_asked(&ev, "tcp_out_of_resources", "tcp_write_timeout");
	expect(UR_CAUSE_TCP_MEMORY, UR_PROVEN);
}

static void mptcp(void **state)
{
	(void)state;
	sample_unasked(&ev, ESTAB, "curl");
	sample_asked(&ev, "mptcp_subflow_reset", NULL);
	expect(UR_CAUSE_TCP_MPTCP, UR_PROVEN);
	sample_unasked(&ev, CLOSE, "curl");
	sample_asked(&ev, "tcp_disconnect", "__mptcp_close_ssk");
	expect(UR_CAUSE_TCP_MPTCP, UR_PROVEN);
	sample_unasked(&ev, ESTAB, "curl");
	sample_reason(&ev, "MPTCP_RST_EMIDDLEBOX");
	expect(UR_CAUSE_TCP_MPTCP, UR_PROVEN);
	sample_tcp_sock(&ev, LISTEN, ACK, "nginx");
	sample_asked(&ev, "subflow_syn_recv_sock", NULL);
	expect(UR_CAUSE_TCP_MPTCP, UR_PROVEN);
}

/* Without a call chain, and without a reason, nothing is claimed. */
static void nothing_known_of_the_caller(void **state)
{
	(void)state;
	sample_unasked(&ev, CLOSE, "nginx");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	sample_reason(&ev, "TCP_STATE");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN);
	assert_false(ur_reset_by_program(&ev));
}

/* ---- the outcome ---- */

static void outcome(enum ur_outcome want, enum ur_suppressed by)
{
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.outcome, want);
	assert_int_equal(report.suppressed_by, by);
}

static void what_became_of_it(void **state)
{
	(void)state;
	sample_tcp_miss(&ev, SYN, "10.0.0.7", "10.0.0.5", 80);
	outcome(UR_OUTCOME_SENT, UR_SUPP_NONE);
	ev.ev.push_ret = -EPERM;
	outcome(UR_OUTCOME_SUPPRESSED, UR_SUPP_OUTPUT_RULE);
	ev.ev.push_ret = -EHOSTUNREACH;
	outcome(UR_OUTCOME_SUPPRESSED, UR_SUPP_NO_ROUTE);
	ev.ev.window = 0;
	outcome(UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER);
	ev.ev.window = UR_WIN_UNTOLD;
	outcome(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
	ev.ev.window = 0;
	ev.missing = UR_MISSING_OUTCOME_PUSH;
	outcome(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
	/* Of IPv6, and of those that answer nothing, there may be no telling. */
	sample_tcp_miss(&ev, SYN, "fd00::7", "fd00::5", 80);
	ev.ev.window = 0;
	outcome(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
	sample_unasked(&ev, CLOSE, "nginx");
	ev.ev.window = 0;
	outcome(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
	ev.ev.window = UR_WIN_PUSHED;
	ev.ev.push_ret = -EIO;
	outcome(UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_syn_asks_for_a_listener),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(listeners_that_could_not_be_looked_up),
		cmocka_unit_test(closed_listeners),
		cmocka_unit_test(a_segment_that_belongs_to_no_connection),
		cmocka_unit_test(a_listener_that_is_full),
		cmocka_unit_test(while_it_is_opened),
		cmocka_unit_test(data_after_the_end),
		cmocka_unit_test(in_time_wait),
		cmocka_unit_test(nothing_known_of_the_state),
		cmocka_unit_test(closed_with_data_unread),
		cmocka_unit_test(disconnected),
		cmocka_unit_test(destroyed_from_outside),
		cmocka_unit_test(timers),
		cmocka_unit_test(mptcp),
		cmocka_unit_test(nothing_known_of_the_caller),
		cmocka_unit_test(what_became_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
