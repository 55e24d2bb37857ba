/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>
#include "tests/unit/sample.h"
#include "user/aggregate/natlog.h"

#define CT   4026532001u
#define HOST 4026531840u

static struct ur_evidence ev;
static struct ur_natlog *logg;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int setup(void **state)
{
	(void)state;
	return ur_natlog_new(&logg);
}

static int teardown(void **state)
{
	(void)state;
	ur_natlog_free(logg);
	return 0;
}

/* Refused in the container: 10.219.7.1:@sport > 172.29.219.2:53, @ago_ns ago. */
static void miss(uint16_t sport, uint64_t ago_ns)
{
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.1", sport, "172.29.219.2", 53);
	ev.ev.netns_inum = ev.netns.inum = CT;
	ev.ev.ts_ns = now_ns() - ago_ns;
}

/* The host's entry of that flow, DNATed from port @port of its own address. */
static struct ur_nat entry(uint16_t sport, uint16_t port)
{
	struct ur_nat nat = { .sport = sport,
			      .dport = port,
			      .status = 1 << 5,
			      .reply_sport = 53,
			      .reply_dport = sport,
			      .entry = 0xffff888000000000 };

	sample_addr(nat.src, "10.219.7.1");
	sample_addr(nat.dst, port == 53 ? "172.29.219.2" : "10.219.7.2");
	sample_addr(nat.reply_src, "172.29.219.2");
	sample_addr(nat.reply_dst, "10.219.7.1");
	return nat;
}

static void tell_of(uint8_t proto, const struct ur_nat *nat, uint64_t ts_ns)
{
	const struct ur_nat_notice n = {
		.version = UR_EVENT_VERSION,
		.len = sizeof(n),
		.answer = UR_ANSWER_NOTICE,
		.what = UR_NOTICE_NAT,
		.pf = NFPROTO_IPV4,
		.proto = proto,
		.netns_inum = HOST,
		.ts_ns = ts_ns,
		.nat = *nat,
	};

	assert_true(ur_natlog_add(logg, &n, sizeof(n)));
}

static void tell(const struct ur_nat *nat, uint64_t ts_ns)
{
	tell_of(IPPROTO_UDP, nat, ts_ns);
}

static void ask(enum ur_nat_source source, uint32_t inum, uint16_t dport)
{
	ur_natlog_ask(logg, &ev);
	assert_int_equal(ev.nat_from.source, source);
	assert_int_equal(ev.nat_from.netns.inum, inum);
	assert_int_equal(ev.ev.nat.dport, dport);
}

static void only_notices_of_nat_are_taken(void **state)
{
	struct ur_nat_notice n = { .len = sizeof(n), .answer = UR_ANSWER_NOTICE };

	(void)state;
	assert_false(ur_natlog_add(logg, &n, sizeof(n))); /* another notice */
	n.what = UR_NOTICE_NAT;
	assert_false(ur_natlog_add(logg, &n, sizeof(n) - 1));
	n.answer = UR_ANSWER_ICMP;
	assert_false(ur_natlog_add(logg, &n, sizeof(n)));
	n.answer = UR_ANSWER_NOTICE;
	n.len--;
	assert_false(ur_natlog_add(logg, &n, sizeof(n)));
	n.len++;
	assert_true(ur_natlog_add(logg, &n, sizeof(n)));
}

static void the_flow_s_own_notice(void **state)
{
	struct ur_nat nat = entry(40000, 5353), other = entry(40001, 5354);

	(void)state;
	miss(40000, 0);
	tell(&nat, ev.ev.ts_ns - 50000000); /* of an earlier packet */
	nat.dport = 5355;
	tell(&other, ev.ev.ts_ns + 1000);
	tell(&nat, ev.ev.ts_ns + 2000);
	ask(UR_NAT_ANSWER, HOST, 5355);
	assert_true(ev.ev.flags & UR_EV_ENTRY);
	miss(40000, 0);
	ev.packet.proto = IPPROTO_UDPLITE;
	ask(UR_NAT_OWN, CT, 0);
	assert_false(ev.ev.flags & UR_EV_ENTRY);
}

