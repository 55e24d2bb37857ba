/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/service.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "user/host/ready.h"
#include "user/serve/serve.h"
#include "user/base/strbuf.h"

#define NS_PER_S    UINT64_C(1000000000)
#define BEAT_MS     1000
#define ALIVE_NS    (10 * NS_PER_S) /* since the last beat, and all is well */
#define PROGRAMS_NS (10 * NS_PER_S) /* between two looks at them: a system call for each */
#define STATUS_NS   (10 * NS_PER_S)
#define LOG_WAIT_MS 2000
#define HOOKS_MAX   128
#define URL_ROOM    (UR_LISTEN_MAX * (UR_LISTEN_TEXT + 24))

struct ur_service {
	const struct ur_probe *probe;
	const struct ur_worker *worker;
	bool received;
	struct ur_metrics *metrics;
	struct ur_outlet *log;
	struct ur_serve *serve;
	int fds[UR_LISTEN_MAX];
	int nfds;
	double start;
	uint64_t programs_ns; /* when to look at them, and when to tell the status */
	uint64_t status_ns;
	char urls[URL_ROOM];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void name_urls(struct ur_service *s)
{
	struct ur_buf urls = UR_BUF(s->urls);
	char name[UR_LISTEN_TEXT];

	for (int i = 0; i < s->nfds; i++) {
		ur_listen_name(s->fds[i], name);
		ur_buf_add(&urls, "%shttp://%s/metrics", i ? " " : "", name);
	}
}

int ur_service_open(const char *where, int log_fd, struct ur_service **ret)
{
	ur_cleanup(ur_service_freep) struct ur_service *s = calloc(1, sizeof(*s));
	struct ur_listen listen;
	int r;

	if (!s)
		return -ENOMEM;
	s->start = (double)clock_ns(CLOCK_REALTIME) / (double)NS_PER_S;
	r = ur_listen_parse(where, &listen) ?: ur_listen_open(&listen, s->fds);
	if (r < 0)
		return r;
	s->nfds = r;
	name_urls(s);
	r = ur_metrics_new(&s->metrics);
	r = r ?: ur_outlet_new(log_fd, UR_OUTLET_BYTES, &s->log);
	if (!r)
		*ret = ur_take(s);
	return r;
}

void ur_service_free(struct ur_service *s)
{
	if (!s)
		return;
	ur_serve_free(s->serve);
	ur_outlet_free(s->log);
	ur_metrics_free(s->metrics);
	for (int i = 0; i < s->nfds; i++)
		ur_closep(&s->fds[i]);
	free(s);
}

struct ur_metrics *ur_service_metrics(struct ur_service *s)
{
	return s ? s->metrics : NULL;
}

struct ur_outlet *ur_service_log(struct ur_service *s)
{
	return s ? s->log : NULL;
}

/* ---- what is served; in the server's thread ---- */

/* Resident pages are the second number. */
static uint64_t resident_bytes(void)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (!f || fscanf(f, "%*u %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static double seconds_of(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static double cpu_seconds(void)
{
	struct rusage usage = {};

	getrusage(RUSAGE_SELF, &usage);
	return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

static int render(void *arg, enum ur_form form, char **text, size_t *len)
{
	struct ur_service *s = arg;
	ur_cleanup(ur_freep) char *at = NULL;
	FILE *out = open_memstream(&at, len);
	struct ur_metrics_now now = {
		.queue_dropped = ur_worker_dropped(s->worker),
		.lines = ur_outlet_counts(s->log),
		.mono_ns = clock_ns(CLOCK_MONOTONIC),
		.start = s->start,
		.cpu = cpu_seconds(),
		.rss = resident_bytes(),
		.received = s->received,
		.version = UR_VERSION,
	};
	int r;

	if (!out)
		return -ENOMEM;
	for (unsigned int i = 0; i < UR_STAT_MAX; i++)
		now.stat[i] = ur_probe_stat(s->probe, i);
	r = ur_metrics_render(s->metrics, &now, form, out);
	if (fclose(out))
		r = r ?: -ENOMEM;
	if (!r)
		*text = ur_take(at);
	return r;
}

static bool is_healthy(void *arg)
{
	const struct ur_service *s = arg;

	return ur_metrics_age(s->metrics, clock_ns(CLOCK_MONOTONIC)) < ALIVE_NS;
}

/* ---- */

int ur_service_start(struct ur_service *s, const struct ur_probe *probe,
		     const struct ur_worker *worker, bool received)
{
	struct ur_serve_opts serve = { .metrics = render, .healthy = is_healthy, .arg = s };
	int r;

	if (!s)
		return 0;
	s->probe = probe;
	s->worker = worker;
	s->received = received;
	ur_service_beat(s);
	r = ur_outlet_start(s->log);
	return r ?: ur_serve_new(s->fds, (size_t)s->nfds, &serve, &s->serve);
}

int ur_service_interval(const struct ur_service *s)
{
	uint64_t watchdog = ur_ready_watchdog_ms();

	if (s)
		return BEAT_MS;
	return watchdog ? (int)(watchdog < BEAT_MS ? watchdog : BEAT_MS) : -1;
}

static struct ur_metrics_hooks count_hooks(const struct ur_probe *probe)
{
	struct ur_hook hooks[HOOKS_MAX];
	size_t n = ur_probe_hooks(probe, hooks, HOOKS_MAX);
	struct ur_metrics_hooks ret = {};

	for (size_t i = 0; i < n && i < HOOKS_MAX; i++) {
		ret.waiting += hooks[i].state == UR_HOOK_WAITING;
		ret.absent += hooks[i].state == UR_HOOK_ABSENT;
		ret.failed += hooks[i].state == UR_HOOK_FAILED;
		ret.attached += hooks[i].state <= UR_HOOK_TRACEPOINT;
	}
	return ret;
}

static void look_at_programs(struct ur_service *s, uint64_t now)
{
	struct ur_metrics_hooks hooks;
	uint64_t missed = 0;
	bool known;

	if (now < s->programs_ns)
		return;
	s->programs_ns = now + PROGRAMS_NS;
	known = ur_probe_missed(s->probe, &missed);
	hooks = count_hooks(s->probe);
	ur_metrics_programs(s->metrics, known, missed, &hooks);
}

/* What `systemctl status` shows. */
static void tell_status(struct ur_service *s, uint64_t now)
{
	char text[URL_ROOM + 128];
	struct ur_buf status = UR_BUF(text);

	if (now < s->status_ns)
		return;
	s->status_ns = now + STATUS_NS;
	ur_buf_add(&status, "STATUS=%" PRIu64 " answers decided; %s",
		   ur_probe_stat(s->probe, UR_STAT_DECIDED) +
			   ur_probe_stat(s->probe, UR_STAT_COALESCED),
		   s->urls);
	ur_ready_tell(text);
}

void ur_service_beat(struct ur_service *s)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (ur_ready_watchdog_ms())
		ur_ready_tell("WATCHDOG=1");
	if (!s)
		return;
	ur_metrics_beat(s->metrics, now);
	look_at_programs(s, now);
	tell_status(s, now);
}

void ur_service_say(const struct ur_service *s, FILE *out)
{
	if (s)
		fprintf(out, "unreach: serving %s\n", s->urls);
}

uint64_t ur_service_stop(struct ur_service *s)
{
	struct ur_outlet_counts counts;

	if (!s)
		return 0;
	ur_serve_free(ur_take(s->serve));
	counts = ur_outlet_close(ur_take(s->log), LOG_WAIT_MS);
	return counts.full + counts.failed;
}
