/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/host/listen.h"

static void parses(const char *text, size_t n, const char *addr, uint16_t port)
{
	char got[INET6_ADDRSTRLEN] = "";
	struct ur_listen l = {};
	const struct sockaddr_in *in = (void *)&l.at[n - 1];
	const struct sockaddr_in6 *in6 = (void *)&l.at[n - 1];

	if (ur_listen_parse(text, &l))
		fail_msg("%s is refused", text);
	assert_int_equal(l.n, n);
	if (in->sin_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, got, sizeof(got));
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, got, sizeof(got));
	assert_string_equal(got, addr);
	assert_int_equal(ntohs(in->sin_family == AF_INET ? in->sin_port : in6->sin6_port), port);
}

static void right(void **state)
{
	(void)state;
	parses(UR_LISTEN_DEFAULT, 2, "::1", 9033);
	parses("1", 2, "::1", 1);
	parses("65535", 2, "::1", 65535);
	parses("127.0.0.1:9033", 1, "127.0.0.1", 9033);
	parses("0.0.0.0:80", 1, "0.0.0.0", 80);
	parses("[::1]:9033", 1, "::1", 9033);
	parses("[::]:9033", 1, "::", 9033);
	parses("[2001:db8::1]:9033", 1, "2001:db8::1", 9033);
}

static void wrong(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		"x",
		"0",
		"65536",
		"99999999999",
		"9033x",
		"-1",
		" 9033",
		":9033",
		"9033:",
		"127.0.0.1",
		"127.0.0.1:",
		"127.0.0.1:0",
		"127.0.0.1:x",
		"127.1:9033",
		"localhost:9033",
		"256.0.0.1:9033",
		"::1",
		"::1:9033",
		"[::1]",
		"[::1]:",
		"[::1:9033",
		"[]:9033",
		"[127.0.0.1]:9033",
		"[::1]x:9033",
		"[::1%lo]:9033",
		"unix:/run/x:1",
		"111111111111111111111111111111111111111111111111111111111111111111111111.1:80",
		"[1111111111111111111111111111111111111111111111111111111111111111111111111]:80",
	};
	struct ur_listen l = { .n = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ur_listen_parse(texts[i], &l) != -EINVAL)
			fail_msg("\"%s\" is taken", texts[i]);
	assert_int_equal(l.n, 77);
}

/* A socket on a port that is free: 0 lets the kernel choose. */
static void opens(void **state)
{
	struct ur_listen l;
	int fds[UR_LISTEN_MAX], again[UR_LISTEN_MAX];
	char name[UR_LISTEN_TEXT];

	(void)state;
	assert_int_equal(ur_listen_parse("127.0.0.1:1", &l), 0);
	((struct sockaddr_in *)&l.at[0])->sin_port = 0;
	assert_int_equal(ur_listen_open(&l, fds), 1);
	ur_listen_name(fds[0], name);
	assert_memory_equal(name, "127.0.0.1:", 10);
	/* Nobody else gets it, and what was opened for both is closed again. */
	assert_int_equal(ur_listen_parse(name + 10, &l), 0);
	assert_int_equal(ur_listen_open(&l, again), -EADDRINUSE);
	assert_int_equal(ur_listen_parse("192.0.2.77:9033", &l), 0);
	assert_int_equal(ur_listen_open(&l, again), -EADDRNOTAVAIL);
	close(fds[0]);
	ur_listen_name(-1, name);
	assert_string_equal(name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),
		cmocka_unit_test(wrong),
		cmocka_unit_test(opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