/* Two conntrack zones, or two hosts of containers, may each have a flow that looks so. */
static void one_of_several(void **state)
{
	struct ur_nat nat = entry(40000, 5353), other = entry(40000, 5354);

	(void)state;
	miss(40000, 0);
	tell(&nat, ev.ev.ts_ns + 1000);
	tell(&other, ev.ev.ts_ns + 2000);
	ask(UR_NAT_ONE_OF, HOST, 5353);
}

/* Where two namespaces look on, the one that translates has something to say. */
static void a_translation_is_preferred(void **state)
{
	struct ur_nat plain = entry(40000, 53), nat = entry(40000, 5353);

	(void)state;
	miss(40000, 0);
	tell(&plain, ev.ev.ts_ns + 1);
	tell(&nat, ev.ev.ts_ns + 2);
	ask(UR_NAT_ANSWER, HOST, 5353);
	miss(40000, 2 * UR_NATLOG_WAIT_NS);
	tell(&plain, ev.ev.ts_ns + UR_NATLOG_WAIT_NS / 2);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat = plain;
	ask(UR_NAT_ANSWER, HOST, 5353); /* the container's own conntrack saw nothing of it */
}

static void its_own_entry_needs_no_notice(void **state)
{
	(void)state;
	miss(40000, 0);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat = entry(40000, 5353);
	ask(UR_NAT_OWN, CT, 5353);
	miss(40000, 2 * UR_NATLOG_WAIT_NS);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat = entry(40000, 53);
	ask(UR_NAT_OWN, CT, 53);
	assert_true(now_ns() - ev.ev.ts_ns > 2 * UR_NATLOG_WAIT_NS);
}

/* A reply that came too late to a client behind SNAT: the host's entry proves it one. */
static void a_reply(void **state)
{
	struct ur_nat nat = { .sport = 40000, .dport = 53, .is_reply = 1 };

	(void)state;
	sample_addr(nat.src, "172.29.219.2");
	sample_addr(nat.dst, "10.219.7.1");
	sample_addr(nat.reply_src, "10.219.7.1");
	sample_addr(nat.reply_dst, "10.219.7.2");
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.1", 53, "172.29.219.2", 40000);
	ev.ev.netns_inum = CT;
	ev.ev.ts_ns = now_ns();
	tell(&nat, ev.ev.ts_ns + 1);
	ask(UR_NAT_ANSWER, HOST, 53);
	assert_true(ev.ev.nat.is_reply);
}

static void *tell_later(void *nat)
{
	const struct timespec pause = { 0, UR_NATLOG_WAIT_NS / 4 };

	nanosleep(&pause, NULL);
	tell(nat, now_ns());
	return NULL;
}

static void it_is_waited_for(void **state)
{
	struct ur_nat nat = entry(40000, 5353);
	uint64_t begin = now_ns();
	pthread_t thread;

	(void)state;
	miss(40000, 0);
	assert_int_equal(pthread_create(&thread, NULL, tell_later, &nat), 0);
	ur_natlog_ask(logg, &ev);
	pthread_join(thread, NULL);
	/* A machine under load may wake us too late for it, and then it was not waited for. */
	if (now_ns() - begin < UR_NATLOG_WAIT_NS)
		assert_int_equal(ev.nat_from.source, UR_NAT_ANSWER);
}

/* As long as is left of the time after the event: a burst waits once. */
static void but_not_for_ever(void **state)
{
	(void)state;
	miss(40000, 0);
	ask(UR_NAT_OWN, CT, 0);
	assert_true(now_ns() - ev.ev.ts_ns >= UR_NATLOG_WAIT_NS);
	ev.ev.iif = 1; /* over lo, it stays in the namespace */
	ev.ev.ts_ns = now_ns() + 3600 * 1000000000ULL;
	ask(UR_NAT_OWN, CT, 0);
	ev.ev.iif = 2;
	ev.ev.push_ret = -1;
	ask(UR_NAT_OWN, CT, 0);
	ev.ev.window = UR_WIN_PEER_DENY;
	ask(UR_NAT_OWN, CT, 0);
}

