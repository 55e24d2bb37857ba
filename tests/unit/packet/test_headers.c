/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include "user/packet/headers.h"

#define SIZE 128

/* An IPv4 header for @proto with @options bytes of options, at @at; returns its length. */
static size_t ip4(uint8_t *at, uint8_t proto, size_t options, uint16_t fragment)
{
	memset(at, 0, 20 + options);
	at[0] = (uint8_t)(0x40 | (20 + options) / 4);
	at[6] = (uint8_t)(fragment >> 8);
	at[7] = (uint8_t)fragment;
	at[9] = proto;
	return 20 + options;
}

static size_t ip6(uint8_t *at, uint8_t proto)
{
	memset(at, 0, 40);
	at[0] = 0x60;
	at[6] = proto;
	return 40;
}

static void transports(void **state)
{
	static const struct {
		uint8_t proto, at, value; /* byte @at behind the IP header is @value */
		size_t length;
	} cases[] = {
		{ IPPROTO_UDP, 0, 0, 8 },      { IPPROTO_UDPLITE, 0, 0, 8 },
		{ IPPROTO_TCP, 12, 0x50, 20 }, { IPPROTO_TCP, 12, 0xa0, 40 },
		{ IPPROTO_TCP, 12, 0x10, 20 }, { IPPROTO_SCTP, 0, 0, 12 },
		{ IPPROTO_DCCP, 4, 4, 16 },    { IPPROTO_DCCP, 4, 0, 12 },
		{ IPPROTO_ICMP, 0, 8, 8 },     { IPPROTO_ESP, 0, 0, 8 },
		{ IPPROTO_GRE, 0, 0, 4 },      { 253, 0, 0, 0 },
	};
	uint8_t packet[SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(packet, 0, sizeof(packet));
		ip4(packet, cases[i].proto, 0, 0);
		packet[20 + cases[i].at] = cases[i].value;
		assert_int_equal(ur_headers_length(packet, SIZE), 20 + cases[i].length);
		assert_int_equal(ur_headers_length(packet, 24), cases[i].length < 4 ? 20 : 24);
		ip4(packet, cases[i].proto, 12, 0);
		memset(packet + 32, 0, SIZE - 32);
		packet[32 + cases[i].at] = cases[i].value;
		assert_int_equal(ur_headers_length(packet, SIZE), 32 + cases[i].length);
	}
}

static void extensions(void **state)
{
	uint8_t packet[SIZE] = {};
	size_t at = ip6(packet, IPPROTO_HOPOPTS);

	(void)state;
	packet[at] = IPPROTO_UDP;
	packet[at + 1] = 1; /* 16 bytes */
	assert_int_equal(ur_headers_length(packet, SIZE), 40 + 16 + 8);
	packet[at + 1] = 200; /* more than there is */
	assert_int_equal(ur_headers_length(packet, SIZE), SIZE);
	ip6(packet, IPPROTO_ICMPV6);
	packet[40] = 128;
	assert_int_equal(ur_headers_length(packet, SIZE), 48);
}

/* A later fragment has no transport header: all behind the IP header is somebody's data. */
static void fragments(void **state)
{
	uint8_t packet[SIZE] = {};

	(void)state;
	ip4(packet, IPPROTO_UDP, 0, 185);
	assert_int_equal(ur_headers_length(packet, SIZE), 20);
	ip6(packet, IPPROTO_FRAGMENT);
	packet[40] = IPPROTO_UDP;
	packet[43] = 8;
	assert_int_equal(ur_headers_length(packet, SIZE), 48);
}

static void packets_in_packets(void **state)
{
	uint8_t packet[SIZE] = {};

	(void)state;
	ip4(packet, IPPROTO_ICMP, 0, 0);
	packet[20] = 3;
	ip4(packet + 28, IPPROTO_UDP, 0, 0);
	assert_int_equal(ur_headers_length(packet, SIZE), 20 + 8 + 20 + 8);
	packet[20] = 0; /* a ping's answer: what follows is data, whatever it looks like */
	assert_int_equal(ur_headers_length(packet, SIZE), 28);
	ip6(packet, IPPROTO_ICMPV6);
	packet[40] = 1;
	packet[48] = 0xff; /* not IP */
	assert_int_equal(ur_headers_length(packet, SIZE), 48);
	ip4(packet, IPPROTO_IPIP, 0, 0);
	ip4(packet + 20, IPPROTO_IPIP, 0, 0);
	ip4(packet + 40, IPPROTO_IPIP, 0, 0);
	ip4(packet + 60, IPPROTO_IPIP, 0, 0);
	ip4(packet + 80, IPPROTO_UDP, 0, 0);
	assert_int_equal(ur_headers_length(packet, SIZE), 80); /* deep enough */
}

static void what_is_no_packet(void **state)
{
	uint8_t packet[SIZE] = { 0x55 };

	(void)state;
	assert_int_equal(ur_headers_length(packet, SIZE), 0);
	assert_int_equal(ur_headers_length(packet, 0), 0);
	packet[0] = 0x44; /* a header of 16 bytes */
	assert_int_equal(ur_headers_length(packet, SIZE), 0);
}

/* Nothing is read behind the end: the sanitizers look on. */
static void any_bytes(void **state)
{
	(void)state;
	srandom(3);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)random() % 100;
		uint8_t *packet = malloc(len);

		for (size_t b = 0; b < len; b++)
			packet[b] = (uint8_t)random();
		if (len)
			packet[0] = random() % 2 ? 0x45 : 0x60;
		assert_true(ur_headers_length(packet, len) <= len);
		free(packet);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transports),        cmocka_unit_test(extensions),
		cmocka_unit_test(fragments),         cmocka_unit_test(packets_in_packets),
		cmocka_unit_test(what_is_no_packet), cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
