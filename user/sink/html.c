/* SPDX-License-Identifier: GPL-2.0-only */
/* html.c - counts what goes to another sink, and makes a page of what it came to. The page is one
 * file that asks nobody for anything and runs nothing, so that it can be attached to a ticket. */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "user/aggregate/digest.h"
#include "user/capture/savefile.h"
#include "user/base/services.h"
#include "user/sink/html_chart.h"
#include "user/sink/html_style.h"
#include "user/sink/html_text.h"
#include "user/aggregate/timeline.h"

#define NS_PER_S UINT64_C(1000000000)
#define SHOWN    20 /* of a kind */

struct html_sink {
	struct ur_sink sink;
	struct ur_sink *inner;
	bool replayed;
	char source[256], kernel[128], only[512];
	FILE *out;
	bool again; /* it can be written anew */
	struct ur_services *services;
	struct ur_digest digest;
	struct ur_timeline time;
};

static int html_event(struct ur_sink *sink, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	struct html_sink *s = (struct html_sink *)sink;

	ur_digest_add(&s->digest, ev, report);
	ur_timeline_add(&s->time, ev, report);
	return ur_sink_event(s->inner, ev, report);
}

static int html_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			 const struct ur_report *report)
{
	struct html_sink *s = (struct html_sink *)sink;

	ur_digest_add_received(&s->digest, receipt, report);
	return ur_sink_received(s->inner, receipt, report);
}

static int html_restart(struct ur_sink *sink, const struct ur_restart *restart,
			const struct timespec *time)
{
	return ur_sink_restart(((struct html_sink *)sink)->inner, restart, time);
}

static int html_scan(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time)
{
	return ur_sink_scan(((struct html_sink *)sink)->inner, scan, time);
}

/* ---- the head ---- */

static void put_fact(FILE *out, const char *name, const char *value)
{
	if (!*value)
		return;
	fprintf(out, "<li><span>%s</span> ", name);
	ur_html_text(out, value);
	fputs("</li>\n", out);
}

static void put_period(FILE *out, const struct ur_totals *t)
{
	const uint64_t end = (uint64_t)t->time.tv_sec * NS_PER_S + (uint64_t)t->time.tv_nsec;
	const uint64_t begin = end > t->ns ? end - t->ns : 0;
	const struct timespec from = { (time_t)(begin / NS_PER_S), (long)(begin % NS_PER_S) };
	char zone[16] = "";
	struct tm tm;

	if (localtime_r(&t->time.tv_sec, &tm))
		strftime(zone, sizeof(zone), "%Z", &tm);
	fputs("<li><span>Time</span> ", out);
	ur_html_time(out, &from, NULL);
	fputs(" to ", out);
	ur_html_time(out, &t->time, &from);
	fputs(" ", out);
	ur_html_text(out, zone);
	fputs("</li>\n", out);
}

static void put_head(const struct html_sink *s, const struct ur_totals *t)
{
	char text[256];
	struct ur_buf lead = UR_BUF(text);
	FILE *out = s->out;

	ur_totals_say(&lead, t);
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	      "<meta name=\"generator\" content=\"unreach " UR_VERSION "\"/>\n<title>",
	      out);
	ur_html_text(out, s->source);
	fprintf(out, ": Destination Unreachable</title>\n<style>\n%s</style>\n</head>\n<body>\n",
		ur_html_style);
	fputs("<header>\n<h1>Why packets were refused</h1>\n<p class=\"lead\">", out);
	ur_html_text(out, text);
	fputs("</p>\n<ul class=\"facts\">\n", out);
	put_fact(out, s->replayed ? "File" : "Host", s->source);
	put_fact(out, "Kernel", s->kernel);
	put_period(out, t);
	put_fact(out, "Only", s->only);
	fputs("</ul>\n</header>\n<main>\n", out);
}

/* ---- the parts ---- */

static uint64_t sum_of(const struct ur_digest_table *t)
{
	uint64_t sum = t->other;

	for (size_t i = 0; i < t->n; i++)
		sum += t->entry[i].count;
	return sum;
}

static void put_count(FILE *out, const struct ur_digest_table *t, uint64_t count)
{
	ur_html_number(out, count);
	if (t->other)
		putc('+', out);
}

static void put_bar(FILE *out, uint64_t count, uint64_t sum, unsigned int hue)
{
	fprintf(out,
		"<svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\"><rect class=\"h%u\" width=\"%.2f\" height=\"1\"/></svg>",
		hue, sum ? 100.0 * (double)count / (double)sum : 0.0);
}

static void put_when(FILE *out, const struct ur_digest_entry *e, const struct timespec *day)
{
	ur_html_time(out, &e->first, day);
	if (e->count == 1)
		return;
	fputs(" to ", out);
	ur_html_time(out, &e->last, day);
}

