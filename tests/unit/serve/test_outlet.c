/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "user/serve/outlet.h"

#define ROOM (64 << 10)

static struct ur_outlet *start(int fd, size_t bytes)
{
	struct ur_outlet *o = NULL;

	assert_int_equal(ur_outlet_new(fd, bytes, &o), 0);
	assert_int_equal(ur_outlet_start(o), 0);
	return o;
}

static void put(struct ur_outlet *o, const char *line)
{
	ur_outlet_put(o, line, strlen(line));
}

/* Until so many lines have met their end. */
static struct ur_outlet_counts wait_for(struct ur_outlet *o, uint64_t lines)
{
	struct ur_outlet_counts c;

	for (int i = 0; i < 2000; i++) {
		c = ur_outlet_counts(o);
		if (c.written + c.full + c.failed >= lines)
			return c;
		poll(NULL, 0, 5);
	}
	fail_msg("%lu lines are not through after 10 s", (unsigned long)lines);
	return c;
}

static size_t read_all(int fd, char *at, size_t room)
{
	size_t n = 0;
	ssize_t r;

	while (n < room && (r = read(fd, at + n, room - n)) > 0)
		n += (size_t)r;
	return n;
}

static void in_order(void **state)
{
	static char text[ROOM];
	struct ur_outlet_counts c;
	struct ur_outlet *o;
	char line[32];
	int fds[2];
	size_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	o = start(fds[1], 4096);
	for (int i = 0; i < 3000; i++) { /* several times round the ring */
		snprintf(line, sizeof(line), "%04d\n", i);
		put(o, line);
		if (i % 500 == 499)
			wait_for(o, (uint64_t)i + 1);
	}
	put(o, "");
	c = ur_outlet_close(o, 5000);
	close(fds[1]);
	assert_int_equal(c.written, 3000);
	assert_int_equal(c.full + c.failed, 0);
	n = read_all(fds[0], text, sizeof(text));
	assert_int_equal(n, 3000 * 5);
	for (int i = 0; i < 3000; i++)
		assert_int_equal(atoi(text + 5 * (size_t)i), i);
	close(fds[0]);
}

/* Nobody reads: whoever puts is never held up, memory is bounded, and each line that the
 * reader gets in the end is whole. */
static void slow_reader(void **state)
{
	static char text[4 * ROOM], line[1000];
	struct ur_outlet_counts c;
	struct ur_outlet *o;
	int fds[2];
	size_t n, lines = 0;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) >= 4096);
	o = start(fds[1], ROOM);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 1000; i++)
		ur_outlet_put(o, line, sizeof(line));
	c = ur_outlet_counts(o);
	assert_in_range(c.full, 1000 - (ROOM + 3 * 4096) / 1000, 1000 - ROOM / 1000);
	/* At the end it is not waited for, and what is left is told of. */
	c = ur_outlet_close(o, 50);
	assert_int_equal(c.written + c.full, 1000);
	close(fds[1]);
	n = read_all(fds[0], text, sizeof(text));
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, c.written);
	assert_true(lines > 0);
	close(fds[0]);
}

static void reader_comes_back(void **state)
{
	static char text[4 * ROOM], line[1000];
	struct ur_outlet_counts c;
	struct ur_outlet *o;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	o = start(fds[1], ROOM);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 500; i++)
		ur_outlet_put(o, line, sizeof(line));
	assert_true(ur_outlet_counts(o).full > 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	for (int i = 0; i < 2000; i++) {
		c = ur_outlet_counts(o);
		if (c.written + c.full == 500)
			break;
		read_all(fds[0], text, sizeof(text));
		poll(NULL, 0, 1);
	}
	assert_int_equal(c.written + c.full, 500);
	read_all(fds[0], text, sizeof(text));
	put(o, "last\n");
	assert_int_equal(wait_for(o, 501).failed, 0);
	c = ur_outlet_close(o, 5000);
	assert_int_equal(c.written + c.full, 501);
	close(fds[0]);
	close(fds[1]);
}

static void no_reader(void **state)
{
	struct ur_outlet_counts c;
	struct ur_outlet *o;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	o = start(fds[1], ROOM);
	for (int i = 0; i < 100; i++)
		put(o, "a line\n");
	c = wait_for(o, 100);
	assert_int_equal(c.failed, 100);
	c = ur_outlet_close(o, 5000);
	assert_int_equal(c.failed, 100);
	close(fds[1]);
	o = start(fds[1], ROOM); /* a descriptor that is closed */
	put(o, "a line\n");
	assert_int_equal(wait_for(o, 1).failed, 1);
	ur_outlet_free(o);
}

static void full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct ur_outlet *o;

	(void)state;
	assert_true(fd >= 0);
	o = start(fd, ROOM);
	put(o, "one\ntwo\n");
	assert_int_equal(wait_for(o, 2).failed, 2);
	ur_outlet_free(o);
	close(fd);
}

/* A disk that is full in the middle of a line, and has room again later. */
static void torn(void **state)
{
	const char *path = "/tmp/ur-test-outlet";
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	static char text[2 * PIPE_BUF], line[PIPE_BUF + 100];
	struct ur_outlet_counts c;
	struct ur_outlet *o;
	size_t n;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	o = start(fd, ROOM);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	/* The first page of it is written; then the descriptor takes no more. */
	ur_outlet_put(o, line, PIPE_BUF);
	for (int i = 0; i < 2000 && lseek(fd, 0, SEEK_END) < PIPE_BUF; i++)
		poll(NULL, 0, 5);
	n = (size_t)dup(fd);
	assert_int_equal(dup3(open("/dev/full", O_WRONLY), fd, O_CLOEXEC), fd);
	put(o, "the rest\n");
	assert_int_equal(wait_for(o, 1).failed, 1);
	assert_int_equal(dup3((int)n, fd, O_CLOEXEC), fd);
	put(o, "whole\n");
	c = ur_outlet_close(o, 5000);
	assert_int_equal(c.written, 1);
	assert_int_equal(c.failed, 1);
	n = (size_t)pread(fd, text, sizeof(text), 0);
	assert_int_equal(n, PIPE_BUF + 1 + 6);
	assert_memory_equal(text + PIPE_BUF, "\nwhole\n", 7);
	close(fd);
}

static void never_started(void **state)
{
	struct ur_outlet *o = NULL;

	(void)state;
	assert_int_equal(ur_outlet_new(1, ROOM, &o), 0);
	put(o, "a line\n");
	assert_int_equal(ur_outlet_close(o, 5000).full, 1);
	ur_outlet_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),          cmocka_unit_test(slow_reader),
		cmocka_unit_test(reader_comes_back), cmocka_unit_test(no_reader),
		cmocka_unit_test(full_disk),         cmocka_unit_test(torn),
		cmocka_unit_test(never_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
