/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/base/static.h"

static char hosts[] = "/tmp/hosts.XXXXXX", services[] = "/tmp/services.XXXXXX";

static void put(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	put(hosts, "127.0.0.1\tlocalhost\n"
		   "::1 localhost ip6-localhost # web\n"
		   "\n"
		   "192.0.2.7   db.example db\n"
		   "nonsense web\n"
		   "192.0.2.9\n");
	put(services, "domain 53/tcp\ndomain 53/udp\nntp 123/udp\n");
	ur_static_files = (struct ur_static_files){ hosts, services };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(hosts);
	unlink(services);
	return 0;
}

/* The addresses that @node is, as text, one behind the other; or the number of the error. */
static const char *resolve(const char *node, int family, int flags)
{
	static char text[256];
	struct addrinfo hints = { .ai_family = family, .ai_flags = flags }, *list = NULL;
	int r = __wrap_getaddrinfo(node, NULL, &hints, &list);

	text[0] = '\0';
	if (r) {
		assert_null(list);
		snprintf(text, sizeof(text), "%d", r);
	}
	for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
		const void *addr =
			ai->ai_family == AF_INET ?
				(void *)&((struct sockaddr_in *)(void *)ai->ai_addr)->sin_addr :
				(void *)&((struct sockaddr_in6 *)(void *)ai->ai_addr)->sin6_addr;
		size_t len = strlen(text);

		assert_int_equal(ai->ai_addr->sa_family, ai->ai_family);
		assert_non_null(inet_ntop(ai->ai_family, addr, text + len,
					  (socklen_t)(sizeof(text) - len)));
		strcat(text, " ");
	}
	__wrap_freeaddrinfo(list);
	return text;
}

static void addresses(void **state)
{
	char none[16];

	(void)state;
	snprintf(none, sizeof(none), "%d", EAI_NONAME);
	assert_string_equal(resolve("192.0.2.1", AF_UNSPEC, 0), "192.0.2.1 ");
	assert_string_equal(resolve("2001:db8::1", AF_INET6, AI_NUMERICHOST), "2001:db8::1 ");
	assert_string_equal(resolve("2001:db8::1", AF_INET, 0), none);
	assert_string_equal(resolve("db", AF_UNSPEC, 0), "192.0.2.7 ");
	assert_string_equal(resolve("DB.Example", AF_UNSPEC, 0), "192.0.2.7 ");
	assert_string_equal(resolve("db", AF_UNSPEC, AI_NUMERICHOST), none);
	assert_string_equal(resolve("localhost", AF_UNSPEC, 0), "127.0.0.1 ::1 ");
	assert_string_equal(resolve("localhost", AF_INET6, 0), "::1 ");
	assert_string_equal(resolve("web", AF_UNSPEC, 0), none);
	assert_string_equal(resolve("192.0.2.9.", AF_UNSPEC, 0), none);
	ur_static_files.hosts = "/nonexistent";
	assert_string_equal(resolve("db", AF_UNSPEC, 0), none);
	ur_static_files.hosts = hosts;
}

static int port(const char *service, int protocol)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_protocol = protocol }, *list = NULL;
	int r = __wrap_getaddrinfo(NULL, service, &hints, &list);

	if (r)
		return r;
	r = ntohs(((struct sockaddr_in *)(void *)list->ai_addr)->sin_port);
	assert_int_equal(list->ai_protocol, protocol);
	assert_null(list->ai_next);
	__wrap_freeaddrinfo(list);
	return r;
}

static void ports(void **state)
{
	(void)state;
	assert_int_equal(port("domain", IPPROTO_TCP), 53);
	assert_int_equal(port("domain", IPPROTO_UDP), 53);
	assert_int_equal(port("ntp", IPPROTO_UDP), 123);
	assert_int_equal(port("ntp", IPPROTO_TCP), EAI_SERVICE);
	assert_int_equal(port("8125", IPPROTO_UDP), 8125);
	assert_int_equal(port("65536", IPPROTO_UDP), EAI_SERVICE);
	assert_int_equal(port("99999999999999999999", IPPROTO_UDP), EAI_SERVICE);
	assert_int_equal(port("", IPPROTO_UDP), EAI_SERVICE);
	ur_static_files.services = "/nonexistent";
	assert_int_equal(port("ntp", IPPROTO_UDP), EAI_SERVICE);
	assert_int_equal(port("123", IPPROTO_UDP), 123);
	ur_static_files.services = services;
}

static void protocols(void **state)
{
	struct protoent entry, *found;
	char buf[8];

	(void)state;
	assert_int_equal(__wrap_getprotobyname_r("udplite", &entry, buf, sizeof(buf), &found), 0);
	assert_ptr_equal(found, &entry);
	assert_int_equal(found->p_proto, IPPROTO_UDPLITE);
	assert_string_equal(found->p_name, "udplite");
	assert_null(found->p_aliases[0]);
	assert_int_equal(__wrap_getprotobyname_r("17", &entry, buf, sizeof(buf), &found), 0);
	assert_null(found);
	assert_int_equal(__wrap_getprotobyname_r("udplite", &entry, buf, 7, &found), ERANGE);
	assert_null(found);
}

static void nothing_else(void **state)
{
	struct netent entry, *found = (void *)1;
	char buf[8];
	int why = 0;

	(void)state;
	assert_int_equal(__wrap_getnetbyname_r("loopback", &entry, buf, sizeof(buf), &found, &why),
			 0);
	assert_null(found);
	assert_int_equal(why, HOST_NOT_FOUND);
	assert_null(__wrap_gethostbyname("localhost"));
	assert_int_equal(__wrap_ether_hostton("db", buf), -1);
}

static void no_tls(void **state)
{
	(void)state;
	assert_int_equal(ur_static_no_tls(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),    cmocka_unit_test(ports),
		cmocka_unit_test(protocols),    cmocka_unit_test(no_tls),
		cmocka_unit_test(nothing_else),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
