/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include "user/evidence.h"

#define UDP_HEADER 0x9c, 0x40, 0x13, 0x89, 0, 41, 0, 0 /* 40000 > 5001 */

static const uint8_t ip4_udp[] = {
	0x45, 0xc0, 0, 61, 0, 0, 0x40, 0, 63, 17, 0, 0, 10, 0, 0, 7, 10, 0, 0, 5, UDP_HEADER,
};

/* 40 bytes of header with @next, fd00::7 > fd00::5. */
#define IP6(next)                                                                                \
	0x60, 0, 0, 0, 0, 41, next, 62, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0xfd, \
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5

static struct ur_packet parse(const void *data, size_t len)
{
	/* on the heap and no byte longer, so that the sanitizer sees a read behind it */
	uint8_t *copy = calloc(1, len ? len : 1);
	struct ur_packet pkt;

	memcpy(copy, data, len);
	ur_packet_parse(&pkt, copy, len);
	free(copy);
	return pkt;
}

static void ports_are(const struct ur_packet *pkt, uint16_t sport, uint16_t dport)
{
	assert_true(pkt->has_ports);
	assert_int_equal(pkt->sport, sport);
	assert_int_equal(pkt->dport, dport);
}

static void plain_ip4(void **state)
{
	struct ur_packet pkt = parse(ip4_udp, sizeof(ip4_udp));
	static const uint8_t src[16] = { 10, 0, 0, 7 }, dst[16] = { 10, 0, 0, 5 };

	(void)state;
	assert_int_equal(pkt.family, 4);
	assert_int_equal(pkt.proto, IPPROTO_UDP);
	assert_int_equal(pkt.ttl, 63);
	assert_int_equal(pkt.length, 61);
	assert_false(pkt.fragment);
	assert_memory_equal(pkt.src, src, 16);
	assert_memory_equal(pkt.dst, dst, 16);
	ports_are(&pkt, 40000, 5001);
}

static void ip4_options_are_skipped(void **state)
{
	uint8_t data[sizeof(ip4_udp) + 8] = { 0 };
	struct ur_packet pkt;

	(void)state;
	memcpy(data, ip4_udp, 20);
	memset(data + 20, 1, 8);
	memcpy(data + 28, ip4_udp + 20, 8);
	data[0] = 0x47;
	pkt = parse(data, sizeof(data));
	ports_are(&pkt, 40000, 5001);
	data[0] = 0x4f; /* 60 bytes of header: behind the end */
	pkt = parse(data, sizeof(data));
	assert_int_equal(pkt.family, 4);
	assert_false(pkt.has_ports);
}

static void ip4_fragments(void **state)
{
	uint8_t data[sizeof(ip4_udp)];
	struct ur_packet pkt;

	(void)state;
	memcpy(data, ip4_udp, sizeof(data));
	data[6] = 0x20; /* first one, more follow: the ports are there */
	pkt = parse(data, sizeof(data));
	assert_false(pkt.fragment);
	ports_are(&pkt, 40000, 5001);
	data[7] = 185;
	pkt = parse(data, sizeof(data));
	assert_true(pkt.fragment);
	assert_false(pkt.has_ports);
}

static void tcp_flags(void **state)
{
	uint8_t data[20 + 14];
	struct ur_packet pkt;

	(void)state;
	memset(data, 0, sizeof(data));
	memcpy(data, ip4_udp, 24);
	data[9] = IPPROTO_TCP;
	data[20 + 13] = 0x02;
	pkt = parse(data, sizeof(data));
	assert_int_equal(pkt.tcp_flags, 0x02);
	pkt = parse(data, sizeof(data) - 1);
	ports_are(&pkt, 40000, 5001);
	assert_int_equal(pkt.tcp_flags, 0);
	data[2] = 0;
	data[3] = 20 + 32 + 7; /* its header with 12 bytes of options */
	data[20 + 12] = 0x80;
	assert_int_equal(parse(data, sizeof(data)).tcp_payload, 7);
	data[3] = 20 + 32;
	assert_int_equal(parse(data, sizeof(data)).tcp_payload, 0);
	data[20 + 12] = 0xf0; /* longer than the packet */
	assert_int_equal(parse(data, sizeof(data)).tcp_payload, 0);
}

