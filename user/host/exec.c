// SPDX-License-Identifier: GPL-2.0-only
/* exec.c - starting, reading and ending a tool of the host. */
#include "user/host/exec.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include "user/base/cleanup.h"

#define CHUNK 16384

static const char *const folders[] = {
	"/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin",
};

/* The reading ends of the tool's two streams, and the tool itself. */
struct child {
	pid_t pid;
	int pidfd;
	int out;
	int err;
	int64_t deadline; /* ms, CLOCK_MONOTONIC */
	char *why;
	size_t why_len;
	size_t why_at; /* in the line that is being read */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int ur_exec_find(const char *name, char path[UR_EXEC_PATH_MAX])
{
	char try[UR_EXEC_PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		int n = snprintf(try, sizeof(try), "%s/%s", folders[i], name);

		if (n < 0 || (size_t)n >= sizeof(try) || access(try, X_OK))
			continue;
		strcpy(path, try);
		return 0;
	}
	return -ENOENT;
}

static int file_actions(posix_spawn_file_actions_t *fa, int out, int err)
{
	int r = posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);

	if (!r)
		r = posix_spawn_file_actions_adddup2(fa, out, 1);
	if (!r)
		r = posix_spawn_file_actions_adddup2(fa, err, 2);
	if (!r)
		r = posix_spawn_file_actions_addclosefrom_np(fa, 3);
	return -r;
}

/* Signals as a fresh process has them, and a group of its own: a Ctrl-C is for us. */
static int attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						   POSIX_SPAWN_SETPGROUP);
	if (!r)
		r = posix_spawnattr_setsigmask(attr, &none);
	if (!r)
		r = posix_spawnattr_setsigdefault(attr, &all);
	if (!r)
		r = posix_spawnattr_setpgroup(attr, 0);
	return -r;
}

static int spawn(const char *const argv[], int out, int err, pid_t *pid)
{
	static char *const env[] = { "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int r;

	r = -posix_spawn_file_actions_init(&fa);
	if (r)
		return r;
	r = -posix_spawnattr_init(&attr);
	if (!r) {
		r = file_actions(&fa, out, err);
		if (!r)
			r = attributes(&attr);
		if (!r)
			r = -posix_spawn(pid, argv[0], &fa, &attr, (char *const *)argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&fa);
	return r;
}

static int start(struct child *c, const char *const argv[])
{
	ur_cleanup(ur_closep) int out = -1;
	ur_cleanup(ur_closep) int err = -1;
	int p[2];
	int r;

	if (pipe2(p, O_CLOEXEC))
		return -errno;
	c->out = p[0];
	out = p[1];
	if (pipe2(p, O_CLOEXEC))
		return -errno;
	c->err = p[0];
	err = p[1];
	r = spawn(argv, out, err, &c->pid);
	if (r)
		return r;
	c->pidfd = syscall(SYS_pidfd_open, c->pid, 0);
	return c->pidfd < 0 ? -errno : 0;
}

/* Keep the last line of standard error that isn't empty. */
static void keep_reason(struct child *c, const char *data, size_t len)
{
	for (size_t i = 0; i < len && c->why_len; i++) {
		if (data[i] == '\n') {
			c->why_at = 0;
		} else if (c->why_at + 1 < c->why_len) {
			c->why[c->why_at++] = data[i];
			c->why[c->why_at] = '\0';
		}
	}
}

/* One read from @fd, closed at its end. Returns 0, @fn's result, or -errno. */
static int take(struct child *c, int *fd, ur_exec_fn fn, void *arg)
{
	char buf[CHUNK];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n)
		ur_closep(fd);
	else if (fd == &c->err)
		keep_reason(c, buf, n);
	else
		return fn ? fn(buf, n, arg) : 0;
	return 0;
}

/* See ur_exec_stop_on(). */
static _Thread_local int stop_fd = -1;

void ur_exec_stop_on(int fd)
{
	stop_fd = fd;
}

static int wait_for(struct child *c, struct pollfd *fds, nfds_t n)
{
	int64_t left = c->deadline - now_ms();
	int r = left > 0 ? poll(fds, n, left) : 0;

	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r ? 0 : -ETIMEDOUT;
}

/* Read both streams to their ends, or until @fn has enough or time is up. */
static int drain(struct child *c, ur_exec_fn fn, void *arg)
{
	int r = 0;

	while (!r && (c->out >= 0 || c->err >= 0)) {
		struct pollfd fds[] = { { .fd = c->out, .events = POLLIN },
					{ .fd = c->err, .events = POLLIN },
					{ .fd = stop_fd, .events = POLLIN } };

		r = wait_for(c, fds, 3);
		if (!r && fds[2].revents)
			r = -ECANCELED;
		if (!r && fds[0].revents)
			r = take(c, &c->out, fn, arg);
		if (!r && fds[1].revents)
			r = take(c, &c->err, NULL, NULL);
	}
	return r;
}

/* Reap the tool, after killing it unless it ends by itself when @kindly. */
static int reap(struct child *c, bool kindly, int *status)
{
	struct pollfd fd = { .fd = c->pidfd, .events = POLLIN };
	int r = 0;

	while (kindly && !r && !fd.revents)
		r = wait_for(c, &fd, 1);
	if (!fd.revents)
		kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return r;
}

static int judge(struct child *c, int status)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (c->why_len && !*c->why && WIFSIGNALED(status))
		snprintf(c->why, c->why_len, "ended by signal %d", WTERMSIG(status));
	else if (c->why_len && !*c->why)
		snprintf(c->why, c->why_len, "failed with status %d", WEXITSTATUS(status));
	return -EREMOTEIO;
}

static int run(struct child *c, const char *const argv[], ur_exec_fn fn, void *arg)
{
	int status = 0, r, waited;

	r = start(c, argv);
	if (c->pid <= 0)
		return r;
	if (!r)
		r = drain(c, fn, arg);
	waited = reap(c, !r, &status);
	if (r)
		return r > 0 ? 0 : r;
	return waited ? waited : judge(c, status);
}

int ur_exec_run(const char *const argv[], unsigned timeout_ms, ur_exec_fn fn, void *arg, char *why,
		size_t why_len)
{
	struct child c = {
		.pidfd = -1,
		.out = -1,
		.err = -1,
		.deadline = now_ms() + timeout_ms,
		.why = why,
		.why_len = why_len,
	};
	int r;

	if (why_len)
		*why = '\0';
	r = run(&c, argv, fn, arg);
	ur_closep(&c.out);
	ur_closep(&c.err);
	ur_closep(&c.pidfd);
	if (r == -ETIMEDOUT && why_len)
		snprintf(why, why_len, "no answer within %u ms", timeout_ms);
	else if (r && why_len && !*why)
		snprintf(why, why_len, "%s", strerror(-r));
	return r;
}
