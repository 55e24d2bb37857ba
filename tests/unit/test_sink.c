/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>
#include "tests/unit/receipt.h"
#include <errno.h>
#include <signal.h>
#include "tests/unit/capture.h"

static void totals_count_what_an_event_stands_for(void **state)
{
	static struct ur_evidence ev = { .count = 3 };
	struct ur_report report = { .cause = UR_CAUSE_RULE_NFT,
				    .outcome = UR_OUTCOME_SUPPRESSED,
				    .suppressed_by = UR_SUPP_RATE_PEER };
	struct ur_totals t = { 0 };

	(void)state;
	ur_totals_add(&t, &ev, &report, true);
	ev.count = 0; /* a record always stands for one at least */
	ur_totals_add(&t, &ev, &report, false);
	assert_int_equal(t.explained, 4);
	assert_int_equal(t.shown, 3);
	assert_int_equal(t.cause[UR_CAUSE_RULE_NFT], 4);
	assert_int_equal(t.outcome[UR_OUTCOME_SUPPRESSED], 4);
	assert_int_equal(t.suppressed_by[UR_SUPP_RATE_PEER], 4);
	assert_int_equal(t.outcome[UR_OUTCOME_SENT], 0);
}

static void those_without_a_verdict_are_counted_too(void **state)
{
	static struct ur_evidence ev = { .count = 3, .ev.window = UR_WIN_PEER_DENY };
	struct ur_report report = { .outcome = UR_OUTCOME_SUPPRESSED,
				    .suppressed_by = UR_SUPP_RATE_PEER };
	struct ur_totals t = { .decided = 40 };

	(void)state;
	ur_totals_add(&t, &ev, &report, true);
	t.counted[UR_OUT_SENT] = 6;
	t.counted[UR_OUT_RULE] = 7;
	t.counted[UR_OUT_GLOBAL] = 8;
	t.counted[UR_OUT_PEER] = 9; /* 3 of them have a verdict */
	t.counted[UR_OUT_EARLY] = 5;
	t.counted[UR_OUT_UNSEEN] = 1;
	ur_totals_complete(&t);
	assert_int_equal(t.outcome[UR_OUTCOME_SENT], 6);
	assert_int_equal(t.outcome[UR_OUTCOME_SUPPRESSED], 29);
	assert_int_equal(t.outcome[UR_OUTCOME_UNKNOWN], 5);
	assert_int_equal(t.suppressed_by[UR_SUPP_OUTPUT_RULE], 7);
	assert_int_equal(t.suppressed_by[UR_SUPP_RATE_GLOBAL], 8);
	assert_int_equal(t.suppressed_by[UR_SUPP_RATE_PEER], 9);
	assert_int_equal(t.suppressed_by[UR_SUPP_OTHER], 5);
	assert_int_equal(t.explained, 3);
}

/* What was counted between two readings is not more than all. */
static void never_more_than_all(void **state)
{
	static struct ur_evidence ev = { .count = 3, .ev.window = UR_WIN_PUSHED };
	struct ur_report report = { .outcome = UR_OUTCOME_SENT };
	struct ur_totals t = { .decided = 4 };

	(void)state;
	ur_totals_add(&t, &ev, &report, true);
	t.counted[UR_OUT_SENT] = 2;
	t.counted[UR_OUT_GLOBAL] = 5;
	ur_totals_complete(&t);
	assert_int_equal(t.outcome[UR_OUTCOME_SENT], 3);
	assert_int_equal(t.outcome[UR_OUTCOME_SUPPRESSED], 1);
	assert_int_equal(t.outcome[UR_OUTCOME_UNKNOWN], 0);
	t.decided = 0; /* could not be read */
	t.outcome[UR_OUTCOME_SUPPRESSED] = 0;
	ur_totals_complete(&t);
	assert_int_equal(t.outcome[UR_OUTCOME_SUPPRESSED], 0);
}

static void restarts_are_counted_once(void **state)
{
	struct ur_restart r = { .closed_ns = 100, .taken_ns = 400, .refused = 3 };
	struct ur_totals t = { 0 };

	(void)state;
	ur_totals_add_restart(&t, &r);
	r = (struct ur_restart){ .closed_ns = 100, .taken_ns = 400, .refused = 2, .again = true };
	ur_totals_add_restart(&t, &r);
	r = (struct ur_restart){ .closed_ns = 700, .taken_ns = 900, .refused = 1 };
	ur_totals_add_restart(&t, &r);
	assert_int_equal(t.restarts, 2);
	assert_int_equal(t.restarts_refused, 6);
	assert_int_equal(t.restarts_ns, 300);
}

static void a_sink_need_not_show_restarts(void **state)
{
	static const struct ur_sink_ops ops;
	struct ur_sink sink = { &ops };

	(void)state;
	assert_int_equal(ur_sink_restart(&sink, NULL, NULL), 0);
}

