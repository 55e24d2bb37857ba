/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/receipt.h"
#include "user/aggregate/digest.h"

static struct ur_digest d;
static struct ur_evidence ev;
static struct ur_report report;

static int forget(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	return 0;
}

/* A packet from @src to @dport that came @s later than the sample's. */
static void add(const char *src, uint16_t dport, uint64_t seq, time_t s)
{
	sample_miss(&ev, IPPROTO_UDP, src, 40000, "10.0.0.5", dport);
	ev.seq = seq;
	ev.time.tv_sec += s;
	ur_verdict_decide(&ev, &report);
	ur_digest_add(&d, &ev, &report);
}

static const struct ur_digest_entry *entry(enum ur_digest_kind kind, const char *key)
{
	for (size_t i = 0; i < d.table[kind].n; i++)
		if (!strcmp(d.table[kind].entry[i].key, key))
			return &d.table[kind].entry[i];
	return NULL;
}

static void counts_and_times(void **state)
{
	const struct ur_digest_entry *e;

	(void)state;
	add("10.0.0.7", 53, 1, 10);
	add("10.0.0.8", 53, 2, 5); /* earlier, but told later */
	add("10.0.0.7", 54, 3, 20);
	ur_digest_sort(&d);
	e = &d.table[UR_DIGEST_CAUSES].entry[0];
	assert_string_equal(e->key, "socket.none");
	assert_int_equal(e->count, 3);
	assert_int_equal(e->first.tv_sec, SAMPLE_TIME + 5);
	assert_int_equal(e->last.tv_sec, SAMPLE_TIME + 20);
	assert_int_equal(e->seq, 1);
	assert_string_equal(e->example, "no UDP socket is on port 53");
	assert_string_equal(d.table[UR_DIGEST_PORTS].entry[0].key, "udp/53");
	assert_int_equal(d.table[UR_DIGEST_PORTS].entry[0].count, 2);
	assert_int_equal(entry(UR_DIGEST_PORTS, "udp/54")->count, 1);
	assert_string_equal(d.table[UR_DIGEST_PEERS].entry[0].key, "10.0.0.7");
	assert_int_equal(entry(UR_DIGEST_NETNS, "host")->count, 3);
	assert_int_equal(d.table[UR_DIGEST_RULES].n, 0);
	assert_int_equal(d.table[UR_DIGEST_RECEIVED].n, 0);
	/* For as many as it stands for. */
	ev.count = 40;
	ur_digest_add(&d, &ev, &report);
	assert_int_equal(entry(UR_DIGEST_PORTS, "udp/54")->count, 41);
}

static void rules(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject");
	ur_verdict_decide(&ev, &report);
	ur_digest_add(&d, &ev, &report);
	assert_int_equal(entry(UR_DIGEST_RULES, "nft inet filter input handle 7")->count, 1);
	sample_netns(&ev, "srv");
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_RULES, "nft inet filter input handle 7 in srv"));
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "-j REJECT");
	sample_netns(&ev, NULL);
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_RULES, "iptables ip filter INPUT number 3 in 4026531840"));
	assert_non_null(entry(UR_DIGEST_NETNS, "4026531840"));
	sample_rule(&ev, UR_ORIGIN_XT_NFT, IPPROTO_UDP, "-j REJECT");
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_RULES, "iptables-nft ip filter INPUT handle 7"));
}

static void packets_of_all_kinds(void **state)
{
	(void)state;
	add("10.0.0.7", 53, 1, 0);
	ev.packet.has_ports = false;
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_PORTS, "udp"));
	ev.packet.proto = 253;
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_PORTS, "protocol 253"));
	ev.packet.family = 0;
	ur_digest_add(&d, &ev, &report);
	assert_non_null(entry(UR_DIGEST_PORTS, "not readable"));
	assert_non_null(entry(UR_DIGEST_PEERS, "not readable"));
}

static void what_came(void **state)
{
	static struct ur_receipt r;

	(void)state;
	sample_receipt(&r, "10.0.0.1", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	sample_told(&r, "dig");
	ur_receipt_explain(&r, &report);
	ur_digest_add_received(&d, &r, &report);
	ur_digest_add_received(&d, &r, &report);
	assert_int_equal(entry(UR_DIGEST_RECEIVED,
			       "10.0.0.1 port-unreachable about 10.0.0.9 udp/53: told dig")
				 ->count,
			 2);
	r.rec.ntold = 0;
	r.rec.flags = UR_RC_MADE | UR_RC_SOCKS;
	ur_digest_add_received(&d, &r, &report);
	assert_non_null(entry(UR_DIGEST_RECEIVED,
			      "10.0.0.1 port-unreachable about 10.0.0.9 udp/53, generated here: "
			      "no-socket"));
}

/* All are counted, whatever is forgotten; what there is much of is not. */
static void bounded(void **state)
{
	const struct ur_digest_table *t = &d.table[UR_DIGEST_PEERS];
	uint64_t sum = 0;
	char src[24];

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		snprintf(src, sizeof(src), "10.1.%u.%u", i / 250, i % 250 + 1);
		add(i % 10 ? src : "10.0.0.7", 53, i + 1, (time_t)i);
	}
	assert_int_equal(t->n, UR_DIGEST_MAX);
	for (size_t i = 0; i < t->n; i++)
		sum += t->entry[i].count;
	assert_int_equal(sum + t->other, 3000);
	ur_digest_sort(&d);
	assert_string_equal(t->entry[0].key, "10.0.0.7");
	assert_int_equal(t->entry[0].count, 300);
	assert_int_equal(d.table[UR_DIGEST_CAUSES].other, 0);
	assert_true(sizeof(d) < 512 << 10);
}

/* One that stands for few does not push out those that stand for many. */
static void the_least_goes(void **state)
{
	const struct ur_digest_table *t = &d.table[UR_DIGEST_PORTS];

	(void)state;
	for (uint16_t port = 1; port <= UR_DIGEST_MAX; port++)
		for (int i = 0; i < 2 + (port == 1); i++)
			add("10.0.0.7", port, 1, port);
	add("10.0.0.7", 1000, 1, 200);
	assert_null(entry(UR_DIGEST_PORTS, "udp/1000"));
	assert_int_equal(t->other, 1);
	ev.count = 5;
	ur_digest_add(&d, &ev, &report);
	assert_int_equal(entry(UR_DIGEST_PORTS, "udp/1000")->count, 5);
	assert_null(entry(UR_DIGEST_PORTS, "udp/2")); /* least, and longest ago */
	assert_non_null(entry(UR_DIGEST_PORTS, "udp/1"));
	assert_int_equal(t->other, 3);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(ur_digest_name(UR_DIGEST_CAUSES), "causes");
	assert_string_equal(ur_digest_name(UR_DIGEST_RECEIVED), "received");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(counts_and_times, forget),
		cmocka_unit_test_setup(rules, forget),
		cmocka_unit_test_setup(packets_of_all_kinds, forget),
		cmocka_unit_test_setup(what_came, forget),
		cmocka_unit_test_setup(bounded, forget),
		cmocka_unit_test_setup(the_least_goes, forget),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
