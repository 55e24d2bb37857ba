/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include "tests/unit/verdict/ended.h"

/* A server's answer to a client's port. */
static void answer(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.53", 53, "10.0.0.5", 40053);
}

static struct ur_closed *client(uint64_t ms)
{
	struct ur_closed *c = sample_closed(&ev, "0.0.0.0", "dig", ms);

	c->flags = 0;
	return c;
}

static void connect_to_source(struct ur_closed *c)
{
	c->sk.flags |= UR_SK_CONNECTED;
	memcpy(c->sk.peer, ev.packet.src, 16);
	c->sk.peer_port = ev.packet.sport;
	sample_addr(c->sk.local, "10.0.0.5");
}

static void conntrack(bool is_reply, uint32_t status)
{
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat.is_reply = is_reply;
	memcpy(ev.ev.nat.src, is_reply ? ev.packet.dst : ev.packet.src, 16);
	memcpy(ev.ev.nat.dst, is_reply ? ev.packet.src : ev.packet.dst, 16);
	ev.ev.nat.sport = is_reply ? ev.packet.dport : ev.packet.sport;
	ev.ev.nat.dport = is_reply ? ev.packet.sport : ev.packet.dport;
	ev.ev.nat.status = status;
}

/* ---- socket.closed ---- */

/* It may have been bound after the look-up, and closed before the snapshot. */
static void at_the_same_moment(void **state)
{
	(void)state;
	request();
	server(0)->ts_ns = SAMPLE_NS - SAMPLE_MS / 2;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_LIKELY);
	assert_non_null(strstr(report.why, "until 0.5 ms ago, when it closed the socket; perhaps "
					   "while the packet was under way"));
	request();
	server(0)->ts_ns = SAMPLE_NS + 1;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_LIKELY);
	assert_non_null(strstr(report.why, "until that moment, when"));
}

static void a_program_steers_lookups(void **state)
{
	(void)state;
	request();
	server(2000);
	ev.ev.sk_lookup_prog = 17;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_LIKELY);
	assert_non_null(strstr(report.why, "BPF sk_lookup program 17"));
}

/* ---- which explains more, an open socket that does not fit or one that is gone? ---- */

static void beside_open_sockets(void **state)
{
	static const struct {
		uint8_t mismatch;
		enum ur_cause recent, old;
	} cases[] = {
		{ UR_MM_ADDRESS, UR_CAUSE_SOCKET_CLOSED, UR_CAUSE_SOCKET_ADDRESS },
		{ UR_MM_FAMILY, UR_CAUSE_SOCKET_CLOSED, UR_CAUSE_SOCKET_FAMILY },
		{ UR_MM_DEVICE, UR_CAUSE_SOCKET_CLOSED, UR_CAUSE_SOCKET_DEVICE },
		/* Sockets of one client, or of another protocol, were never meant for it. */
		{ UR_MM_PEER, UR_CAUSE_SOCKET_CLOSED, UR_CAUSE_SOCKET_CLOSED },
		{ UR_MM_PROTOCOL, UR_CAUSE_SOCKET_CLOSED, UR_CAUSE_SOCKET_CLOSED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		request();
		server(3000);
		sample_socket(&ev, cases[i].mismatch, "127.0.0.1", "statsd");
		decide(cases[i].recent, UR_PROVEN);
		assert_non_null(finding("note.near-miss"));
		request();
		server(HOUR_MS);
		sample_socket(&ev, cases[i].mismatch, "127.0.0.1", "statsd");
		decide(cases[i].old, UR_PROVEN);
		assert_int_equal(!finding("note.closed"), cases[i].old == UR_CAUSE_SOCKET_CLOSED);
	}
}

/* An open one that fits was bound since, or the kernel moved it: no matter what was before. */
static void beside_one_that_fits(void **state)
{
	(void)state;
	request();
	server(3000);
	sample_socket(&ev, UR_MM_NONE, "0.0.0.0", "statsd");
	decide(UR_CAUSE_SOCKET_RACE, UR_LIKELY);
	assert_non_null(finding("note.closed"));
}

static void beside_tcp_and_other_namespaces(void **state)
{
	(void)state;
	request();
	server(HOUR_MS);
	sample_listener(&ev, "0.0.0.0", "statsd");
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	request();
	server(HOUR_MS);
	ev.elsewhere.looked = UR_FOUND;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
}

static void one_that_never_fitted(void **state)
{
	struct ur_closed *c;

	(void)state;
	request();
	c = sample_closed(&ev, "127.0.0.1", "statsd", 3000);
	c->sk.mismatch = UR_MM_ADDRESS;
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_string_equal(report.why, "no UDP socket is on port 8125");
	assert_string_equal(finding("note.closed"),
			    "statsd (pid 700) had 127.0.0.1:8125 until 3.0 s ago, when it closed "
			    "the socket; it would not have taken the packet (other address)");
	server(HOUR_MS);
	ev.ev.flags |= UR_EV_CLOSED_MORE;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(finding("note.closed"), "; and at least 1 more"));
}

