/* SPDX-License-Identifier: GPL-2.0-only */
/* ahead.c - a few namespaces, each with the time when it is due. */
#include "user/ahead.h"
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include "user/host/exec.h"
#include "user/host/privilege.h"

#define DUE_MAX     64
#define NS_PER_MS   1000000ull
#define SETTLE_NS   (20 * NS_PER_MS) /* one command often makes many changes */
#define RETRY_NS    (50 * NS_PER_MS) /* then four times as long, and so on */
#define TRIES       5
#define REST_SHARE  3 /* a quarter of the time at work */
#define REST_MAX_NS (60000 * NS_PER_MS)

struct due {
	uint32_t inum;
	unsigned tries; /* that were too early */
	uint64_t at_ns;
};

struct ur_ahead {
	ur_ahead_fn fn;
	void *arg;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
	int stop_fd; /* the same, for a tool that runs */
	size_t n;
	struct due due[DUE_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Under the lock. Where there is no room, texts are read when they are asked for. */
static void put(struct ur_ahead *a, const struct due *due)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->due[i].inum == due->inum) {
			a->due[i].tries = 0;
			return;
		}
	if (a->n < DUE_MAX)
		a->due[a->n++] = *due;
	pthread_cond_signal(&a->changed);
}

void ur_ahead_add(struct ur_ahead *a, uint32_t inum)
{
	const struct due due = { .inum = inum, .at_ns = now_ns() + SETTLE_NS };

	pthread_mutex_lock(&a->lock);
	put(a, &due);
	pthread_mutex_unlock(&a->lock);
}

/* Wait until one is due, and take it off. False: told to stop. */
static bool take(struct ur_ahead *a, uint64_t not_before, struct due *ret)
{
	while (!a->stop) {
		size_t first = 0;
		uint64_t at;

		if (!a->n) {
			pthread_cond_wait(&a->changed, &a->lock);
			continue;
		}
		for (size_t i = 1; i < a->n; i++)
			if (a->due[i].at_ns < a->due[first].at_ns)
				first = i;
		at = a->due[first].at_ns > not_before ? a->due[first].at_ns : not_before;
		if (at > now_ns()) {
			const struct timespec until = { at / 1000000000, at % 1000000000 };

			pthread_cond_timedwait(&a->changed, &a->lock, &until);
			continue;
		}
		*ret = a->due[first];
		a->due[first] = a->due[--a->n];
		return true;
	}
	return false;
}

/* Too early: the rules have yet to change, or are changing. */
static void again(struct ur_ahead *a, struct due *due)
{
	if (due->tries == TRIES)
		return;
	due->at_ns = now_ns() + (RETRY_NS << 2 * due->tries);
	due->tries++;
	put(a, due);
}

static uint64_t rest(uint64_t worked_ns)
{
	uint64_t ns = worked_ns * REST_SHARE;

	return ns < REST_MAX_NS ? ns : REST_MAX_NS;
}

static void *work(void *arg)
{
	struct ur_ahead *a = arg;
	uint64_t rest_until = 0;
	struct due due;

	if (ur_privilege_keep(UR_ROLE_LOOK)) /* texts are read when they are asked for */
		return NULL;
	ur_exec_stop_on(a->stop_fd);
	pthread_mutex_lock(&a->lock);
	while (take(a, rest_until, &due)) {
		uint64_t start = now_ns(), end;
		int r;

		pthread_mutex_unlock(&a->lock);
		r = a->fn(a->arg, due.inum);
		end = now_ns();
		pthread_mutex_lock(&a->lock);
		rest_until = end + rest(end - start);
		if (r == -EALREADY || r == -EINTR)
			again(a, &due);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

int ur_ahead_start(ur_ahead_fn fn, void *arg, struct ur_ahead **ret)
{
	struct ur_ahead *a = calloc(1, sizeof(*a));
	pthread_condattr_t attr;
	int r;

	if (!a)
		return -ENOMEM;
	a->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->stop_fd < 0) {
		r = -errno;
		free(a);
		return r;
	}
	a->fn = fn;
	a->arg = arg;
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->changed, &attr);
	pthread_condattr_destroy(&attr);
	r = -pthread_create(&a->thread, NULL, work, a);
	if (r) {
		ur_closep(&a->stop_fd);
		free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void ur_ahead_stop(struct ur_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	eventfd_write(a->stop_fd, 1);
	pthread_join(a->thread, NULL);
	ur_closep(&a->stop_fd);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