static void no_ports_without_a_transport_that_has_them(void **state)
{
	static const uint8_t protos[] = { IPPROTO_ICMP, IPPROTO_ESP, IPPROTO_GRE, 253 };
	uint8_t data[sizeof(ip4_udp)];

	(void)state;
	memcpy(data, ip4_udp, sizeof(data));
	for (size_t i = 0; i < sizeof(protos); i++) {
		data[9] = protos[i];
		assert_false(parse(data, sizeof(data)).has_ports);
	}
}

static void broken_headers(void **state)
{
	static const uint8_t short_ihl[20] = { 0x44 }, version5[40] = { 0x55 };

	(void)state;
	assert_int_equal(parse("", 0).family, 0);
	assert_int_equal(parse(short_ihl, sizeof(short_ihl)).family, 0);
	assert_int_equal(parse(version5, sizeof(version5)).family, 0);
	for (size_t len = 0; len < 20; len++)
		assert_int_equal(parse(ip4_udp, len).family, 0);
}

static void plain_ip6(void **state)
{
	static const uint8_t data[] = { IP6(IPPROTO_UDP), UDP_HEADER };
	struct ur_packet pkt = parse(data, sizeof(data));

	(void)state;
	assert_int_equal(pkt.family, 6);
	assert_int_equal(pkt.proto, IPPROTO_UDP);
	assert_int_equal(pkt.ttl, 62);
	assert_int_equal(pkt.length, 81);
	assert_int_equal(pkt.src[15], 7);
	assert_int_equal(pkt.dst[15], 5);
	ports_are(&pkt, 40000, 5001);
	for (size_t len = 0; len < 40; len++)
		assert_int_equal(parse(data, len).family, 0);
}

static void ip6_extension_headers(void **state)
{
	static const uint8_t chain[] = {
		IP6(IPPROTO_HOPOPTS),
		IPPROTO_DSTOPTS,
		0,
		1,
		4,
		0,
		0,
		0,
		0, /* hop-by-hop */
		IPPROTO_ROUTING,
		1,
		1,
		12,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0, /* destination, 16 bytes */
		IPPROTO_AH,
		0,
		4,
		0,
		0,
		0,
		0,
		0, /* routing */
		IPPROTO_FRAGMENT,
		1,
		0,
		0,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		2, /* AH, 12 bytes */
		IPPROTO_UDP,
		0,
		0,
		1,
		0,
		0,
		0,
		9, /* first fragment */
		UDP_HEADER,
	};
	struct ur_packet pkt = parse(chain, sizeof(chain));

	(void)state;
	assert_int_equal(pkt.proto, IPPROTO_UDP);
	assert_false(pkt.fragment);
	ports_are(&pkt, 40000, 5001);
	for (size_t len = 40; len < sizeof(chain) - 4; len++)
		assert_false(parse(chain, len).has_ports);
}

static void ip6_later_fragment(void **state)
{
	static const uint8_t data[] = {
		IP6(IPPROTO_FRAGMENT), IPPROTO_UDP, 0, 5, 0xa8, 0, 0, 0, 9, UDP_HEADER
	};
	struct ur_packet pkt = parse(data, sizeof(data));

	(void)state;
	assert_true(pkt.fragment);
	assert_int_equal(pkt.proto, IPPROTO_UDP);
	assert_false(pkt.has_ports);
}

/* What follows the header of a later fragment is data, whatever it looks like. */
static void ip6_later_fragment_of_options(void **state)
{
	static const uint8_t data[] = {
		IP6(IPPROTO_FRAGMENT),
		IPPROTO_DSTOPTS,
		0,
		5,
		0xa8,
		0,
		0,
		0,
		9,
		IPPROTO_UDP,
		0,
		1,
		4,
		0,
		0,
		0,
		0,
		UDP_HEADER,
	};
	struct ur_packet pkt = parse(data, sizeof(data));

	(void)state;
	assert_int_equal(pkt.proto, IPPROTO_DSTOPTS);
	assert_false(pkt.has_ports);
}

static void ip6_no_next_header(void **state)
{
	static const uint8_t data[] = { IP6(IPPROTO_NONE), UDP_HEADER };

	(void)state;
	assert_int_equal(parse(data, sizeof(data)).proto, IPPROTO_NONE);
	assert_false(parse(data, sizeof(data)).has_ports);
}