static void deny(uint16_t sport)
{
	miss(sport, 0);
	ev.ev.window = UR_WIN_PEER_DENY;
}

static void an_answer_never_sent(void **state)
{
	struct ur_nat nat = entry(40000, 5353);

	(void)state;
	deny(40000);
	ask(UR_NAT_OWN, CT, 0); /* nothing to remember yet */
	miss(40000, 0);
	tell(&nat, ev.ev.ts_ns);
	ask(UR_NAT_ANSWER, HOST, 5353);
	deny(40001);
	ask(UR_NAT_REMEMBERED, HOST, 5353);
	assert_false(ev.ev.flags & UR_EV_ENTRY);
	deny(40001);
	sample_addr(ev.packet.src, "10.219.7.9"); /* another client */
	ask(UR_NAT_REMEMBERED, HOST, 5353);
	deny(40001);
	ev.packet.dport = 54;
	ask(UR_NAT_OWN, CT, 0);
	deny(40001);
	ev.ev.netns_inum++; /* a container with the same address */
	ask(UR_NAT_OWN, CT + 1, 0);
	deny(40001);
	ev.ev.ts_ns += 61 * 1000000000ULL; /* long ago by then */
	ask(UR_NAT_OWN, CT, 0);
}

static void what_is_closest_is_remembered(void **state)
{
	struct ur_nat one = entry(40000, 5353), two = entry(40001, 5354);

	(void)state;
	miss(40000, 0);
	tell(&one, ev.ev.ts_ns);
	ask(UR_NAT_ANSWER, HOST, 5353);
	miss(40001, 0);
	ev.ev.flags |= UR_EV_ENTRY;
	ev.ev.nat = two;
	ask(UR_NAT_OWN, CT, 5354);
	deny(40000);
	ask(UR_NAT_REMEMBERED, HOST, 5353); /* the very flow */
	deny(40001);
	ask(UR_NAT_REMEMBERED, CT, 5354);
	deny(40002);
	ask(UR_NAT_REMEMBERED, CT, 5354); /* the last one */
}

static void it_is_bounded(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		struct ur_nat nat = entry(i, 5353);

		miss(i, 0);
		tell(&nat, ev.ev.ts_ns);
		ask(UR_NAT_ANSWER, HOST, 5353);
	}
	miss(0, 2 * UR_NATLOG_WAIT_NS);
	ask(UR_NAT_OWN, CT, 0);
	ur_natlog_free(NULL);
}

/* A connection that TCP has no listener for, and one that a socket resets. */
static void a_reset(void **state)
{
	struct ur_nat nat = entry(40000, 8080);

	(void)state;
	miss(40000, 0);
	ev.packet.proto = IPPROTO_TCP;
	ev.ev.origin = UR_ORIGIN_TCP_MISS;
	tell_of(IPPROTO_TCP, &nat, ev.ev.ts_ns);
	ask(UR_NAT_ANSWER, HOST, 8080);
	miss(40000, 0);
	ev.packet.proto = IPPROTO_TCP;
	ev.ev.origin = UR_ORIGIN_TCP_SOCK;
	tell_of(IPPROTO_TCP, &nat, ev.ev.ts_ns);
	ask(UR_NAT_OWN, 0, 0);
}

static void not_a_miss(void **state)
{
	struct ur_nat nat = entry(40000, 5353);

	(void)state;
	miss(40000, 0);
	tell(&nat, ev.ev.ts_ns);
	ev.ev.origin = UR_ORIGIN_NFT;
	ask(UR_NAT_OWN, 0, 0);
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	ev.packet.has_ports = false;
	ask(UR_NAT_OWN, 0, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_notices_of_nat_are_taken),
		TEST(the_flow_s_own_notice),
		TEST(one_of_several),
		TEST(a_translation_is_preferred),
		TEST(its_own_entry_needs_no_notice),
		TEST(a_reply),
		TEST(it_is_waited_for),
		TEST(but_not_for_ever),
		TEST(an_answer_never_sent),
		TEST(what_is_closest_is_remembered),
		TEST(it_is_bounded),
		TEST(a_reset),
		TEST(not_a_miss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
