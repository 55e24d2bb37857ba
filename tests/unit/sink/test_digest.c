/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include "tests/unit/capture.h"
#include "tests/unit/receipt.h"

/* Counts what it gets. */
struct inner {
	struct ur_sink sink;
	int events, received, restarts, scans, finished, freed;
};

static struct inner inner;
static struct ur_evidence ev;
static struct ur_report report;

static int on_event(struct ur_sink *sink, const struct ur_evidence *e, const struct ur_report *r)
{
	(void)e;
	(void)r;
	((struct inner *)sink)->events++;
	return 0;
}

static int on_received(struct ur_sink *sink, const struct ur_receipt *e, const struct ur_report *r)
{
	(void)e;
	(void)r;
	((struct inner *)sink)->received++;
	return 0;
}

static int on_restart(struct ur_sink *sink, const struct ur_restart *r, const struct timespec *t)
{
	(void)r;
	(void)t;
	((struct inner *)sink)->restarts++;
	return 0;
}

static int on_scan(struct ur_sink *sink, const struct ur_scan *s, const struct timespec *t)
{
	(void)s;
	(void)t;
	((struct inner *)sink)->scans++;
	return 0;
}

static int on_finish(struct ur_sink *sink, const struct ur_totals *t)
{
	(void)t;
	((struct inner *)sink)->finished++;
	return 0;
}

static void on_free(struct ur_sink *sink)
{
	((struct inner *)sink)->freed++;
}

static struct ur_sink *wrap(FILE *out, const struct ur_digest_opts *opts)
{
	static const struct ur_sink_ops ops = { .event = on_event,
						.received = on_received,
						.restart = on_restart,
						.scan = on_scan,
						.finish = on_finish,
						.free = on_free };
	struct ur_sink *below = &inner.sink, *sink = NULL;

	inner = (struct inner){ .sink = { &ops } };
	assert_int_equal(ur_sink_digest_new(out, opts, &below, &sink), 0);
	assert_null(below);
	return sink;
}

static void add(struct ur_sink *sink, const char *src, uint16_t dport)
{
	sample_miss(&ev, IPPROTO_UDP, src, 40000, "10.0.0.5", dport);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
}

static void all_goes_through(void **state)
{
	struct ur_digest_opts opts = {};
	static struct ur_receipt receipt;
	struct ur_totals totals = {};
	struct ur_sink *sink;
	struct capture c;

	(void)state;
	capture_open(&c);
	sink = wrap(c.out, &opts);
	add(sink, "10.0.0.7", 53);
	sample_receipt(&receipt, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 1, "10.0.0.9", 53);
	assert_int_equal(ur_sink_received(sink, &receipt, &report), 0);
	assert_int_equal(ur_sink_restart(sink, NULL, NULL), 0);
	assert_int_equal(ur_sink_scan(sink, NULL, NULL), 0);
	assert_int_equal(ur_sink_report(sink, &totals), 0);
	assert_int_equal(inner.finished, 0);
	assert_int_equal(ur_sink_finish(sink, &totals), 0);
	ur_sink_free(sink);
	assert_int_equal(inner.events, 1);
	assert_int_equal(inner.received, 1);
	assert_int_equal(inner.restarts, 1);
	assert_int_equal(inner.scans, 1);
	assert_int_equal(inner.finished, 1);
	assert_int_equal(inner.freed, 1);
	capture_close(&c);
}

static void show(unsigned int width, const char *want)
{
	const struct ur_digest_opts opts = { .width = width, .numeric = true };
	struct ur_totals totals = { .time = { SAMPLE_TIME, 0 },
				    .ns = 60000000000ull,
				    .explained = 3,
				    .shown = 3,
				    .outcome[UR_OUTCOME_SENT] = 3 };
	struct ur_sink *sink;
	struct capture c;

	capture_open(&c);
	sink = wrap(c.out, &opts);
	add(sink, "10.0.0.7", 53);
	add(sink, "10.0.0.7", 53);
	add(sink, "10.0.0.8", 5353);
	assert_int_equal(ur_sink_finish(sink, &totals), 0);
	assert_string_equal(c.text, want);
	ur_sink_free(sink);
	capture_close(&c);
}

