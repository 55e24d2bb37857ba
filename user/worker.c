/* SPDX-License-Identifier: GPL-2.0-only */
/* worker.c - record -> evidence -> report -> sink. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include "user/ahead.h"
#include "user/base/clock.h"
#include "user/aggregate/coalesce.h"
#include "user/enrich.h"
#include "user/enrich_received.h"
#include "user/aggregate/natlog.h"
#include "user/aggregate/patterns.h"
#include "user/host/privilege.h"
#include "user/base/queue.h"
#include "user/worker.h"

#define QUEUE_RECORDS 512 /* about 1 MiB */
#define NAMESPACES    64  /* whose rules are read at the start */
#define NS_PER_S      UINT64_C(1000000000)
#define POLL_NS       UINT64_C(1000000000) /* between two looks at what was coalesced */
#define POLL_LATE_NS  UINT64_C(3000000000) /* at most, to read records first that wait */
#define POLL_IDLE     2                    /* looks that found nothing, until there is no more */

struct ur_worker {
	struct ur_worker_opts opts;
	struct ur_queue *queue;
	struct ur_enrich *enrich;
	struct ur_enrich_received *came; /* NULL: nobody asked for what comes */
	struct ur_natlog *nat;
	struct ur_ahead *ahead;
	struct ur_coalesce *coalesce;
	struct ur_tally *tally; /* NULL: nothing is coalesced */
	uint64_t poll_ns;       /* when to look at it, 0: when the next event comes */
	unsigned int poll_idle; /* looks that found nothing */
	uint64_t count_ns;      /* when to count again for the metrics */
	struct ur_totals totals;
	struct ur_restarts restarts;
	struct ur_patterns patterns;
	_Atomic uint32_t missing;
	_Atomic uint64_t lost; /* events that found the queue full */
	_Atomic uint64_t received_lost;
	_Atomic bool unheard; /* of something that was kept and is true no more */
	_Atomic bool asked;   /* for a report, when the queue was full */
	pthread_t thread;
	bool started;
	int done_fd;
	int result;
	uint64_t seq;
	struct ur_evidence ev; /* too large for a stack */
	struct ur_report report;
	struct ur_receipt receipt;
	struct ur_evidence line_ev; /* of several events */
	struct ur_report line_report;
	unsigned char record[sizeof(struct ur_event)];
};

static int show_restart(struct ur_worker *w, const struct ur_restart *restart)
{
	const struct timespec time = ur_clock_real(restart->taken_ns);

	ur_totals_add_restart(&w->totals, restart);
	return ur_sink_restart(w->opts.sink, restart, &time);
}

static int look_at_restarts(struct ur_worker *w)
{
	struct ur_restart *due = ur_restarts_due(&w->restarts, ur_clock_now()), ended;

	if (!due)
		return 0;
	ur_enrich_restart(w->enrich, due);
	return ur_restarts_looked(due, ur_clock_now(), &ended) ? show_restart(w, &ended) : 0;
}

/* Scans that are over by @now; where only some causes are shown, there is no telling that
 * these are of them. */
static int look_at_scans(struct ur_worker *w, uint64_t now)
{
	const struct ur_scan *scan;
	int r = 0;

	while (!r && (scan = ur_patterns_over(&w->patterns, now))) {
		const struct timespec time = ur_clock_real(scan->last_ns);

		r = w->opts.select.cause ? 0 : ur_sink_scan(w->opts.sink, scan, &time);
	}
	return r;
}

static bool is_wanted(const struct ur_worker *w, const struct ur_report *report)
{
	const char *causes = w->opts.select.cause;

	return !causes || ur_cause_listed(report->cause, causes);
}

/* An event that shows who has the port again says so itself: that is counted, too. */
static void note_restart(struct ur_worker *w)
{
	struct ur_restart ended;

	if (is_wanted(w, &w->report) && ur_restarts_note(&w->restarts, &w->ev, &w->report, &ended))
		ur_totals_add_restart(&w->totals, &ended);
}

/* Count what was explained, shown or not. */
static void count(struct ur_worker *w, const struct ur_evidence *ev, const struct ur_report *report,
		  bool shown)
{
	ur_totals_add(&w->totals, ev, report, shown);
	ur_metrics_event(w->opts.metrics, ev, report, ur_clock_now());
}

static int show(struct ur_worker *w)
{
	bool shown = is_wanted(w, &w->report);

	count(w, &w->ev, &w->report, shown);
	return shown ? ur_sink_event(w->opts.sink, &w->ev, &w->report) : 0;
}

