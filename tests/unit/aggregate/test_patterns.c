/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/aggregate/patterns.h"

#define SECOND (1000 * SAMPLE_MS)

static struct ur_patterns all;
static struct ur_evidence ev;

static int forget(void **state)
{
	(void)state;
	memset(&all, 0, sizeof(all));
	return 0;
}

static void packet_from(const char *src, uint16_t sport, uint16_t dport, uint8_t ttl, uint64_t ms)
{
	bool v6 = strchr(src, ':');

	sample_miss(&ev, IPPROTO_UDP, src, sport, v6 ? "fd00::5" : "10.0.0.5", dport);
	ev.packet.ttl = ttl;
	ev.ev.ts_ns = SAMPLE_NS + ms * SAMPLE_MS;
}

static uint32_t probes(uint16_t dport, uint8_t ttl, uint64_t ms)
{
	packet_from("10.0.0.7", 40000, dport, ttl, ms);
	ur_patterns_note(&all, &ev);
	return ev.pattern.probes;
}

static uint32_t ports(const char *src, uint16_t sport, uint16_t dport, uint64_t ms)
{
	packet_from(src, sport, dport, 64, ms);
	ur_patterns_note(&all, &ev);
	return ev.pattern.ports;
}

static void a_probe_at_its_end_is_a_traceroute(void **state)
{
	(void)state;
	assert_int_equal(probes(33434, 1, 0), 1);
	assert_int_equal(probes(33435, 1, 1), 2);
	assert_int_equal(probes(33438, 2, 2), 3);
	/* A new one counts anew. */
	assert_int_equal(probes(33434, 1, 20000), 1);
}

static void others_need_company(void **state)
{
	(void)state;
	assert_int_equal(probes(33440, 3, 0), 0);
	assert_int_equal(probes(33441, 3, 1), 1);
	/* Long ago. */
	assert_int_equal(probes(33442, 3, 20000), 0);
	/* Far away. */
	assert_int_equal(probes(33500, 3, 20001), 0);
	/* The same once more. */
	assert_int_equal(probes(33500, 3, 20002), 0);
	/* mtr's ports. */
	assert_int_equal(probes(60000, 1, 50000), 0);
	assert_int_equal(probes(60002, 2, 50010), 1);
}

static void no_traceroute(void **state)
{
	(void)state;
	assert_int_equal(probes(33434, 64, 0), 0);
	assert_int_equal(probes(33435, 63, 1), 0);
	assert_int_equal(probes(53, 1, 2), 0);
	assert_int_equal(probes(54, 1, 3), 0);
	assert_int_equal(probes(33434, 0, 4), 0); /* no header that tells */
	packet_from("10.0.0.7", 40000, 33434, 1, 5);
	ev.packet.proto = IPPROTO_TCP;
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.probes, 0);
	packet_from("10.0.0.7", 40000, 33434, 1, 6);
	ev.packet.has_ports = false;
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.probes, 0);
}

static void traces_of_two_are_two(void **state)
{
	(void)state;
	packet_from("10.0.0.7", 1, 33440, 2, 0);
	ur_patterns_note(&all, &ev);
	packet_from("10.0.0.8", 1, 33441, 2, 1);
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.probes, 0);
	packet_from("10.0.0.7", 1, 33441, 2, 2);
	ev.ev.netns_inum++;
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.probes, 0);
	packet_from("10.0.0.7", 1, 33442, 2, 3);
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.probes, 1);
}

static void a_traceroute_is_no_scan(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 3 * UR_SCAN_PORTS; i++) {
		probes(33434 + i, 1 + i / 3 % 4, i);
		assert_int_equal(ev.pattern.ports, 0);
	}
}

