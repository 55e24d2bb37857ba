// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
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

/* Bind a namespace without a process to @path. Its number, 0: not possible here. */
static uint32_t bind_namespace(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), status;
	struct stat st;
	pid_t pid;

	if (fd < 0 || close(fd))
		return 0;
	pid = fork();
	if (!pid)
		_exit(unshare(CLONE_NEWNET) ||
		      mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status || stat(path, &st))
		return 0;
	return (uint32_t)st.st_ino;
}

/* Statuses of what is tried in mounts of its own. */
enum { MOUNT_FOUND, MOUNT_NOT_FOUND, MOUNT_IMPOSSIBLE };

static int look_behind_mounts(const char *dir)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	char path[64];
	uint32_t inum;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return MOUNT_IMPOSSIBLE;
	snprintf(path, sizeof(path), "%s/a \\0 \\b\tc", dir);
	inum = bind_namespace(path);
	if (!inum || ur_netns_names_new(&names))
		return MOUNT_IMPOSSIBLE;
	return ur_netns_open(names, inum) >= 0 ? MOUNT_FOUND : MOUNT_NOT_FOUND;
}

/* A way in that is a mount only, at a path with spaces and backslashes. */
static void test_mounts(void **state)
{
	char dir[] = "/tmp/netns.XXXXXX", path[64];
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	pid = fork();
	if (!pid)
		_exit(look_behind_mounts(dir));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof(path), "%s/a \\0 \\b\tc", dir);
	unlink(path);
	rmdir(dir);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == MOUNT_IMPOSSIBLE)
		skip();
	assert_int_equal(WEXITSTATUS(status), MOUNT_FOUND);
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
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_resolve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
