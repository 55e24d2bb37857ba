/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "tests/unit/receipt.h"
#include "user/cause.h"
#include "user/worker.h"

#define KEPT       16
#define TIMEOUT_MS 30000

/* A sink that remembers. Only the worker's thread writes, and the test reads after
 * ur_worker_stop(). */
struct fake_sink {
	struct ur_sink sink;
	int result;     /* of every event */
	sem_t *go_on;   /* NULL, or wait for it before every event returns */
	sem_t *arrived; /* NULL, or told of every event */
	unsigned int n;
	struct kept {
		uint64_t seq;
		uint16_t dport;
		enum ur_cause cause;
		uint32_t missing;
		struct timespec time;
	} kept[KEPT];
};

static int on_event(struct ur_sink *sink, const struct ur_evidence *ev,
		    const struct ur_report *report)
{
	struct fake_sink *s = (struct fake_sink *)sink;

	if (s->n < KEPT)
		s->kept[s->n] = (struct kept){ ev->seq, ev->packet.dport, report->cause,
					       ev->missing, ev->time };
	s->n++;
	if (s->arrived)
		sem_post(s->arrived);
	if (s->go_on)
		sem_wait(s->go_on);
	return s->result;
}

/* As an event of no cause, with what is told of it in place of one. */
static int on_received(struct ur_sink *sink, const struct ur_receipt *receipt,
		       const struct ur_report *report)
{
	struct fake_sink *s = (struct fake_sink *)sink;

	(void)report;
	if (s->n < KEPT)
		s->kept[s->n] = (struct kept){ .seq = receipt->seq,
					       .dport = receipt->packet.dport,
					       .time = receipt->time };
	s->n++;
	return s->result;
}

static const struct ur_sink_ops fake_ops = { .event = on_event, .received = on_received };

static struct fake_sink new_sink(void)
{
	return (struct fake_sink){ .sink = { &fake_ops } };
}

static struct ur_worker *start(struct fake_sink *sink, const char *cause, uint64_t count)
{
	const struct ur_worker_opts opts = {
		.sink = &sink->sink, .select = { .cause = cause }, .count = count, .received = true
	};
	struct ur_worker *w = NULL;

	assert_int_equal(ur_worker_start(&opts, &w), 0);
	return w;
}

static uint32_t inum_here(void)
{
	struct stat st = {};

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return st.st_ino;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* UDP from 10.0.0.1 port 40000 to 10.0.0.2 port @dport, of which no more is known than that
 * @origin refused it. */
static struct ur_event event(uint8_t origin, uint16_t dport)
{
	static const uint8_t head[28] = { 0x45, 0, 0,  28, 0, 0, 0,    0,    64, 17, 0, 0, 10, 0,
					  0,    1, 10, 0,  0, 2, 0x9c, 0x40, 0,  0,  0, 8, 0,  0 };
	struct ur_event e = {
		.version = UR_EVENT_VERSION,
		.len = offsetof(struct ur_event, socks),
		.answer = UR_ANSWER_ICMP,
		.origin = origin,
		.family = 4,
		.type = 3,
		.code = 3,
		.window = UR_WIN_PUSHED,
		.snap_len = sizeof(head),
		.netns_inum = inum_here(),
		.ts_ns = now_ns(),
		.iif = 1,
		.pkt_len = sizeof(head),
	};

	memcpy(e.snap, head, sizeof(head));
	e.snap[22] = dport >> 8;
	e.snap[23] = dport & 0xff;
	return e;
}

static void push(struct ur_worker *w, uint8_t origin, uint16_t dport)
{
	struct ur_event e = event(origin, dport);

	ur_worker_push(w, &e, e.len, 0);
}

static void assert_ends(struct ur_worker *w)
{
	struct pollfd fd = { ur_worker_fd(w), POLLIN, 0 };

	assert_int_equal(poll(&fd, 1, TIMEOUT_MS), 1);
}

static void what_was_pushed_is_explained_in_order(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	w = start(&sink, NULL, 0);
	for (uint16_t port = 501; port <= 510; port++)
		push(w, UR_ORIGIN_UDP_MISS, port);
	ur_worker_close(w);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(sink.kept[i].seq, i + 1);
		assert_int_equal(sink.kept[i].dport, 501 + i);
		assert_int_equal(sink.kept[i].cause, sink.kept[0].cause);
	}
	assert_int_not_equal(sink.kept[0].cause, UR_CAUSE_UNKNOWN);
	assert_int_equal(totals.explained, 10);
	assert_int_equal(totals.shown, 10);
	assert_int_equal(totals.cause[sink.kept[0].cause], 10);
	assert_int_equal(totals.lost_queue, 0);
}

static void an_event_has_its_time_and_what_was_missing(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_event e = event(UR_ORIGIN_UNKNOWN, 9);
	struct ur_totals totals;
	struct timespec real;
	double before;

	(void)state;
	e.ts_ns -= 3600 * 1000000000ULL; /* an hour ago */
	w = start(&sink, NULL, 1);
	ur_worker_push(w, &e, e.len, UR_MISSING_REJECT);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_true(sink.kept[0].missing & UR_MISSING_REJECT);
	clock_gettime(CLOCK_REALTIME, &real);
	before = real.tv_sec - sink.kept[0].time.tv_sec;
	assert_true(before > 3590 && before < 3600 + TIMEOUT_MS / 1000);
	assert_true(sink.kept[0].time.tv_nsec >= 0 && sink.kept[0].time.tv_nsec < 1000000000);
}