static void many_ports_are_a_scan(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < UR_SCAN_PORTS - 1; i++) {
		assert_int_equal(ports("10.0.0.7", 40000, 20000 + i, i), 0);
		assert_int_equal(ports("10.0.0.7", 40000, 20000 + i, i), 0); /* again: no more */
	}
	assert_int_equal(ports("10.0.0.7", 40001, 19000, 500), UR_SCAN_PORTS);
	assert_int_equal(ev.pattern.lowest, 19000);
	assert_int_equal(ev.pattern.highest, 20008);
	assert_true(ev.pattern.ns == 500 * SAMPLE_MS);
	assert_false(ev.pattern.by_rule);
	assert_false(ev.pattern.told);
	assert_int_equal(ports("10.0.0.7", 40001, 0, 501), UR_SCAN_PORTS + 1);
	assert_int_equal(ev.pattern.lowest, 0);
	assert_true(ev.pattern.told);
	/* Another source, another family, another protocol, another namespace: others. */
	assert_int_equal(ports("10.0.0.8", 40001, 1, 502), 0);
	assert_int_equal(ports("fd00::7", 40001, 1, 502), 0);
	packet_from("10.0.0.7", 40000, 30000, 64, 503);
	ev.packet.proto = IPPROTO_TCP;
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.ports, 0);
	packet_from("10.0.0.7", 40000, 30000, 64, 503);
	ev.ev.netns_cookie = 5;
	ur_patterns_note(&all, &ev);
	assert_int_equal(ev.pattern.ports, 0);
}

static void told_anew_when_it_has_doubled(void **state)
{
	unsigned int news = 0;

	(void)state;
	for (uint16_t i = 0; i < 8 * UR_SCAN_PORTS; i++)
		news += ports("10.0.0.7", 40000, 20000 + i, i) && !ev.pattern.told;
	assert_int_equal(news, 4);
}

static void rules_refuse_too(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < UR_SCAN_PORTS; i++) {
		packet_from("10.0.0.7", 40000, 20000 + i, 64, i);
		ev.ev.origin = i ? UR_ORIGIN_UDP_MISS : UR_ORIGIN_NFT;
		ur_patterns_note(&all, &ev);
	}
	assert_int_equal(ev.pattern.ports, UR_SCAN_PORTS);
	assert_true(ev.pattern.by_rule);
}

/* A name server's late answers go to many ports of a busy client. */
static void answers_are_no_scan(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 3 * UR_SCAN_PORTS; i++) {
		assert_int_equal(ports("10.0.0.7", 53, 40000 + i, i), 0);
		packet_from("10.0.0.7", 5353, 40000 + i, 64, i);
		ev.ev.flags |= UR_EV_ENTRY;
		ev.ev.nat.is_reply = 1;
		ur_patterns_note(&all, &ev);
		assert_int_equal(ev.pattern.ports, 0);
		packet_from("10.0.0.7", 5353, 40000 + i, 64, i);
		sample_closed(&ev, "0.0.0.0", "client", 5);
		ev.ev.ts_ns = SAMPLE_NS + i * SAMPLE_MS;
		ur_patterns_note(&all, &ev);
		assert_int_equal(ev.pattern.ports, 0);
	}
	for (uint16_t i = 0; i < 3 * UR_SCAN_PORTS; i++) {
		assert_int_equal(ports("10.0.0.7", 27015, 40000 + i, 100 + i), 0);
		packet_from("10.0.0.7", 40000, 20000 + i, 64, 100 + i);
		ev.packet.proto = IPPROTO_TCP;
		ev.packet.tcp_flags = 0x12; /* SYN, ACK */
		ur_patterns_note(&all, &ev);
		assert_int_equal(ev.pattern.ports, 0);
	}
	for (uint16_t i = 0; i < UR_SCAN_PORTS; i++) {
		packet_from("10.0.0.7", 40000, 20000 + i, 64, 200 + i);
		ev.packet.proto = IPPROTO_TCP;
		ev.packet.tcp_flags = 2;
		ur_patterns_note(&all, &ev);
	}
	assert_int_equal(ev.pattern.ports, UR_SCAN_PORTS);
	/* A scan may use such a source port for ports that no client has. */
	for (uint16_t i = 1; i < UR_SCAN_PORTS; i++)
		ports("10.0.0.7", 53, i, 300 + i);
	assert_int_equal(ports("10.0.0.7", 53, 1000, 400), UR_SCAN_PORTS);
}

