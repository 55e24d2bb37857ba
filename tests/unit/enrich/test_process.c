// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/prctl.h>
#include "tests/unit/enrich/away.h"
#include "user/enrich/cgroup.h"
#include "user/enrich/process.h"

static uint64_t inode_of(int fd)
{
	struct stat st = {};

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void own_place(struct ur_place *place)
{
	char text[8192];
	FILE *f = fopen("/proc/self/cgroup", "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	*place = (struct ur_place){ .looked = UR_FOUND_NONE };
	if (f) {
		ur_cgroup_parse(text, n, place);
		fclose(f);
	}
}

static void test_own_sockets(void **state)
{
	ur_cleanup(ur_process_freep) struct ur_process *p = NULL;
	int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_STREAM, 0);
	char comm[UR_COMM_MAX] = "";
	struct ur_place place;
	const uint64_t inodes[] = { inode_of(one), inode_of(two), 0, UINT64_MAX };

	(void)state;
	own_place(&place);
	assert_int_equal(prctl(PR_GET_NAME, comm), 0);
	assert_int_equal(ur_process_new(&p), 0);
	for (int round = 0; round < 3; round++) {
		struct ur_owners o[4];
		struct ur_process_query q[4];

		for (int i = 0; i < 4; i++)
			q[i] = (struct ur_process_query){ inodes[i], i == 1 ? getpid() : 0, &o[i] };
		ur_process_owners(p, q, 4);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(o[i].looked, UR_FOUND);
			assert_int_equal(o[i].n, 1);
			assert_int_equal(o[i].total, 1);
			assert_int_equal(o[i].one[0].pid, getpid());
			assert_string_equal(o[i].one[0].comm, comm);
			assert_memory_equal(&o[i].one[0].place, &place, sizeof(place));
		}
		assert_int_equal(o[2].looked, UR_FOUND_NONE);
		/* could-not where some process hides its files from us */
		assert_int_not_equal(o[3].looked, UR_FOUND);
	}
	close(one);
	close(two);
}

static void test_what_was_remembered_is_checked(void **state)
{
	ur_cleanup(ur_process_freep) struct ur_process *p = NULL;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ur_owners owners;
	struct ur_process_query q = { inode_of(fd), 0, &owners };

	(void)state;
	assert_int_equal(ur_process_new(&p), 0);
	ur_process_owners(p, &q, 1);
	assert_int_equal(owners.looked, UR_FOUND);
	close(fd);
	ur_process_owners(p, &q, 1);
	assert_int_not_equal(owners.looked, UR_FOUND);
	assert_int_equal(owners.n, 0);
}

static void test_shared_by_two(void **state)
{
	ur_cleanup(ur_process_freep) struct ur_process *p = NULL;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), again = dup(fd);
	struct ur_owners owners;
	struct ur_process_query q = { inode_of(fd), 0, &owners };
	pid_t child = fork();

	(void)state;
	if (!child)
		for (;;)
			pause();
	assert_int_equal(ur_process_new(&p), 0);
	ur_process_owners(p, &q, 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(owners.total, 2);
	assert_int_equal(owners.n, 2);
	close(fd);
	close(again);
}

static void test_current(void **state)
{
	struct ur_owners owners;

	(void)state;
	if (!ur_process_sees_all()) {
		ur_process_current(getpid(), "x", &owners);
		assert_int_equal(owners.looked, UR_COULD_NOT);
		return;
	}
	ur_process_current(getpid(), "a-name-of-16-byt", &owners);
	assert_int_equal(owners.looked, UR_FOUND);
	assert_int_equal(owners.one[0].pid, getpid());
	assert_string_equal(owners.one[0].comm, "a-name-of-16-by");
	ur_process_current(2, "kthreadd", &owners);
	assert_int_equal(owners.looked, UR_FOUND_NONE);
	ur_process_current(0, "swapper/0", &owners);
	assert_int_equal(owners.looked, UR_FOUND_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_sockets),
		cmocka_unit_test(test_what_was_remembered_is_checked),
		cmocka_unit_test(test_shared_by_two),
		cmocka_unit_test(test_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
