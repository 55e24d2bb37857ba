// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include "tests/unit/enrich/away.h"
#include "user/enrich/sockets.h"

#define LOOKS         2000 /* enough that some meet a process that ends */
#define COULD_NOT_TRY 77

static uint64_t inode_of(int fd)
{
	struct stat st = {};

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void test_listeners(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET, SOCK_STREAM, 0);
	const uint8_t loopback[16] = { 127, 0, 0, 1 };
	struct ur_listeners l;

	(void)state;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	ur_sockets_listeners(ntohs(sin.sin_port), &l);
	assert_int_equal(l.looked, UR_FOUND);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.total, 1);
	assert_int_equal(l.one[0].family, AF_INET);
	assert_int_equal(l.one[0].port, ntohs(sin.sin_port));
	assert_memory_equal(l.one[0].addr, loopback, 16);
	assert_int_equal(l.one[0].inode, inode_of(fd));
	close(fd);
	ur_sockets_listeners(ntohs(sin.sin_port), &l);
	assert_int_equal(l.looked, UR_FOUND_NONE);
	assert_int_equal(l.n, 0);
	close(other);
}

static void test_sibling(void **state)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(9) };
	socklen_t len = sizeof(sin6);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0);
	int lite = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE);
	struct ur_listeners l;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin6, &len), 0);
	ur_sockets_sibling(IPPROTO_UDPLITE, ntohs(sin6.sin6_port), &l);
	assert_int_equal(l.looked, UR_FOUND);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.one[0].inode, inode_of(fd));
	ur_sockets_sibling(IPPROTO_UDP, ntohs(sin6.sin6_port), &l);
	assert_int_equal(l.looked, UR_FOUND_NONE);
	if (lite >= 0) {
		assert_int_equal(bind(lite, (struct sockaddr *)&sin6, sizeof(sin6)), 0);
		ur_sockets_sibling(IPPROTO_UDP, ntohs(sin6.sin6_port), &l);
		assert_int_equal(l.looked, UR_FOUND);
		assert_int_equal(l.one[0].inode, inode_of(lite));
		close(lite);
	}
	/* a client's port is no service's */
	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	len = sizeof(peer);
	assert_int_equal(connect(client, (struct sockaddr *)&peer, sizeof(peer)), 0);
	assert_int_equal(getsockname(client, (struct sockaddr *)&peer, &len), 0);
	ur_sockets_sibling(IPPROTO_UDPLITE, ntohs(peer.sin_port), &l);
	assert_int_equal(l.looked, UR_FOUND_NONE);
	close(client);
	close(fd);
}

static void test_elsewhere(void **state)
{
	ur_cleanup(ur_sockets_freep) struct ur_sockets *s = NULL;
	const struct ur_packet pkt = { .family = 4, .dport = 4456, .dst = { 10, 0, 0, 1 } };
	struct ur_elsewhere e;
	struct away away = {};
	struct stat own;
	uint64_t inode;

	(void)state;
	if (!away_start(&away, pkt.dport))
		skip();
	assert_int_equal(ur_sockets_new(&s), 0);
	assert_int_equal(stat("/proc/self/ns/net", &own), 0);
	ur_sockets_elsewhere(s, own.st_ino, 0, false, &pkt, &e, &inode);
	away_end(&away);
	assert_int_equal(e.looked, UR_FOUND);
	assert_int_equal(e.netns_inum, away.inum);
	assert_int_equal(e.family, AF_INET);
	assert_true(inode == away.inode);
	/* what is believed is not of the next namespace with that number */
	ur_sockets_elsewhere(s, own.st_ino, 0, false, &pkt, &e, &inode);
	assert_int_equal(e.looked, UR_FOUND);
	ur_sockets_elsewhere(s, own.st_ino, 7, false, &pkt, &e, &inode);
	assert_int_not_equal(e.looked, UR_FOUND);
	ur_sockets_netns_gone(s, own.st_ino);
	ur_sockets_elsewhere(s, own.st_ino, 0, false, &pkt, &e, &inode);
	assert_int_not_equal(e.looked, UR_FOUND);
	/* its own namespace is not elsewhere */
	ur_sockets_elsewhere(s, away.inum, 0, false, &pkt, &e, &inode);
	assert_int_not_equal(e.looked, UR_FOUND);
	assert_true(!inode);
}

/* Where a forwarded packet was on its way to: the namespace that has its destination, unless
 * there are two, as container networks that overlap make them. */
