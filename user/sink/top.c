/* SPDX-License-Identifier: GPL-2.0-only */
/* top.c - a table of what there is most of, drawn again every second, and at every key, by a thread
 * of its own: whoever explains events never waits for the terminal. */
#include "user/sink.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "user/base/columns.h"
#include "user/host/privilege.h"
#include "user/base/services.h"
#include "user/top/top.h"
#include "user/host/tty.h"

#define NS_PER_S UINT64_C(1000000000)

struct top_sink {
	struct ur_sink sink;
	struct ur_top_opts opts;
	struct ur_services *services;
	pthread_t thread;
	bool started;
	int stop, timer, signals;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t quit_said;
	struct ur_digest digest;
	struct ur_totals totals;
	uint64_t ns; /* of a file, once it is read */
	struct timespec first, last;
	bool finished, quit;

	/* the thread's own */
	struct ur_top top;
	struct ur_top_keys keys;
	struct ur_top_view view;
	struct timespec start;
};

/* ---- what comes ---- */

static void note_time(struct top_sink *s, const struct timespec *time)
{
	if (!s->first.tv_sec || time->tv_sec < s->first.tv_sec)
		s->first = *time;
	if (time->tv_sec >= s->last.tv_sec)
		s->last = *time;
}

/* Who quits while a file is read wants no more of it. */
static int top_event(struct ur_sink *sink, const struct ur_evidence *ev,
		     const struct ur_report *report)
{
	struct top_sink *s = (struct top_sink *)sink;
	bool quit;

	pthread_mutex_lock(&s->lock);
	ur_digest_add(&s->digest, ev, report);
	ur_totals_add(&s->totals, ev, report, true);
	note_time(s, &ev->time);
	quit = s->quit && s->opts.replayed;
	pthread_mutex_unlock(&s->lock);
	return quit ? -EPIPE : 0;
}

static int top_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			const struct ur_report *report)
{
	struct top_sink *s = (struct top_sink *)sink;

	pthread_mutex_lock(&s->lock);
	ur_digest_add_received(&s->digest, receipt, report);
	note_time(s, &receipt->time);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- the thread ---- */

static uint64_t between(const struct timespec *from, const struct timespec *to)
{
	int64_t ns = (to->tv_sec - from->tv_sec) * (int64_t)NS_PER_S + to->tv_nsec - from->tv_nsec;

	return ns > 0 ? (uint64_t)ns : 0;
}

/* What has come so far; while it is paused, what had. */
static void take_view(struct top_sink *s, uint64_t ticks)
{
	struct ur_top_view *v = &s->view;
	struct timespec now;

	if (s->top.paused)
		return;
	pthread_mutex_lock(&s->lock);
	v->digest = s->digest;
	v->totals = s->totals;
	v->reading = s->opts.replayed && !s->finished;
	v->ns = between(&s->first, &s->last);
	pthread_mutex_unlock(&s->lock);
	clock_gettime(CLOCK_REALTIME, &v->now);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!s->opts.replayed)
		v->ns = between(&s->start, &now);
	for (ticks = ticks > UR_RATE_SECONDS ? UR_RATE_SECONDS : ticks; ticks; ticks--)
		ur_rates_tick(&v->rates, &v->digest);
}

static void draw(struct top_sink *s)
{
	struct ur_top_screen screen = { .color = s->opts.color, .ascii = s->opts.ascii };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	ur_tty_size(&screen.width, &screen.height);
	ur_top_draw(out, &s->top, &s->view, &screen);
	fclose(out);
	if (text)
		ur_tty_write(text, len);
	free(text);
}

static void say_quit(struct top_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->quit = true;
	pthread_cond_signal(&s->quit_said);
	pthread_mutex_unlock(&s->lock);
	if (!s->opts.replayed)
		kill(getpid(), SIGTERM); /* who follows the kernel ends as for any other */
}

