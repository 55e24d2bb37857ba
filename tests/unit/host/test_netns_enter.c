// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include "tests/unit/enrich/away.h"
#include "user/base/cleanup.h"
#include "user/host/netns_enter.h"

static uint64_t here(void)
{
	struct stat st = {};

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static int visit_and_fail(int fd, uint64_t inum)
{
	ur_cleanup(ur_netns_leave) struct ur_netns_visit visit = UR_NETNS_AT_HOME;
	int r = ur_netns_enter(&visit, fd);

	return r ? r : here() == inum ? -EIO : 0;
}

static void test_there_and_back(void **state)
{
	struct away away = {};
	uint64_t home = here();
	char path[64];
	int fd, null = open("/dev/null", O_RDONLY);

	(void)state;
	if (!away_start(&away, 4457))
		skip();
	snprintf(path, sizeof(path), "/proc/%d/ns/net", away.pid);
	fd = open(path, O_RDONLY);
	assert_int_equal(visit_and_fail(fd, away.inum), -EIO);
	assert_true(here() == home);
	assert_true(visit_and_fail(null, away.inum) < 0);
	assert_true(here() == home);
	close(fd);
	close(null);
	away_end(&away);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
