/* SPDX-License-Identifier: GPL-2.0-only */
/* digest.c - counts what goes to another sink, and shows what it came to at the end. */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>
#include "user/base/age.h"
#include "user/aggregate/digest.h"
#include "user/base/escape.h"
#include "user/base/services.h"
#include "user/sink/json_digest.h"
#include "user/sink/json_line.h"
#include "user/sink/lines.h"
#include "user/sink/times.h"
#include "user/base/strbuf.h"

#define SHOWN     10 /* of a kind, as text */
#define LINE_ROOM 4096
#define HANG      11

struct digest_sink {
	struct ur_sink sink;
	struct ur_sink *inner;
	struct ur_lines lines;
	bool json;
	struct ur_services *services;
	struct ur_digest digest;
};

static int digest_event(struct ur_sink *sink, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	struct digest_sink *s = (struct digest_sink *)sink;

	ur_digest_add(&s->digest, ev, report);
	return ur_sink_event(s->inner, ev, report);
}

static int digest_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			   const struct ur_report *report)
{
	struct digest_sink *s = (struct digest_sink *)sink;

	ur_digest_add_received(&s->digest, receipt, report);
	return ur_sink_received(s->inner, receipt, report);
}

static int digest_restart(struct ur_sink *sink, const struct ur_restart *restart,
			  const struct timespec *time)
{
	return ur_sink_restart(((struct digest_sink *)sink)->inner, restart, time);
}

static int digest_scan(struct ur_sink *sink, const struct ur_scan *scan,
		       const struct timespec *time)
{
	return ur_sink_scan(((struct digest_sink *)sink)->inner, scan, time);
}

/* ---- as text ---- */

static const char *const titles[UR_DIGEST_KINDS] = {
	[UR_DIGEST_CAUSES] = "Causes",
	[UR_DIGEST_PORTS] = "Ports",
	[UR_DIGEST_PEERS] = "Peers",
	[UR_DIGEST_RULES] = "Rules",
	[UR_DIGEST_NETNS] = "Network namespaces",
	[UR_DIGEST_RECEIVED] = "Received",
};

/* Only where there is one of many to show: causes and rules explain themselves by it. */
static bool wants_example(enum ur_digest_kind kind)
{
	return kind != UR_DIGEST_NETNS;
}

static void put_entry(const struct digest_sink *s, enum ur_digest_kind kind,
		      const struct ur_digest_entry *e, const struct timespec *day)
{
	const bool least = s->digest.table[kind].other;
	char line[LINE_ROOM];
	struct ur_buf out = UR_BUF(line);

	ur_buf_add(&out, "%9" PRIu64 "%s ", e->count, least ? "+" : " ");
	ur_buf_add(&out, UR_STRONG);
	ur_buf_add_safe(&out, e->key);
	ur_buf_add(&out, UR_PLAIN UR_FAINT ", ");
	ur_say_moment(&out, &e->first, day);
	if (e->count > 1) {
		ur_buf_add(&out, " to ");
		ur_say_moment(&out, &e->last, day);
	}
	ur_buf_add(&out, UR_PLAIN);
	if (wants_example(kind)) {
		ur_buf_add(&out, e->count > 1 ? ", such as: " : ": ");
		ur_buf_add_safe(&out, e->example);
	}
	ur_lines_put(&s->lines, line, HANG);
}

static void put_table(const struct digest_sink *s, enum ur_digest_kind kind,
		      const struct timespec *day)
{
	const struct ur_digest_table *t = &s->digest.table[kind];
	uint64_t other = t->other;
	char line[128];
	struct ur_buf out = UR_BUF(line);

	if (!t->n)
		return;
	ur_lines_put(&s->lines, titles[kind], 0);
	for (size_t i = 0; i < t->n; i++) {
		if (i < SHOWN)
			put_entry(s, kind, &t->entry[i], day);
		else
			other += t->entry[i].count;
	}
	if (!other)
		return;
	ur_buf_add(&out, "%9" PRIu64 "  other%s", other,
		   t->other ? "; with +, at least so many" : "");
	ur_lines_put(&s->lines, line, HANG);
}

static int put_text(struct digest_sink *s, const struct ur_totals *totals)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *summary = NULL;
	int r = ur_sink_summary_new(s->lines.out, &summary) ?: ur_sink_finish(summary, totals);

	for (int kind = 0; !r && kind < UR_DIGEST_KINDS; kind++)
		put_table(s, kind, &totals->time);
	return r ?: ur_sink_flush(s->lines.out);
}

static int put_json(struct digest_sink *s, const struct ur_totals *totals)
{
	return ur_json_line(s->lines.out, ur_json_digest(&s->digest, totals));
}

static int digest_report(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct digest_sink *s = (struct digest_sink *)sink;

	ur_digest_sort(&s->digest);
	return s->json ? put_json(s, totals) : put_text(s, totals);
}

static int digest_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct digest_sink *s = (struct digest_sink *)sink;

	return ur_sink_finish(s->inner, totals) ?: digest_report(sink, totals);
}

static void digest_free(struct ur_sink *sink)
{
	struct digest_sink *s = (struct digest_sink *)sink;

	ur_sink_free(s->inner);
	ur_services_free(s->services);
	free(s);
}

int ur_sink_digest_new(FILE *out, const struct ur_digest_opts *opts, struct ur_sink **inner,
		       struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = {
		.event = digest_event,
		.received = digest_received,
		.restart = digest_restart,
		.scan = digest_scan,
		.report = digest_report,
		.finish = digest_finish,
		.free = digest_free,
	};
	struct digest_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->sink.ops = &ops;
	s->inner = ur_take(*inner);
	s->json = opts->json;
	if (!opts->json && !opts->numeric)
		ur_services_load(opts->services ?: "/etc/services", &s->services);
	s->digest.services = s->services;
	s->lines = (struct ur_lines){
		.out = out, .width = opts->width, .color = opts->color, .ascii = opts->ascii
	};
	*ret = &s->sink;
	return 0;
}
