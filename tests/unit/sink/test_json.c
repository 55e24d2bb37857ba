/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include "tests/unit/capture.h"
#include "tests/unit/sample.h"

static struct ur_evidence ev;
static struct ur_report report;

static void one_object_per_line(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct capture c;
	json_t *event;

	(void)state;
	capture_open(&c);
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "comment \"\033[2J\n\xff\xe2\x80\xae\"");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_json_new(c.out, &sink), 0);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	assert_ptr_equal(strchr(c.text, '\n'), c.text + c.len - 1);
	for (const char *p = c.text; p[1]; p++) /* nothing that a terminal obeys */
		assert_in_range(*p, 0x20, 0x7e);
	event = json_loads(c.text, 0, NULL);
	assert_non_null(event);
	json_decref(event);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	assert_int_equal(ur_sink_finish(sink, NULL), 0);
	assert_int_equal(c.text[c.len - 1], '\n');
	capture_close(&c);
}

static void a_reader_that_is_gone(void **state)
{
	ur_cleanup(ur_fclosep) FILE *out = capture_broken_pipe();
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_json_new(out, &sink), 0);
	assert_int_equal(ur_sink_event(sink, &ev, &report), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_object_per_line),
		cmocka_unit_test(a_reader_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