/* ---- what is like others ---- */

static int show_line(struct ur_worker *w)
{
	struct ur_evidence *ev = &w->line_ev;
	bool shown = is_wanted(w, &w->line_report);

	ev->seq = ++w->seq;
	ev->time = ur_clock_real(ev->like.last_ns);
	ev->like.last_real = ev->time.tv_sec * NS_PER_S + ev->time.tv_nsec;
	ev->like.first_real = ev->like.last_real - (ev->like.last_ns - ev->like.first_ns);
	ev->like.since_real = ev->like.last_real - (ev->like.last_ns - ev->like.since_ns);
	count(w, ev, &w->line_report, shown);
	return shown ? ur_sink_event(w->opts.sink, ev, &w->line_report) : 0;
}

/* Show the lines that are due at @now; 0: only those that had to make room. */
static int show_lines(struct ur_worker *w, uint64_t now)
{
	int r = 0;

	while (!r && ur_coalesce_take(w->coalesce, now, &w->line_ev, &w->line_report))
		r = show_line(w);
	return r;
}

static void on_batch(void *arg, const struct ur_batch *batch)
{
	struct ur_worker *w = arg;

	ur_coalesce_batch(w->coalesce, batch, ur_clock_now());
	w->result = w->result ?: show_lines(w, 0);
}

/* What the metrics count need not wait for events that are still to be looked at. */
static void count_all(struct ur_worker *w, uint64_t now)
{
	if (!w->opts.metrics || now < w->count_ns)
		return;
	if (!ur_metrics_count(w->opts.metrics, w->tally, atomic_load(&w->missing), now))
		w->poll_idle = 0;
	w->count_ns = now + POLL_NS;
}

/* Look at what the kernel side coalesced, as long as it does; best when all that it was like has
 * been explained, so that it joins that. */
static void poll_tally(struct ur_worker *w, bool all_read)
{
	uint64_t now = ur_clock_now();

	if (!w->tally || !w->poll_ns || w->poll_ns > now)
		return;
	count_all(w, now);
	if (!all_read && w->poll_ns + POLL_LATE_NS > now)
		return;
	w->poll_idle = ur_tally_take(w->tally, on_batch, w) ? 0 : w->poll_idle + 1;
	ur_tally_make_room(w->tally, now);
	w->poll_ns = w->poll_idle < POLL_IDLE ? now + POLL_NS : 0;
}

static void poll_soon(struct ur_worker *w)
{
	w->poll_idle = 0;
	if (w->tally && !w->poll_ns)
		w->poll_ns = ur_clock_now() + POLL_NS;
}

/* Nothing waits any longer: at the end, and before it is said what it came to. */
static int show_rest(struct ur_worker *w)
{
	if (w->tally)
		ur_tally_take(w->tally, on_batch, w);
	return w->result ?: show_lines(w, UINT64_MAX);
}

/* Why the kernel says that it resets. */
static void name_reason(const struct ur_reset_names *names, struct ur_evidence *ev)
{
	if (names && ev->ev.reset.flags & UR_RST_REASON && ev->ev.reset.reason < UR_RESET_NAMES_MAX)
		strcpy(ev->reset_reason, names->name[ev->ev.reset.reason]);
}

/* Some end of a namespace or of a module was not heard of: what is kept may be of it. */
static void forget_kept(struct ur_worker *w)
{
	if (!atomic_exchange(&w->unheard, false))
		return;
	ur_enrich_module_gone(w->enrich, "nf_tables");
	ur_enrich_netns_gone(w->enrich, UR_NETNS_ANY);
}

static int explain(struct ur_worker *w, size_t len)
{
	bool now;
	int r = ur_evidence_from_event(&w->ev, w->record, len);

	if (r)
		return 0; /* not ours; the kernel side counted it, so it shows as lost */
	forget_kept(w);
	poll_soon(w);
	w->ev.seq = ++w->seq;
	w->ev.time = ur_clock_real(w->ev.ev.ts_ns);
	w->ev.missing = atomic_load(&w->missing);
	name_reason(w->opts.reset_names, &w->ev);
	if (!ur_select_early(&w->opts.select, &w->ev)) {
		w->totals.passed_over += w->ev.count;
		return 0;
	}
	ur_natlog_ask(w->nat, &w->ev);
	ur_enrich_run(w->enrich, &w->ev);
	ur_patterns_note(&w->patterns, &w->ev);
	if (ur_enrich_behind(w->enrich))
		ur_ahead_add(w->ahead, w->ev.ev.netns_inum);
	ur_verdict_decide(&w->ev, &w->report);
	if (w->opts.select.interface && !ur_select_event(&w->opts.select, &w->ev, &w->report)) {
		count(w, &w->ev, &w->report, false);
		return 0;
	}
	note_restart(w);
	now = ur_coalesce_event(w->coalesce, &w->ev, &w->report, ur_clock_now());
	r = now ? show(w) : 0;
	return r ?: show_lines(w, 0);
}

