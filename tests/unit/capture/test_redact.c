/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include "user/base/addr.h"
#include "user/capture/redact.h"
#include "user/capture/redact_parts.h"

static const struct ur_redact_key key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };

static const char *redacted(const char *text)
{
	static char out[4][UR_ADDR_TEXT];
	static int turn;
	uint8_t addr[16] = {};
	const uint8_t version = strchr(text, ':') ? 6 : 4;

	turn = (turn + 1) % 4;
	assert_int_equal(inet_pton(version == 4 ? AF_INET : AF_INET6, text, addr), 1);
	ur_redact_address(&key, version, addr);
	return ur_addr_text(version, addr, out[turn]);
}

/* By the vector that SipHash's authors give: 15 bytes of which the first 8 are the kind here. */
static void hash_is_siphash(void **state)
{
	static const uint8_t rest[7] = { 8, 9, 10, 11, 12, 13, 14 };

	(void)state;
	assert_int_equal(ur_redact_hash(&key, rest, 7, 0x0706050403020100), 0xa129ca6149be45e5);
}

static void keys_differ(void **state)
{
	struct ur_redact_key a, b;

	(void)state;
	assert_int_equal(ur_redact_key_make(&a), 0);
	assert_int_equal(ur_redact_key_make(&b), 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void addresses_of_everybody_stay(void **state)
{
	static const char *const all[] = { "0.0.0.0", "127.0.0.1", "224.0.0.251", "255.255.255.255",
					   "::",      "::1",       "ff02::1",     "ff02::fb" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_string_equal(redacted(all[i]), all[i]);
	/* it has the end of an address in it */
	assert_string_equal(redacted("ff02::1:ff12:3456"), "ff02::1:ff00:0");
}

/* Which kind of address it was can still be read. */
static void kinds_stay(void **state)
{
	static const struct {
		const char *addr, *prefix;
	} kinds[] = { { "10.1.2.3", "10." },         { "192.168.1.7", "192.168." },
		      { "169.254.1.1", "169.254." }, { "fe80::1:2ff:fe03:405", "fe80::" },
		      { "2001:db8::5", "" },         { "::ffff:10.1.2.3", "::ffff:10." } };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *now = redacted(kinds[i].addr);

		assert_string_not_equal(now, kinds[i].addr);
		assert_memory_equal(now, kinds[i].prefix, strlen(kinds[i].prefix));
		assert_string_equal(now, redacted(kinds[i].addr));
	}
	/* a host is the same by either family */
	assert_string_equal(strrchr(redacted("::ffff:10.1.2.3"), ':') + 1, redacted("10.1.2.3"));
	/* none becomes private, or everybody's */
	for (int i = 1; i < 224; i++) {
		char text[32];
		uint8_t addr[4];

		if (i == 10 || i == 127)
			continue;
		snprintf(text, sizeof(text), "%d.5.6.7", i);
		assert_int_equal(inet_pton(AF_INET, redacted(text), addr), 1);
		assert_true(addr[0] && addr[0] != 10 && addr[0] != 127 && addr[0] < 224);
	}
}

/* Bits that two addresses begin with in common. */
static int common(const char *a, const char *b)
{
	const bool six = strchr(a, ':');
	uint8_t x[16] = {}, y[16] = {};
	int n = 0;

	inet_pton(six ? AF_INET6 : AF_INET, a, x);
	inet_pton(six ? AF_INET6 : AF_INET, b, y);
	while (n < 128 && !((x[n / 8] ^ y[n / 8]) >> (7 - n % 8) & 1))
		n++;
	return n;
}

static void prefixes_stay(void **state)
{
	static const char *const pairs[][2] = {
		{ "10.1.2.3", "10.1.2.130" },     { "10.1.2.3", "10.1.7.3" },
		{ "10.1.2.3", "10.200.1.1" },     { "198.51.100.7", "198.51.100.8" },
		{ "2001:db8::5", "2001:db8::6" }, { "2001:db8:1::5", "2001:db8:2::5" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(common(redacted(pairs[i][0]), redacted(pairs[i][1])),
				 common(pairs[i][0], pairs[i][1]));
}

/* An option of IPv4 that says which way it came, UDP, and what was in it. */
static void packets_lose_all_but_headers(void **state)
{
	uint8_t p[40] = { 0x46, 0,  0,    40,   0x12, 0x34, 0,   0,   64,  17,  0xab, 0xcd, 10, 1,
			  2,    3,  10,   9,    8,    7,    7,   3,   4,   9,   0xcf, 0xdb, 0,  53,
			  0,    16, 0xbe, 0xef, 's',  'e',  'c', 'r', 'e', 't', '!',  '!' };
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(ur_redact_packet(&key, p, sizeof(p)), 32);
	assert_memory_equal(p + 20, "\1\1\1\1", 4);
	assert_memory_equal(p + 24, "\xcf\xdb\0\x35\0\x10\0\0", 8);
	assert_memory_equal(p + 32, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_not_equal(p + 12, "\x0a\1\2\3", 4);
	assert_memory_not_equal(p + 16, "\x0a\x09\x08\x07", 4);
	for (int i = 0; i < 24; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
}

static void packets_of_other_kinds(void **state)
{
	/* IPv6, a routing header with an address, ICMPv6 */
	uint8_t six[72] = { 0x60, [5] = 32,    [6] = 43,    [7] = 64,  [8] = 0x20,
			    1,    [24] = 0x20, 1,           [40] = 58, 2,
			    0,    1,           [48] = 0x20, 1,         0xd,
			    0xb8, [63] = 9,    [64] = 128,  0,         0xab,
			    0xcd, 1,           2,           3,         4 };
	uint8_t gre[28] = { 0x45, [3] = 28, [8] = 64, 47, [12] = 10, 0, 0, 1, 10, 0, 0, 2, 1, 2, 3 };
	uint8_t cut[20] = { 0x45, [12] = 10, 0, 0, 1, 10, 0, 0, 2 };
	uint8_t none[24] = "no packet, but a secret";

	(void)state;
	assert_int_equal(ur_redact_packet(&key, six, sizeof(six)), 72);
	for (size_t i = 42; i < 64; i++)
		assert_int_equal(six[i], 0);
	assert_memory_equal(six + 64, "\x80\0\0\0\0\0\0\0", 8);
	assert_int_equal(ur_redact_packet(&key, gre, sizeof(gre)), 20);
	assert_memory_equal(gre + 20, "\0\0\0\0", 4);
	assert_int_equal(ur_redact_packet(&key, cut, 18), 0);
	assert_int_equal(cut[12], 0);
	assert_int_equal(ur_redact_packet(&key, none, sizeof(none)), 0);
	assert_int_equal(none[4], 0);
	assert_int_equal(ur_redact_packet(&key, none, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_siphash),
		cmocka_unit_test(keys_differ),
		cmocka_unit_test(addresses_of_everybody_stay),
		cmocka_unit_test(kinds_stay),
		cmocka_unit_test(prefixes_stay),
		cmocka_unit_test(packets_lose_all_but_headers),
		cmocka_unit_test(packets_of_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
