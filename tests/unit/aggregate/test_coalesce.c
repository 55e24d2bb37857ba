/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/aggregate/coalesce.h"

#define S  UINT64_C(1000000000)
#define MS UINT64_C(1000000)

static struct ur_evidence ev, line;
static struct ur_report report, said;

static struct ur_coalesce *start(bool merge)
{
	struct ur_coalesce *c = NULL;

	assert_int_equal(ur_coalesce_new(merge, &c), 0);
	return c;
}

/* An event of flow @flow at @now, to be explained as a miss. */
static bool event(struct ur_coalesce *c, uint64_t flow, uint64_t now)
{
	uint64_t seq = ev.seq;

	sample_packet(&ev, IPPROTO_UDP, "10.0.0.7", 4000 + now % 1000, "10.0.0.5", 8125);
	ev.seq = seq + 1;
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	ev.ev.window = UR_WIN_PUSHED;
	ev.ev.flow = flow;
	ev.ev.kind = 3;
	ev.ev.ts_ns = now;
	report.cause = UR_CAUSE_SOCKET_NONE;
	report.confidence = UR_PROVEN;
	snprintf(report.why, sizeof(report.why), "nobody is there");
	return ur_coalesce_event(c, &ev, &report, now);
}

static void batch(struct ur_coalesce *c, uint64_t flow, uint32_t out, uint64_t n, uint64_t now)
{
	const struct ur_batch b = { .flow = flow,
				    .kind = 3,
				    .out = out,
				    .n = n,
				    .first_ns = now - 500 * MS,
				    .last_ns = now,
				    .key = { .answer = UR_ANSWER_ICMP,
					     .family = 4,
					     .type = 3,
					     .code = 3,
					     .proto = IPPROTO_UDP,
					     .dport = 8125,
					     .netns_inum = 99 } };

	ur_coalesce_batch(c, &b, now);
}

static bool take(struct ur_coalesce *c, uint64_t now)
{
	return ur_coalesce_take(c, now, &line, &said);
}

/* Three within a tenth of a second: the first at once, and one line of three. */
static void three_are_one_line(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	assert_true(event(c, 7, 5 * S));
	assert_int_equal(ur_coalesce_next(c), 0);
	assert_false(event(c, 7, 5 * S + 30 * MS));
	assert_false(event(c, 7, 5 * S + 60 * MS));
	assert_int_equal(ur_coalesce_next(c), 6 * S + 30 * MS);
	assert_false(take(c, 6 * S));
	assert_true(take(c, 6 * S + 30 * MS));
	assert_int_equal(line.count, 2);
	assert_int_equal(line.like.kind, UR_LIKE_FLOW);
	assert_int_equal(line.like.all, 3);
	assert_int_equal(line.like.since_ns, 5 * S);
	assert_int_equal(line.like.first_ns, 5 * S + 30 * MS);
	assert_int_equal(line.like.last_ns, 5 * S + 60 * MS);
	assert_int_equal(said.cause, UR_CAUSE_SOCKET_NONE);
	assert_int_equal(said.confidence, UR_PROVEN); /* each was looked at */
	assert_int_equal(said.outcome, UR_OUTCOME_SENT);
	assert_string_equal(said.why, "nobody is there");
	assert_false(take(c, 7 * S));
	assert_int_equal(ur_coalesce_next(c), 0);
}

static void each_where_programs_read(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_true(event(c, 7, 5 * S + i * MS));
	assert_false(take(c, UINT64_MAX));
}

static void after_a_quiet_time(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	assert_true(event(c, 7, 5 * S));
	assert_true(event(c, 7, 16 * S));
	assert_false(event(c, 7, 17 * S));
	assert_true(take(c, 20 * S));
	assert_int_equal(line.like.all, 2);
	assert_int_equal(line.like.since_ns, 16 * S);
}

/* Its windows do not get longer. */
static void promptly(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	ur_coalesce_promptly(c);
	assert_true(event(c, 7, 5 * S));
	for (uint64_t s = 6; s < 20; s++) {
		assert_false(event(c, 7, s * S));
		assert_int_equal(ur_coalesce_next(c), (s + 1) * S);
		assert_true(take(c, (s + 1) * S));
		assert_false(take(c, (s + 1) * S));
	}
}

static void another_flow(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	assert_true(event(c, 7, 5 * S));
	assert_true(event(c, 8, 5 * S));
	assert_true(event(c, 0, 5 * S)); /* of no flow: never merged */
	assert_true(event(c, 0, 5 * S));
}

