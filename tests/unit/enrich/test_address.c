// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>
#include "user/enrich/address.h"

static enum ur_looked look(const char *text)
{
	uint8_t version = strchr(text, ':') ? 6 : 4, addr[16] = {};

	assert_int_equal(inet_pton(version == 4 ? AF_INET : AF_INET6, text, addr), 1);
	return ur_address_here(version, addr);
}

/* Every address that a device has is here; those kept for documents are not. */
static void addresses(void **state)
{
	struct ifaddrs *all = NULL;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_int_equal(getifaddrs(&all), 0);
	for (struct ifaddrs *one = all; one; one = one->ifa_next) {
		const struct sockaddr_in *v4 = (const void *)one->ifa_addr;
		const struct sockaddr_in6 *v6 = (const void *)one->ifa_addr;

		if (!v4 || (v4->sin_family != AF_INET && v4->sin_family != AF_INET6))
			continue;
		inet_ntop(v4->sin_family,
			  v4->sin_family == AF_INET ? (void *)&v4->sin_addr :
						      (void *)&v6->sin6_addr,
			  text, sizeof(text));
		assert_int_equal(look(text), UR_FOUND);
	}
	freeifaddrs(all);
	assert_int_equal(look("192.0.2.77"), UR_FOUND_NONE);
	assert_int_equal(look("2001:db8::77"), UR_FOUND_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