/* Nothing is read behind the end, whatever the bytes are; the sanitizer looks on. */
static void any_bytes_at_all(void **state)
{
	uint8_t data[UR_SNAP_MAX];

	(void)state;
	srand(1);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)rand() % (sizeof(data) + 1);

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)rand();
		if (len)
			data[0] = (uint8_t)((rand() & 1 ? 0x40 : 0x60) | (data[0] & 15));
		if (len > 6)
			data[6] = (uint8_t)(rand() % 61);
		parse(data, len);
	}
}

/* ---- records ---- */

static struct ur_event record(void)
{
	struct ur_event ev = { .version = UR_EVENT_VERSION,
			       .len = sizeof(ev),
			       .answer = UR_ANSWER_ICMP,
			       .netns_inum = 42,
			       .pkt_len = 61,
			       .snap_len = sizeof(ip4_udp) };

	memcpy(ev.snap, ip4_udp, sizeof(ip4_udp));
	return ev;
}

static void a_whole_record(void **state)
{
	static struct ur_evidence ev;
	struct ur_event in = record();

	(void)state;
	memset(&ev, 0xff, sizeof(ev));
	assert_int_equal(ur_evidence_from_event(&ev, &in, sizeof(in)), 0);
	assert_int_equal(ev.packet.dport, 5001);
	assert_int_equal(ev.netns.inum, 42);
	assert_int_equal(ev.netns.looked, UR_NOT_ASKED);
	assert_int_equal(ev.count, 1);
	assert_int_equal(ev.rule.looked, UR_NOT_ASKED);
}

/* What has no segment is the connection, as its peer sees it; IPv4 over an IPv6 socket is IPv4. */
static void a_reset_for_no_segment(void **state)
{
	struct ur_event record = { .version = UR_EVENT_VERSION,
				   .len = sizeof(record),
				   .answer = UR_ANSWER_RST,
				   .family = 6,
				   .origin = UR_ORIGIN_TCP_SOCK,
				   .nsocks = 1 };
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 0, 0, 5 };
	static struct ur_evidence ev;

	(void)state;
	record.reset.flags = UR_RST_ACTIVE;
	record.socks[0] = (struct ur_sock){ .family = AF_INET6, .port = 80, .peer_port = 40000 };
	memcpy(record.socks[0].local, mapped, 16);
	memcpy(record.socks[0].peer, mapped, 16);
	record.socks[0].peer[15] = 7;
	assert_int_equal(ur_evidence_from_event(&ev, &record, sizeof(record)), 0);
	assert_int_equal(ev.packet.family, 4);
	assert_int_equal(ev.ev.family, 4);
	assert_int_equal(ev.packet.length, 0);
	assert_int_equal(ev.packet.sport, 40000);
	assert_int_equal(ev.packet.dport, 80);
	assert_memory_equal(ev.packet.src, "\x0a\0\0\x07", 4);
	assert_memory_equal(ev.packet.dst, "\x0a\0\0\x05", 4);
	record.nsocks = 0;
	assert_int_equal(ur_evidence_from_event(&ev, &record, sizeof(record)), 0);
	assert_int_equal(ev.packet.family, 0);
}

static void a_newer_and_longer_record(void **state)
{
	struct {
		struct ur_event ev;
		uint8_t more[64];
	} in = { .ev = record() };
	static struct ur_evidence ev;

	(void)state;
	in.ev.version++;
	in.ev.len = sizeof(in);
	assert_int_equal(ur_evidence_from_event(&ev, &in, sizeof(in)), 0);
	assert_int_equal(ev.packet.dport, 5001);
}

static void a_record_cut_short(void **state)
{
	static struct ur_evidence ev;
	struct ur_event in = record();

	(void)state;
	in.len = offsetof(struct ur_event, socks);
	in.snap_len = 0;
	in.socks[0].port = 1;
	assert_int_equal(ur_evidence_from_event(&ev, &in, in.len), 0);
	assert_int_equal(ev.packet.family, 0);
	assert_int_equal(ev.ev.socks[0].port, 0);
	in.nsocks = 1;
	assert_int_equal(ur_evidence_from_event(&ev, &in, in.len), -EPROTO);
}

