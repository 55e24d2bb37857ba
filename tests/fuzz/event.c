/* SPDX-License-Identifier: GPL-2.0-only */
/* event.c - records of the ring: events, errors that came, notices; of any version and length.
 *
 * An input is a series of them, each behind its length.
 */
#include <errno.h>
#include "tests/fuzz/shown.h"
#include "user/aggregate/natlog.h"
#include "user/aggregate/patterns.h"
#include "user/verdict/received.h"

#define RECORDS_MAX 16

static void show_received(const struct ur_receipt *receipt)
{
	ur_cleanup(ur_freep) struct ur_report *report = fuzz_alloc(sizeof(*report));
	ur_cleanup(ur_freep) struct ur_evidence *ev = fuzz_alloc(sizeof(*ev));
	const struct ur_text_opts opts = { .numeric = true, .verbose = 1 };
	struct ur_sink *text = NULL, *json = NULL;
	struct capture t, j;

	ur_receipt_event(receipt, ev);
	ur_receipt_explain(receipt, report);
	must(report->why[0]);
	capture_open(&t);
	capture_open(&j);
	must(!ur_sink_text_new(t.out, &opts, &text) && !ur_sink_json_new(j.out, &json));
	must(!ur_sink_received(text, receipt, report) && !ur_sink_received(json, receipt, report));
	must_be_plain(t.text, "\n");
	must_be_json(&j);
	ur_sink_free(text);
	ur_sink_free(json);
	capture_close(&t);
	capture_close(&j);
}

/* The kernel side does, and a file that says otherwise is not read. */
static void keep_to_enumerations(struct ur_event *ev)
{
	ev->early %= UR_EARLY_MAX;
	ev->sender.mismatch %= UR_MM_MAX;
	for (int i = 0; i < UR_SOCKS_MAX; i++)
		ev->socks[i].mismatch %= UR_MM_MAX;
	for (int i = 0; i < UR_CLOSED_MAX; i++)
		ev->closed[i].sk.mismatch %= UR_MM_MAX;
	ev->route.dst_len %= 129;
	ev->route.src_len %= 129;
	ev->route.gw_family %= 7;
}

static void take(const uint8_t *record, size_t len, struct ur_natlog *log)
{
	static struct ur_evidence ev;
	static struct ur_receipt receipt;
	static struct ur_patterns patterns;
	static struct ur_report report;
	int r;

	if (ur_natlog_add(log, record, len))
		return;
	r = ur_receipt_from_record(&receipt, record, len);
	must(!r || r == -EPROTO);
	if (!r)
		show_received(&receipt);
	r = ur_evidence_from_event(&ev, record, len);
	must(!r || r == -EPROTO);
	if (r)
		return;
	keep_to_enumerations(&ev.ev);
	ev.ev.ts_ns %= 1000000000; /* of long ago: nothing is waited for */
	ur_natlog_ask(log, &ev);
	memset(&patterns, 0, sizeof(patterns));
	ur_patterns_note(&patterns, &ev);
	show_event(&ev, &report, (uint8_t)len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ur_cleanup(ur_natlog_freep) struct ur_natlog *log = NULL;
	struct fuzz f = { data, size };

	must(!ur_natlog_new(&log));
	for (int i = 0; f.left && i < RECORDS_MAX; i++) {
		size_t len = fuzz_u16(&f);
		uint8_t *record;

		len = len < f.left ? len : f.left;
		record = fuzz_copy(f.at, len);
		f.at += len;
		f.left -= len;
		take(record, len, log);
		free(record);
	}
	return 0;
}
