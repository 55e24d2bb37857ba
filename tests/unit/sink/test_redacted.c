/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "tests/unit/receipt.h"
#include "tests/unit/sample.h"
#include "user/sink/redacted.h"

static struct ur_evidence ev;
static struct ur_report report;

/* What is handed on is explained of what it has now, not of what it had. */
static void explained_anew(void **state)
{
	struct ur_sink *json = NULL, *sink = NULL;
	struct ur_totals totals = {};
	struct ur_receipt r;
	struct capture c;

	(void)state;
	capture_open(&c);
	assert_int_equal(ur_sink_json_new(c.out, &json), 0);
	assert_int_equal(ur_sink_redacted_new(&json, &sink), 0);
	assert_null(json);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	sample_netns(&ev, "web");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_ADDRESS);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	sample_receipt(&r, "10.0.0.5", IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 53);
	ur_receipt_explain(&r, &report);
	assert_int_equal(ur_sink_received(sink, &r, &report), 0);
	fflush(c.out);
	assert_non_null(strstr(c.text, "\"socket.address\""));
	assert_non_null(strstr(c.text, "127.0.0.1"));
	assert_null(strstr(c.text, "10.0.0.5"));
	assert_null(strstr(c.text, "10.0.0.7"));
	assert_null(strstr(c.text, "statsd"));
	assert_null(strstr(c.text, "\"web\""));
	assert_int_equal(ur_sink_finish(sink, &totals), 0);
	ur_sink_free(sink);
	capture_close(&c);
	/* the caller's own is as it was */
	assert_string_equal(ev.netns.name, "web");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(explained_anew) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