/* Another cause is never hidden; what waited of the first comes before it. */
static void another_cause(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	assert_true(event(c, 7, 5 * S));
	assert_false(event(c, 7, 5 * S + MS));
	report.cause = UR_CAUSE_SOCKET_ADDRESS;
	ev.ev.ts_ns += MS;
	ev.seq++;
	assert_true(ur_coalesce_event(c, &ev, &report, ev.ev.ts_ns));
	assert_true(take(c, 0));
	assert_int_equal(line.count, 1);
	assert_int_equal(said.cause, UR_CAUSE_SOCKET_NONE);
	assert_false(take(c, UINT64_MAX));
}

/* Nor another process that closed the socket, or another socket. */
static void other_evidence(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(true);

	(void)state;
	assert_true(event(c, 7, 5 * S));
	ev.ev.nclosed = 1;
	ev.ev.closed[0].ts_ns = 4 * S;
	ev.ev.closed[0].tgid = 812;
	assert_true(ur_coalesce_event(c, &ev, &report, 5 * S));
	assert_false(ur_coalesce_event(c, &ev, &report, 5 * S));
	ev.ev.closed[0].tgid = 813;
	assert_true(ur_coalesce_event(c, &ev, &report, 5 * S));
	ev.ev.nsocks = 1;
	ev.ev.socks[0].inode = 4711;
	assert_true(ur_coalesce_event(c, &ev, &report, 5 * S));
	ev.ev.socks[0].mismatch = UR_MM_PEER;
	assert_true(ur_coalesce_event(c, &ev, &report, 5 * S));
}

static void flood(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	event(c, 7, 5 * S);
	batch(c, 7, UR_OUT_SENT, 4000, 6 * S);
	batch(c, 7, UR_OUT_GLOBAL, 300, 6 * S);
	assert_false(take(c, 6 * S));
	assert_true(take(c, 7 * S));
	assert_int_equal(line.count, 4000);
	assert_int_equal(line.like.seq, ev.seq);
	assert_int_equal(line.like.all, 4001);
	assert_int_equal(said.confidence, UR_LIKELY); /* they were not looked at */
	assert_int_equal(said.outcome, UR_OUTCOME_SENT);
	assert_true(take(c, 7 * S));
	assert_int_equal(line.count, 300);
	assert_int_equal(said.outcome, UR_OUTCOME_SUPPRESSED);
	assert_int_equal(said.suppressed_by, UR_SUPP_RATE_GLOBAL);
	assert_false(take(c, 7 * S));
	/* The next window is longer. */
	batch(c, 7, UR_OUT_SENT, 1, 8 * S);
	assert_int_equal(ur_coalesce_next(c), 10 * S);
	for (uint64_t now = 10 * S; now < 200 * S; now += 20 * S) {
		assert_true(take(c, now));
		assert_false(take(c, now));
		batch(c, 7, UR_OUT_SENT, 1, now);
		assert_true(ur_coalesce_next(c) <= now + 10 * S);
	}
}

static void outcomes(void **state)
{
	static const struct {
		uint32_t out;
		enum ur_outcome outcome;
		enum ur_suppressed by;
	} rows[] = {
		{ UR_OUT_SENT, UR_OUTCOME_SENT, UR_SUPP_NONE },
		{ UR_OUT_RULE, UR_OUTCOME_SUPPRESSED, UR_SUPP_OUTPUT_RULE },
		{ UR_OUT_OUTPUT, UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER },
		{ UR_OUT_GLOBAL, UR_OUTCOME_SUPPRESSED, UR_SUPP_RATE_GLOBAL },
		{ UR_OUT_PEER, UR_OUTCOME_SUPPRESSED, UR_SUPP_RATE_PEER },
		{ UR_OUT_EARLY, UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER },
		{ UR_OUT_UNSEEN, UR_OUTCOME_UNKNOWN, UR_SUPP_NONE },
	};
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		event(c, 7, 5 * S);
		batch(c, 7, rows[i].out, 1, 5 * S);
		assert_true(take(c, UINT64_MAX));
		assert_int_equal(said.outcome, rows[i].outcome);
		assert_int_equal(said.suppressed_by, rows[i].by);
		assert_false(take(c, UINT64_MAX));
	}
}

/* A rule is part of what the kernel side counts by, so that all were rejected by it. */
static void rules_stay_proven(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	event(c, 7, 5 * S);
	report.cause = UR_CAUSE_RULE_NFT;
	ur_coalesce_event(c, &ev, &report, 5 * S);
	batch(c, 7, UR_OUT_SENT, 10, 5 * S);
	assert_true(take(c, UINT64_MAX));
	assert_int_equal(said.confidence, UR_PROVEN);
}

