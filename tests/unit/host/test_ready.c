/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "user/base/cleanup.h"
#include "user/host/ready.h"

static char dir[] = "/tmp/ur-test-ready-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir); /* fails when a test left something */
}

static int forget_manager(void **state)
{
	(void)state;
	return unsetenv("NOTIFY_SOCKET");
}

static const char *in_dir(const char *name)
{
	static char path[sizeof(dir) + 16];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* What a service manager does: a datagram socket, named in the environment. */
static int manager(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at, offsetof(struct sockaddr_un, sun_path) + len), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static void assert_told(int fd, const char *what)
{
	char buf[64] = {};

	assert_int_equal(recv(fd, buf, sizeof(buf) - 1, 0), strlen(what));
	assert_string_equal(buf, what);
}

static void the_file_comes_and_goes(void **state)
{
	const char *path = in_dir("ready");

	(void)state;
	assert_int_equal(ur_ready_announce(path), 0);
	assert_int_equal(access(path, F_OK), 0);
	ur_ready_withdraw(path);
	assert_int_equal(access(path, F_OK), -1);
	/* one that a killed run left behind */
	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(ur_ready_announce(path), 0);
	ur_ready_withdraw(path);
	assert_int_equal(access(path, F_OK), -1);
}

static void no_file_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(ur_ready_announce(NULL), 0);
	assert_int_equal(ur_ready_notify(), 0); /* there is nobody to be told */
	ur_ready_withdraw(NULL);
}

static void a_path_that_can_not_be(void **state)
{
	(void)state;
	assert_int_equal(ur_ready_announce(in_dir("no/such/folder")), -ENOENT);
	assert_int_equal(ur_ready_announce(dir), -EISDIR);
}

static void a_symlink_is_not_followed(void **state)
{
	char target[64];
	const char *path;

	(void)state;
	snprintf(target, sizeof(target), "%s", in_dir("target"));
	path = in_dir("link");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(ur_ready_announce(path), -ELOOP);
	assert_int_equal(access(target, F_OK), -1);
	unlink(path);
}

/* It would be deleted at the end. */
static void what_is_somebodys_stays(void **state)
{
	const char *path = in_dir("mine");
	FILE *f = fopen(path, "we");

	(void)state;
	assert_non_null(f);
	fputs("x", f);
	fclose(f);
	assert_int_equal(ur_ready_announce(path), -EEXIST);
	unlink(path);
	assert_int_equal(ur_ready_announce("/dev/null"), -EEXIST);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ur_ready_announce(path), -ENXIO); /* and does not wait for a reader */
	unlink(path);
}

static void a_service_manager_is_told(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s", in_dir("notify"));
	for (int abstract = 0; abstract < 2; abstract++) {
		ur_cleanup(ur_closep) int fd = manager(abstract ? "@ur-test-ready" : path);

		assert_int_equal(ur_ready_notify(), 0);
		assert_told(fd, "READY=1");
		ur_ready_withdraw(NULL);
		assert_told(fd, "STOPPING=1");
	}
	unlink(path);
}

static void a_service_manager_that_is_none(void **state)
{
	static const struct {
		const char *socket;
		int error;
	} bad[] = {
		{ "", 0 },
		{ "/", -ECONNREFUSED },
		{ "@", -ECONNREFUSED },
		{ "relative", -EAFNOSUPPORT },
		{ "/no/such/socket", -ENOENT },
		{ "@ur-test-nobody", -ECONNREFUSED },
		{ "vsock:2:1", -EAFNOSUPPORT },
		{ "/dev/null", -ECONNREFUSED },
	};
	char longer[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		setenv("NOTIFY_SOCKET", bad[i].socket, 1);
		assert_int_equal(ur_ready_notify(), bad[i].error);
		ur_ready_withdraw(NULL);
	}
	memset(longer, '/', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longer, 1);
	assert_int_equal(ur_ready_notify(), -ENAMETOOLONG);
}

/* Only where this process is meant. */
static void watchdog(void **state)
{
	char pid[16];

	(void)state;
	assert_int_equal(ur_ready_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(ur_ready_watchdog_ms(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(ur_ready_watchdog_ms(), 0);
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(ur_ready_watchdog_ms(), 15000);
	setenv("WATCHDOG_USEC", "1000", 1);
	assert_int_equal(ur_ready_watchdog_ms(), 1);
	setenv("WATCHDOG_USEC", "x", 1);
	assert_int_equal(ur_ready_watchdog_ms(), 0);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	ur_ready_tell("STATUS=nobody hears it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_file_comes_and_goes, forget_manager),
		cmocka_unit_test_setup(no_file_is_asked_for, forget_manager),
		cmocka_unit_test_teardown(a_path_that_can_not_be, forget_manager),
		cmocka_unit_test(a_symlink_is_not_followed),
		cmocka_unit_test(what_is_somebodys_stays),
		cmocka_unit_test_teardown(a_service_manager_is_told, forget_manager),
		cmocka_unit_test_setup(watchdog, forget_manager),
		cmocka_unit_test_teardown(a_service_manager_that_is_none, forget_manager),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
