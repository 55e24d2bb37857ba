/* SPDX-License-Identifier: GPL-2.0-only */
/* main.c - from argv to exit status. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/base/clock.h"
#include "user/capture/annotate.h"
#include "user/capture/complain.h"
#include "user/capture/input.h"
#include "user/check.h"
#include "user/enrich/netns.h"
#include "user/loop.h"
#include "user/capture/matches.h"
#include "user/options.h"
#include "user/output.h"
#include "user/host/privilege.h"
#include "user/host/ready.h"
#include "user/capture/replay.h"
#include "user/capture/savefile.h"
#include "user/serve/service.h"
#include "user/host/tty.h"

enum { EXIT_DONE, EXIT_RUN_TIME, EXIT_USAGE, EXIT_NOT_TRACEABLE };

static int failed(int status, const char *what, int err)
{
	ur_tty_give_back();
	fprintf(stderr, "unreach: %s: %s\n", what, strerror(-err));
	return status;
}

/* Whatever was printed must have arrived, or @status is not what it came to. */
static int printed(int status)
{
	int r = ur_sink_flush(stdout);

	return r ? failed(EXIT_RUN_TIME, "writing to standard output", r) : status;
}

/* How writing ended, as a status: nobody has to read all. */
static int written(const struct ur_options *o, int r)
{
	char text[2 * PATH_MAX];
	struct ur_buf what = UR_BUF(text);

	if (!r || r == -EPIPE)
		return EXIT_DONE;
	ur_output_say(&what, o);
	fprintf(stderr, "unreach: writing to %s: %s\n", text, strerror(-r));
	return EXIT_RUN_TIME;
}

static int refused(const struct ur_refusal *why)
{
	fprintf(stderr, "unreach: %s\n%s%s%s", why->what, why->advice[0] ? "unreach: " : "",
		why->advice, why->advice[0] ? "\n" : "");
	return EXIT_NOT_TRACEABLE;
}

/* What the kernel counted, beside what was explained. */
static void add_kernel_counts(struct ur_totals *t, const struct ur_probe *p)
{
	t->coalesced = ur_probe_stat(p, UR_STAT_COALESCED);
	t->decided = ur_probe_stat(p, UR_STAT_DECIDED) + t->coalesced;
	t->lost_ring = ur_probe_stat(p, UR_STAT_RING_FULL);
	t->lost_frame = ur_probe_stat(p, UR_STAT_FRAME_LOST) + ur_probe_stat(p, UR_STAT_NO_ENTRY);
	t->forbidden = ur_probe_stat(p, UR_STAT_FORBIDDEN);
	t->received_lost += ur_probe_stat(p, UR_STAT_RECEIVED_LOST);
	t->filtered_netns = ur_probe_stat(p, UR_STAT_FILTERED);
	t->passed_over += ur_probe_stat(p, UR_STAT_PASSED_OVER);
}

static void show_totals(const struct ur_totals *totals)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	int r = ur_sink_summary_new(stderr, &sink) ?: ur_sink_finish(sink, totals);

	if (r)
		failed(EXIT_RUN_TIME, "showing the counts", r);
}

/* What can't be looked at, by the capabilities that this process was not given. */
static void tell_lacking(void)
{
	struct ur_lacking lacking[UR_LACKING_MAX];
	size_t n = ur_privilege_lacking(ur_privilege_held(), ur_privilege_kprobes_admin(), lacking);

	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "unreach: without %s: %s\n", lacking[i].name, lacking[i].without);
}

/* From here on only what is needed: with @reads_only, that is reading what others wrote, which
 * takes no capability, but for @files that are made later on. */
static int confine(bool files, bool reads_only)
{
	int r = ur_privilege_reduce(files) ?: reads_only ? ur_privilege_keep(UR_ROLE_NONE) : 0;

	return r ? failed(EXIT_RUN_TIME, "giving up capabilities", r) : EXIT_DONE;
}

/* Does it make or remove a file later on? */
static bool files_later(const struct ur_options *o)
{
	return o->ready_file || o->file_bytes || o->file_seconds;
}

static void announce(const struct ur_options *o, const struct ur_probe *p,
		     const struct ur_service *service)
{
	if (o->quiet || o->top)
		return;
	ur_service_say(service, stderr);
	fprintf(stderr, "unreach: watching %s%s%s\n",
		strcmp(o->netns, "all") ? "network namespace " : "all network namespaces",
		strcmp(o->netns, "all") ? o->netns : "",
		isatty(STDIN_FILENO) ? "; Ctrl-C ends" : "");
	ur_check_unseen(stderr, p);
	tell_lacking();
}

