/* SPDX-License-Identifier: GPL-2.0-only */
/* loop.c - the draining thread. It never waits for anything but events. */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include "user/loop.h"

enum { ON_RING, ON_SIGNAL, ON_TIMER, ON_WORKER, ON_MAX };

struct hand_over {
	struct ur_worker *worker;
	uint32_t missing;
};

int ur_loop_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of write() */
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* A descriptor that becomes readable after @ns; -1 in *@fd when there is no limit. */
static int timer(uint64_t ns, int *fd)
{
	struct itimerspec t = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	if (!ns)
		return 0;
	*fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (*fd < 0 || timerfd_settime(*fd, 0, &t, NULL))
		return -errno;
	return 0;
}

static void on_record(void *arg, const void *record, size_t len)
{
	struct hand_over *h = arg;

	ur_worker_push(h->worker, record, len, h->missing);
}

static int drain(struct ur_probe *probe, struct ur_worker *worker)
{
	struct hand_over h = { worker, ur_probe_missing(probe) };

	return ur_probe_drain(probe, on_record, &h);
}

static int wait_for(struct pollfd *fds, int n, int ms)
{
	return poll(fds, n, ms) < 0 && errno != EINTR ? -errno : 0;
}

/* Tell the service that the loop turns, but not more often than it wants to know. */
struct turns {
	int every_ms; /* -1: never */
	uint64_t next_ns;
};

static void beat(struct ur_service *service, struct turns *turns)
{
	struct timespec t;
	uint64_t now;

	if (turns->every_ms < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	if (now < turns->next_ns)
		return;
	turns->next_ns = now + (uint64_t)turns->every_ms * 1000000;
	ur_service_beat(service);
}

/* Was the loop told to end? Other signals ask it for something, which is done. */
static bool told_to_end(struct ur_worker *worker, int fd)
{
	struct signalfd_siginfo info;
	bool end = false;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGUSR1)
			ur_worker_report(worker);
		else
			end = true;
	}
	return end;
}

/* Let the worker finish; a further signal means "now". */
static int wind_up(struct ur_worker *worker, int signals)
{
	struct pollfd fds[] = { { ur_worker_fd(worker), POLLIN, 0 }, { signals, POLLIN, 0 } };
	bool again = false;
	int r = 0;

	ur_worker_close(worker);
	while (!r && !fds[0].revents && !again) {
		r = wait_for(fds, 2, -1);
		again = fds[1].revents && told_to_end(worker, signals);
	}
	return r ?: fds[0].revents ? 0 : -EINTR;
}

int ur_loop_run(struct ur_probe *probe, struct ur_worker *worker, struct ur_service *service,
		int signals, uint64_t for_ns)
{
	struct turns turns = { ur_service_interval(service), 0 };
	ur_cleanup(ur_closep) int end = -1;
	struct pollfd fds[ON_MAX] = {
		[ON_RING] = { ur_probe_fd(probe), POLLIN, 0 },
		[ON_SIGNAL] = { signals, POLLIN, 0 },
		[ON_WORKER] = { ur_worker_fd(worker), POLLIN, 0 },
	};
	int r = timer(for_ns, &end);
	bool told = false;

	fds[ON_TIMER] = (struct pollfd){ end, POLLIN, 0 };
	while (!r && !told && !fds[ON_TIMER].revents && !fds[ON_WORKER].revents) {
		r = wait_for(fds, ON_MAX, turns.every_ms) ?: drain(probe, worker);
		beat(service, &turns);
		told = fds[ON_SIGNAL].revents && told_to_end(worker, signals);
	}
	return r ?: wind_up(worker, signals);
}