static void a_reader_that_is_gone(void **state)
{
	ur_cleanup(ur_fclosep) FILE *out = capture_broken_pipe();

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fputs("x", out);
	assert_int_equal(ur_sink_flush(out), -EPIPE);
}

static void a_disk_that_is_full(void **state)
{
	ur_cleanup(ur_fclosep) FILE *out = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(out);
	assert_int_equal(ur_sink_flush(out), 0);
	fputs("x", out);
	assert_int_equal(ur_sink_flush(out), -ENOSPC);
}

static void freeing_nothing(void **state)
{
	(void)state;
	ur_sink_free(NULL);
}

static void totals_of_what_came(void **state)
{
	static struct ur_receipt r;
	struct ur_totals t = { 0 };

	(void)state;
	sample_receipt(&r, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 1, "10.0.0.9", 53);
	ur_totals_add_received(&t, &r, true);
	sample_told(&r, "dig");
	r.rec.flags = UR_RC_MADE;
	ur_totals_add_received(&t, &r, false);
	assert_int_equal(t.received, 2);
	assert_int_equal(t.received_shown, 1);
	assert_int_equal(t.received_made_here, 1);
	assert_int_equal(t.delivery[UR_DELIVERY_TOLD], 1);
	assert_int_equal(t.delivery[UR_DELIVERY_UNKNOWN], 1);
	assert_int_equal(ur_totals_generated(&t), 0);
	t.decided = 7;
	t.explained = 6;
	assert_int_equal(ur_totals_generated(&t), 7);
}

static void totals_in_words(void **state)
{
	struct ur_totals t = { .ns = 61000000000ull };
	char text[256];
	struct ur_buf out = UR_BUF(text);

	(void)state;
	ur_totals_say(&out, &t);
	assert_string_equal(text, "this host generated no Destination Unreachable in 1 min 1 s");
	out = UR_BUF(text);
	t.decided = 3;
	t.outcome[UR_OUTCOME_SENT] = 1;
	t.outcome[UR_OUTCOME_UNKNOWN] = 2;
	ur_totals_say(&out, &t);
	assert_string_equal(text,
			    "3 answers in 1 min 1 s: 1 sent, 0 suppressed, 2 sent or not was not "
			    "seen");
}

/* ---- two in one ---- */

struct noted {
	struct ur_sink sink;
	char *calls; /* shared: a letter each */
	char name;
	int r;
};

static int noted(struct ur_sink *sink)
{
	struct noted *n = (struct noted *)sink;

	strncat(n->calls, &n->name, 1);
	return n->r;
}

static int noted_event(struct ur_sink *sink, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	(void)ev;
	(void)report;
	return noted(sink);
}

static int noted_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	(void)totals;
	return noted(sink);
}

static void noted_free(struct ur_sink *sink)
{
	noted(sink);
}

static void both_of_two_sinks_are_told(void **state)
{
	static const struct ur_sink_ops ops = { .event = noted_event,
						.finish = noted_finish,
						.free = noted_free };
	char calls[16] = "";
	struct noted a = { { &ops }, calls, 'a', 0 }, b = { { &ops }, calls, 'b', -EPIPE };
	struct ur_sink *first = &a.sink, *second = &b.sink, *tee = NULL;

	(void)state;
	assert_int_equal(ur_sink_tee_new(&first, &second, &tee), 0);
	assert_null(first);
	assert_null(second);
	assert_int_equal(ur_sink_event(tee, NULL, NULL), -EPIPE);
	a.r = -EIO;
	assert_int_equal(ur_sink_event(tee, NULL, NULL), -EIO);
	assert_int_equal(ur_sink_finish(tee, NULL), -EIO); /* and yet the second is told */
	assert_int_equal(ur_sink_restart(tee, NULL, NULL), 0);
	assert_int_equal(ur_sink_scan(tee, NULL, NULL), 0);
	assert_int_equal(ur_sink_received(tee, NULL, NULL), 0);
	ur_sink_free(tee);
	assert_string_equal(calls, "abaabab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_count_what_an_event_stands_for),
		cmocka_unit_test(totals_of_what_came),
		cmocka_unit_test(totals_in_words),
		cmocka_unit_test(those_without_a_verdict_are_counted_too),
		cmocka_unit_test(never_more_than_all),
		cmocka_unit_test(restarts_are_counted_once),
		cmocka_unit_test(a_sink_need_not_show_restarts),
		cmocka_unit_test(a_reader_that_is_gone),
		cmocka_unit_test(a_disk_that_is_full),
		cmocka_unit_test(both_of_two_sinks_are_told),
		cmocka_unit_test(freeing_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
