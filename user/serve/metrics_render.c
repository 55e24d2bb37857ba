/* SPDX-License-Identifier: GPL-2.0-only */
/* metrics_render.c - the metrics as text: Prometheus' format 0.0.4, or OpenMetrics 1.0.0. */
#include "user/serve/metrics.h"

#include <inttypes.h>
#include <string.h>
#include "user/base/escape.h"

#define NS_PER_S 1e9

enum type { COUNTER, GAUGE, INFO };

struct render {
	const struct ur_metrics_view *view;
	const struct family *family;
	enum ur_form form;
	FILE *out;
};

/* One metric. A row of the table below. */
struct family {
	const char *name; /* of its samples */
	enum type type;
	const char *unit; /* NULL: none */
	const char *help;
	void (*put)(struct render *r);
	bool (*applies)(const struct ur_metrics_view *view); /* NULL: always */
};

/* ---- samples ---- */

/* Backslash, quote and newline are what the formats escape; other characters that act on a
 * terminal were taken out when they were stored, and are here for what was not. */
static void put_value(FILE *out, const char *text)
{
	char safe[UR_LABEL_TEXT * UR_ESCAPE_GROWTH];

	ur_escape(safe, sizeof(safe), text);
	for (const char *c = safe; *c; c++) {
		if (*c == '\\' || *c == '"')
			putc('\\', out);
		putc(*c, out);
	}
}

/* Up to the value: name{label="value",...} */
static void put_head(struct render *r, size_t n, const char *const names[],
		     const char *const values[])
{
	fputs(r->family->name, r->out);
	for (size_t i = 0; i < n; i++) {
		fprintf(r->out, "%c%s=\"", i ? ',' : '{', names[i]);
		put_value(r->out, values[i]);
		putc('"', r->out);
	}
	fputs(n ? "} " : " ", r->out);
}

static void put_labelled(struct render *r, size_t n, const char *const names[],
			 const char *const values[], uint64_t value)
{
	put_head(r, n, names, values);
	fprintf(r->out, "%" PRIu64 "\n", value);
}

static void put_one(struct render *r, const char *name, const char *label, uint64_t value)
{
	put_labelled(r, 1, &name, &label, value);
}

static void put_number(struct render *r, uint64_t value)
{
	put_labelled(r, 0, NULL, NULL, value);
}

static void put_seconds(struct render *r, double value)
{
	put_head(r, 0, NULL, NULL);
	fprintf(r->out, "%.3f\n", value);
}

static void put_series(struct render *r, const struct ur_series_set *set, size_t n,
		       const char *const names[])
{
	const struct ur_series *s;

	for (size_t i = 0; (s = ur_series_at(set, i)); i++) {
		const char *values[UR_LABELS_MAX];

		for (size_t label = 0; label < n; label++)
			values[label] = s->label[label];
		put_labelled(r, n, names, values, s->count);
	}
}

/* ---- the metrics ---- */

static uint64_t stat(const struct render *r, unsigned int which)
{
	return r->view->now->stat[which];
}

static void put_decisions(struct render *r)
{
	put_number(r, stat(r, UR_STAT_DECIDED) + stat(r, UR_STAT_COALESCED));
}

static void put_answers(struct render *r)
{
	static const char *const names[] = { "netns", "family", "proto", "code", "outcome" };

	put_series(r, r->view->answers, 5, names);
}

static void put_ports(struct render *r)
{
	static const char *const names[] = { "netns", "proto", "port" };

	put_series(r, r->view->ports, 3, names);
}

static void put_causes(struct render *r)
{
	static const char *const names[] = { "netns", "proto", "cause" };

	put_series(r, r->view->causes, 3, names);
}

static void put_suppressed(struct render *r)
{
	for (int i = UR_SUPP_NONE + 1; i < UR_SUPP_MAX_; i++)
		put_one(r, "by", ur_suppressed_name(i), r->view->totals->suppressed_by[i]);
}

