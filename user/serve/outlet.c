/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/outlet.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include "user/host/privilege.h"

#define JOIN_MS 1000

struct ur_outlet {
	int fd;
	int stop_fd; /* readable when the thread is to end */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool started;
	bool closing;     /* no more will come */
	bool idle;        /* ...and nothing is left, or nobody takes it */
	bool begun;       /* a part of the line at the front has left */
	bool torn;        /* the last line that left is not complete, and never will be */
	size_t room, len; /* of the ring, and used of it, from first on */
	size_t first;
	struct ur_outlet_counts counts;
	char *ring;
};

static size_t count_lines(const char *at, size_t len)
{
	size_t n = 0;

	for (const char *end = at + len; at < end; n++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			break;
		at++;
	}
	return n;
}

/* ---- the ring; under the lock ---- */

static void append(struct ur_outlet *o, const char *bytes, size_t len)
{
	size_t at = (o->first + o->len) % o->room, right = o->room - at;

	memcpy(o->ring + at, bytes, len < right ? len : right);
	if (len > right)
		memcpy(o->ring, bytes + right, len - right);
	o->len += len;
}

/* Up to a page from the front, which a pipe that has room takes without waiting. */
static size_t peek(const struct ur_outlet *o, char chunk[PIPE_BUF])
{
	size_t n = o->len < PIPE_BUF ? o->len : PIPE_BUF, right = o->room - o->first;

	memcpy(chunk, o->ring + o->first, n < right ? n : right);
	if (n > right)
		memcpy(chunk + right, o->ring, n - right);
	return n;
}

static void drop(struct ur_outlet *o, size_t n)
{
	o->first = (o->first + n) % o->room;
	o->len -= n;
}

/* Give up the line at the front, all of it. */
static void drop_line(struct ur_outlet *o)
{
	size_t n = 0;

	while (n < o->len && o->ring[(o->first + n) % o->room] != '\n')
		n++;
	drop(o, n < o->len ? n + 1 : n);
	o->counts.failed++;
}

/* ---- the thread ---- */

/* Wait until the reader takes something; false: told to stop. */
static bool wait_for_reader(const struct ur_outlet *o)
{
	struct pollfd fds[] = { { o->fd, POLLOUT, 0 }, { o->stop_fd, POLLIN, 0 } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[0].revents;
}

/* Write @n bytes that begin the ring, as far as it goes. What was torn is ended first, or the
 * next line would be a part of it. */
static void write_chunk(struct ur_outlet *o, const char *chunk, size_t n)
{
	const bool torn = o->torn;
	ssize_t r = torn ? write(o->fd, "\n", 1) : write(o->fd, chunk, n);

	if (r < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	pthread_mutex_lock(&o->lock);
	if (r <= 0) {
		drop_line(o);
		o->torn = o->torn || o->begun;
		o->begun = false;
	} else if (torn) {
		o->torn = false;
	} else {
		o->counts.written += count_lines(chunk, (size_t)r);
		o->begun = chunk[r - 1] != '\n';
		drop(o, (size_t)r);
	}
	pthread_mutex_unlock(&o->lock);
}

static void *work(void *arg)
{
	struct ur_outlet *o = arg;
	char chunk[PIPE_BUF];
	size_t n;

	/* It needs none: without them, or not at all. */
	if (ur_privilege_keep(UR_ROLE_NONE))
		return NULL;
	pthread_mutex_lock(&o->lock);
	while (!o->closing || o->len) {
		n = peek(o, chunk);
		if (!n) {
			pthread_cond_wait(&o->more, &o->lock);
			continue;
		}
		pthread_mutex_unlock(&o->lock);
		if (!wait_for_reader(o))
			return NULL;
		write_chunk(o, chunk, n);
		pthread_mutex_lock(&o->lock);
	}
	o->idle = true;
	pthread_cond_broadcast(&o->more);
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

/* ---- */

static void release(struct ur_outlet *o)
{
	pthread_cond_destroy(&o->more);
	pthread_mutex_destroy(&o->lock);
	ur_closep(&o->stop_fd);
	free(o->ring);
	free(o);
}

int ur_outlet_new(int fd, size_t bytes, struct ur_outlet **ret)
{
	struct ur_outlet *o = calloc(1, sizeof(*o));
	pthread_condattr_t attr;
	int r = 0;

	if (!o)
		return -ENOMEM;
	o->fd = fd;
	o->room = bytes;
	pthread_mutex_init(&o->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&o->more, &attr);
	pthread_condattr_destroy(&attr);
	o->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	o->ring = malloc(bytes);
	if (o->stop_fd < 0 || !o->ring)
		r = o->ring ? -errno : -ENOMEM;
	if (r) {
		release(o);
		return r;
	}
	*ret = o;
	return 0;
}

int ur_outlet_start(struct ur_outlet *o)
{
	int r = -pthread_create(&o->thread, NULL, work, o);

	o->started = !r;
	return r;
}

static struct timespec in_ms(clockid_t clock, int ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

/* What was not taken. */
static uint64_t lines_left(const struct ur_outlet *o)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->len; i++)
		n += o->ring[(o->first + i) % o->room] == '\n';
	return n;
}

struct ur_outlet_counts ur_outlet_close(struct ur_outlet *o, int ms)
{
	const struct timespec until = in_ms(CLOCK_MONOTONIC, ms);
	struct timespec join;
	struct ur_outlet_counts counts;
	bool stuck;

	pthread_mutex_lock(&o->lock);
	o->closing = true;
	pthread_cond_broadcast(&o->more);
	while (o->started && !o->idle && !pthread_cond_timedwait(&o->more, &o->lock, &until))
		;
	pthread_mutex_unlock(&o->lock);
	eventfd_write(o->stop_fd, 1);
	/* A terminal that was stopped may hold the thread in write() for good: then it keeps what
	 * it needs, and ends with the process. */
	join = in_ms(CLOCK_REALTIME, JOIN_MS);
	stuck = o->started && pthread_timedjoin_np(o->thread, NULL, &join);
	pthread_mutex_lock(&o->lock);
	counts = o->counts;
	counts.full += lines_left(o);
	pthread_mutex_unlock(&o->lock);
	if (stuck)
		pthread_detach(o->thread);
	else
		release(o);
	return counts;
}

void ur_outlet_free(struct ur_outlet *o)
{
	if (o)
		ur_outlet_close(o, 0);
}

void ur_outlet_put(struct ur_outlet *o, const char *lines, size_t len)
{
	pthread_mutex_lock(&o->lock);
	if (o->room - o->len < len) {
		o->counts.full += count_lines(lines, len);
	} else if (len) {
		append(o, lines, len);
		pthread_cond_signal(&o->more);
	}
	pthread_mutex_unlock(&o->lock);
}

struct ur_outlet_counts ur_outlet_counts(struct ur_outlet *o)
{
	struct ur_outlet_counts counts;

	pthread_mutex_lock(&o->lock);
	counts = o->counts;
	pthread_mutex_unlock(&o->lock);
	return counts;
}
