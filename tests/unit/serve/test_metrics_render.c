/* SPDX-License-Identifier: GPL-2.0-only */
/* With a folder as its argument it leaves there what it rendered, for other programs to read:
 * tests/service/run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include "user/serve/metrics.h"

static const char *folder;
static char text[1 << 16];

/* Every metric has something to say. */
static void render(enum ur_form form)
{
	static const char *const labels[] = { "we\"b\\", "ipv4", "udp", "port-unreachable",
					      "sent" };
	ur_cleanup(ur_series_freep) struct ur_series_set *answers = NULL;
	ur_cleanup(ur_series_freep) struct ur_series_set *three = NULL;
	struct ur_totals totals = { .restarts = 3, .suppressed_by[UR_SUPP_RATE_PEER] = 9 };
	struct ur_metrics_now now = { .lines = { 1, 2, 3 },
				      .queue_dropped = 4,
				      .start = 1795304007.25,
				      .cpu = 0.5,
				      .rss = 16 << 20,
				      .received = true,
				      .version = "0.1.0-3-g\"x\"" };
	struct ur_metrics_view view = { .totals = &totals,
					.now = &now,
					.missed_known = true,
					.missed = UINT64_MAX,
					.age_ns = 1500000000 };
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_int_equal(ur_series_new(5, 8, 1, &answers), 0);
	assert_int_equal(ur_series_new(3, 8, 1, &three), 0);
	ur_series_add(answers, labels, 7, 1);
	view.answers = answers;
	view.causes = view.ports = three;
	now.stat[UR_STAT_DECIDED] = 5;
	now.stat[UR_STAT_COALESCED] = 37;
	ur_metrics_write(&view, form, out);
	assert_int_equal(fclose(out), 0);
}

static void has(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no \"%s\" in:\n%s", line, text);
}

static void has_not(const char *line)
{
	if (strstr(text, line))
		fail_msg("\"%s\" in:\n%s", line, text);
}

static void leave(const char *name)
{
	char path[256];
	FILE *f;

	if (!folder)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void as_text(void **state)
{
	(void)state;
	render(UR_FORM_TEXT);
	leave("metrics.txt");
	has("# TYPE unreach_decisions_total counter\nunreach_decisions_total 42\n");
	has("\nunreach_answers_total{netns=\"we\\\"b\\\\\",family=\"ipv4\",proto=\"udp\","
	    "code=\"port-unreachable\",outcome=\"sent\"} 7\n");
	has("# TYPE unreach_build_info gauge\nunreach_build_info{version=\"0.1.0-3-g\\\"x\\\"\"} 1\n");
	has("\nprocess_start_time_seconds 1795304007.250\n");
	has("\nprocess_cpu_seconds_total 0.500\n");
	has("\nprocess_resident_memory_bytes 16777216\n");
	has("\nunreach_programs_missed_total 18446744073709551615\n");
	has("\nunreach_suppressed_total{by=\"rate-limit-peer\"} 9\n");
	has("\nunreach_lost_total{reason=\"queue-full\"} 4\n");
	has("\nunreach_log_lines_lost_total{reason=\"write-error\"} 3\n");
	has_not("# EOF");
	has_not("# UNIT");
}

static void as_openmetrics(void **state)
{
	(void)state;
	render(UR_FORM_OPENMETRICS);
	leave("metrics.om");
	has("# TYPE unreach_decisions counter\nunreach_decisions_total 42\n");
	has("# TYPE unreach_build info\nunreach_build_info{");
	has("# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total 0.500\n");
	has("# UNIT process_resident_memory_bytes bytes\n");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
}

/* Every metric is in both, with a help text; and what is not known is left out. */
static void complete(void **state)
{
	char line[128];

	(void)state;
	render(UR_FORM_TEXT);
	for (size_t i = 0; ur_metrics_name(i); i++) {
		snprintf(line, sizeof(line), "# HELP %s ", ur_metrics_name(i));
		has(line);
		snprintf(line, sizeof(line), "\n%s", ur_metrics_name(i));
		has(line);
	}
	assert_null(ur_metrics_name(1000));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_text),
		cmocka_unit_test(as_openmetrics),
		cmocka_unit_test(complete),
	};

	folder = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