/* False when the keys are at their end: the terminal is gone. */
static bool read_keys(struct top_sink *s)
{
	char bytes[64];
	ssize_t n = read(ur_tty_keys(), bytes, sizeof(bytes));

	for (ssize_t i = 0; i < n && !s->top.quit; i++) {
		int key = ur_top_keys_add(&s->keys, bytes[i]);

		if (key != UR_KEY_NONE)
			ur_top_press(&s->top, &s->view, key);
	}
	if (s->top.quit)
		say_quit(s);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Stopped as the shell wants it, with the terminal as it was; and on from here. */
static void stop_here(void)
{
	ur_tty_give_back();
	raise(SIGSTOP); /* this thread, so that it takes the terminal again only after that */
	ur_tty_take();
}

static void read_signals(struct top_sink *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTSTP)
			stop_here();
		else if (info.ssi_signo == SIGCONT)
			ur_tty_take();
		else if (info.ssi_signo != SIGWINCH) {
			s->top.quit = true;
			say_quit(s);
		}
	}
}

static void *show(void *arg)
{
	struct top_sink *s = arg;
	struct pollfd fds[] = {
		{ s->stop, POLLIN, 0 },
		{ s->timer, POLLIN, 0 },
		{ s->signals, POLLIN, 0 },
		{ -1, POLLIN, 0 },
	};
	uint64_t ticks;
	bool keys = true;

	ur_privilege_keep(UR_ROLE_NONE);
	take_view(s, 0);
	for (;;) {
		draw(s);
		fds[3].fd = keys ? ur_tty_keys() : -1;
		if (poll(fds, 4, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents)
			break;
		if (fds[1].revents && read(s->timer, &ticks, sizeof(ticks)) == sizeof(ticks))
			take_view(s, ticks);
		if (fds[2].revents)
			read_signals(s);
		if (fds[3].revents)
			keys = read_keys(s);
	}
	return NULL;
}

/* ---- from the start to the end ---- */

/* The thread alone takes signals about the terminal; and, where nobody else does, those that end
 * the process, so that the terminal is given back before. */
static int open_signals(const struct ur_top_opts *opts)
{
	static const int always[] = { SIGWINCH, SIGTSTP, SIGCONT };
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < 3; i++) {
		sigaddset(&set, always[i]);
		if (opts->replayed)
			sigaddset(&set, ending[i]);
	}
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_all(struct top_sink *s)
{
	const struct itimerspec second = { { 1, 0 }, { 1, 0 } };

	s->stop = eventfd(0, EFD_CLOEXEC);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	s->signals = open_signals(&s->opts);
	if (s->stop < 0 || s->timer < 0 || s->signals < 0 ||
	    timerfd_settime(s->timer, 0, &second, NULL))
		return -errno;
	return 0;
}

static void stop(struct top_sink *s)
{
	if (!s->started)
		return;
	eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	s->started = false;
	ur_tty_give_back();
}

/* A file that is read stays on the screen until somebody has seen enough. */
static int top_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct top_sink *s = (struct top_sink *)sink;

	(void)totals;
	pthread_mutex_lock(&s->lock);
	s->finished = true;
	while (s->opts.replayed && s->started && !s->quit)
		pthread_cond_wait(&s->quit_said, &s->lock);
	pthread_mutex_unlock(&s->lock);
	stop(s);
	return 0;
}

static void top_free(struct ur_sink *sink)
{
	struct top_sink *s = (struct top_sink *)sink;

	stop(s);
	ur_services_free(s->services);
	ur_closep(&s->stop);
	ur_closep(&s->timer);
	ur_closep(&s->signals);
	free(s);
}

static int start(struct top_sink *s)
{
	int r = open_all(s) ?: ur_tty_take();

	if (r)
		return r;
	r = -pthread_create(&s->thread, NULL, show, s);
	s->started = !r;
	if (r)
		ur_tty_give_back();
	return r;
}

int ur_sink_top_new(const struct ur_top_opts *opts, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = {
		.event = top_event, .received = top_received, .finish = top_finish, .free = top_free
	};
	struct top_sink *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->sink.ops = &ops;
	s->opts = *opts;
	s->stop = s->timer = s->signals = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->quit_said, NULL);
	snprintf(s->view.source, sizeof(s->view.source), "%s", opts->source);
	s->opts.source = s->view.source;
	s->view.received = opts->received;
	s->view.replayed = opts->replayed;
	clock_gettime(CLOCK_MONOTONIC, &s->start);
	if (!opts->numeric)
		ur_services_load("/etc/services", &s->services);
	s->digest.services = s->services;
	r = start(s);
	if (r) {
		top_free(&s->sink);
		return r;
	}
	*ret = &s->sink;
	return 0;
}
