/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "tests/unit/sample.h"
#include "user/base/cleanup.h"
#include "user/enrich/taken.h"

static struct ur_packet pkt;
static struct ur_taken taken;
static uint64_t inode;
static struct ur_taken_open none;

/* A socket on @addr, its port the packet's destination. */
static int on(const char *addr, const char *peer)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa = {}, to = {};
	bool v6 = strchr(addr, ':');
	socklen_t len = v6 ? sizeof(sa.v6) : sizeof(sa.v4);
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sa.any.sa_family = to.any.sa_family = v6 ? AF_INET6 : AF_INET;
	inet_pton(sa.any.sa_family, addr, v6 ? (void *)&sa.v6.sin6_addr : (void *)&sa.v4.sin_addr);
	if (fd < 0 || bind(fd, &sa.any, len)) {
		ur_closep(&fd);
		return -1;
	}
	if (peer) {
		inet_pton(AF_INET, peer, &to.v4.sin_addr);
		to.v4.sin_port = htons(9);
		assert_int_equal(connect(fd, &to.any, sizeof(to.v4)), 0);
	}
	assert_int_equal(getsockname(fd, &sa.any, &len), 0);
	pkt.dport = ntohs(v6 ? sa.v6.sin6_port : sa.v4.sin_port);
	return fd;
}

static void packet(const char *src, const char *dst)
{
	pkt.family = strchr(dst, ':') ? 6 : 4;
	pkt.proto = IPPROTO_UDP;
	pkt.has_ports = true;
	pkt.sport = 9;
	sample_addr(pkt.src, src);
	sample_addr(pkt.dst, dst);
	ur_taken_find(&pkt, none, &taken, &inode);
}

static void on_any_address(void **state)
{
	ur_cleanup(ur_closep) int fd = on("0.0.0.0", NULL);
	struct stat st;

	(void)state;
	packet("10.0.0.7", "10.0.0.5");
	assert_int_equal(taken.looked, UR_FOUND);
	assert_int_equal(taken.family, AF_INET);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(inode == st.st_ino);
	packet("fd00::7", "fd00::5");
	assert_int_equal(taken.looked, UR_FOUND_NONE);
	assert_true(!inode);
	ur_closep(&fd);
	packet("10.0.0.7", "10.0.0.5");
	assert_int_equal(taken.looked, UR_FOUND_NONE);
}

/* What was there before has not taken it. */
static void open_all_the_time(void **state)
{
	ur_cleanup(ur_closep) int fd = on("0.0.0.0", NULL);
	uint64_t own[2] = { 1 };

	(void)state;
	packet("10.0.0.7", "10.0.0.5");
	own[1] = inode;
	ur_taken_find(&pkt, (struct ur_taken_open){ 2, own }, &taken, &inode);
	assert_int_equal(taken.looked, UR_FOUND_NONE);
	ur_taken_find(&pkt, (struct ur_taken_open){ 1, own }, &taken, &inode);
	assert_int_equal(taken.looked, UR_FOUND);
}

static void on_one_address(void **state)
{
	ur_cleanup(ur_closep) int fd = on("127.0.0.1", NULL);

	(void)state;
	packet("10.0.0.7", "10.0.0.5");
	assert_int_equal(taken.looked, UR_FOUND_NONE);
	packet("127.0.0.1", "127.0.0.1");
	assert_int_equal(taken.looked, UR_FOUND);
}

static void connected(void **state)
{
	ur_cleanup(ur_closep) int fd = on("127.0.0.1", "127.0.0.1");

	(void)state;
	packet("127.0.0.1", "127.0.0.1");
	assert_int_equal(taken.looked, UR_FOUND);
	packet("127.0.0.2", "127.0.0.1");
	assert_int_equal(taken.looked, UR_FOUND_NONE);
}

static void dual_stack(void **state)
{
	ur_cleanup(ur_closep) int any = -1, mapped = -1;

	(void)state;
	any = on("::", NULL);
	if (any < 0)
		skip();
	packet("10.0.0.7", "10.0.0.5");
	assert_int_equal(taken.looked, UR_FOUND);
	assert_int_equal(taken.family, AF_INET6);
	packet("fd00::7", "fd00::5");
	assert_int_equal(taken.looked, UR_FOUND);
	mapped = on("::ffff:127.0.0.1", NULL);
	packet("127.0.0.9", "127.0.0.1");
	assert_int_equal(taken.looked, UR_FOUND);
	packet("10.0.0.7", "10.0.0.5");
	assert_int_equal(taken.looked, UR_FOUND_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_any_address), cmocka_unit_test(open_all_the_time),
		cmocka_unit_test(on_one_address), cmocka_unit_test(connected),
		cmocka_unit_test(dual_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