static void put_coalesced(struct render *r)
{
	put_number(r, stat(r, UR_STAT_COALESCED));
}

static void put_lost(struct render *r)
{
	put_one(r, "reason", "ring-full", stat(r, UR_STAT_RING_FULL));
	put_one(r, "reason", "queue-full", r->view->now->queue_dropped);
	put_one(r, "reason", "seen-in-part",
		stat(r, UR_STAT_FRAME_LOST) + stat(r, UR_STAT_NO_ENTRY));
	put_one(r, "reason", "history", stat(r, UR_STAT_HISTORY_LOST));
	put_one(r, "reason", "notice", stat(r, UR_STAT_NOTICE_LOST));
	put_one(r, "reason", "received", stat(r, UR_STAT_RECEIVED_LOST));
}

static void put_unanswered(struct render *r)
{
	put_number(r, stat(r, UR_STAT_FORBIDDEN));
}

static void put_passed_over(struct render *r)
{
	put_one(r, "by", "netns", stat(r, UR_STAT_FILTERED));
	put_one(r, "by", "filter", r->view->totals->passed_over);
}

static void put_received(struct render *r)
{
	for (int i = 0; i <= UR_DELIVERY_NO_SOCKET; i++)
		put_one(r, "delivery", ur_delivery_name(i), r->view->totals->delivery[i]);
}

static void put_restarts(struct render *r)
{
	put_number(r, r->view->totals->restarts);
}

static void put_restart_refused(struct render *r)
{
	put_number(r, r->view->totals->restarts_refused);
}

static void put_lines(struct render *r)
{
	put_number(r, r->view->now->lines.written);
}

static void put_lines_lost(struct render *r)
{
	put_one(r, "reason", "slow-reader", r->view->now->lines.full);
	put_one(r, "reason", "write-error", r->view->now->lines.failed);
}

static void put_hooks(struct render *r)
{
	const struct ur_metrics_hooks *hooks = &r->view->hooks;

	put_one(r, "state", "attached", hooks->attached);
	put_one(r, "state", "waiting", hooks->waiting);
	put_one(r, "state", "absent", hooks->absent);
	put_one(r, "state", "failed", hooks->failed);
}

static void put_missed(struct render *r)
{
	put_number(r, r->view->missed);
}

static void put_age(struct render *r)
{
	put_seconds(r, (double)r->view->age_ns / NS_PER_S);
}

static void put_build(struct render *r)
{
	put_one(r, "version", r->view->now->version, 1);
}

static void put_start(struct render *r)
{
	put_seconds(r, r->view->now->start);
}

static void put_cpu(struct render *r)
{
	put_seconds(r, r->view->now->cpu);
}

static void put_rss(struct render *r)
{
	put_number(r, r->view->now->rss);
}

static bool has_missed(const struct ur_metrics_view *view)
{
	return view->missed_known;
}

static bool has_received(const struct ur_metrics_view *view)
{
	return view->now->received;
}