/* What stands between backquotes is a command. */
static void put_prose(FILE *out, const char *text)
{
	char part[UR_DIGEST_EXAMPLE];
	bool code = false;

	for (; *text; code = !code) {
		size_t n = strcspn(text, "`");

		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		fputs(code ? "<code>" : "", out);
		ur_html_text(out, part);
		fputs(code ? "</code>" : "", out);
		text += n + !!text[n];
	}
}

static void put_flow(FILE *out, const struct ur_digest_entry *e)
{
	fputs("<span class=\"flow\">", out);
	ur_html_text(out, e->flow);
	fputs("</span>", out);
}

static void put_cause(const struct html_sink *s, const struct ur_digest_entry *e, uint64_t sum,
		      const struct ur_hues *hues, const struct timespec *day)
{
	const struct ur_cause_info *info = ur_cause_info(e->cause);
	unsigned int hue = ur_hue_of(hues, e->cause);
	FILE *out = s->out;

	fprintf(out,
		"<article class=\"card cause b%u\">\n<div class=\"head\"><span class=\"count\">",
		hue);
	put_count(out, &s->digest.table[UR_DIGEST_CAUSES], e->count);
	fprintf(out, "</span><h3>%s</h3><span class=\"soft\">%s</span><span class=\"when\">",
		info->slug, info->meaning);
	put_when(out, e, day);
	fputs("</span></div>", out);
	put_bar(out, e->count, sum, hue);
	fputs("\n<p class=\"why\">", out);
	ur_html_text(out, e->example);
	if (e->cause != UR_CAUSE_UNKNOWN)
		fprintf(out, " <span class=\"soft\">(%s)</span>",
			ur_confidence_name(e->confidence));
	fputs("</p>\n", out);
	put_flow(out, e);
	if (e->next[0]) {
		fputs("\n<p class=\"next\"><b>next:</b> ", out);
		put_prose(out, e->next);
		fputs("</p>", out);
	}
	fputs("\n</article>\n", out);
}

static void put_rest(FILE *out, const char *tag, const struct ur_digest_table *t)
{
	uint64_t other = t->other;

	for (size_t i = SHOWN; i < t->n; i++)
		other += t->entry[i].count;
	if (!other)
		return;
	fprintf(out, "<%s class=\"soft\">and ", tag);
	ur_html_number(out, other);
	fprintf(out, " of others%s</%s>\n", t->other ? "; with +, at least so many" : "", tag);
}

static void put_causes(const struct html_sink *s, const struct ur_hues *hues,
		       const struct timespec *day)
{
	const struct ur_digest_table *t = &s->digest.table[UR_DIGEST_CAUSES];
	uint64_t sum = sum_of(t);

	if (!t->n)
		return;
	fputs("<section>\n<h2>Causes, each with its first example</h2>\n", s->out);
	for (size_t i = 0; i < t->n && i < SHOWN; i++)
		put_cause(s, &t->entry[i], sum, hues, day);
	put_rest(s->out, "p", t);
	fputs("</section>\n", s->out);
}

static void put_row(FILE *out, const struct ur_digest_table *t, const struct ur_digest_entry *e,
		    uint64_t sum, const struct timespec *day)
{
	fputs("<tr><td class=\"n\">", out);
	put_count(out, t, e->count);
	fputs("</td><td class=\"k\"><span class=\"key\">", out);
	ur_html_text(out, e->key);
	fputs("</span>", out);
	put_bar(out, e->count, sum, UR_HTML_HUES - 1);
	fputs("</td><td class=\"e\">", out);
	ur_html_text(out, e->example);
	put_flow(out, e);
	fputs("</td><td class=\"t\">", out);
	put_when(out, e, day);
	fputs("</td></tr>\n", out);
}

static void put_table(const struct html_sink *s, enum ur_digest_kind kind,
		      const struct timespec *day)
{
	static const struct {
		const char *title, *key;
	} words[UR_DIGEST_KINDS] = {
		[UR_DIGEST_PORTS] = { "Ports", "Port" },
		[UR_DIGEST_PEERS] = { "Peers", "Sender of the refused packet" },
		[UR_DIGEST_RULES] = { "Rules", "Rule" },
		[UR_DIGEST_NETNS] = { "Network namespaces", "Namespace" },
		[UR_DIGEST_RECEIVED] = { "Received from elsewhere",
					 "From, about, and who was told" },
	};
	const struct ur_digest_table *t = &s->digest.table[kind];
	uint64_t sum = sum_of(t);
	FILE *out = s->out;

	if (!t->n)
		return;
	fprintf(out,
		"<section>\n<h2>%s</h2>\n<div class=\"card\"><table>\n<thead><tr><th class=\"n\">"
		"Count</th><th>%s</th><th>First example</th><th>First to last</th></tr></thead>\n"
		"<tbody>\n",
		words[kind].title, words[kind].key);
	for (size_t i = 0; i < t->n && i < SHOWN; i++)
		put_row(out, t, &t->entry[i], sum, day);
	fputs("</tbody>\n</table>\n", out);
	put_rest(out, "p", t);
	fputs("</div>\n</section>\n", out);
}

