/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
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
		cmocka_unit_test(restarts_are_counted_once),
		cmocka_unit_test(a_sink_need_not_show_restarts),
		cmocka_unit_test(a_reader_that_is_gone),
		cmocka_unit_test(a_disk_that_is_full),
		cmocka_unit_test(both_of_two_sinks_are_told),
		cmocka_unit_test(freeing_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
