/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>
#include "tests/unit/sample.h"
#include "user/base/addr.h"

static void version_of_a_family(void **state)
{
	(void)state;
	assert_int_equal(ur_ip_version(AF_INET), 4);
	assert_int_equal(ur_ip_version(AF_INET6), 6);
	assert_int_equal(ur_ip_version(AF_UNIX), 0);
}

static void endpoints_as_people_write_them(void **state)
{
	static const struct {
		const char *addr, *text;
	} cases[] = {
		{ "10.0.0.5", "10.0.0.5:53" },
		{ "0.0.0.0", "0.0.0.0:53" },
		{ "fd00::5", "[fd00::5]:53" },
		{ "::", "[::]:53" },
		{ "::ffff:10.0.0.5", "[::ffff:10.0.0.5]:53" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
		  "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe]:53" },
	};
	char text[UR_ENDPOINT_TEXT];
	uint8_t addr[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_addr(addr, cases[i].addr);
		assert_string_equal(ur_endpoint_text(strchr(cases[i].addr, ':') ? 6 : 4, addr, 53,
						     text),
				    cases[i].text);
	}
	assert_string_equal(ur_endpoint_text(0, addr, 1, text), "?:1");
}

static void equal_only_in_the_bytes_of_the_version(void **state)
{
	uint8_t a[16] = { 10, 0, 0, 5, 1 }, b[16] = { 10, 0, 0, 5, 2 };

	(void)state;
	assert_true(ur_addr_equal(4, a, b));
	assert_false(ur_addr_equal(6, a, b));
	assert_false(ur_addr_any(4, a));
	memset(a, 0, 4);
	assert_true(ur_addr_any(4, a));
	assert_false(ur_addr_any(6, a));
}

static void plain_addresses(void **state)
{
	static const struct {
		const char *addr, *plain;
		bool multicast;
	} cases[] = {
		{ "10.0.0.5", "10.0.0.5", false },   { "::ffff:10.0.0.5", "10.0.0.5", false },
		{ "fd00::5", "fd00::5", false },     { "::ffff:224.0.0.1", "224.0.0.1", true },
		{ "ff02::fb", "ff02::fb", true },    { "239.255.255.250", "239.255.255.250", true },
		{ "240.0.0.1", "240.0.0.1", false }, { "::10.0.0.5", "::10.0.0.5", false },
	};
	uint8_t addr[16], plain[16];
	char text[UR_ADDR_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t af = strchr(cases[i].addr, ':') ? AF_INET6 : AF_INET, version;

		sample_addr(addr, cases[i].addr);
		version = ur_addr_plain(af, addr, plain);
		assert_string_equal(ur_addr_text(version, plain, text), cases[i].plain);
		assert_int_equal(ur_addr_multicast(version, plain), cases[i].multicast);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_of_a_family),
		cmocka_unit_test(endpoints_as_people_write_them),
		cmocka_unit_test(plain_addresses),
		cmocka_unit_test(equal_only_in_the_bytes_of_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
