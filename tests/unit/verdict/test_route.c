/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/rtnetlink.h>
#include "tests/unit/verdict/decided.h"

static void asked(uint8_t family, uint8_t code, const char *symbol)
{
	if (family == 4)
		sample_packet(&ev, 17, "10.0.0.7", 53211, "10.0.0.5", 53);
	else
		sample_packet(&ev, 17, "fd00::7", 53211, "fd00::5", 53);
	sample_netns(&ev, "srv");
	ev.ev.origin = UR_ORIGIN_UNKNOWN;
	ev.ev.type = family == 4 ? 3 : 1;
	ev.ev.code = code;
	ev.ev.nstack = 2;
	snprintf(ev.stack[0], UR_SYMBOL_MAX, "%s+0x1a/0x90", symbol);
	snprintf(ev.stack[1], UR_SYMBOL_MAX, "%s+0x1/0x90",
		 family == 4 ? "arp_error_report" : "ndisc_error_report");
	ev.ev.route.flags = UR_ROUTE_HERE;
	SAMPLE_COPY(ev.ev.route.oifname, "k0");
}

static void found_route(bool unchanged)
{
	ev.refuser = (struct ur_refuser){ .looked = UR_FOUND,
					  .unchanged = unchanged,
					  .type = RTN_PROHIBIT,
					  .dst_len = 24,
					  .table = RT_TABLE_MAIN,
					  .metric = 7 };
	sample_addr(ev.refuser.dst, "10.0.0.0");
}

static void refusing_route(void **state)
{
	(void)state;
	asked(4, 13, "ip_error");
	found_route(true);
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN,
	       "route prohibit 10.0.0.0/24 (table main, metric 7) refuses packets to 10.0.0.5 in "
	       "netns srv; no firewall is involved",
	       "see `ip netns exec srv ip route show table main type prohibit`: whoever set it "
	       "wants this refused");
	found_route(false);
	ev.refuser.dst_len = 0;
	ev.refuser.table = 77;
	ev.refuser.metric = 0;
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN, /* of that there is no doubt */
	       "route prohibit default (table 77) refuses packets to 10.0.0.5 in netns srv, as "
	       "read just after; no firewall is involved",
	       "see `ip netns exec srv ip route show table 77 type prohibit`: whoever set it "
	       "wants this refused");
	ev.ev.flags |= UR_EV_NO_ENTRY;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
}

static void refusing_rule(void **state)
{
	(void)state;
	asked(4, 0, "ip_error");
	ev.refuser = (struct ur_refuser){ .looked = UR_FOUND,
					  .rule = true,
					  .unchanged = true,
					  .type = RTN_UNREACHABLE,
					  .priority = 200,
					  .selector = "from all to 10.0.0.0/8" };
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN,
	       "policy rule 200 (from all to 10.0.0.0/8 unreachable) refuses packets to 10.0.0.5 "
	       "in netns srv; no firewall is involved",
	       "see `ip netns exec srv ip rule show pref 200`: whoever set it wants this refused");
	ev.refuser.unchanged = false; /* then it may have been no route */
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
}

static void no_route(void **state)
{
	const char *advice =
		"see `ip netns exec srv ip route get 10.0.0.5 from 10.0.0.7 iif eth0`: "
		"if it should be reached, add a route, or a default one";

	(void)state;
	asked(4, 0, "ip_error");
	ev.refuser = (struct ur_refuser){ .looked = UR_FOUND_NONE, .unchanged = true };
	expect(UR_CAUSE_ROUTE_NONE, UR_PROVEN, "no route leads to 10.0.0.5 in netns srv", advice);
	ev.refuser.unchanged = false;
	expect(UR_CAUSE_ROUTE_NONE, UR_LIKELY,
	       "no route leads to 10.0.0.5 in netns srv, as read just after", advice);
	ev.refuser.looked = UR_COULD_NOT;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "or a policy rule of type unreachable is in the way"));
	asked(6, 0, "ip6_pkt_discard");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_non_null(strstr(report.why, "or a route or policy rule of type unreachable"));
	ev.ev.route.flags |= UR_ROUTE_NULL; /* it was no route of a table */
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, ", or a policy rule of type unreachable"));
}

