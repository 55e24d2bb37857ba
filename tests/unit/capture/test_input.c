/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "tests/unit/capture.h"
#include "user/capture/input.h"

static struct capture said;
static char path[] = "/tmp/input.XXXXXX";

static int begin(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	capture_open(&said);
	return fd < 0 || close(fd);
}

static int end(void **state)
{
	(void)state;
	capture_close(&said);
	unlink(path);
	memcpy(strrchr(path, '.') + 1, "XXXXXX", 6);
	return 0;
}

static void write_file(const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* It can't be used, and @what is said of it. */
static void assert_unusable(const char *name, const char *what)
{
	struct ur_input input = {};

	rewind(said.out);
	assert_int_equal(ur_input_open(name, said.out, &input), -EINVAL);
	fputc('\0', said.out);
	fflush(said.out);
	assert_non_null(strstr(said.text, name));
	assert_non_null(strstr(said.text, what));
	assert_null(input.file);
	assert_null(input.in);
	ur_input_close(&input);
}

static const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };

static void a_capture(void **state)
{
	struct ur_input input = {};
	struct ur_saved saved;

	(void)state;
	write_file(head, sizeof(head));
	assert_int_equal(ur_input_open(path, said.out, &input), 0);
	assert_int_equal(ur_savefile_linktype(input.file), 1);
	assert_int_equal(ur_savefile_next(input.file, &saved), 0);
	ur_input_close(&input);
	assert_null(input.in);
	fflush(said.out);
	assert_string_equal(said.text, "");
}

static void what_is_none(void **state)
{
	(void)state;
	write_file("nothing of the kind", 19);
	assert_unusable(path, "neither a pcapng nor a pcap file");
	write_file("\x1f\x8b\x08 compressed", 14);
	assert_unusable(path, "is compressed");
	write_file(head, sizeof(head) - 1);
	assert_unusable(path, "cut off before its first packet");
	write_file(head, 0);
	assert_unusable(path, "empty");
	assert_unusable("/tmp", "Is a directory");
	assert_unusable("/nonexistent/file", "No such file");
}

/* Without a descriptor for it, the file may be as good as any. */
static void what_can_not_be_told(void **state)
{
	struct ur_input input = {};
	struct rlimit was, none;

	(void)state;
	write_file(head, sizeof(head));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(ur_input_open(path, said.out, &input), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_capture, begin, end),
		cmocka_unit_test_setup_teardown(what_is_none, begin, end),
		cmocka_unit_test_setup_teardown(what_can_not_be_told, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
