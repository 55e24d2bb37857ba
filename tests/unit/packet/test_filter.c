/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "user/packet/filter.h"

/* 10.0.0.7:53211 > 10.0.0.5:53 UDP, of 61 bytes */
static const uint8_t udp4[] = { 0x45, 0, 0,  61, 0, 0, 0x40, 0,    64, 17, 0, 0,  10, 0,
				0,    7, 10, 0,  0, 5, 0xcf, 0xdb, 0,  53, 0, 41, 0,  0 };
/* [2001:db8::1]:4000 > [2001:db8::2]:443 TCP SYN */
static const uint8_t tcp6[] = {
	0x60, 0,    0, 0,   0,    20, 6,    64,   0x20, 1, 0x0d, 0xb8, 0,    0, 0, 0, 0, 0, 0, 0,
	0,    0,    0, 1,   0x20, 1,  0x0d, 0xb8, 0,    0, 0,    0,    0,    0, 0, 0, 0, 0, 0, 2,
	0x0f, 0xa0, 1, 187, 0,    0,  0,    0,    0,    0, 0,    0,    0x50, 2, 0, 0, 0, 0, 0, 0
};

static int compile(const char *text, char *err, size_t size, struct ur_filter **ret)
{
	char word[256];
	char *words[] = { word };

	snprintf(word, sizeof(word), "%s", text);
	return ur_filter_new(words, 1, err, size, ret);
}

static bool matches(const char *text, const uint8_t *packet, size_t len, uint32_t wire)
{
	ur_cleanup(ur_filter_freep) struct ur_filter *filter = NULL;
	char err[256] = "";

	if (compile(text, err, sizeof(err), &filter))
		fail_msg("%s: %s", text, err);
	return ur_filter_match(filter, packet, len, wire);
}

static void expressions(void **state)
{
	static const struct {
		const char *text;
		bool udp4, tcp6;
	} cases[] = {
		{ "udp", true, false },
		{ "udp port 53 and src net 10.0.0.0/8", true, false },
		{ "udp port 53 and dst net 10.0.0.0/30", false, false },
		{ "port 53 or port 443", true, true },
		{ "src port 53", false, false },
		{ "ip", true, false },
		{ "ip6", false, true },
		{ "host 10.0.0.5", true, false },
		{ "ip6 host 2001:db8::2", false, true },
		{ "src host 10.0.0.5", false, false },
		{ "portrange 400-500", false, true },
		{ "greater 61", true, false },
		{ "less 60", false, true },
		{ "not udp", false, true },
		{ "ip[8] = 64", true, false },
		{ "ip6 proto 6 and ip6[53] & 2 != 0", false, true },
		{ "icmp", false, false },
		{ "ip proto 17", true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (matches(cases[i].text, udp4, sizeof(udp4), 61) != cases[i].udp4)
			fail_msg("%s: IPv4", cases[i].text);
		if (matches(cases[i].text, tcp6, sizeof(tcp6), sizeof(tcp6)) != cases[i].tcp6)
			fail_msg("%s: IPv6", cases[i].text);
	}
}

static void words_are_joined(void **state)
{
	ur_cleanup(ur_filter_freep) struct ur_filter *filter = NULL;
	char err[256] = "";
	char *words[] = { "udp", "port", "53" };

	(void)state;
	assert_int_equal(ur_filter_new(words, 3, err, sizeof(err), &filter), 0);
	assert_true(ur_filter_match(filter, udp4, sizeof(udp4), 61));
	assert_false(ur_filter_match(filter, tcp6, sizeof(tcp6), 60));
}

/* Nothing is read behind what there is of a packet: the sanitizers look on. */
static void cut_packets(void **state)
{
	(void)state;
	for (size_t len = 0; len <= sizeof(udp4); len++) {
		uint8_t *copy = malloc(len ?: 1);

		memcpy(copy, udp4, len);
		assert_int_equal(matches("udp port 53", copy, len, 61), len >= 24);
		assert_false(matches("udp[100] = 0", copy, len, 61));
		free(copy);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "udp port", "syntax error" },
		{ "foo bar)", "syntax error" },
		{ "port 99999", "99999" },
		{ "port no-such-service", "no-such-service" },
		{ "ether host 00:11:22:33:44:55", "ethernet" },
		{ "vlan 3", "VLAN" },
		{ "inbound", "direction" },
		{ "udp and outbound", "direction" },
		{ "udp \033[31m", "" },
	};
	struct ur_filter *filter = (void *)1;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char err[256] = "";

		assert_int_equal(compile(cases[i].text, err, sizeof(err), &filter), -EINVAL);
		assert_non_null(strstr(err, cases[i].says));
		assert_true(*err);
		assert_null(strchr(err, '\033'));
		assert_ptr_equal(filter, (void *)1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions),
		cmocka_unit_test(words_are_joined),
		cmocka_unit_test(cut_packets),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