static void the_youngest_of_several(void **state)
{
	(void)state;
	request();
	server(3000);
	sample_closed(&ev, "10.0.0.5", "telegraf", 2000);
	server(HOUR_MS);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "telegraf (pid 700)"));
	assert_non_null(strstr(finding("note.closed"), "3.0 s ago"));
	assert_non_null(strstr(finding("note.closed"), "would have taken the packet; and 1 more"));
}

static void not_for_rules_nor_without_history(void **state)
{
	(void)state;
	request();
	server(3000);
	ev.ev.flags &= (uint16_t)~UR_EV_HISTORY;
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_string_equal(report.why, "no UDP socket is on port 8125");
	assert_null(finding("note.closed"));
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	server(3000);
	decide(UR_CAUSE_RULE_NFT, UR_PROVEN);
}

/* ---- socket.late-reply ---- */

static void late_for_a_connected_client(void **state)
{
	(void)state;
	answer();
	connect_to_source(client(50));
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	expect_why("a late reply from 10.0.0.53:53: dig (pid 700) had port 40053, connected to it, "
		   "until 50 ms ago, when it closed the socket; harmless");
	expect_advice("nothing to do; if dig needs such answers, let it wait longer");
	answer();
	connect_to_source(client(HOUR_MS)); /* its peer was this very one, but that is late */
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
}

static void late_by_conntrack(void **state)
{
	(void)state;
	answer();
	client(50);
	conntrack(true, IPS_SEEN_REPLY);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	expect_why("a late reply from 10.0.0.53:53: dig (pid 700) had port 40053 until 50 ms ago, "
		   "when it closed the socket; conntrack has the flow as begun by that port; "
		   "harmless");
	answer();
	client(50)->flags = UR_CL_BOUND;
	conntrack(true, IPS_SEEN_REPLY);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	/* A server that spoke first, and a conversation since: its peer misses it. */
	ev.ev.nat.status |= IPS_ASSURED;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	/* The packet itself began the flow: it answers nothing. */
	answer();
	client(50);
	conntrack(false, 0);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	/* ...or it comes so late that conntrack has forgotten the question. */
	connect_to_source(&ev.ev.closed[0]);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_non_null(strstr(report.why, "; whether it had asked was not seen; if so, harmless"));
}

static void late_perhaps(void **state)
{
	(void)state;
	answer();
	client(50);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	expect_why("probably a late reply from 10.0.0.53:53: dig (pid 700) had port 40053 until "
		   "50 ms ago, when it closed the socket; whom it had asked was not seen; if so, "
		   "harmless");
	/* Nobody waits that long: another use of the same number. */
	answer();
	client(2 * 60 * 1000);
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_non_null(finding("note.closed"));
}

/* Ports are used again: another client's question may be what is answered now. */
static void one_of_several_clients(void **state)
{
	struct ur_closed *c;

	(void)state;
	answer();
	c = client(50);
	connect_to_source(c);
	c->times = 2;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_non_null(strstr(report.why, "; another client may have had the port and asked; if "
					   "so, harmless"));
	c->times = 1;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	sample_history(&ev, 900); /* who had the port a second ago is not known */
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	sample_history(&ev, 1050);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	/* One that was connected elsewhere had no answer to expect from here... */
	c = client(20);
	connect_to_source(c);
	c->sk.peer[3] ^= 1;
	c->sk.mismatch = UR_MM_PEER;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	assert_non_null(strstr(report.why, "until 50 ms ago"));
	/* ...but one that anybody could answer had, and the connected one has the better claim. */
	client(10);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_non_null(strstr(report.why, "until 50 ms ago"));
}

