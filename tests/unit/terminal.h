/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* terminal.h - a child with a terminal of its own, whose other end the test has. */
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct terminal {
	int fd;
	pid_t pid;
	size_t len;
	char text[65536]; /* all that came, terminated */
};

/* Have @child run on a terminal of 80 columns and 24 rows; its result is the exit status. */
static inline void terminal_start(struct terminal *t, int (*child)(void))
{
	const struct winsize size = { .ws_col = 80, .ws_row = 24 };

	t->len = 0;
	t->text[0] = '\0';
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	if (t->pid < 0)
		abort();
	if (!t->pid) {
		setenv("TERM", "xterm", 1);
		_exit(child());
	}
}

/* Read until @what has come; false when nothing more comes before, or for 30 seconds. */
static inline bool terminal_until(struct terminal *t, const char *what)
{
	struct pollfd fd = { t->fd, POLLIN, 0 };

	while (!strstr(t->text, what)) {
		ssize_t n;

		if (t->len + 1 >= sizeof(t->text) || poll(&fd, 1, 30000) != 1)
			return false;
		n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);
		if (n <= 0)
			return false;
		t->len += (size_t)n;
		t->text[t->len] = '\0';
	}
	return true;
}

static inline bool terminal_send(const struct terminal *t, const char *keys)
{
	return write(t->fd, keys, strlen(keys)) == (ssize_t)strlen(keys);
}

/* The exit status of the child, -1 when a signal ended it. */
static inline int terminal_end(struct terminal *t)
{
	int status;

	terminal_until(t, "\1"); /* what is still to come */
	if (waitpid(t->pid, &status, 0) != t->pid)
		return -1;
	close(t->fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