static void of_several_sources(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	event(c, 7, 5 * S);
	batch(c, 0, UR_OUT_SENT, 50, 6 * S);
	batch(c, 1234, UR_OUT_SENT, 2, 6 * S); /* a flow that nothing is known of */
	assert_true(take(c, UINT64_MAX));
	assert_int_equal(line.count, 52);
	assert_int_equal(line.like.kind, UR_LIKE_KIND);
	assert_int_equal(line.packet.family, 0);
	assert_int_equal(line.packet.dport, 8125);
	assert_int_equal(line.ev.code, 3);
	assert_int_equal(line.netns.inum, 99);
	assert_int_equal(said.cause, UR_CAUSE_SOCKET_NONE); /* of the last one of its kind */
	assert_int_equal(said.confidence, UR_LIKELY);
	assert_string_not_equal(said.why, "");
	assert_false(take(c, UINT64_MAX));
}

/* Counts are read at any time, also before the event that they are like: its cause is told. */
static void before_its_event(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	batch(c, 7, UR_OUT_SENT, 50, 5 * S);
	event(c, 7, 5 * S + MS);
	assert_true(take(c, UINT64_MAX));
	assert_int_equal(line.count, 50);
	assert_int_equal(line.like.kind, UR_LIKE_KIND);
	assert_int_equal(said.cause, UR_CAUSE_SOCKET_NONE);
	assert_int_equal(said.confidence, UR_LIKELY);
	assert_false(take(c, UINT64_MAX));
}

static void nothing_known(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);

	(void)state;
	batch(c, 0, UR_OUT_SENT, 50, 6 * S);
	assert_true(take(c, UINT64_MAX));
	assert_int_equal(said.cause, UR_CAUSE_UNKNOWN);
	assert_string_equal(said.why, "not looked at one by one");
}

/* More flows than there are groups: nothing that waits is forgotten. */
static void too_many_flows(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);
	uint64_t sum = 0;

	(void)state;
	for (uint64_t flow = 1; flow <= 1000; flow++) {
		event(c, flow, 5 * S + flow);
		while (take(c, 0))
			sum += line.count;
		batch(c, flow, UR_OUT_SENT, 3, 5 * S + flow);
		while (take(c, 0))
			sum += line.count;
	}
	while (take(c, UINT64_MAX))
		sum += line.count;
	assert_int_equal(sum, 3000);
}

static void more_than_a_count_holds(void **state)
{
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = start(false);
	uint64_t sum = 0;

	(void)state;
	event(c, 7, 5 * S);
	batch(c, 7, UR_OUT_SENT, UINT32_MAX, 6 * S);
	batch(c, 7, UR_OUT_SENT, 10, 6 * S);
	while (take(c, UINT64_MAX))
		sum += line.count;
	assert_int_equal(sum, UINT64_C(10) + UINT32_MAX);
}

/* Kernel side and user side count a reset under the same. */
static void what_became_of_a_reset(void **state)
{
	struct ur_event e = { .origin = UR_ORIGIN_TCP_MISS, .family = 4 };

	(void)state;
	assert_int_equal(ur_event_out(&e), UR_OUT_EARLY); /* not made */
	e.window = UR_WIN_UNTOLD;
	assert_int_equal(ur_event_out(&e), UR_OUT_UNSEEN);
	e.window = UR_WIN_PUSHED;
	assert_int_equal(ur_event_out(&e), UR_OUT_SENT);
	e.push_ret = -EPERM;
	assert_int_equal(ur_event_out(&e), UR_OUT_RULE);
	e.push_ret = -EHOSTUNREACH;
	assert_int_equal(ur_event_out(&e), UR_OUT_OUTPUT);
	e.window = 0;
	e.family = 6;
	assert_int_equal(ur_event_out(&e), UR_OUT_UNSEEN);
	e.family = 4;
	e.origin = UR_ORIGIN_TCP_SOCK;
	e.reset.flags = UR_RST_ACTIVE;
	assert_int_equal(ur_event_out(&e), UR_OUT_UNSEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_are_one_line),
		cmocka_unit_test(each_where_programs_read),
		cmocka_unit_test(after_a_quiet_time),
		cmocka_unit_test(promptly),
		cmocka_unit_test(another_flow),
		cmocka_unit_test(another_cause),
		cmocka_unit_test(other_evidence),
		cmocka_unit_test(flood),
		cmocka_unit_test(outcomes),
		cmocka_unit_test(rules_stay_proven),
		cmocka_unit_test(of_several_sources),
		cmocka_unit_test(nothing_known),
		cmocka_unit_test(before_its_event),
		cmocka_unit_test(too_many_flows),
		cmocka_unit_test(more_than_a_count_holds),
		cmocka_unit_test(what_became_of_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
