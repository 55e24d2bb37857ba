// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/enrich/readers.h"

#define LOOPBACK 1 /* LOOPBACK_IFINDEX */

static const struct ur_packet pkt4 = {
	.family = 4, .proto = IPPROTO_UDP, .src = { 127, 0, 0, 9 }, .dst = { 127, 0, 0, 1 }
};
static const struct ur_packet pkt6 = {
	.family = 6, .proto = IPPROTO_UDP, .src = { [15] = 1 }, .dst = { [15] = 1 }
};

static uint64_t inode_of(int fd)
{
	struct stat st = {};

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

/* A namespace without other readers; nobody reads a device that is down. */
static int own_namespace(void **state)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	(void)state;
	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr, "skipped: a network namespace of its own\n");
		return 0;
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &up), 0);
	return close(fd);
}

/* A socket that is allowed to nobody but root. */
static int may_open(int family, int type, int proto)
{
	int fd = socket(family, type, proto);

	if (fd < 0)
		skip();
	return fd;
}

static void test_raw(void **state)
{
	struct sockaddr_in other = { .sin_family = AF_INET };
	int fd = may_open(AF_INET, SOCK_RAW, IPPROTO_UDP);
	struct ur_readers r;

	(void)state;
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.one[0].kind, UR_READER_RAW);
	assert_int_equal(r.one[0].inode, inode_of(fd));
	ur_readers_find(&pkt6, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	/* it takes no packets for other addresses */
	other.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&other, sizeof(other)), 0);
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	close(fd);
	fd = may_open(AF_INET, SOCK_RAW, IPPROTO_ICMP); /* nor of other protocols */
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	close(fd);
}

static void test_raw_v6(void **state)
{
	int fd = may_open(AF_INET6, SOCK_RAW, IPPROTO_UDP);
	struct ur_readers r;

	(void)state;
	ur_readers_find(&pkt6, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND);
	assert_int_equal(r.one[0].inode, inode_of(fd));
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	close(fd);
}

static void test_packet(void **state)
{
	struct sockaddr_ll lo = { .sll_family = AF_PACKET, .sll_ifindex = LOOPBACK };
	int fd = may_open(AF_PACKET, SOCK_RAW, 0), fds[UR_READERS_MAX + 2];
	struct ur_readers r;

	(void)state;
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE); /* not bound: it gets nothing */
	lo.sll_protocol = htons(ETH_P_IPV6);
	assert_int_equal(bind(fd, (struct sockaddr *)&lo, sizeof(lo)), 0);
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	ur_readers_find(&pkt6, LOOPBACK + 1, &r);
	assert_int_equal(r.looked, UR_FOUND_NONE);
	ur_readers_find(&pkt6, LOOPBACK, &r);
	assert_int_equal(r.looked, UR_FOUND);
	assert_int_equal(r.one[0].kind, UR_READER_PACKET);
	assert_int_equal(r.one[0].ifindex, LOOPBACK);
	assert_int_equal(r.one[0].inode, inode_of(fd));
	close(fd);
	for (unsigned i = 0; i < UR_READERS_MAX + 2; i++)
		fds[i] = may_open(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	ur_readers_find(&pkt4, LOOPBACK, &r);
	assert_int_equal(r.n, UR_READERS_MAX);
	assert_int_equal(r.total, UR_READERS_MAX + 2);
	assert_int_equal(r.one[0].ifindex, 0);
	for (unsigned i = 0; i < UR_READERS_MAX + 2; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_raw_v6),
		cmocka_unit_test(test_packet),
	};

	return cmocka_run_group_tests(tests, own_namespace, NULL);
}