/* A service manager that is not told waits, and then kills: why is in its log. */
static void notify(const struct ur_options *o)
{
	int r = ur_ready_notify();

	if (r && !o->top)
		fprintf(stderr,
			"unreach: the service manager can't be told that all is attached "
			"(NOTIFY_SOCKET): %s\n",
			strerror(-r));
}

struct reporter {
	const struct ur_options *o;
	const struct ur_probe *probe;
	struct ur_service *service; /* NULL: no --serve */
	struct ur_sink *sink;
	uint64_t start;
};

static void complete(const struct reporter *r, struct ur_totals *totals)
{
	add_kernel_counts(totals, r->probe);
	totals->received_asked = r->o->received;
	totals->ns = ur_clock_now() - r->start;
	clock_gettime(CLOCK_REALTIME, &totals->time);
	ur_totals_complete(totals);
}

/* A summary as text has the totals in it. */
static bool totals_apart(const struct ur_options *o)
{
	return !o->quiet && (!o->summary || o->json);
}

/* SIGUSR1: in the worker's thread. */
static int report_now(void *arg, struct ur_totals *totals)
{
	const struct reporter *r = arg;

	complete(r, totals);
	if (totals_apart(r->o) && !r->o->top)
		show_totals(totals);
	return ur_sink_report(r->sink, totals);
}

/* What the reader of the log did not take is told of, too. */
static void stop_service(const struct reporter *reporter)
{
	uint64_t lost = ur_service_stop(reporter->service);

	if (lost && !reporter->o->quiet)
		fprintf(stderr,
			"unreach: standard output did not take %" PRIu64 " lines of the log\n",
			lost);
}

/* Trace until told to stop, then say what it came to. */
static int trace(const struct reporter *reporter, struct ur_probe *probe, struct ur_worker *worker,
		 int signals)
{
	const struct ur_options *o = reporter->o;
	struct ur_totals totals;
	int r, end;

	announce(o, probe, reporter->service);
	r = ur_privilege_keep(UR_ROLE_FOLLOW) ?:
		    ur_loop_run(probe, worker, reporter->service, signals, o->for_ns);
	if (r == -EINTR) { /* told twice: the worker may be stuck in a write */
		ur_tty_give_back();
		ur_ready_withdraw(o->ready_file);
		fprintf(stderr, "unreach: ended at once; what was queued is not shown\n");
		_exit(EXIT_RUN_TIME);
	}
	end = ur_worker_stop(worker, &totals);
	complete(reporter, &totals);
	end = end ?: ur_sink_finish(reporter->sink, &totals);
	if (totals_apart(o))
		show_totals(&totals);
	stop_service(reporter);
	if (r)
		return failed(EXIT_RUN_TIME, "following the kernel", r);
	return written(o, end);
}

static uint32_t tables(const void *probe)
{
	return ur_probe_tables(probe);
}

/* The expression that is left on the command line, NULL when there is none. */
static int compile_filter(const struct ur_options *o, struct ur_filter **ret)
{
	char err[512] = "";
	int r = o->nfilter ? ur_filter_new(o->filter, o->nfilter, err, sizeof(err), ret) : 0;

	if (r == -EINVAL)
		fprintf(stderr, "unreach: %s\n", err);
	return !r           ? EXIT_DONE :
	       r == -EINVAL ? EXIT_USAGE :
			      failed(EXIT_RUN_TIME, "compiling the filter", r);
}

