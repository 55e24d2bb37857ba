// SPDX-License-Identifier: GPL-2.0-only
/* started - start a program, say what it took until it was ready, and leave it running.
 *
 * Ready is when it says READY=1 to $NOTIFY_SOCKET, as sd_notify(3) has it; or, with --says
 * TEXT, when TEXT is in what it wrote so far to standard error, which must be a file.
 * Processor time is that of all its threads; the kernel's workers, and what it waited for,
 * are only in the time that went by.
 *
 * It starts as a real-time task. What others run between the moment that wakes a task and the one
 * that switches to it, the scheduler charges to the one that was woken: it looks at the clock
 * once for both. Within a long system call that is up to a tick, and one in ten of all that the
 * program ran went to the kernel's threads, another tenth each time. Those wake none ahead of a
 * real-time task.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/un.h>
#include <sys/wait.h>

#define TIMEOUT_MS 600000

static int notify_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "@unreach-bench" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setenv("NOTIFY_SOCKET", a.sun_path, 1);
	a.sun_path[0] = '\0';
	if (fd < 0 || bind(fd, (struct sockaddr *)&a,
			   offsetof(struct sockaddr_un, sun_path) + sizeof("@unreach-bench") - 1))
		die("socket for notifications");
	return fd;
}

/* Of @pid's first thread; the others are ordinary ones from the start. */
static void schedule(pid_t pid, int policy, int priority)
{
	const struct sched_param p = { .sched_priority = priority };

	if (sched_setscheduler(pid, policy, &p))
		die("scheduling of %d", pid);
}

static uint64_t cpu_time(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		die("processor time of %d", pid);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static bool has_said(const char *text)
{
	char said[4096];
	FILE *f = fopen("/proc/self/fd/2", "re");
	size_t n;

	if (!f)
		die("what it says");
	n = fread(said, 1, sizeof(said) - 1, f);
	fclose(f);
	said[n] = '\0';
	return strstr(said, text);
}

static void wait_said(const char *text, pid_t pid)
{
	for (int ms = 0; ms < TIMEOUT_MS; ms += 10) {
		if (has_said(text))
			return;
		if (waitpid(pid, NULL, WNOHANG))
			bad_usage("it ended before it was ready");
		usleep(10000);
	}
	bad_usage("not ready after %d s", TIMEOUT_MS / 1000);
}

static void wait_ready(int fd, pid_t pid)
{
	char message[64];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int ms = 0; ms < TIMEOUT_MS; ms += 1000) {
		if (poll(&p, 1, 1000) > 0) {
			ssize_t n = recv(fd, message, sizeof(message) - 1, 0);

			message[n > 0 ? n : 0] = '\0';
			if (strstr(message, "READY=1"))
				return;
		}
		if (waitpid(pid, NULL, WNOHANG))
			bad_usage("it ended before it was ready");
	}
	bad_usage("not ready after %d s", TIMEOUT_MS / 1000);
}

int main(int argc, char **argv)
{
	const char *text = NULL;
	uint64_t begin;
	pid_t pid;
	int fd;

	if (argc > 3 && !strcmp(argv[1], "--says")) {
		text = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2)
		bad_usage("usage: started [--says TEXT] COMMAND [ARG...]");
	fd = notify_socket();
	begin = now();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		schedule(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 1);
		/* Not the pipe that our caller reads our one line from. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		die("%s", argv[1]);
	}
	if (text)
		wait_said(text, pid);
	else
		wait_ready(fd, pid);
	schedule(pid, SCHED_OTHER, 0);
	printf("{\"pid\":%d,\"cpu\":%ju,\"elapsed\":%ju}\n", pid, (uintmax_t)cpu_time(pid),
	       (uintmax_t)(now() - begin));
}