static void slow_visitors_are_no_scan(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 3 * UR_SCAN_PORTS; i++)
		assert_int_equal(ports("10.0.0.7", 40000, 20000 + i, i * 31000), 0);
}

static void over_when_it_rests(void **state)
{
	const struct ur_scan *scan;
	uint64_t next;

	(void)state;
	assert_int_equal(ur_patterns_next(&all), 0);
	for (uint16_t i = 0; i < UR_SCAN_PORTS; i++) {
		assert_null(ur_patterns_over(&all, UINT64_MAX));
		ports("10.0.0.7", 40000, 20000 + i, i);
	}
	next = ur_patterns_next(&all);
	assert_true(next > SAMPLE_NS + SECOND && next < SAMPLE_NS + 5 * SECOND);
	assert_null(ur_patterns_over(&all, next - 1));
	scan = ur_patterns_over(&all, next);
	assert_int_equal(scan->ports, UR_SCAN_PORTS);
	assert_int_equal(scan->packets, UR_SCAN_PORTS);
	assert_string_equal(scan->netns.name, "host");
	assert_null(ur_patterns_over(&all, UINT64_MAX));
	assert_int_equal(ur_patterns_next(&all), 0);
	/* It goes on: what it comes to is told once more. */
	ports("10.0.0.7", 40000, 30000, 6000);
	scan = ur_patterns_over(&all, UINT64_MAX);
	assert_int_equal(scan->ports, UR_SCAN_PORTS + 1);
	/* And one that begins later is another. */
	assert_int_equal(ports("10.0.0.7", 40000, 30001, 60000), 0);
}

/* A scanner stays known among very many sources that come once. */
static void crowds_do_not_hide_it(void **state)
{
	char src[24];

	(void)state;
	for (uint16_t i = 0; i < 2000; i++) {
		if (i % 10 == 0)
			ports("10.0.0.7", 40000, 20000 + i, i);
		snprintf(src, sizeof(src), "10.1.%u.%u", i / 250, i % 250 + 1);
		ports(src, 40000, 53, i);
	}
	assert_int_equal(ports("10.0.0.7", 40000, 20000, 2000), 200);
}

static void every_port_counts_once(void **state)
{
	(void)state;
	for (uint32_t port = 0; port < 65536; port++)
		ports("10.0.0.7", 40000, port, 0);
	assert_int_equal(ports("10.0.0.7", 40000, 7, 1), 65536);
	assert_int_equal(ev.pattern.lowest, 0);
	assert_int_equal(ev.pattern.highest, 65535);
}

static void bounded(void **state)
{
	(void)state;
	assert_true(sizeof(struct ur_patterns) < 256 << 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_probe_at_its_end_is_a_traceroute, forget),
		cmocka_unit_test_setup(others_need_company, forget),
		cmocka_unit_test_setup(no_traceroute, forget),
		cmocka_unit_test_setup(traces_of_two_are_two, forget),
		cmocka_unit_test_setup(a_traceroute_is_no_scan, forget),
		cmocka_unit_test_setup(many_ports_are_a_scan, forget),
		cmocka_unit_test_setup(told_anew_when_it_has_doubled, forget),
		cmocka_unit_test_setup(rules_refuse_too, forget),
		cmocka_unit_test_setup(answers_are_no_scan, forget),
		cmocka_unit_test_setup(slow_visitors_are_no_scan, forget),
		cmocka_unit_test_setup(over_when_it_rests, forget),
		cmocka_unit_test_setup(crowds_do_not_hide_it, forget),
		cmocka_unit_test_setup(every_port_counts_once, forget),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