/* Conntrack knows the port that asked, not the socket. */
static void conntrack_knows_no_sockets(void **state)
{
	(void)state;
	answer();
	client(50);
	conntrack(true, IPS_SEEN_REPLY);
	ev.ev.flags &= (uint16_t)~UR_EV_SOCKS;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	ev.ev.flags |= UR_EV_SOCKS | UR_EV_SOCKS_PARTIAL;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	ev.ev.flags &= (uint16_t)~UR_EV_SOCKS_PARTIAL;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	sample_closed(&ev, "10.0.0.6", "dig", 3000)->sk.mismatch = UR_MM_ADDRESS;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	ev.ev.nclosed = 1;
	sample_socket(&ev, UR_MM_PEER, "10.0.0.5", "dig");
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	/* The flow was begun by another port: no reply to this one. */
	ev.ev.nsocks = 0;
	ev.ev.nat.sport++;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_null(strstr(report.why, "conntrack"));
}

/* getaddrinfo() connects to each address, sends nothing, and disconnects. */
static void disconnected(void **state)
{
	struct ur_closed *c;

	(void)state;
	answer();
	c = client(50);
	connect_to_source(c);
	c->how = UR_END_DISCONNECT;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_non_null(strstr(report.why, "when it disconnected the socket; whether it had asked "
					   "was not seen; if so, harmless"));
	conntrack(true, IPS_SEEN_REPLY);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
}

/* The notes were read while they were being written. */
static void torn_notes_prove_nothing(void **state)
{
	(void)state;
	answer();
	connect_to_source(client(50));
	ev.ev.history_ns = ev.ev.ts_ns;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	request();
	server(50);
	ev.ev.history_ns = ev.ev.ts_ns;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_LIKELY);
	request();
	sample_history(&ev, 0);
	decide(UR_CAUSE_SOCKET_NONE, UR_LIKELY);
}

/* A service on a port of the kernel's choice tells that to its clients. */
static void from_client_port_to_client_port(void **state)
{
	(void)state;
	answer();
	ev.packet.sport = 45000;
	client(50);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	connect_to_source(&ev.ev.closed[0]);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
}

/* A client can choose its port as a server does; then only the ports tell them apart. */
static void a_client_that_binds(void **state)
{
	(void)state;
	answer();
	client(50)->flags = UR_CL_BOUND;
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	ev.packet.sport = 40000;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	ev.packet.sport = 53;
	ev.packet.dport = 5353;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	answer();
	client(2 * 60 * 1000)->flags = UR_CL_BOUND;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	/* Whoever had enough closes its socket, and is not killed. */
	answer();
	client(50)->flags = UR_CL_BOUND;
	ev.ev.closed[0].how = UR_END_EXIT;
	conntrack(true, IPS_SEEN_REPLY);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	assert_non_null(strstr(report.why, "conntrack has the flow as begun by that port; it had "
					   "chosen that port itself, as services do"));
	ev.ev.closed[0].exit_code = SIGKILL;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
}

/* A server's socket for one client (DTLS, QUIC) is connected, too. */
static void connected_sockets_of_a_server(void **state)
{
	struct ur_closed *c;

	(void)state;
	request();
	c = server(50);
	connect_to_source(c);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(
		strstr(report.why, "had 10.0.0.5:8125, connected to 10.0.0.7:40000, until"));
	answer();
	c = client(50);
	c->flags = UR_CL_BOUND;
	connect_to_source(c);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_same_moment),
		cmocka_unit_test(a_program_steers_lookups),
		cmocka_unit_test(beside_open_sockets),
		cmocka_unit_test(beside_one_that_fits),
		cmocka_unit_test(beside_tcp_and_other_namespaces),
		cmocka_unit_test(one_that_never_fitted),
		cmocka_unit_test(the_youngest_of_several),
		cmocka_unit_test(not_for_rules_nor_without_history),
		cmocka_unit_test(late_for_a_connected_client),
		cmocka_unit_test(late_by_conntrack),
		cmocka_unit_test(late_perhaps),
		cmocka_unit_test(one_of_several_clients),
		cmocka_unit_test(conntrack_knows_no_sockets),
		cmocka_unit_test(disconnected),
		cmocka_unit_test(torn_notes_prove_nothing),
		cmocka_unit_test(from_client_port_to_client_port),
		cmocka_unit_test(a_client_that_binds),
		cmocka_unit_test(connected_sockets_of_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