/* An error that came. What is told of it has no cause that could have been asked for. */
static int explain_received(struct ur_worker *w, size_t len)
{
	struct ur_receipt *r = &w->receipt;
	bool shown = !w->opts.select.cause;

	if (!w->came || ur_receipt_from_record(r, w->record, len))
		return 0;
	r->seq = ++w->seq;
	r->time = ur_clock_real(r->rec.ts_ns);
	r->missing = atomic_load(&w->missing);
	ur_receipt_event(r, &w->ev);
	if (!ur_select_early(&w->opts.select, &w->ev))
		return 0;
	ur_enrich_received_run(w->came, r);
	ur_receipt_explain(r, &w->report);
	ur_totals_add_received(&w->totals, r, shown);
	return shown ? ur_sink_received(w->opts.sink, r, &w->report) : 0;
}

static bool is_received(const struct ur_worker *w, size_t len)
{
	const struct ur_received *rec = (const void *)w->record;

	return len >= sizeof(*rec) && rec->answer == UR_ANSWER_RECEIVED;
}

static void read_all_ahead(struct ur_worker *w)
{
	uint32_t inums[NAMESPACES];
	size_t n = ur_enrich_namespaces(inums, NAMESPACES);

	for (size_t i = 0; i < n; i++)
		ur_ahead_add(w->ahead, inums[i]);
}

/* What the kernel side tells of all that there were. */
static void take_totals(const struct ur_worker *w, struct ur_totals *ret)
{
	*ret = w->totals;
	ret->lost_queue = atomic_load(&w->lost);
	ret->received_lost = atomic_load(&w->received_lost);
	if (w->tally)
		ur_tally_outcomes(w->tally, ret->counted);
}

static void report_now(struct ur_worker *w)
{
	struct ur_totals totals;

	w->result = show_rest(w);
	take_totals(w, &totals);
	if (!w->result && w->opts.report)
		w->result = w->opts.report(w->opts.report_arg, &totals);
}

/* Returns true when the record at hand was a notice. */
static bool follow(struct ur_worker *w, size_t len)
{
	const struct ur_notice *n = (const void *)w->record;

	if (len < sizeof(*n) || n->answer != UR_ANSWER_NOTICE)
		return false;
	if (n->what == UR_NOTICE_MODULE_FREE)
		ur_enrich_module_gone(w->enrich, n->name);
	else if (n->what == UR_NOTICE_NETNS_END)
		ur_enrich_netns_gone(w->enrich, n->netns_inum);
	else if (n->what == UR_NOTICE_RULES_SEEN)
		read_all_ahead(w);
	else if (n->what == UR_NOTICE_REPORT)
		report_now(w);
	return true;
}

