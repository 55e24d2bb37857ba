/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

#define HOUR_MS (3600 * 1000)

static struct ur_evidence ev;
static struct ur_report report;

static void decide(enum ur_cause cause, enum ur_confidence confidence)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(ur_cause_info(report.cause)->slug, ur_cause_info(cause)->slug);
	assert_int_equal(report.confidence, confidence);
}

static void expect_why(const char *why)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.why, why);
}

static void expect_advice(const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, advice);
}

/* The text of the finding @slug, NULL when there is none. */
static const char *finding(const char *slug)
{
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (!strcmp(report.findings[i].slug, slug))
			return report.findings[i].text;
	return NULL;
}

/* A client's request to a server's port. */
static void request(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
}

/* A server's answer to a client's port. */
static void answer(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.53", 53, "10.0.0.5", 40053);
}

static struct ur_closed *server(uint64_t ms)
{
	return sample_closed(&ev, "0.0.0.0", "statsd", ms);
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
	ev.ev.nat.status = status;
}

/* ---- socket.closed ---- */

static void closed_by_its_process(void **state)
{
	(void)state;
	request();
	server(35);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	expect_why("no UDP socket accepts 10.0.0.5:8125; statsd (pid 700) had 0.0.0.0:8125 until "
		   "35 ms ago, when it closed the socket");
	expect_advice("start statsd again");
	sample_miss(&ev, IPPROTO_UDP, "fd00::7", 40000, "fd00::5", 8125);
	sample_closed(&ev, "::", "statsd", 3 * HOUR_MS);
	expect_why("no UDP socket accepts [fd00::5]:8125; statsd (pid 700) had [::]:8125 until 3 h "
		   "ago, when it closed the socket");
}

static void the_way_it_ended(void **state)
{
	static const struct {
		int code;
		uint8_t flags;
		const char *words, *advice;
	} cases[] = {
		{ 0, 0, "when it exited with status 0", "start statsd again" },
		{ 3 << 8, 0, "when it exited with status 3", "start statsd again" },
		{ SIGKILL, 0, "when SIGKILL killed it", "start statsd again" },
		{ SIGSEGV | 0x80, 0, "when SIGSEGV killed it",
		  "start statsd again, and look at its core dump (`coredumpctl`)" },
		{ 50, 0, "when signal 50 killed it", "start statsd again" },
		{ SIGKILL, UR_CL_OOM, "when the out-of-memory killer ended it",
		  "start statsd again, with more memory or less to do: `dmesg` has the report" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ur_closed *c;

		request();
		c = server(2000);
		c->how = UR_END_EXIT;
		c->exit_code = cases[i].code;
		c->flags |= cases[i].flags;
		decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
		assert_non_null(strstr(report.why, cases[i].words));
		assert_string_equal(report.advice, cases[i].advice);
	}
	request();
	server(2000)->how = 200; /* of a newer kernel side */
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
}

/* Who ended it is not always who had it. */
static void ended_by_somebody_else(void **state)
{
	struct ur_closed *c;

	(void)state;
	request();
	c = server(2000);
	c->how = UR_END_ABORT;
	sample_owner(&ev.closers[0], "ss", 9);
	expect_why("no UDP socket accepts 10.0.0.5:8125; a socket of uid 33 had 0.0.0.0:8125 until "
		   "2.0 s ago, when ss (pid 9) destroyed it");
	expect_advice("see who has the port now with `ss -uanp 'sport = :8125'`");

	request();
	c = server(2000);
	c->flags |= UR_CL_KERNEL;
	ev.closers[0].looked = UR_FOUND_NONE;
	expect_why("no UDP socket accepts 10.0.0.5:8125; a socket of uid 33 had 0.0.0.0:8125 until "
		   "2.0 s ago, when the kernel closed it");

	request();
	c = server(2000);
	c->sk.flags = UR_SK_KERNEL;
	sample_owner(&ev.closers[0], "ip", 88);
	expect_why("no UDP socket accepts 10.0.0.5:8125; a kernel socket had 0.0.0.0:8125 until "
		   "2.0 s ago, when ip (pid 88) closed it");
	expect_advice("set the tunnel or interface up again that had the port");
}

static void with_its_unit(void **state)
{
	struct ur_place *place = &ev.closers[0].one[0].place;

	(void)state;
	request();
	server(2000);
	place->looked = UR_FOUND;
	SAMPLE_COPY(place->unit, "statsd.service");
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "statsd (pid 700, unit statsd.service) had"));
	assert_string_equal(report.advice,
			    "start statsd again; see `systemctl status statsd.service`");
	ev.closers[0].one[0].pid = 0; /* in another pid namespace */
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "; statsd had 0.0.0.0:8125 until"));
}

static void again_and_again(void **state)
{
	(void)state;
	request();
	server(2000)->times = 12;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "; 12 sockets on that address ended so far"));
}

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

static void taken_again(void **state)
{
	(void)state;
	request();
	server(2000);
	ev.taken = (struct ur_taken){ .looked = UR_FOUND, .family = AF_INET };
	sample_owner(&ev.taken.owners, "statsd", 900);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_string_equal(finding("note.restarted"), "the port was taken again: statsd (pid 900) "
						       "has 0.0.0.0:8125, read just after");
	assert_string_equal(report.advice, "nothing to do: the port is taken again");
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
	connect_to_source(client(HOUR_MS)); /* however late: its peer was this very one */
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
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
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN);
	/* A server that spoke first, and a conversation since: its peer misses it. */
	ev.ev.nat.status |= IPS_ASSURED;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	/* The packet itself began the flow: it answers nothing. */
	answer();
	client(50);
	conntrack(false, 0);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
}

static void late_perhaps(void **state)
{
	(void)state;
	answer();
	client(50);
	decide(UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY);
	expect_why(
		"probably a late reply from 10.0.0.53:53: dig (pid 700) had port 40053 until "
		"50 ms ago, when it closed the socket; whom it had asked was not seen; harmless");
	/* Nobody waits that long: another use of the same number. */
	answer();
	client(2 * 60 * 1000);
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_non_null(finding("note.closed"));
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

/* ---- socket.none ---- */

static void how_far_back_it_is_known(void **state)
{
	(void)state;
	request();
	sample_history(&ev, 25000);
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_string_equal(report.why,
			    "no UDP socket is on port 8125, nor was one in the last 25 s");
	ev.ev.history_ns = ev.ev.ts_ns; /* the set was being written to */
	expect_why("no UDP socket is on port 8125");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_by_its_process),
		cmocka_unit_test(the_way_it_ended),
		cmocka_unit_test(ended_by_somebody_else),
		cmocka_unit_test(with_its_unit),
		cmocka_unit_test(again_and_again),
		cmocka_unit_test(at_the_same_moment),
		cmocka_unit_test(a_program_steers_lookups),
		cmocka_unit_test(taken_again),
		cmocka_unit_test(beside_open_sockets),
		cmocka_unit_test(beside_one_that_fits),
		cmocka_unit_test(beside_tcp_and_other_namespaces),
		cmocka_unit_test(one_that_never_fitted),
		cmocka_unit_test(the_youngest_of_several),
		cmocka_unit_test(not_for_rules_nor_without_history),
		cmocka_unit_test(late_for_a_connected_client),
		cmocka_unit_test(late_by_conntrack),
		cmocka_unit_test(late_perhaps),
		cmocka_unit_test(a_client_that_binds),
		cmocka_unit_test(connected_sockets_of_a_server),
		cmocka_unit_test(how_far_back_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
