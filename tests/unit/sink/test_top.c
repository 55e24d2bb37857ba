/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include "tests/unit/receipt.h"
#include "tests/unit/terminal.h"
#include "user/sink.h"

static struct terminal t;
static struct ur_evidence ev;
static struct ur_report report;

static int add(struct ur_sink *sink)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	ur_verdict_decide(&ev, &report);
	return ur_sink_event(sink, &ev, &report);
}

/* A file: shown until somebody quits. */
static int replayed(void)
{
	const struct ur_top_opts opts = {
		.source = "f.pcapng", .replayed = true, .received = true, .numeric = true
	};
	static struct ur_receipt receipt;
	struct ur_totals totals = {};
	struct ur_sink *sink = NULL;

	if (ur_sink_top_new(&opts, &sink) || add(sink))
		return 1;
	sample_receipt(&receipt, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 1, "10.0.0.9", 53);
	ur_receipt_explain(&receipt, &report);
	if (ur_sink_received(sink, &receipt, &report) || ur_sink_finish(sink, &totals))
		return 2;
	ur_sink_free(sink);
	return 0;
}

static void until_somebody_quits(void **state)
{
	(void)state;
	terminal_start(&t, replayed);
	assert_true(terminal_until(&t, "socket.none"));
	assert_true(terminal_send(&t, "6"));
	assert_true(terminal_until(&t, "10.0.0.9 port-unreachable"));
	assert_true(terminal_send(&t, "q"));
	assert_int_equal(terminal_end(&t), 0);
	assert_non_null(strstr(t.text, "\033[?1049l"));
}

static void until_it_is_told(void **state)
{
	(void)state;
	terminal_start(&t, replayed);
	assert_true(terminal_until(&t, "socket.none"));
	kill(t.pid, SIGTERM);
	assert_int_equal(terminal_end(&t), 0);
	assert_non_null(strstr(t.text, "\033[?1049l"));
}

/* Live: quitting is told as a signal is, and the end comes from elsewhere. */
static int live(void)
{
	const struct ur_top_opts opts = { .source = "db-1", .numeric = true };
	struct ur_totals totals = {};
	struct ur_sink *sink = NULL;
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) || ur_sink_top_new(&opts, &sink) || add(sink))
		return 1;
	if (sigwait(&set, &number) || number != SIGTERM)
		return 2;
	if (add(sink) || ur_sink_finish(sink, &totals))
		return 3;
	ur_sink_free(sink);
	return 0;
}

static void quitting(void **state)
{
	(void)state;
	terminal_start(&t, live);
	assert_true(terminal_until(&t, "socket.none"));
	assert_true(terminal_send(&t, "q"));
	assert_int_equal(terminal_end(&t), 0);
	assert_non_null(strstr(t.text, "\033[?1049l"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(until_somebody_quits),
		cmocka_unit_test(until_it_is_told),
		cmocka_unit_test(quitting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