static bool enough(const struct ur_worker *w)
{
	return w->opts.count && w->totals.shown + w->totals.received_shown >= w->opts.count;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* When something is to be done though no record came, 0: never. */
static uint64_t next_look(const struct ur_worker *w)
{
	return sooner(sooner(ur_restarts_next(&w->restarts), ur_patterns_next(&w->patterns)),
		      sooner(w->poll_ns, ur_coalesce_next(w->coalesce)));
}

static void *work(void *arg)
{
	struct ur_worker *w = arg;
	ssize_t len = 1;

	w->result = ur_privilege_keep(UR_ROLE_LOOK);
	while (!w->result && !enough(w) && len) {
		len = ur_queue_pop_until(w->queue, w->record, next_look(w));
		if (len > 0 && is_received(w, len))
			w->result = explain_received(w, len);
		else if (len > 0 && !follow(w, len))
			w->result = explain(w, len);
		if (!w->result && atomic_exchange(&w->asked, false))
			report_now(w);
		poll_tally(w, len == -ETIMEDOUT);
		ur_metrics_totals(w->opts.metrics, &w->totals);
		if (len && !w->result)
			w->result = show_lines(w, ur_clock_now());
		if (len && !w->result)
			w->result = look_at_restarts(w) ?: look_at_scans(w, ur_clock_now());
	}
	if (!w->result && !enough(w))
		w->result = show_rest(w);
	if (!w->result)
		w->result = look_at_scans(w, UINT64_MAX);
	eventfd_write(w->done_fd, 1);
	return NULL;
}

static int prefetch(void *arg, uint32_t inum)
{
	return ur_enrich_prefetch(arg, inum);
}

/* Rules that are there already are read now. */
static int start_ahead(struct ur_worker *w)
{
	int r = ur_ahead_start(prefetch, w->enrich, &w->ahead);

	if (!r)
		read_all_ahead(w);
	return r;
}

int ur_worker_start(const struct ur_worker_opts *opts, struct ur_worker **ret)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->opts = *opts;
	w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->done_fd < 0)
		return -errno;
	r = ur_queue_new(QUEUE_RECORDS, sizeof(struct ur_event), &w->queue);
	r = r ?: ur_enrich_new(opts->route_changes, &w->enrich);
	r = r ?: ur_natlog_new(&w->nat);
	r = r ?: ur_coalesce_new(opts->merge, &w->coalesce);
	if (opts->counts)
		r = r ?: ur_tally_new(opts->counts, &w->tally);
	if (!r)
		ur_enrich_count_tables(w->enrich, opts->tables, opts->tables_arg);
	if (!r && opts->received)
		r = ur_enrich_received_new(&w->came);
	if (!r && opts->promptly)
		ur_coalesce_promptly(w->coalesce);
	r = r ?: start_ahead(w);
	if (r)
		return r;
	r = -pthread_create(&w->thread, NULL, work, w);
	if (r)
		return r;
	w->started = true;
	*ret = ur_take(w);
	return 0;
}

void ur_worker_free(struct ur_worker *w)
{
	if (!w)
		return;
	if (w->started) {
		ur_queue_close(w->queue);
		pthread_join(w->thread, NULL);
	}
	ur_ahead_stop(w->ahead);
	ur_natlog_free(w->nat);
	ur_enrich_received_free(w->came);
	ur_coalesce_free(w->coalesce);
	ur_tally_free(w->tally);
	ur_enrich_free(w->enrich);
	ur_queue_free(w->queue);
	ur_closep(&w->done_fd);
	free(w);
}

/* The queue is full. */
static void lose(struct ur_worker *w, const struct ur_notice *n)
{
	if (n->answer == UR_ANSWER_NOTICE)
		atomic_store(&w->unheard, true);
	else if (n->answer == UR_ANSWER_RECEIVED)
		atomic_fetch_add(&w->received_lost, 1);
	else
		atomic_fetch_add(&w->lost, 1);
}

void ur_worker_push(struct ur_worker *w, const void *record, size_t len, uint32_t missing)
{
	const struct ur_notice *n = record; /* all records begin like that */
	bool notice = len >= sizeof(*n) && n->answer == UR_ANSWER_NOTICE;

	atomic_store(&w->missing, missing);
	if (notice && n->what == UR_NOTICE_RULES)
		ur_ahead_add(w->ahead, n->netns_inum);
	else if (notice && n->what == UR_NOTICE_LOST)
		atomic_store(&w->unheard, true);
	else if (!ur_natlog_add(w->nat, record, len) && !ur_queue_push(w->queue, record, len) &&
		 len >= sizeof(*n))
		lose(w, n);
}

void ur_worker_report(struct ur_worker *w)
{
	const struct ur_notice ask = { .version = UR_EVENT_VERSION,
				       .len = sizeof(ask),
				       .answer = UR_ANSWER_NOTICE,
				       .what = UR_NOTICE_REPORT };

	if (!ur_queue_push(w->queue, &ask, sizeof(ask)))
		atomic_store(&w->asked, true);
}

uint64_t ur_worker_dropped(const struct ur_worker *w)
{
	return atomic_load(&w->lost);
}

int ur_worker_fd(const struct ur_worker *w)
{
	return w->done_fd;
}

void ur_worker_close(struct ur_worker *w)
{
	ur_queue_close(w->queue);
}

int ur_worker_stop(struct ur_worker *w, struct ur_totals *totals)
{
	ur_queue_close(w->queue);
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
	take_totals(w, totals);
	return w->result;
}