static const struct family families[] = {
	{ "unreach_decisions_total", COUNTER, NULL,
	  "Destination Unreachable answers and resets that this kernel decided on, exactly.",
	  put_decisions, NULL },
	{ "unreach_answers_total", COUNTER, NULL,
	  "The same by network namespace, IP version, refused protocol, answer, and whether it "
	  "was sent.",
	  put_answers, NULL },
	{ "unreach_ports_total", COUNTER, NULL,
	  "Refused packets by destination port, for ports refused often.", put_ports, NULL },
	{ "unreach_causes_total", COUNTER, NULL,
	  "Answers that were explained, by cause, see CAUSES in unreach(8).", put_causes, NULL },
	{ "unreach_suppressed_total", COUNTER, NULL,
	  "Explained answers that were not sent, by what held them back.", put_suppressed, NULL },
	{ "unreach_coalesced_total", COUNTER, NULL,
	  "Answers that were counted, but not looked at one by one, for being like earlier ones.",
	  put_coalesced, NULL },
	{ "unreach_lost_total", COUNTER, NULL,
	  "What is counted, but can't be explained in full, because something was lost.", put_lost,
	  NULL },
	{ "unreach_unanswered_total", COUNTER, NULL,
	  "Packets that would have been answered, but RFC 1122 and RFC 4443 forbid it.",
	  put_unanswered, NULL },
	{ "unreach_passed_over_total", COUNTER, NULL,
	  "Answers that were not asked for, by --netns or by a filter.", put_passed_over, NULL },
	{ "unreach_received_total", COUNTER, NULL,
	  "Destination Unreachable errors that came here, by whom they reached.", put_received,
	  has_received },
	{ "unreach_restarts_total", COUNTER, NULL,
	  "Ports that were closed, refused packets, and were taken again.", put_restarts, NULL },
	{ "unreach_restart_refused_total", COUNTER, NULL,
	  "Packets refused while a port was closed that was taken again.", put_restart_refused,
	  NULL },
	{ "unreach_log_lines_total", COUNTER, NULL, "Lines of JSON written to standard output.",
	  put_lines, NULL },
	{ "unreach_log_lines_lost_total", COUNTER, NULL,
	  "Lines of JSON that standard output did not take.", put_lines_lost, NULL },
	{ "unreach_programs_missed_total", COUNTER, NULL,
	  "Runs of tracing programs that the kernel left out, as far as it counts them.",
	  put_missed, has_missed },
	{ "unreach_hooks", GAUGE, NULL, "Functions of the kernel that are traced, by state.",
	  put_hooks, NULL },
	{ "unreach_drain_age_seconds", GAUGE, "seconds",
	  "How long ago the thread that reads the kernel's ring was last seen at work.", put_age,
	  NULL },
	{ "unreach_build_info", INFO, NULL, "The version that runs.", put_build, NULL },
	{ "process_start_time_seconds", GAUGE, "seconds",
	  "When the process started, seconds since 1970.", put_start, NULL },
	{ "process_cpu_seconds_total", COUNTER, "seconds",
	  "Processor time of the process, in user and kernel mode.", put_cpu, NULL },
	{ "process_resident_memory_bytes", GAUGE, "bytes", "Memory that the process holds.",
	  put_rss, NULL },
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* ---- the whole ---- */

/* OpenMetrics names the family without what the type adds to its samples. */
static int family_len(const struct render *r)
{
	const char *suffix = r->family->type == COUNTER ? "_total" :
			     r->family->type == INFO    ? "_info" :
							  "";

	return (int)(strlen(r->family->name) -
		     (r->form == UR_FORM_OPENMETRICS ? strlen(suffix) : 0));
}

static void put_family(struct render *r)
{
	static const char *const types[] = { "counter", "gauge", "info" };
	const struct family *f = r->family;
	const bool open = r->form == UR_FORM_OPENMETRICS;
	const int len = family_len(r);

	fprintf(r->out, "# HELP %.*s %s\n", len, f->name, f->help);
	fprintf(r->out, "# TYPE %.*s %s\n", len, f->name,
		types[!open && f->type == INFO ? GAUGE : f->type]);
	if (open && f->unit)
		fprintf(r->out, "# UNIT %.*s %s\n", len, f->name, f->unit);
	f->put(r);
}

void ur_metrics_write(const struct ur_metrics_view *view, enum ur_form form, FILE *out)
{
	struct render r = { .view = view, .form = form, .out = out };

	for (size_t i = 0; i < FAMILIES; i++) {
		r.family = &families[i];
		if (!r.family->applies || r.family->applies(view))
			put_family(&r);
	}
	if (form == UR_FORM_OPENMETRICS)
		fputs("# EOF\n", out);
}

const char *ur_metrics_name(size_t i)
{
	return i < FAMILIES ? families[i].name : NULL;
}