static void on_a_terminal(void **state)
{
	(void)state;
	show(80, "unreach: 3 answers in 1 min 0 s: 3 sent, 0 suppressed\n"
		 "Causes\n"
		 "        3  socket.none, 02:45:20 to 02:45:20, such as: no UDP socket is on port\n"
		 "           53\n"
		 "Ports\n"
		 "        2  udp/53, 02:45:20 to 02:45:20, such as: no UDP socket is on port 53\n"
		 "        1  udp/5353, 02:45:20: no UDP socket is on port 5353\n"
		 "Peers\n"
		 "        2  10.0.0.7, 02:45:20 to 02:45:20, such as: no UDP socket is on port 53\n"
		 "        1  10.0.0.8, 02:45:20: no UDP socket is on port 5353\n"
		 "Network namespaces\n"
		 "        3  host, 02:45:20 to 02:45:20\n");
	show(200,
	     "unreach: 3 answers in 1 min 0 s: 3 sent, 0 suppressed\n"
	     "Causes\n"
	     "        3  socket.none, 02:45:20 to 02:45:20, such as: no UDP socket is on port 53\n"
	     "Ports\n"
	     "        2  udp/53, 02:45:20 to 02:45:20, such as: no UDP socket is on port 53\n"
	     "        1  udp/5353, 02:45:20: no UDP socket is on port 5353\n"
	     "Peers\n"
	     "        2  10.0.0.7, 02:45:20 to 02:45:20, such as: no UDP socket is on port 53\n"
	     "        1  10.0.0.8, 02:45:20: no UDP socket is on port 5353\n"
	     "Network namespaces\n"
	     "        3  host, 02:45:20 to 02:45:20\n");
}

static void more_than_can_be_shown(void **state)
{
	const struct ur_digest_opts opts = { .numeric = true };
	struct ur_totals totals = { .time = { SAMPLE_TIME, 0 } };
	struct ur_sink *sink;
	struct capture c;

	(void)state;
	capture_open(&c);
	sink = wrap(c.out, &opts);
	for (uint16_t port = 1; port <= 12; port++)
		add(sink, "10.0.0.7", port);
	assert_int_equal(ur_sink_report(sink, &totals), 0);
	assert_non_null(strstr(c.text, "        1  udp/10, 02:45:20: no UDP"));
	assert_null(strstr(c.text, "udp/11"));
	assert_non_null(strstr(c.text, "\n        2  other\n"));
	for (uint16_t port = 13; port <= 100; port++)
		add(sink, "10.0.0.7", port);
	assert_int_equal(ur_sink_report(sink, &totals), 0);
	assert_non_null(strstr(c.text, "\n       90  other; with +, at least so many\n"));
	assert_non_null(strstr(c.text, "\n        1+ udp/"));
	ur_sink_free(sink);
	capture_close(&c);
}

/* Names of services, and the date where it is not today's. */
static void names_and_dates(void **state)
{
	char path[] = "/tmp/services.XXXXXX";
	int fd = mkstemp(path);
	const struct ur_digest_opts opts = { .services = path };
	struct ur_totals totals = { .time = { SAMPLE_TIME + 86400, 0 } };
	struct ur_sink *sink;
	struct capture c;

	(void)state;
	assert_int_equal(write(fd, "domain 53/udp\n", 14), 14);
	close(fd);
	capture_open(&c);
	sink = wrap(c.out, &opts);
	add(sink, "10.0.0.7", 53);
	assert_int_equal(ur_sink_report(sink, &totals), 0);
	assert_non_null(strstr(c.text, " udp/53(domain), 2026-11-21 02:45:20: no UDP"));
	ur_sink_free(sink);
	capture_close(&c);
	unlink(path);
}

static void for_programs(void **state)
{
	const struct ur_digest_opts opts = { .json = true };
	struct ur_totals totals = {};
	struct ur_sink *sink;
	struct capture c;
	json_t *object;

	(void)state;
	capture_open(&c);
	sink = wrap(c.out, &opts);
	assert_int_equal(ur_sink_finish(sink, &totals), 0);
	assert_int_equal(c.text[c.len - 1], '\n');
	object = json_loads(c.text, 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "answer")), "summary");
	json_decref(object);
	ur_sink_free(sink);
	capture_close(&c);
}

static void a_reader_that_is_gone(void **state)
{
	ur_cleanup(ur_fclosep) FILE *out = capture_broken_pipe();
	struct ur_digest_opts opts = {};
	struct ur_totals totals = {};
	struct ur_sink *sink;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sink = wrap(out, &opts);
	assert_int_equal(ur_sink_finish(sink, &totals), -EPIPE);
	ur_sink_free(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_goes_through),       cmocka_unit_test(on_a_terminal),
		cmocka_unit_test(more_than_can_be_shown), cmocka_unit_test(names_and_dates),
		cmocka_unit_test(for_programs),           cmocka_unit_test(a_reader_that_is_gone),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
