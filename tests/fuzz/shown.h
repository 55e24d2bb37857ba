/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* shown.h - an event through the verdict and every sink, and what is true of what comes out. */
#include <jansson.h>
#include "tests/fuzz/fuzz.h"
#include "tests/unit/capture.h"
#include "user/base/escape.h"
#include "user/capture/record.h"
#include "user/sink.h"
#include "user/sink/comment.h"
#include "user/sink/pcapng.h"

#define COMMENT_ROOM 8192

/* Text that a terminal may be given: UTF-8, and no control but those in @controls. */
static inline void must_be_plain(const char *text, const char *controls)
{
	unsigned int code = 0;

	for (size_t n; *text; text += n) {
		n = ur_utf8_char(text, &code);
		if (n && (code >= 0x20 ? code < 0x7f || code >= 0xa0 :
					 strchr(controls, (int)code) != NULL))
			continue;
		fprintf(stderr, "not for a terminal: %.160s\n", text);
		abort();
	}
}

/* What it holds of the outside world's words is escaped by the sinks only. */
static inline void must_be_report(const struct ur_report *report)
{
	must((unsigned int)report->cause < UR_CAUSE_MAX_);
	must((unsigned int)report->confidence <= UR_PROVEN);
	must((unsigned int)report->outcome <= UR_OUTCOME_SUPPRESSED);
	must((unsigned int)report->suppressed_by < UR_SUPP_MAX_);
	must(report->cause != UR_CAUSE_UNKNOWN || report->confidence != UR_PROVEN);
	must(report->why[0]);
	must(report->nfindings <= UR_FINDINGS_MAX);
	for (uint32_t i = 0; i < report->nfindings; i++)
		must(report->findings[i].slug[0] && report->findings[i].text[0]);
}

/* What a program reads: one object on one line. */
static inline void must_be_json(const struct capture *c)
{
	const char *newline = c->len ? memchr(c->text, '\n', c->len) : NULL;
	ur_cleanup(json_decrefp) json_t *object = NULL;

	must(newline && newline + 1 == c->text + c->len);
	object = json_loadb(c->text, c->len, JSON_REJECT_DUPLICATES, NULL);
	must(json_is_object(object));
}

static inline void show_text(const struct ur_evidence *ev, const struct ur_report *report,
			     uint8_t how)
{
	const struct ur_text_opts opts = { .width = how & 1 ? 20 + how / 2 : 0,
					   .quiet = how & 2 && how & 4,
					   .numeric = true,
					   .times = how >> 5,
					   .verbose = how >> 3 & 3 };
	struct ur_sink *sink = NULL;
	struct capture c;

	capture_open(&c);
	must(!ur_sink_text_new(c.out, &opts, &sink));
	must(!ur_sink_event(sink, ev, report));
	must(c.len && memchr(c.text, '\0', c.len) == NULL);
	must_be_plain(c.text, "\n");
	ur_sink_free(sink);
	capture_close(&c);
}

static inline void show_json(const struct ur_evidence *ev, const struct ur_report *report)
{
	struct ur_sink *sink = NULL;
	struct capture c;

	capture_open(&c);
	must(!ur_sink_json_new(c.out, &sink));
	must(!ur_sink_event(sink, ev, report));
	must_be_json(&c);
	ur_sink_free(sink);
	capture_close(&c);
}

static inline void show_pcapng(const struct ur_evidence *ev, const struct ur_report *report)
{
	struct ur_pcapng_opts opts = { .path = "-" };
	struct ur_sink *sink = NULL;
	char comment[COMMENT_ROOM];
	struct capture c;

	ur_comment_event(comment, sizeof(comment), ev, report);
	must_be_plain(comment, "\n");
	capture_open(&c);
	opts.out = c.out;
	must(!ur_sink_pcapng_new(&opts, &sink));
	must(!ur_sink_event(sink, ev, report));
	must(c.len % 4 == 0);
	ur_sink_free(sink);
	capture_close(&c);
}

static inline void read_back(const char *record, const struct ur_evidence *ev,
			     struct ur_evidence *ret)
{
	if (ur_record_read(record, strlen(record), ev->ev.snap, ev->ev.snap_len, &ev->time, ret)) {
		fprintf(stderr, "written, and can't be read: %s\n", record);
		abort();
	}
}

/* What is written is read again, and comes to the same. */
static inline void must_record(const struct ur_evidence *ev, const struct ur_report *report)
{
	ur_cleanup(ur_freep) struct ur_evidence *back = fuzz_alloc(sizeof(*back));
	ur_cleanup(ur_freep) struct ur_report *again = fuzz_alloc(sizeof(*again));
	ur_cleanup(ur_freep) char *record = ur_record_write(ev), *second = NULL, *third = NULL;

	must(record);
	read_back(record, ev, back);
	ur_verdict_decide(back, again);
	must(again->cause == report->cause && again->confidence == report->confidence);
	must(!strcmp(again->why, report->why) && !strcmp(again->advice, report->advice));
	/* but for what stood behind the end of a string */
	second = ur_record_write(back);
	read_back(second, ev, back);
	third = ur_record_write(back);
	must(second && third && !strcmp(second, third));
}

/* Text, and another sink as @how says: all of them for each input would make few inputs. */
static inline void show_event(const struct ur_evidence *ev, struct ur_report *report, uint8_t how)
{
	ur_verdict_decide(ev, report);
	must_be_report(report);
	show_text(ev, report, how);
	switch (how % 3) {
	case 0:
		show_json(ev, report);
		break;
	case 1:
		show_pcapng(ev, report);
		break;
	default:
		must_record(ev, report);
	}
}
