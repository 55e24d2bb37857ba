/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/sink.h"

static struct ur_evidence ev;
static struct ur_report report;

/* Each event is one line, also when the one before was longer, and the end adds none. */
static void one_line_each(void **state)
{
	struct ur_outlet *outlet = NULL;
	struct ur_sink *sink = NULL;
	struct ur_outlet_counts counts;
	char text[65536];
	int fds[2];
	ssize_t n, lines = 0;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(ur_outlet_new(fds[1], 1 << 20, &outlet), 0);
	assert_int_equal(ur_sink_outlet_new(outlet, &sink), 0);
	assert_int_equal(ur_outlet_start(outlet), 0);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_netns(&ev, "a\nb\033[2J\"\\\xff");
	ur_verdict_decide(&ev, &report);
	for (int i = 0; i < 3; i++) {
		memset(report.why, 'x', sizeof(report.why) - 1);
		report.why[i ? 10 : 1000] = '\0';
		assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	}
	assert_int_equal(ur_sink_report(sink, &(struct ur_totals){}), 0);
	assert_int_equal(ur_sink_finish(sink, &(struct ur_totals){}), 0);
	ur_sink_free(sink);
	counts = ur_outlet_close(outlet, 10000);
	assert_int_equal(counts.written, 3);
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
		assert_int_equal(line[0], '{');
		assert_int_equal(line[strlen(line) - 1], '}');
		assert_null(strchr(line, '\033'));
	}
	assert_int_equal(lines, 3);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(one_line_each) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