static void broken_records(void **state)
{
	static struct ur_evidence ev = { .seq = 99 };
	struct ur_event in;

	(void)state;
#define REFUSED(change, len)                                                        \
	do {                                                                        \
		in = record();                                                      \
		change;                                                             \
		assert_int_equal(ur_evidence_from_event(&ev, &in, (len)), -EPROTO); \
	} while (0)
	REFUSED(in.version = 0, sizeof(in));
	REFUSED(in.answer = UR_ANSWER_NOTICE, sizeof(in));
	REFUSED(in.answer = 9, sizeof(in));
	REFUSED(in.len = sizeof(in) + 1, sizeof(in));
	REFUSED(in.len = 8, sizeof(in));
	REFUSED(in.nsocks = UR_SOCKS_MAX + 1, sizeof(in));
	REFUSED(in.nstack = UR_STACK_MAX + 1, sizeof(in));
	REFUSED(in.snap_len = UR_SNAP_MAX + 1, sizeof(in));
	REFUSED(in.nclosed = UR_CLOSED_MAX + 1, sizeof(in));
	REFUSED((in.nclosed = 1, in.len = offsetof(struct ur_event, closed)), in.len);
	REFUSED((void)0, sizeof(in) - 1);
	REFUSED((void)0, 0);
	assert_int_equal(ev.seq, 99);
}

static void strings_end(void **state)
{
	static struct ur_evidence ev;
	struct ur_event in = record();

	(void)state;
	memset(in.cur_comm, 'x', sizeof(in.cur_comm));
	memset(in.rule.table, 'x', sizeof(in.rule.table));
	memset(in.rule.chain, 'x', sizeof(in.rule.chain));
	memset(in.iifname, 'x', sizeof(in.iifname));
	memset(in.closed, 'x', sizeof(in.closed));
	assert_int_equal(ur_evidence_from_event(&ev, &in, sizeof(in)), 0);
	assert_int_equal(strlen(ev.ev.cur_comm), UR_COMM_MAX - 1);
	assert_int_equal(strlen(ev.ev.rule.table), UR_TABLE_MAX - 1);
	assert_int_equal(strlen(ev.ev.rule.chain), UR_CHAIN_MAX - 1);
	assert_int_equal(strlen(ev.ev.iifname), UR_IFNAME_MAX - 1);
	for (int i = 0; i < UR_CLOSED_MAX; i++)
		assert_int_equal(strlen(ev.ev.closed[i].comm), UR_COMM_MAX - 1);
}

static void length_of_more_than_64k(void **state)
{
	static struct ur_evidence ev;
	struct ur_event in = record();

	(void)state;
	in.snap[2] = in.snap[3] = 0;
	in.pkt_len = 100000;
	assert_int_equal(ur_evidence_from_event(&ev, &in, sizeof(in)), 0);
	assert_int_equal(ev.packet.length, 100000);
}

static void only_a_kill_is_by_the_oom_killer(void **state)
{
	struct ur_closed c = { .how = UR_END_EXIT, .flags = UR_CL_OOM, .exit_code = SIGKILL };

	(void)state;
	assert_true(ur_closed_by_oom(&c));
	c.exit_code = SIGTERM;
	assert_false(ur_closed_by_oom(&c));
	c.exit_code = 0;
	assert_false(ur_closed_by_oom(&c));
	c.exit_code = SIGKILL;
	c.flags = UR_CL_BOUND;
	assert_false(ur_closed_by_oom(&c));
	c.flags = UR_CL_OOM;
	c.how = UR_END_CLOSE;
	assert_false(ur_closed_by_oom(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_ip4),
		cmocka_unit_test(ip4_options_are_skipped),
		cmocka_unit_test(ip4_fragments),
		cmocka_unit_test(tcp_flags),
		cmocka_unit_test(no_ports_without_a_transport_that_has_them),
		cmocka_unit_test(broken_headers),
		cmocka_unit_test(plain_ip6),
		cmocka_unit_test(ip6_extension_headers),
		cmocka_unit_test(ip6_later_fragment),
		cmocka_unit_test(ip6_later_fragment_of_options),
		cmocka_unit_test(ip6_no_next_header),
		cmocka_unit_test(any_bytes_at_all),
		cmocka_unit_test(a_whole_record),
		cmocka_unit_test(a_reset_for_no_segment),
		cmocka_unit_test(a_newer_and_longer_record),
		cmocka_unit_test(a_record_cut_short),
		cmocka_unit_test(broken_records),
		cmocka_unit_test(strings_end),
		cmocka_unit_test(only_a_kill_is_by_the_oom_killer),
		cmocka_unit_test(length_of_more_than_64k),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
