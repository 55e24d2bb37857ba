// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/enrich/procfd.h"

#define FOREVER INT64_MAX

/* What a look saw of one inode, or of one process. */
struct seen {
	uint64_t inode;
	pid_t pid;
	unsigned n;
	struct ur_procfd_at at;
};

static uint64_t inode_of(int fd)
{
	struct stat st = {};

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static void note(uint64_t inode, const struct ur_procfd_at *at, void *arg)
{
	struct seen *s = arg;
	char comm[64];

	if (inode != s->inode && at->pid != s->pid)
		return;
	s->n++;
	s->at = *at;
	assert_true(ur_procfd_still(at, inode));
	assert_false(ur_procfd_still(at, inode + 1));
	assert_true(ur_procfd_read(at->dir, "comm", comm, sizeof(comm)) > 1);
}

static void look(void (*all)(struct ur_procfd_look *), struct seen *s)
{
	struct ur_procfd_look look = { .fn = note, .arg = s, .deadline = FOREVER };

	s->n = 0;
	all(&look);
}

static void test_one_and_all(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), again = dup(fd);
	struct seen s = { .inode = inode_of(fd) };
	struct ur_procfd_look one = { .fn = note, .arg = &s, .deadline = FOREVER };

	(void)state;
	ur_procfd_one(&one, getpid());
	assert_int_equal(s.n, 2);
	assert_int_equal(s.at.pid, getpid());
	assert_int_equal(s.at.tid, getpid());
	assert_int_equal(s.at.fd, again);
	close(again);
	look(ur_procfd_all, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.at.fd, fd);
	look(ur_procfd_threads, &s);
	assert_int_equal(s.n, 0);
	close(fd);
	look(ur_procfd_all, &s);
	assert_int_equal(s.n, 0);
}

static void test_in_time(void **state)
{
	struct seen s = { .inode = 1 };
	struct ur_procfd_look late = { .fn = note, .arg = &s };

	(void)state;
	ur_procfd_all(&late);
	assert_true(late.incomplete);
}

/* What belongs to a process that ended is no other's, whoever gets its number. */
static void test_ended(void **state)
{
	pid_t child = fork();
	struct ur_procfd_look one = { .fn = note, .deadline = FOREVER };
	char comm[64];
	int dir;

	(void)state;
	if (!child)
		for (;;)
			pause();
	dir = ur_procfd_open(child);
	assert_true(dir >= 0);
	assert_true(ur_procfd_read(dir, "comm", comm, sizeof(comm)) > 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(ur_procfd_read(dir, "comm", comm, sizeof(comm)) < 0);
	assert_true(ur_procfd_open(child) < 0);
	ur_procfd_one(&one, child);
	assert_false(one.incomplete); /* nothing was hidden: it is gone */
	close(dir);
}

/* In a child: a socket in a thread's own table, or in the table of all after the first thread
 * has ended. Its number goes to @to. */
struct threaded {
	int to;
	bool leader_ends;
};

static void *hold(void *arg)
{
	const struct threaded *t = arg;
	int fd = -1;

	if (t->leader_ends || !unshare(CLONE_FILES))
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (write(t->to, &fd, sizeof(fd)) != sizeof(fd))
		_exit(1);
	for (;;)
		pause();
	return NULL;
}

static void be_threaded(int to, bool leader_ends)
{
	static struct threaded t;
	pthread_t thread;

	t = (struct threaded){ to, leader_ends };
	if (pthread_create(&thread, NULL, hold, &t))
		_exit(1);
	if (leader_ends)
		pthread_exit(NULL);
	for (;;)
		pause();
}

/* Wait until the first thread of @pid is a zombie. */
static bool leader_is_gone(pid_t pid)
{
	char stat[512];
	int dir = ur_procfd_open(pid);
	bool gone = false;

	for (int i = 0; i < 200 && !gone; i++) {
		usleep(10000);
		gone = ur_procfd_read(dir, "stat", stat, sizeof(stat)) > 0 &&
		       !strncmp(strrchr(stat, ')'), ") Z", 3);
	}
	close(dir);
	return gone;
}

static void thread_case(bool leader_ends)
{
	struct seen s = {}, first = {};
	struct ur_procfd_look one = { .fn = note, .arg = &first, .deadline = FOREVER };
	int ends[2], fd = -1;
	bool gone = true;

	assert_int_equal(pipe(ends), 0);
	s.pid = first.pid = fork();
	if (!s.pid)
		be_threaded(ends[1], leader_ends);
	assert_int_equal(read(ends[0], &fd, sizeof(fd)), sizeof(fd));
	if (leader_ends)
		gone = leader_is_gone(s.pid);
	ur_procfd_one(&one, s.pid);
	look(ur_procfd_threads, &s);
	kill(s.pid, SIGKILL);
	waitpid(s.pid, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	assert_true(fd >= 0);
	assert_true(gone);
	assert_int_equal(first.n, 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.at.fd, fd);
	assert_int_not_equal(s.at.tid, s.pid);
}

static void test_thread_with_own_table(void **state)
{
	(void)state;
	thread_case(false);
}

static void test_first_thread_ended(void **state)
{
	(void)state;
	thread_case(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_and_all),
		cmocka_unit_test(test_in_time),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_thread_with_own_table),
		cmocka_unit_test(test_first_thread_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