/* As they are said at the end of every run. */
static int put_totals(FILE *out, const struct ur_totals *totals)
{
	ur_cleanup(ur_freep) char *text = NULL;
	ur_cleanup(ur_sink_freep) struct ur_sink *summary = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&text, &len);
	int r;

	if (!memory)
		return -ENOMEM;
	r = ur_sink_summary_new(memory, &summary) ?: ur_sink_finish(summary, totals);
	if (fclose(memory) && !r)
		r = -ENOMEM;
	if (r)
		return r;
	fputs("<section>\n<h2>Totals</h2>\n<pre class=\"card\">", out);
	for (char *line = text, *end; *line; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (!*end)
			break;
		*end = '\0';
		ur_html_text(out, line);
		putc('\n', out);
	}
	fputs("</pre>\n</section>\n", out);
	return 0;
}

static void put_foot(FILE *out)
{
	fputs("</main>\n<footer>\n<p>Counts are of answers that this kernel decided to send: each "
	      "is one packet that was refused.</p>\n<p>Made by unreach " UR_VERSION
	      ". This page is one file: it loads nothing and runs nothing.</p>\n</footer>\n"
	      "</body>\n</html>\n",
	      out);
}

static int html_write(struct html_sink *s, const struct ur_totals *totals)
{
	const uint64_t end =
		(uint64_t)totals->time.tv_sec * NS_PER_S + (uint64_t)totals->time.tv_nsec;
	struct ur_hues hues;
	int r;

	errno = 0;
	if (s->again && (fseek(s->out, 0, SEEK_SET) || ftruncate(fileno(s->out), 0)))
		return -errno;
	ur_digest_sort(&s->digest);
	ur_hues_pick(&hues, &s->digest.table[UR_DIGEST_CAUSES]);
	if (s->time.width)
		ur_timeline_cover(&s->time, end > totals->ns ? end - totals->ns : end, end);
	put_head(s, totals);
	ur_html_chart(s->out, &s->time, end, &hues);
	put_causes(s, &hues, &totals->time);
	for (int kind = UR_DIGEST_PORTS; kind < UR_DIGEST_KINDS; kind++)
		put_table(s, kind, &totals->time);
	r = put_totals(s->out, totals);
	put_foot(s->out);
	if (!r && ferror(s->out) && errno) /* what is flushed behind that may succeed */
		return -errno;
	return r ?: ur_sink_flush(s->out);
}

static int html_report(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct html_sink *s = (struct html_sink *)sink;
	int r = ur_sink_report(s->inner, totals);

	return r ?: s->again ? html_write(s, totals) : 0;
}

static int html_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct html_sink *s = (struct html_sink *)sink;
	int r = ur_sink_finish(s->inner, totals), page = html_write(s, totals);

	return page && page != -EPIPE ? page : r ?: page;
}

static void html_free(struct ur_sink *sink)
{
	struct html_sink *s = (struct html_sink *)sink;

	ur_sink_free(s->inner);
	ur_services_free(s->services);
	ur_fclosep(&s->out);
	free(s);
}

int ur_sink_html_new(const struct ur_html_opts *opts, struct ur_sink **inner, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = {
		.event = html_event,
		.received = html_received,
		.restart = html_restart,
		.scan = html_scan,
		.report = html_report,
		.finish = html_finish,
		.free = html_free,
	};
	struct html_sink *s = calloc(1, sizeof(*s));
	struct stat st;
	int r;

	if (!s)
		return -ENOMEM;
	s->out = ur_savefile_create(opts->path);
	if (!s->out) {
		r = -errno;
		free(s);
		return r;
	}
	s->sink.ops = &ops;
	s->replayed = opts->replayed;
	snprintf(s->source, sizeof(s->source), "%s", opts->source);
	snprintf(s->kernel, sizeof(s->kernel), "%s", opts->kernel);
	snprintf(s->only, sizeof(s->only), "%s", opts->only);
	s->again = !fstat(fileno(s->out), &st) && S_ISREG(st.st_mode);
	if (!opts->numeric)
		ur_services_load(opts->services ?: "/etc/services", &s->services);
	s->digest.services = s->services;
	s->inner = ur_take(*inner);
	*ret = &s->sink;
	return 0;
}
