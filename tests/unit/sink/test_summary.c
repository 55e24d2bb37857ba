/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"

#define SECOND UINT64_C(1000000000)

static void expect(const struct ur_totals *totals, const char *want)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct capture c;

	capture_open(&c);
	assert_int_equal(ur_sink_summary_new(c.out, &sink), 0);
	assert_int_equal(ur_sink_event(sink, NULL, NULL), 0);
	assert_int_equal(ur_sink_finish(sink, totals), 0);
	assert_string_equal(c.text, want);
	capture_close(&c);
}

static void nothing_happened(void **state)
{
	struct ur_totals t = { .ns = 90 * SECOND };

	(void)state;
	expect(&t, "unreach: this host generated no Destination Unreachable in 1 min 30 s\n");
	t.filtered_netns = 4;
	expect(&t, "unreach: of what was asked for, this host generated no Destination Unreachable "
		   "in 1 min 30 s\n"
		   "        4  more in other network namespaces\n");
}

static void one_answer(void **state)
{
	struct ur_totals t = { .ns = SECOND / 10,
			       .decided = 1,
			       .explained = 1,
			       .shown = 1,
			       .outcome[UR_OUTCOME_SENT] = 1,
			       .cause[UR_CAUSE_SOCKET_NONE] = 1 };

	(void)state;
	expect(&t, "unreach: 1 answer in 0.1 s: 1 sent, 0 suppressed\n"
		   "        1  socket.none\n");
}

static void all_that_can_be_missing(void **state)
{
	struct ur_totals t = { .ns = 7200 * SECOND,
			       .decided = 30,
			       .lost_ring = 4,
			       .lost_frame = 2,
			       .lost_queue = 3,
			       .forbidden = 7,
			       .explained = 12,
			       .passed_over = 5,
			       .shown = 10 };

	(void)state;
	t.outcome[UR_OUTCOME_SENT] = 10;
	t.outcome[UR_OUTCOME_SUPPRESSED] = 6;
	t.outcome[UR_OUTCOME_UNKNOWN] = 1;
	t.suppressed_by[UR_SUPP_RATE_GLOBAL] = 2;
	t.suppressed_by[UR_SUPP_OUTPUT_RULE] = 4;
	t.cause[UR_CAUSE_RULE_NFT] = 12;
	t.cause[UR_CAUSE_UNKNOWN] = 5;
	expect(&t, "unreach: 30 answers in 2 h 0 min: 10 sent, 6 suppressed, 1 sent or not was not "
		   "seen\n"
		   "        5  unknown\n"
		   "       12  rule.nft\n"
		   "           suppressed: 2 by rate-limit-global, 4 by output-rule\n"
		   "        4  without details: the ring buffer was full\n"
		   "        3  without details: the output was read too slowly\n"
		   "        6  without details: it ended before they were read\n"
		   "        2  not shown: not among the causes asked for\n"
		   "        5  not shown: other packets than those asked for\n"
		   "        7  asked for, but multicast and unknown sources get no answer\n"
		   "        2  decisions seen in part only: who asked is not known\n");
}

static void restarts(void **state)
{
	struct ur_totals t = { .ns = SECOND,
			       .explained = 4,
			       .shown = 4,
			       .cause[UR_CAUSE_SOCKET_CLOSED] = 4,
			       .outcome[UR_OUTCOME_SENT] = 4,
			       .restarts = 1,
			       .restarts_refused = 3,
			       .restarts_ns = SECOND + SECOND / 5 };

	(void)state;
	expect(&t,
	       "unreach: 4 answers in 1.0 s: 4 sent, 0 suppressed\n"
	       "        4  socket.closed\n"
	       "           restarts: 1 port was taken again within 1.2 s, 3 packets were refused "
	       "before\n");
}

/* The kernel's count could not be read: ours is the least. */
static void without_the_count_of_the_kernel(void **state)
{
	struct ur_totals t = { .ns = 5 * SECOND,
			       .explained = 3,
			       .shown = 3,
			       .cause[UR_CAUSE_RULE_NFT] = 3,
			       .outcome[UR_OUTCOME_SENT] = 3 };

	(void)state;
	expect(&t, "unreach: 3 answers in 5.0 s: 3 sent, 0 suppressed\n"
		   "        3  rule.nft\n");
}

static void what_came_from_elsewhere(void **state)
{
	struct ur_totals t = { .ns = 60 * SECOND, .received_asked = true };

	(void)state;
	expect(&t, "unreach: this host generated no Destination Unreachable in 1 min 0 s\n"
		   "           received: none\n");
	t.received = 9;
	t.delivery[UR_DELIVERY_TOLD] = 5;
	t.delivery[UR_DELIVERY_NOT_TOLD] = 1;
	t.delivery[UR_DELIVERY_NO_SOCKET] = 2;
	t.delivery[UR_DELIVERY_UNKNOWN] = 1;
	expect(&t, "unreach: this host generated no Destination Unreachable in 1 min 0 s\n"
		   "           received: 2 for nobody here\n"
		   "                     1 for a socket that is not told\n"
		   "                     5 delivered to a program\n"
		   "                     1 to whom was not seen\n");
	t.received_made_here = 2;
	t.received_lost = 3;
	expect(&t, "unreach: this host generated no Destination Unreachable in 1 min 0 s\n"
		   "           received: 2 for nobody here\n"
		   "                     1 for a socket that is not told\n"
		   "                     5 delivered to a program\n"
		   "                     1 to whom was not seen\n"
		   "                     3 without details\n"
		   "                     2 of all generated here\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_happened),
		cmocka_unit_test(one_answer),
		cmocka_unit_test(all_that_can_be_missing),
		cmocka_unit_test(restarts),
		cmocka_unit_test(what_came_from_elsewhere),
		cmocka_unit_test(without_the_count_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
