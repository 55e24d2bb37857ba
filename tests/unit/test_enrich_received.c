// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/receipt.h"
#include "user/enrich_received.h"

static struct ur_receipt r;

static uint64_t inode_of(const char *path, int fd)
{
	struct stat st = {};

	assert_int_equal(path ? stat(path, &st) : fstat(fd, &st), 0);
	return st.st_ino;
}

static void run(void)
{
	ur_cleanup(ur_enrich_received_freep) struct ur_enrich_received *e = NULL;

	assert_int_equal(ur_enrich_received_new(&e), 0);
	r.rec.netns_inum = r.netns.inum = inode_of("/proc/self/ns/net", -1);
	ur_enrich_received_run(e, &r);
}

static void who_was_told(void **state)
{
	ur_cleanup(ur_closep) int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	sample_receipt(&r, "192.0.2.9", IPPROTO_UDP, "10.0.0.5", 53211, "192.0.2.9", 53);
	r.rec.ntold = 1;
	r.rec.told[0].inode = inode_of(NULL, fd);
	r.from_here = UR_NOT_ASKED;
	run();
	assert_int_equal(r.told[0].looked, UR_FOUND);
	assert_int_equal(r.told[0].one[0].pid, getpid());
	assert_int_equal(r.netns.inum, r.rec.netns_inum);
	assert_int_equal(r.from_here, UR_FOUND_NONE);
	assert_int_equal(r.made.looked, UR_NOT_ASKED);
}

/* It has ended, but the kernel saw it wait. */
static void who_waited(void **state)
{
	(void)state;
	sample_receipt(&r, "127.0.0.1", IPPROTO_UDP, "127.0.0.1", 53211, "127.0.0.1", 53);
	r.rec.ntold = 1;
	r.rec.told[0].inode = UINT64_C(0x7fffffffffff);
	r.rec.waiter[0] = (uint32_t)getpid();
	SAMPLE_COPY(r.rec.waiter_comm[0], "dig");
	run();
	assert_int_not_equal(r.told[0].looked, UR_NOT_ASKED);
	if (r.told[0].looked == UR_FOUND) /* numbers of processes mean the same here */
		assert_string_equal(r.told[0].one[0].comm, "dig");
	assert_int_equal(r.from_here, UR_FOUND);
}

static void generated_here(void **state)
{
	(void)state;
	sample_receipt(&r, "127.0.0.1", IPPROTO_UDP, "127.0.0.1", 53211, "127.0.0.1", 53);
	r.rec.flags = UR_RC_MADE | UR_RC_FIT;
	r.rec.fit.inode = UINT64_C(0x7fffffffffff);
	r.rec.made_netns = inode_of("/proc/self/ns/net", -1);
	r.from_here = UR_NOT_ASKED;
	run();
	assert_int_equal(r.made.inum, r.netns.inum);
	assert_int_equal(r.made.looked, r.netns.looked);
	assert_int_equal(r.from_here, UR_NOT_ASKED);
	assert_int_not_equal(r.fit.looked, UR_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_told),
		cmocka_unit_test(who_waited),
		cmocka_unit_test(generated_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
