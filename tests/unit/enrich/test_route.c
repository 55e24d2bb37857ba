// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <time.h>
#include "tests/unit/sample.h"
#include "user/enrich/route.h"

static struct ur_evidence ev;
static uint64_t changes[UR_CHANGES_MAX];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* 192.0.2.1 refused with @code, now; nothing had changed for a while. */
static void refused(uint8_t code, const char *symbol)
{
	sample_packet(&ev, 17, "192.0.2.7", 53211, "192.0.2.1", 53);
	ev.ev.origin = UR_ORIGIN_UNKNOWN;
	ev.ev.family = 4;
	ev.ev.code = code;
	ev.ev.netns_inum = 4026531840;
	ev.ev.ts_ns = now_ns();
	ev.ev.route.flags = UR_ROUTE_HERE | UR_ROUTE_CURRENT;
	ev.ev.nstack = 1;
	snprintf(ev.stack[0], sizeof(ev.stack[0]), "%s+0x1a/0x90", symbol);
}

static void who_wants(void **state)
{
	(void)state;
	refused(13, "ip_error");
	assert_true(ur_route_wants(&ev));
	refused(1, "ipv4_link_failure");
	assert_false(ur_route_wants(&ev));
	refused(0, "ip6_pkt_drop.isra.0");
	assert_true(ur_route_wants(&ev));
	ev.ev.route.flags |= UR_ROUTE_ENTRY; /* it tells by itself */
	assert_false(ur_route_wants(&ev));
	refused(0, "ip_error");
	ev.ev.nstack = 0;
	assert_false(ur_route_wants(&ev));
	ev.ev.origin = UR_ORIGIN_IP_ERROR;
	assert_true(ur_route_wants(&ev));
	ev.packet.family = 0;
	assert_false(ur_route_wants(&ev));
}

/* Whatever routes this host has, none of them is of a table that is asked for here. */
static void this_host(void **state)
{
	ur_cleanup(ur_route_finder_freep) struct ur_route_finder *f = NULL;

	(void)state;
	assert_int_equal(ur_route_finder_new(changes, &f), 0);
	refused(0, "ip_error");
	ur_route_find(f, 1, &ev);
	if (ev.refuser.looked == UR_COULD_NOT)
		skip();
	assert_int_equal(ev.refuser.looked, UR_FOUND_NONE);
	assert_true(ev.refuser.unchanged);
	/* The same again needs no look: what would be read now plays no part. */
	ev.ev.ts_ns = 0;
	memset(&ev.refuser, 0, sizeof(ev.refuser));
	ur_route_find(f, 1, &ev);
	assert_true(ev.refuser.unchanged);
	ur_route_find(f, 2, &ev); /* another namespace */
	assert_false(ev.refuser.unchanged);
	refused(13, "ip_error");
	ur_route_find(f, 1, &ev);
	assert_int_equal(ev.refuser.looked, UR_CHANGED);
	assert_string_equal(ev.refuser.reason,
			    "the routes and rules that are there now would not have refused it");
}

static void changed_meanwhile(void **state)
{
	ur_cleanup(ur_route_finder_freep) struct ur_route_finder *f = NULL;
	const uint32_t slot = ur_changes_slot(4026531840, 4);

	(void)state;
	assert_int_equal(ur_route_finder_new(changes, &f), 0);
	refused(0, "ip_error");
	changes[slot] = ev.ev.ts_ns + 1;
	ur_route_find(f, 1, &ev);
	if (ev.refuser.looked == UR_COULD_NOT)
		skip();
	assert_false(ev.refuser.unchanged);
	/* A change right before may come into force right after. */
	refused(0, "ip_error");
	ev.ev.route.changed_ns = changes[slot] = ev.ev.ts_ns - 1;
	ur_route_find(f, 1, &ev);
	assert_false(ev.refuser.unchanged);
	refused(0, "ip_error");
	ev.ev.route.changed_ns = changes[slot] = ev.ev.ts_ns - 1000000000;
	ur_route_find(f, 1, &ev);
	assert_true(ev.refuser.unchanged);
	refused(0, "ip_error");
	ev.ev.route.changed_ns = changes[slot] = 0;
	ev.ev.route.flags = UR_ROUTE_HERE; /* looked up before the change that came last */
	ur_route_find(f, 1, &ev);
	assert_false(ev.refuser.unchanged);
	refused(0, "ip_error");
	ev.missing = UR_MISSING_ROUTES;
	ur_route_find(f, 3, &ev);
	assert_false(ev.refuser.unchanged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_wants),
		cmocka_unit_test(this_host),
		cmocka_unit_test(changed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