static int run(const struct ur_options *o, uint32_t netns, const struct ur_filter *filter)
{
	ur_cleanup(ur_closep) int signals = ur_loop_signals();
	ur_cleanup(ur_probe_closep) struct ur_probe *probe = NULL;
	ur_cleanup(ur_service_freep) struct ur_service *service = NULL;
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_worker_freep) struct ur_worker *worker = NULL;
	/* What is passed over here, or written, must be told one by one; metrics are of all. */
	struct ur_probe_opts opts = { .netns_inum = netns,
				      .all = o->all || o->write || o->interface ||
					     (filter && o->served),
				      .filter = o->served ? NULL : filter,
				      .debug = o->verbose > 1,
				      .received = o->received,
				      .answers = o->write,
				      .tcp_reset = o->tcp_reset };
	struct reporter reporter = { .o = o };
	struct ur_worker_opts worker_opts = { .select = { filter, o->interface, o->cause },
					      .count = o->count,
					      .report = report_now,
					      .report_arg = &reporter,
					      .merge = !o->json && !o->all && !o->write &&
						       !o->count && !o->top,
					      .promptly = o->top,
					      .received = o->received };
	struct ur_refusal why;
	const char *what;
	int r;

	if (signals < 0)
		return failed(EXIT_RUN_TIME, "setting up signals", signals);
	r = o->served ? ur_service_open(o->serve, STDOUT_FILENO, &service) : 0;
	if (r)
		return failed(EXIT_RUN_TIME, o->serve, r);
	r = o->top ? 0 : ur_output_new(o, ur_service_log(service), &what, &sink);
	if (r)
		return failed(EXIT_RUN_TIME, what, r);
	r = ur_probe_open(&opts, &probe, &why);
	if (r)
		return why.what[0] ? refused(&why) :
				     failed(EXIT_RUN_TIME, "loading the tracing programs", r);
	r = o->top ? ur_output_new(o, NULL, &what, &sink) : 0;
	if (r)
		return failed(EXIT_RUN_TIME, what, r);
	r = confine(files_later(o), false);
	if (r)
		return r;
	reporter.probe = probe;
	reporter.start = ur_clock_now();
	reporter.sink = worker_opts.sink = sink;
	worker_opts.tables = tables;
	worker_opts.tables_arg = probe;
	worker_opts.reset_names = ur_probe_reset_names(probe);
	worker_opts.route_changes = ur_probe_changes(probe);
	worker_opts.counts = ur_probe_counts(probe);
	worker_opts.metrics = ur_service_metrics(service);
	r = ur_worker_start(&worker_opts, &worker);
	if (r)
		return failed(EXIT_RUN_TIME, "starting", r);
	r = ur_ready_announce(o->ready_file);
	if (r)
		return failed(EXIT_RUN_TIME, o->ready_file, r);
	notify(o);
	/* Last of all, for it looks at the others until it is stopped. */
	reporter.service = service;
	r = ur_service_start(service, probe, worker, o->received);
	r = r ? failed(EXIT_RUN_TIME, "starting", r) : trace(&reporter, probe, worker, signals);
	ur_ready_withdraw(o->ready_file);
	return r;
}

/* Would what @o asks for be written over what is read from @in? */
static bool overwrites(const struct ur_options *o, FILE *in)
{
	return (o->write && strcmp(o->write, "-") != 0 &&
		ur_complain_overwrites(stderr, in, o->write)) ||
	       (o->html && ur_complain_overwrites(stderr, in, o->html));
}

/* The capture at @path. Nothing is written yet: of what is none, nothing is to be left. */
static int open_input(const struct ur_options *o, const char *path, struct ur_input *ret)
{
	int r = ur_input_open(path, stderr, ret);

	if (r)
		return r == -EINVAL ? EXIT_USAGE : EXIT_RUN_TIME;
	return overwrites(o, ret->in) ? EXIT_USAGE : EXIT_DONE;
}

static int replay(const struct ur_options *o, const struct ur_filter *filter)
{
	ur_cleanup(ur_input_close) struct ur_input in = {};
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct ur_replay_opts opts = { .select = { filter, o->interface, o->cause },
				       .netns = o->netns,
				       .count = o->count };
	struct ur_replayed file;
	struct ur_totals totals;
	const char *what;
	int r = open_input(o, o->read, &in), end;

	if (r)
		return r;
	signal(SIGPIPE, SIG_IGN);
	r = ur_output_new(o, NULL, &what, &sink);
	if (r)
		return failed(EXIT_RUN_TIME, what, r);
	opts.sink = sink;
	r = confine(files_later(o), true);
	if (r)
		return r;
	r = ur_replay(in.file, &opts, &totals, &file);
	end = r && !file.broken ? r : ur_sink_finish(sink, &totals);
	if (totals_apart(o) && file.records)
		show_totals(&totals);
	r = ur_complain_replayed(stderr, o->read, &file, file.broken);
	return written(o, end) ?: r ? EXIT_DONE : EXIT_RUN_TIME;
}

