// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/away.h"
#include "user/enrich/netns.h"

static void test_open(void **state)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	struct away away = {};
	struct stat st;
	int fd;

	(void)state;
	if (!away_start(&away, 4455))
		skip();
	assert_int_equal(ur_netns_names_new(&names), 0);
	fd = ur_netns_open(names, away.inum);
	away_end(&away);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_ino, away.inum);
	close(fd);
	assert_true(ur_netns_open(names, away.inum) < 0);
	assert_true(ur_netns_open(names, 0) == -ENOENT);
}

static void test_names(void **state)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	struct ur_netns netns;
	uint32_t host;

	(void)state;
	if (ur_netns_resolve("host", &host))
		skip(); /* this machine hides pid 1 from us */
	assert_int_equal(ur_netns_names_new(&names), 0);
	ur_netns_name(names, 0, &netns);
	assert_int_equal(netns.looked, UR_COULD_NOT);
	ur_netns_name(names, 1, &netns);
	assert_int_not_equal(netns.looked, UR_FOUND);
	assert_string_equal(netns.name, "");
	for (int i = 0; i < 2; i++) {
		ur_netns_name(names, host, &netns);
		assert_int_equal(netns.looked, UR_FOUND);
		assert_string_equal(netns.name, "host");
		ur_netns_as_of(names, &(struct timespec){ 1, 0 }); /* pid 1's is older than all */
	}
}

static void test_resolve(void **state)
{
	uint32_t inum = 7, own;
	struct stat st;
	char pid[16];

	(void)state;
	assert_int_equal(ur_netns_resolve("", &inum), -EINVAL);
	assert_int_equal(ur_netns_resolve("a/b", &inum), -EINVAL);
	assert_int_equal(ur_netns_resolve("..", &inum), -EINVAL);
	assert_int_equal(ur_netns_resolve("no-such-name", &inum), -ENOENT);
	assert_int_equal(ur_netns_resolve("99999999", &inum), -ESRCH);
	assert_int_equal(ur_netns_resolve("99999999999999999999", &inum), -ESRCH);
	assert_int_equal(inum, 7);
	assert_int_equal(ur_netns_resolve("all", &inum), 0);
	assert_int_equal(inum, 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	assert_int_equal(ur_netns_resolve(pid, &own), 0);
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	assert_int_equal(own, st.st_ino);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
