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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_count_what_an_event_stands_for),
		cmocka_unit_test(restarts_are_counted_once),
		cmocka_unit_test(a_sink_need_not_show_restarts),
		cmocka_unit_test(a_reader_that_is_gone),
		cmocka_unit_test(a_disk_that_is_full),
		cmocka_unit_test(freeing_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