/* Keep what the evidence file has for --annotate. */
static int load_matches(const struct ur_options *o, struct ur_sink **ret)
{
	ur_cleanup(ur_input_close) struct ur_input in = {};
	struct ur_replay_opts opts = { .select = { NULL, o->interface, o->cause },
				       .netns = o->netns };
	struct ur_replayed file;
	struct ur_totals totals;
	int r = open_input(o, o->read, &in);

	if (r)
		return r;
	r = ur_matches_new(ret);
	if (r)
		return failed(EXIT_RUN_TIME, "starting", r);
	opts.sink = *ret;
	r = ur_replay(in.file, &opts, &totals, &file);
	if (r && !file.broken)
		return failed(EXIT_RUN_TIME, o->read, r);
	return ur_complain_replayed(stderr, o->read, &file, r) ? EXIT_DONE : EXIT_RUN_TIME;
}

static int annotate(const struct ur_options *o)
{
	const bool to = strcmp(o->write, "-");
	ur_cleanup(ur_input_close) struct ur_input in = {};
	ur_cleanup(ur_fclosep) FILE *out = NULL;
	ur_cleanup(ur_sink_freep) struct ur_sink *matches = NULL;
	struct ur_annotated counts;
	int r = open_input(o, o->annotate, &in), status;

	if (r)
		return r;
	r = confine(true, false);
	if (r)
		return r;
	r = o->read ? load_matches(o, &matches) : EXIT_DONE;
	if (!matches && r)
		return r;
	signal(SIGPIPE, SIG_IGN);
	out = to ? ur_savefile_create(o->write) : NULL;
	if (to && !out)
		return failed(EXIT_RUN_TIME, o->write, -errno);
	status = confine(false, true);
	if (status)
		return status;
	status = ur_annotate(in.file, out ?: stdout, matches, &counts);
	return ur_complain_annotated(stderr, o->annotate, o->write, o->quiet, &counts, status) ?
		       r :
		       EXIT_RUN_TIME;
}

static int check(const struct ur_options *o)
{
	ur_cleanup(ur_probe_closep) struct ur_probe *probe = NULL;
	struct ur_probe_opts opts = { .debug = o->verbose > 1,
				      .received = o->received,
				      .answers = o->write,
				      .tcp_reset = o->tcp_reset };
	struct ur_refusal why;
	int r = ur_probe_open(&opts, &probe, &why);

	if (r && !why.what[0])
		return failed(EXIT_RUN_TIME, "loading the tracing programs", r);
	ur_check_print(stdout, probe, &why);
	return printed(r ? EXIT_NOT_TRACEABLE : EXIT_DONE);
}

/* The namespace that --netns means: 0 for all. */
static int resolve_netns(const struct ur_options *o, uint32_t *inum)
{
	int r = ur_netns_resolve(o->netns, inum);

	if (!r)
		return EXIT_DONE;
	fprintf(stderr,
		"unreach: --netns %s: %s; give a name from \"ip netns list\", a process id, or "
		"all\n",
		o->netns, r == -ENOENT ? "no such network namespace" : strerror(-r));
	return r == -ENOENT || r == -EINVAL || r == -ESRCH ? EXIT_USAGE : EXIT_RUN_TIME;
}

int main(int argc, char **argv)
{
	ur_cleanup(ur_filter_freep) struct ur_filter *filter = NULL;
	struct ur_options o;
	uint32_t netns = 0;
	char err[256];
	int r;

	/* Large buffers, such as a table of rules, go back to the host when they are freed. */
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	if (ur_options_parse(argc, argv, &o, err, sizeof(err))) {
		fprintf(stderr, "unreach: %s\n", err);
		return EXIT_USAGE;
	}
	if (o.help) {
		ur_options_help(stdout);
		return printed(EXIT_DONE);
	}
	if (o.version) {
		puts("unreach " UR_VERSION);
		return printed(EXIT_DONE);
	}
	if (o.cause && !strcmp(o.cause, UR_CAUSE_HELP)) {
		ur_options_causes(stdout);
		return printed(EXIT_DONE);
	}
	if (o.top && ur_tty_unfit()) {
		fprintf(stderr, "unreach: %s\n", ur_tty_unfit());
		return EXIT_USAGE;
	}
	if (o.check)
		return check(&o);
	r = compile_filter(&o, &filter);
	if (!r && o.annotate)
		return annotate(&o);
	if (!r && o.read)
		return replay(&o, filter);
	r = r ?: resolve_netns(&o, &netns);
	return r ? r : run(&o, netns, filter);
}
