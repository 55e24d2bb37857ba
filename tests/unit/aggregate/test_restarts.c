/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/aggregate/restarts.h"

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)

static struct ur_restarts all;
static struct ur_restart ended;
static struct ur_evidence ev;
static struct ur_report report;

static int forget(void **state)
{
	(void)state;
	memset(&all, 0, sizeof(all));
	return 0;
}

/* A packet to @port, @ms after SAMPLE_NS, whose socket was closed 100 ms before SAMPLE_NS. */
static void refused(uint16_t port, uint64_t ms)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", port);
	sample_netns(&ev, "srv");
	ev.ev.netns_cookie = 17;
	sample_closed(&ev, "0.0.0.0", "statsd", 100);
	ev.ev.ts_ns = SAMPLE_NS + ms * MS;
	report.cause = UR_CAUSE_SOCKET_CLOSED;
}

static bool note(void)
{
	return ur_restarts_note(&all, &ev, &report, &ended);
}

static void taken(struct ur_taken *ret)
{
	*ret = (struct ur_taken){ .looked = UR_FOUND, .family = AF_INET };
	sample_owner(&ret->owners, "statsd", 900);
}

static void looks_until_it_is_taken(void **state)
{
	struct ur_restart *due;
	uint64_t now;

	(void)state;
	assert_int_equal(ur_restarts_next(&all), 0);
	assert_null(ur_restarts_due(&all, UINT64_MAX));
	refused(5001, 0);
	assert_false(note());
	refused(5001, 20);
	assert_false(note());
	now = ur_restarts_next(&all);
	assert_true(now > SAMPLE_NS && now <= SAMPLE_NS + 100 * MS);
	assert_null(ur_restarts_due(&all, now - 1));
	due = ur_restarts_due(&all, now);
	assert_int_equal(due->packet.dport, 5001);
	assert_false(ur_restarts_looked(due, now, &ended));
	assert_null(ur_restarts_due(&all, now));
	now = ur_restarts_next(&all);
	taken(&due->taken);
	assert_true(ur_restarts_looked(due, now, &ended));
	assert_int_equal(ended.refused, 2);
	assert_false(ended.again);
	assert_true(ended.closed_ns == SAMPLE_NS - 100 * MS && ended.taken_ns == now);
	assert_int_equal(ended.taken.owners.one[0].pid, 900);
	assert_int_equal(ur_restarts_next(&all), 0);
	/* What was refused before is explained only now. */
	refused(5001, 30);
	assert_true(note());
	assert_true(ended.again);
	assert_int_equal(ended.refused, 1);
	/* And closed once more. */
	refused(5001, 2000);
	ev.ev.closed[0].ts_ns = SAMPLE_NS + 1500 * MS;
	assert_false(note());
	assert_true(ur_restarts_next(&all) > SAMPLE_NS + 2000 * MS);
}

static void ever_more_rarely_and_not_for_ever(void **state)
{
	uint64_t now, last = 0, rest = 0;
	unsigned int n = 0;

	(void)state;
	refused(5001, 0);
	note();
	for (; (now = ur_restarts_next(&all)); n++) {
		assert_true(now > last && (!last || now - last + 1 >= rest));
		rest = last ? now - last : 0;
		last = now;
		assert_false(ur_restarts_looked(ur_restarts_due(&all, now), now, &ended));
	}
	assert_in_range(n, 10, 40);
	assert_in_range(last - SAMPLE_NS, 55 * SECOND, 75 * SECOND);
}

static void the_event_itself_tells(void **state)
{
	(void)state;
	refused(5001, 0);
	note();
	refused(5001, 400);
	ev.count = 7;
	taken(&ev.taken);
	assert_true(note());
	assert_int_equal(ended.refused, 8);
	assert_false(ended.again);
	assert_true(ended.taken_ns == SAMPLE_NS + 400 * MS);
	assert_int_equal(ur_restarts_next(&all), 0);
	assert_true(note());
	assert_true(ended.again);
	assert_int_equal(ended.refused, 7);
}

static void only_services_that_were_closed(void **state)
{
	(void)state;
	refused(5001, 0);
	report.cause = UR_CAUSE_SOCKET_LATE_REPLY;
	assert_false(note());
	refused(5001, 0);
	ev.ev.closed[0].flags = 0; /* a client's */
	assert_false(note());
	refused(5001, 0);
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL; /* which sockets were open is not known */
	assert_false(note());
	assert_int_equal(ur_restarts_next(&all), 0);
}

static void those_that_were_open_are_remembered(void **state)
{
	(void)state;
	refused(5001, 0);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	ev.ev.socks[0].inode = 4711;
	note();
	assert_int_equal(all.one[0].nopen, 1);
	assert_int_equal(all.one[0].open[0], 4711);
}

static void many_ports(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < UR_RESTARTS_MAX + 3; i++) {
		refused(5001 + i, i);
		note();
	}
	/* The first three had to go, all others are there. */
	for (size_t i = 0; i < UR_RESTARTS_MAX; i++)
		assert_int_equal(all.one[i].packet.dport,
				 i < 3 ? 5001 + UR_RESTARTS_MAX + i : 5001 + i);
	refused(5004, 100);
	note();
	assert_int_equal(all.one[3].refused, 2);
	refused(5004, 100);
	ev.ev.netns_cookie = all.one[3].netns_cookie + 1; /* another has the number by now */
	note();
	assert_int_equal(all.one[3].refused, 2);
	refused(5004, 100);
	ev.netns.inum++; /* another namespace's port of that number */
	note();
	assert_int_equal(all.one[3].refused, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(looks_until_it_is_taken, forget),
		cmocka_unit_test_setup(ever_more_rarely_and_not_for_ever, forget),
		cmocka_unit_test_setup(the_event_itself_tells, forget),
		cmocka_unit_test_setup(only_services_that_were_closed, forget),
		cmocka_unit_test_setup(those_that_were_open_are_remembered, forget),
		cmocka_unit_test_setup(many_ports, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
