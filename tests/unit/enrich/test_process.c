// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
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

/* Who holds @inode, asked afresh. */
static struct ur_owners ask(uint64_t inode)
{
	ur_cleanup(ur_process_freep) struct ur_process *p = NULL;
	struct ur_owners owners = {};
	struct ur_process_query q = { inode, 0, &owners };

	assert_int_equal(ur_process_new(&p), 0);
	ur_process_owners(p, &q, 1);
	return owners;
}

static void pass_fd(int over, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	assert_int_equal(sendmsg(over, &m, 0), 1);
}

static int take_fd(int over)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = -1;

	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	if (recvmsg(over, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/* Passed on, a socket is the taker's; on its way it is nobody's. */
static void test_passed_on(void **state)
{
	int over[2], fd, taken;
	struct ur_owners owners;
	uint64_t inode;
	char byte = 0;
	pid_t child;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, over), 0);
	child = fork();
	if (!child) {
		read(over[1], &byte, 1); /* wait for the word */
		taken = take_fd(over[1]);
		write(over[1], &byte, taken >= 0);
		for (;;)
			pause();
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	inode = inode_of(fd);
	assert_int_equal(write(over[0], &byte, 1), 1);
	pass_fd(over[0], fd);
	assert_int_equal(read(over[0], &byte, 1), 1);
	owners = ask(inode);
	assert_int_equal(owners.total, 2);
	close(fd);
	owners = ask(inode);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(owners.total, 1);
	assert_int_equal(owners.one[0].pid, child);
	assert_int_not_equal(ask(inode).looked, UR_FOUND);
	close(over[0]);
	close(over[1]);
}

/* As process 1 of a new pid namespace: a socket shared with process 2. */
static int as_init(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ur_owners owners;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		return 77;
	if (!fork())
		for (;;)
			pause();
	owners = ask(inode_of(fd));
	if (owners.total != 2 || owners.one[0].pid != 2 || owners.one[1].pid != 1)
		return 1;
	/* and nobody: in another namespace there may be somebody */
	return ask(UINT64_MAX).looked == UR_COULD_NOT ? 0 : 2;
}

/* As a user from whom @how, an option of proc(5), hides the processes of others. */
static int as_nobody(const char *how)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, how) || setgroups(0, NULL) || setgid(65534) ||
	    setuid(65534))
		return 77;
	prctl(PR_SET_DUMPABLE, 1);
	return ask(UINT64_MAX).looked == UR_COULD_NOT ? 0 : 1;
}

static int exit_status(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_init_comes_last(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		if (unshare(CLONE_NEWPID | CLONE_NEWNS))
			_exit(77);
		child = fork();
		_exit(child ? exit_status(child) : as_init());
	}
	status = exit_status(child);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static void test_hidden_processes(void **state)
{
	static const char *const ways[] = { "hidepid=0", "hidepid=1", "hidepid=2" };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		pid_t child = fork();
		int status;

		if (!child)
			_exit(as_nobody(ways[i]));
		status = exit_status(child);
		if (status == 77)
			skip();
		assert_int_equal(status, 0);
	}
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
		cmocka_unit_test(test_passed_on),
		cmocka_unit_test(test_init_comes_last),
		cmocka_unit_test(test_hidden_processes),
		cmocka_unit_test(test_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