/* The packet's own route is proof, whatever was read. */
static void own_route(void **state)
{
	struct ur_route *r = &ev.ev.route;

	(void)state;
	asked(6, 0, "ip6_pkt_discard");
	r->flags |= UR_ROUTE_ENTRY;
	r->type = RTN_UNREACHABLE;
	r->dst_len = 64;
	r->src_len = 128;
	r->table = 10;
	r->metric = 1024;
	sample_addr(r->dst, "fd00::");
	sample_addr(r->src, "fd00::7");
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN,
	       "route unreachable fd00::/64 from fd00::7/128 (table 10, metric 1024) refuses "
	       "packets to fd00::5 in netns srv; no firewall is involved",
	       "see `ip netns exec srv ip -6 route show table 10 type unreachable`: whoever set "
	       "it wants this refused");
	assert_true(ur_route_entry(&ev));
	r->type = RTN_UNICAST;
	assert_false(ur_route_entry(&ev));
	asked(6, 1, "ip6_pkt_prohibit");
	r->flags |= UR_ROUTE_PROHIBIT;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "a policy rule of type prohibit refuses"));
}

static void neighbours(void **state)
{
	(void)state;
	asked(4, 1, "ipv4_link_failure");
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN,
	       "ARP of 10.0.0.5 on k0 in netns srv failed: nobody answered on that link",
	       "see `ip netns exec srv ip neigh show 10.0.0.5 dev k0`: is that host up, and is its "
	       "address on this link?");
	ev.ev.route.gw_family = 6;
	sample_addr(ev.ev.route.gateway, "fe80::1");
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN,
	       "neighbour discovery of fe80::1 on k0, the next hop to 10.0.0.5 in netns srv, "
	       "failed: nobody answered on that link",
	       "see `ip netns exec srv ip neigh show fe80::1 dev k0`: is that host up, and is its "
	       "address on this link?");
	asked(6, 3, "ip6_link_failure");
	ur_verdict_decide(&ev, &report);
	assert_non_null(
		strstr(report.why, "neighbour discovery of fd00::5 on k0 in netns srv failed"));
	ev.ev.route.flags = 0;
	ev.ev.route.oifname[0] = '\0';
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN,
	       "neighbour discovery of the next hop to fd00::5 in netns srv failed: nobody "
	       "answered on that link",
	       "see `ip netns exec srv ip neigh show nud failed`: is that host up, and is its "
	       "address on this link?");
}

static void sizes(void **state)
{
	(void)state;
	asked(4, 4, "ip_forward");
	ev.ev.route.mtu = 600;
	expect(UR_CAUSE_MTU_EXCEEDED, UR_PROVEN,
	       "the packet, 61 bytes long, is larger than the MTU 600 on the way to 10.0.0.5 in "
	       "netns srv, and may not be fragmented",
	       "see `ip netns exec srv ip route get 10.0.0.5 from 10.0.0.7 iif eth0`; the sender "
	       "should now send less: see that no firewall drops these errors on their way back");
}

/* ip_error() refuses the error itself: no call chain is seen then. */
static void own_limit(void **state)
{
	(void)state;
	asked(4, 13, "");
	ev.ev.nstack = 0;
	ev.ev.origin = UR_ORIGIN_IP_ERROR;
	ev.ev.window = UR_WIN_ERROR_DENY;
	found_route(true);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_ROUTE_REJECTED);
	assert_int_equal(report.confidence, UR_PROVEN);
	assert_int_equal(report.outcome, UR_OUTCOME_SUPPRESSED);
	assert_int_equal(report.suppressed_by, UR_SUPP_RATE_PEER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusing_route), cmocka_unit_test(refusing_rule),
		cmocka_unit_test(no_route),       cmocka_unit_test(own_route),
		cmocka_unit_test(neighbours),     cmocka_unit_test(sizes),
		cmocka_unit_test(own_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
