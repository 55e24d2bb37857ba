// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/host/exec.h"

struct got {
	size_t len;
	size_t enough;
	char text[512];
};

static int take(const char *data, size_t len, void *arg)
{
	struct got *got = arg;
	size_t room = sizeof(got->text) - 1 - strlen(got->text);

	strncat(got->text, data, len < room ? len : room);
	got->len += len;
	return got->enough && got->len >= got->enough;
}

static int run(struct got *got, unsigned ms, char why[160], const char *script)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };

	return ur_exec_run(argv, ms, take, got, why, 160);
}

static void test_clean_surroundings(void **state)
{
	const char *const argv[] = { "/usr/bin/env", NULL };
	struct got got = {};
	char why[160];
	int fd = open("/dev/null", O_RDONLY); /* without close-on-exec */

	(void)state;
	assert_int_equal(setenv("LD_PRELOAD_X", "y", 1), 0);
	assert_int_equal(ur_exec_run(argv, 5000, take, &got, why, sizeof(why)), 0);
	assert_string_equal(got.text, "LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
	memset(&got, 0, sizeof(got));
	assert_int_equal(run(&got, 5000, why, "cd /proc/self/fd; echo *; read x || echo end"), 0);
	/* the shell's own for the folder, if any, comes after 0, 1 and 2 */
	assert_memory_equal(got.text, "0 1 2", 5);
	assert_non_null(strstr(got.text, "end"));
	close(fd);
}

static void test_failures_have_reasons(void **state)
{
	const char *const gone[] = { "/bin/no-such-tool", NULL };
	struct got got = {};
	char why[160];

	(void)state;
	assert_int_equal(run(&got, 5000, why, "echo first >&2; echo last >&2; exit 3"), -EREMOTEIO);
	assert_string_equal(why, "last");
	assert_int_equal(run(&got, 5000, why, "exit 3"), -EREMOTEIO);
	assert_string_equal(why, "failed with status 3");
	assert_int_equal(run(&got, 5000, why, "kill -9 $$"), -EREMOTEIO);
	assert_string_equal(why, "ended by signal 9");
	assert_int_equal(ur_exec_run(gone, 5000, take, &got, why, sizeof(why)), -ENOENT);
	assert_int_not_equal(strlen(why), 0);
	assert_int_equal(run(&got, 5000, why, "echo warning >&2"), 0);
}

static void test_deadline(void **state)
{
	struct got got = {};
	char why[160];

	(void)state;
	assert_int_equal(run(&got, 200, why, "sleep 60"), -ETIMEDOUT);
	assert_string_equal(why, "no answer within 200 ms");
	/* silent, or busy, or with a child that keeps the pipe open */
	assert_int_equal(run(&got, 200, why, "exec >&- 2>&-; sleep 60"), -ETIMEDOUT);
	assert_int_equal(run(&got, 200, why, "while :; do echo x; done"), -ETIMEDOUT);
	assert_int_equal(run(&got, 200, why, "sleep 60 & exit 0"), -ETIMEDOUT);
}

static void test_enough(void **state)
{
	struct got got = { .enough = 100000 };
	char why[160];

	(void)state;
	assert_int_equal(run(&got, 10000, why, "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxx; done"),
			 0);
	assert_true(got.len >= 100000 && got.len < 200000);
}

static void test_signals_are_as_usual(void **state)
{
	struct got got = {};
	char why[160];
	sigset_t all, old;

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run(&got, 5000, why, "kill -PIPE $$; echo alive"), -EREMOTEIO);
	assert_string_equal(why, "ended by signal 13");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void test_find(void **state)
{
	char path[UR_EXEC_PATH_MAX];

	(void)state;
	assert_int_equal(ur_exec_find("sh", path), 0);
	assert_int_equal(path[0], '/');
	assert_int_equal(ur_exec_find("no-such-tool", path), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_surroundings),
		cmocka_unit_test(test_failures_have_reasons),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_enough),
		cmocka_unit_test(test_signals_are_as_usual),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
