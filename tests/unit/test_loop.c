/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include "user/loop.h"

#define MS 1000000ULL

/* In the place of probe.c: a ring with @n records, which read 1, 2, ... */
struct ur_probe {
	int fd;
	unsigned int n;
	unsigned int drained; /* calls */
	int result;
};

int ur_probe_fd(const struct ur_probe *p)
{
	return p->fd;
}

int ur_probe_drain(struct ur_probe *p, ur_record_fn fn, void *arg)
{
	uint64_t ignored;

	p->drained++;
	(void)!read(p->fd, &ignored, sizeof(ignored));
	for (uint32_t i = 1; i <= p->n; i++)
		fn(arg, &i, sizeof(i));
	p->n = 0;
	return p->result;
}

uint32_t ur_probe_missing(const struct ur_probe *p)
{
	(void)p;
	return 0x5a;
}

/* In the place of worker.c. */
struct ur_worker {
	int fd;
	uint32_t pushed;   /* records, which must read 1, 2, ... */
	uint32_t enough;   /* end after so many */
	int raise_on_stop; /* a signal that comes while it winds up */
	bool stuck;        /* never ends */
	bool closed;
	unsigned int reports;
	uint32_t pushed_before; /* when it was asked for the last report */
	pthread_t finisher;
};

/* In the place of service.c. */
struct ur_service {
	int every_ms;
	unsigned int beats;
};

int ur_service_interval(const struct ur_service *s)
{
	return s ? s->every_ms : -1;
}

void ur_service_beat(struct ur_service *s)
{
	s->beats++;
}

void ur_worker_push(struct ur_worker *w, const void *record, size_t len, uint32_t missing)
{
	assert_int_equal(len, sizeof(uint32_t));
	assert_int_equal(*(const uint32_t *)record, ++w->pushed);
	assert_int_equal(missing, 0x5a);
	if (w->pushed == w->enough)
		eventfd_write(w->fd, 1);
}

void ur_worker_report(struct ur_worker *w)
{
	w->reports++;
	w->pushed_before = w->pushed;
	if (w->reports == 1)
		raise(SIGTERM);
}

int ur_worker_fd(const struct ur_worker *w)
{
	return w->fd;
}

static void *finish(void *arg)
{
	struct ur_worker *w = arg;

	usleep(20000);
	eventfd_write(w->fd, 1);
	return NULL;
}

void ur_worker_close(struct ur_worker *w)
{
	w->closed = true;
	if (w->raise_on_stop)
		raise(w->raise_on_stop);
	if (!w->stuck)
		assert_int_equal(pthread_create(&w->finisher, NULL, finish, w), 0);
}

struct stage {
	struct ur_probe probe;
	struct ur_worker worker;
	struct ur_service *service;
	int signals;
};

static int set_up(void **state)
{
	static struct stage s;

	s = (struct stage){ .probe = { .fd = eventfd(0, EFD_NONBLOCK) },
			    .worker = { .fd = eventfd(0, EFD_NONBLOCK) },
			    .signals = ur_loop_signals() };
	*state = &s;
	return s.signals < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;
	struct signalfd_siginfo left;

	if (s->worker.closed && !s->worker.stuck)
		pthread_join(s->worker.finisher, NULL);
	while (read(s->signals, &left, sizeof(left)) == sizeof(left))
		;
	close(s->probe.fd);
	close(s->worker.fd);
	return close(s->signals);
}

static int run(struct stage *s, uint64_t for_ns)
{
	return ur_loop_run(&s->probe, &s->worker, s->service, s->signals, for_ns);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void signals_are_read_not_taken(void **state)
{
	static const int stop[] = { SIGINT, SIGTERM, SIGHUP };
	struct stage *s = *state;
	struct signalfd_siginfo info;
	struct sigaction sa;

	for (size_t i = 0; i < sizeof(stop) / sizeof(*stop); i++) {
		raise(stop[i]); /* and the test goes on */
		assert_int_equal(read(s->signals, &info, sizeof(info)), sizeof(info));
		assert_int_equal(info.ssi_signo, stop[i]);
	}
	assert_int_equal(read(s->signals, &info, sizeof(info)), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(sigaction(SIGPIPE, NULL, &sa), 0);
	assert_ptr_equal(sa.sa_handler, SIG_IGN);
}

static void a_signal_ends_it_and_nothing_is_left_in_the_ring(void **state)
{
	struct stage *s = *state;

	s->probe.n = 3;
	raise(SIGTERM);
	assert_int_equal(run(s, 0), 0);
	assert_int_equal(s->worker.pushed, 3);
	assert_true(s->worker.closed);
}

static void a_signal_twice_before_is_still_the_first(void **state)
{
	struct stage *s = *state;

	raise(SIGINT);
	raise(SIGTERM);
	assert_int_equal(run(s, 0), 0);
}

static void a_further_signal_cuts_it_short(void **state)
{
	struct stage *s = *state;

	s->worker.stuck = true;
	s->worker.raise_on_stop = SIGINT;
	raise(SIGINT);
	assert_int_equal(run(s, 0), -EINTR);
}

/* It hears of the loop though nothing comes, and not more often though much does. */
static void a_service_hears_that_it_turns(void **state)
{
	struct ur_service service = { .every_ms = 20 };
	struct stage *s = *state;
	uint64_t start = now_ns();

	s->service = &service;
	assert_int_equal(run(s, 200 * MS), 0);
	assert_in_range(service.beats, 2, 1 + (now_ns() - start) / (20 * MS));
}

static void asked_for_a_report_it_goes_on(void **state)
{
	struct stage *s = *state;

	raise(SIGUSR1);
	assert_int_equal(run(s, 0), 0);
	assert_int_equal(s->worker.reports, 1);
	assert_true(s->worker.closed);
}

/* ...also while it winds up: that is no second order to end. */
static void asked_for_a_report_at_the_end(void **state)
{
	struct stage *s = *state;

	s->worker.reports = 1;
	s->worker.raise_on_stop = SIGUSR1;
	raise(SIGINT);
	assert_int_equal(run(s, 0), 0);
}

static void time_is_up(void **state)
{
	struct stage *s = *state;
	uint64_t start = now_ns();

	assert_int_equal(run(s, 50 * MS), 0);
	assert_true(now_ns() - start >= 50 * MS);
	assert_true(s->worker.closed);
	assert_true(s->probe.drained <= 2); /* it slept */
}

static void the_ring_wakes_it_and_the_worker_ends_it(void **state)
{
	struct stage *s = *state;

	s->probe.n = s->worker.enough = 4;
	eventfd_write(s->probe.fd, 1);
	assert_int_equal(run(s, 0), 0);
	assert_int_equal(s->worker.pushed, 4);
}

static void an_error_of_the_ring(void **state)
{
	struct stage *s = *state;

	s->probe.result = -EIO;
	eventfd_write(s->probe.fd, 1);
	assert_int_equal(run(s, 0), -EIO);
	assert_int_equal(s->probe.drained, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signals_are_read_not_taken),
		TEST(a_signal_ends_it_and_nothing_is_left_in_the_ring),
		TEST(a_signal_twice_before_is_still_the_first),
		TEST(a_further_signal_cuts_it_short),
		TEST(a_service_hears_that_it_turns),
		TEST(asked_for_a_report_it_goes_on),
		TEST(asked_for_a_report_at_the_end),
		TEST(time_is_up),
		TEST(the_ring_wakes_it_and_the_worker_ends_it),
		TEST(an_error_of_the_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