static void test_target(void **state)
{
	const struct ur_packet pkt = { .family = 4, .dport = 4458, .dst = { 127, 9, 8, 7 } };
	ur_cleanup(ur_sockets_freep) struct ur_sockets *s = NULL, *anew = NULL;
	struct away one = {}, other = {};
	struct ur_elsewhere e;
	struct stat own;
	uint64_t inode;

	(void)state;
	if (!away_start_at(&one, pkt.dport, "127.9.8.7"))
		skip();
	assert_int_equal(ur_sockets_new(&s), 0);
	assert_int_equal(ur_sockets_new(&anew), 0);
	assert_int_equal(stat("/proc/self/ns/net", &own), 0);
	ur_sockets_elsewhere(s, own.st_ino, 0, true, &pkt, &e, &inode);
	assert_true(away_start_at(&other, pkt.dport + 1, "127.9.8.7"));
	assert_true(e.is_target);
	assert_int_equal(e.netns_inum, one.inum);
	assert_int_equal(e.looked, UR_FOUND);
	assert_true(inode == one.inode);
	ur_sockets_elsewhere(anew, own.st_ino, 0, true, &pkt, &e, &inode);
	away_end(&one);
	away_end(&other);
	assert_false(e.is_target);
	assert_int_equal(e.looked, UR_FOUND_NONE);
	assert_true(!inode);
}

/* In a child: processes that end all the time, each in a namespace of its own. */
static void come_and_go(void)
{
	for (;;) {
		for (int i = 0; i < 8; i++)
			if (!fork())
				_exit(unshare(CLONE_NEWNET));
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
}

/* In a child, which sees only its own processes: is there a look that could not look? */
static void look_meanwhile(void)
{
	struct ur_packet pkt = { .family = 4, .dst = { 10, 0, 0, 1 } };
	struct ur_elsewhere e = {};
	uint64_t inode;

	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		_exit(COULD_NOT_TRY);
	if (!fork())
		come_and_go();
	for (int i = 0; i < LOOKS && e.looked != UR_COULD_NOT; i++) {
		ur_cleanup(ur_sockets_freep) struct ur_sockets *s = NULL;

		pkt.dport = 1 + i;
		if (ur_sockets_new(&s))
			_exit(COULD_NOT_TRY);
		ur_sockets_elsewhere(s, 1, 0, false, &pkt, &e, &inode);
	}
	_exit(e.looked == UR_COULD_NOT); /* and with it all of its processes */
}

/* A process that ends while it is looked at is none that could not be looked at. */
static void test_come_and_go(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		if (unshare(CLONE_NEWPID | CLONE_NEWNS))
			_exit(COULD_NOT_TRY);
		pid = fork();
		if (!pid)
			look_meanwhile();
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == COULD_NOT_TRY)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Only what an earlier look had before the event was surely there. */
static void test_known(void **state)
{
	ur_cleanup(ur_sockets_freep) struct ur_sockets *sockets = NULL;
	struct ur_listeners found = { .looked = UR_FOUND, .n = 1 };
	struct ur_event *ev = calloc(1, sizeof(*ev));

	(void)state;
	assert_int_equal(ur_sockets_new(&sockets), 0);
	assert_non_null(ev);
	ev->netns_inum = 7;
	ev->ts_ns = 1; /* long ago */
	found.one[0].inode = 99;
	found.one[0].port = 53;
	ur_sockets_known(sockets, ev, &found);
	assert_false(found.one[0].before);
	ur_sockets_known(sockets, ev, &found);
	assert_false(found.one[0].before); /* seen twice, but only after it */
	ev->ts_ns = UINT64_MAX;
	ur_sockets_known(sockets, ev, &found);
	assert_true(found.one[0].before);
	found.one[0].port = 54;
	ur_sockets_known(sockets, ev, &found);
	assert_false(found.one[0].before);
	found.one[0].port = 53;
	ev->netns_inum = 8;
	ur_sockets_known(sockets, ev, &found);
	assert_false(found.one[0].before);
	found.one[0].inode = 0; /* a socket that no file leads to */
	ur_sockets_known(sockets, ev, &found);
	ur_sockets_known(sockets, ev, &found);
	assert_false(found.one[0].before);
	free(ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listeners),   cmocka_unit_test(test_sibling),
		cmocka_unit_test(test_elsewhere),   cmocka_unit_test(test_target),
		cmocka_unit_test(test_come_and_go), cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
