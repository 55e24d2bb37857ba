/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/errors.h"
#include "tests/unit/sample.h"
#include "user/capture/matches.h"

#define NOW ((uint64_t)SAMPLE_TIME * 1000000000 + 123456789)

static struct ur_evidence ev;
static struct ur_report report;

/* The refused packet of errors.h, with identification @id, @ms after the sample's time. */
static void add(struct ur_sink *matches, uint16_t id, long ms, const char *why)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	ev.time.tv_nsec += ms * 1000000;
	ev.ev.snap_len = 28;
	ev.ev.snap[4] = (uint8_t)(id >> 8);
	ev.ev.snap[5] = (uint8_t)id;
	report = (struct ur_report){};
	SAMPLE_COPY(report.why, why);
	assert_int_equal(ur_sink_event(matches, &ev, &report), 0);
}

static struct ur_wire error(const char *dst, uint16_t id)
{
	uint8_t p[ERROR_SIZE];
	struct ur_wire wire;

	error_make(p, "10.0.0.5", dst, 3);
	p[32] = (uint8_t)(id >> 8);
	p[33] = (uint8_t)id;
	assert_true(ur_wire_parse(&wire, p, sizeof(p)));
	return wire;
}

static enum ur_match found(const struct ur_sink *m, struct ur_wire wire, uint64_t time,
			   const char *why)
{
	const char *comment = "";
	enum ur_match match = ur_matches_find(m, &wire, time, &comment);

	assert_memory_equal(comment, why, strlen(why));
	return match;
}

static void by_identification(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *m = NULL;

	(void)state;
	assert_int_equal(ur_matches_new(&m), 0);
	add(m, 0x1234, 0, "first");
	add(m, 0x1235, 1, "second");
	assert_int_equal(found(m, error("10.0.0.5", 0x1234), NOW, "first"), UR_MATCH_SURE);
	assert_int_equal(found(m, error("10.0.0.5", 0x1235), NOW, "second"), UR_MATCH_SURE);
	assert_int_equal(found(m, error("10.0.0.5", 0x1236), NOW, ""), UR_MATCH_NONE);
	assert_int_equal(found(m, error("10.0.0.6", 0x1234), NOW, ""), UR_MATCH_NONE);
	assert_int_equal(found(m, error("10.0.0.5", 0x1234), NOW + UINT64_C(3000000000), ""),
			 UR_MATCH_NONE);
}

/* Without one it is the nearest, and that is only likely. */
static void by_time(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *m = NULL;

	(void)state;
	assert_int_equal(ur_matches_new(&m), 0);
	add(m, 0, 0, "first");
	assert_int_equal(found(m, error("10.0.0.5", 0), NOW + 5000, "first"), UR_MATCH_SURE);
	add(m, 0, 500, "second");
	assert_int_equal(found(m, error("10.0.0.5", 0), NOW + 5000, "first"), UR_MATCH_LIKELY);
	assert_int_equal(found(m, error("10.0.0.5", 0), NOW + 499000000, "second"),
			 UR_MATCH_LIKELY);
}

/* The sender knows the address before NAT. */
static void behind_nat(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *m = NULL;

	(void)state;
	assert_int_equal(ur_matches_new(&m), 0);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "172.17.0.2", 53);
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.dst, "10.0.0.5");
	ev.ev.nat.dport = 8125;
	sample_addr(ev.ev.nat.src, "10.0.0.7");
	ev.ev.nat.sport = 53211;
	report = (struct ur_report){ .why = "translated" };
	assert_int_equal(ur_sink_event(m, &ev, &report), 0);
	assert_int_equal(found(m, error("10.0.0.5", 0), NOW, "translated"), UR_MATCH_SURE);
	assert_int_equal(found(m, error("10.0.0.9", 0), NOW, ""), UR_MATCH_NONE);
}

static void resets_are_no_such_errors(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *m = NULL;

	(void)state;
	assert_int_equal(ur_matches_new(&m), 0);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	ev.ev.answer = UR_ANSWER_RST;
	assert_int_equal(ur_sink_event(m, &ev, &report), 0);
	assert_int_equal(found(m, error("10.0.0.5", 0), NOW, ""), UR_MATCH_NONE);
	assert_int_equal(ur_sink_finish(m, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_identification),
		cmocka_unit_test(by_time),
		cmocka_unit_test(behind_nat),
		cmocka_unit_test(resets_are_no_such_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