static void it_ends_when_enough_were_shown(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	w = start(&sink, NULL, 2);
	for (int i = 0; i < 5; i++)
		push(w, UR_ORIGIN_UNKNOWN, 9);
	assert_ends(w); /* nobody closed it */
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 2);
	assert_int_equal(totals.shown, 2);
	assert_int_equal(totals.explained, 2);
}

static void only_the_causes_asked_for_are_shown(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	w = start(&sink, ur_cause_info(UR_CAUSE_UNKNOWN)->slug, 2);
	push(w, UR_ORIGIN_UDP_MISS, 1);
	push(w, UR_ORIGIN_UNKNOWN, 2);
	push(w, UR_ORIGIN_UDP_MISS, 3);
	push(w, UR_ORIGIN_UNKNOWN, 4);
	push(w, UR_ORIGIN_UNKNOWN, 5);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 2);
	assert_int_equal(sink.kept[0].dport, 2);
	assert_int_equal(sink.kept[0].seq, 2); /* the others are counted, too */
	assert_int_equal(sink.kept[1].dport, 4);
	assert_int_equal(totals.explained, 4);
	assert_int_equal(totals.shown, 2);
	assert_int_equal(totals.cause[UR_CAUSE_UNKNOWN], 2);
}

/* They get no verdict, but a number: as many as went by are missing in the output. */
static void only_the_packets_asked_for_are_explained(void **state)
{
	ur_cleanup(ur_filter_freep) struct ur_filter *filter = NULL;
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_worker_opts opts = { .sink = &sink.sink, .count = 2 };
	char *words[] = { "portrange 3-9" }, err[64];
	struct ur_totals totals;

	(void)state;
	assert_int_equal(ur_filter_new(words, 1, err, sizeof(err), &filter), 0);
	opts.select.filter = filter;
	assert_int_equal(ur_worker_start(&opts, &w), 0);
	for (uint16_t port = 1; port <= 5; port++)
		push(w, UR_ORIGIN_UNKNOWN, port);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 2);
	assert_int_equal(sink.kept[0].dport, 3);
	assert_int_equal(sink.kept[0].seq, 3);
	assert_int_equal(sink.kept[1].dport, 4);
	assert_int_equal(totals.passed_over, 2);
	assert_int_equal(totals.explained, 2);
	assert_int_equal(totals.shown, 2);
}

static void it_ends_when_the_reader_is_gone(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	sink.result = -EPIPE;
	w = start(&sink, NULL, 0);
	push(w, UR_ORIGIN_UNKNOWN, 9);
	push(w, UR_ORIGIN_UNKNOWN, 9);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), -EPIPE);
	assert_int_equal(sink.n, 1);
}

static void a_record_of_another_format_is_passed_over(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_event e = event(UR_ORIGIN_UNKNOWN, 9);
	unsigned char longer[sizeof(e) + 1] = {};
	struct ur_totals totals;

	(void)state;
	e.version = 0;
	longer[offsetof(struct ur_event, answer)] = UR_ANSWER_ICMP;
	w = start(&sink, NULL, 0);
	ur_worker_push(w, &e, e.len, 0);
	ur_worker_push(w, longer, sizeof(longer), 0); /* not even taken */
	push(w, UR_ORIGIN_UNKNOWN, 10);
	ur_worker_close(w);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 1);
	assert_int_equal(sink.kept[0].dport, 10);
	assert_int_equal(sink.kept[0].seq, 1);
	assert_int_equal(totals.explained, 1);
	assert_int_equal(totals.lost_queue, 1);
}

/* Pushing never waits; what the queue has no room for is counted, but for notices, which are
 * no events. */
static void a_slow_reader_costs_records(void **state)
{
	enum { PUSHED = 2000 };
	const struct ur_notice end = { .version = UR_EVENT_VERSION,
				       .len = sizeof(end),
				       .answer = UR_ANSWER_NOTICE,
				       .what = UR_NOTICE_NETNS_END,
				       .netns_inum = 1 };
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;
	sem_t go_on, arrived;

	(void)state;
	sem_init(&go_on, 0, 0);
	sem_init(&arrived, 0, 0);
	sink.go_on = &go_on;
	sink.arrived = &arrived;
	w = start(&sink, NULL, 0);
	push(w, UR_ORIGIN_UNKNOWN, 9);
	sem_wait(&arrived); /* it is stuck in the sink now */
	for (int i = 1; i < PUSHED; i++)
		push(w, UR_ORIGIN_UNKNOWN, 9);
	for (int i = 0; i < 100; i++)
		ur_worker_push(w, &end, sizeof(end), 0);
	for (int i = 0; i < PUSHED; i++)
		sem_post(&go_on);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_true(totals.lost_queue > 0);
	assert_true(totals.explained > 1); /* what was queued is shown all the same */
	assert_int_equal(totals.explained + totals.lost_queue, PUSHED);
	assert_int_equal(sink.n, totals.explained);
	sem_destroy(&go_on);
	sem_destroy(&arrived);
}

static void freed_while_it_runs(void **state)
{
	struct fake_sink sink = new_sink();
	struct ur_worker *w;

	(void)state;
	w = start(&sink, NULL, 0);
	push(w, UR_ORIGIN_UNKNOWN, 9);
	ur_worker_free(w);
	assert_int_equal(sink.n, 1);
	ur_worker_free(NULL);
}

static void push_received(struct ur_worker *w, uint16_t dport)
{
	struct ur_received rec;

	sample_received(&rec, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", dport);
	rec.netns_inum = inum_here();
	rec.ts_ns = now_ns();
	ur_worker_push(w, &rec, sizeof(rec), 0);
}

static void what_came_is_told_in_order(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	w = start(&sink, NULL, 3);
	push(w, UR_ORIGIN_UDP_MISS, 501);
	push_received(w, 502);
	push_received(w, 503);
	push_received(w, 504);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sink.kept[i].seq, i + 1);
		assert_int_equal(sink.kept[i].dport, 501 + i);
	}
	assert_int_equal(totals.explained, 1);
	assert_int_equal(totals.received, 2);
	assert_int_equal(totals.received_shown, 2);
	assert_int_equal(totals.delivery[UR_DELIVERY_UNKNOWN], 2);
	assert_int_equal(totals.received_made_here, 0);
}

static int on_report(void *arg, struct ur_totals *totals)
{
	*(uint64_t *)arg = totals->explained;
	return -EPIPE; /* and that ends it */
}

static void reports_what_was_pushed_before(void **state)
{
	struct fake_sink sink = new_sink();
	uint64_t explained = 99;
	const struct ur_worker_opts opts = { .sink = &sink.sink,
					     .report = on_report,
					     .report_arg = &explained };
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct ur_totals totals;

	(void)state;
	assert_int_equal(ur_worker_start(&opts, &w), 0);
	push(w, UR_ORIGIN_UDP_MISS, 501);
	push(w, UR_ORIGIN_UDP_MISS, 502);
	ur_worker_report(w);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), -EPIPE);
	assert_int_equal(explained, 2);
}

static int count_report(void *arg, struct ur_totals *totals)
{
	(void)totals;
	sem_post(arg);
	return 0;
}

/* Who asks while everything waits is answered as soon as something moves. */
static void reports_though_the_queue_is_full(void **state)
{
	struct fake_sink sink = new_sink();
	sem_t go_on, arrived, reported;
	const struct ur_worker_opts opts = { .sink = &sink.sink,
					     .report = count_report,
					     .report_arg = &reported };
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct timespec until;
	struct ur_totals totals;

	(void)state;
	sem_init(&go_on, 0, 0);
	sem_init(&arrived, 0, 0);
	sem_init(&reported, 0, 0);
	sink.go_on = &go_on;
	sink.arrived = &arrived;
	assert_int_equal(ur_worker_start(&opts, &w), 0);
	push(w, UR_ORIGIN_UNKNOWN, 9);
	sem_wait(&arrived); /* it is stuck in the sink now */
	while (!ur_worker_dropped(w))
		push(w, UR_ORIGIN_UNKNOWN, 9);
	ur_worker_report(w);
	sem_post(&go_on); /* one moves, the others stay */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	assert_int_equal(sem_timedwait(&reported, &until), 0);
	for (int i = 0; i < 2000; i++)
		sem_post(&go_on);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sem_trywait(&reported), -1);
	sem_destroy(&go_on);
	sem_destroy(&arrived);
	sem_destroy(&reported);
}

static void what_came_has_no_cause(void **state)
{
	ur_cleanup(ur_worker_freep) struct ur_worker *w = NULL;
	struct fake_sink sink = new_sink();
	struct ur_totals totals;

	(void)state;
	w = start(&sink, "socket", 0);
	push_received(w, 502);
	ur_worker_close(w);
	assert_ends(w);
	assert_int_equal(ur_worker_stop(w, &totals), 0);
	assert_int_equal(sink.n, 0);
	assert_int_equal(totals.received, 1);
	assert_int_equal(totals.received_shown, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_pushed_is_explained_in_order),
		cmocka_unit_test(what_came_is_told_in_order),
		cmocka_unit_test(what_came_has_no_cause),
		cmocka_unit_test(reports_what_was_pushed_before),
		cmocka_unit_test(reports_though_the_queue_is_full),
		cmocka_unit_test(an_event_has_its_time_and_what_was_missing),
		cmocka_unit_test(it_ends_when_enough_were_shown),
		cmocka_unit_test(only_the_causes_asked_for_are_shown),
		cmocka_unit_test(only_the_packets_asked_for_are_explained),
		cmocka_unit_test(it_ends_when_the_reader_is_gone),
		cmocka_unit_test(a_record_of_another_format_is_passed_over),
		cmocka_unit_test(a_slow_reader_costs_records),
		cmocka_unit_test(freed_while_it_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
