/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/rtnetlink.h>
#include "tests/unit/sink/json_field.h"
#include "user/sink/json_route.h"

static void refused(const char *src, const char *dst, uint8_t code, const char *frames[2])
{
	sample_packet(&ev, 17, src, 53211, dst, 53);
	ev.ev.origin = UR_ORIGIN_UNKNOWN;
	ev.ev.type = ev.ev.family == 4 ? 3 : 1;
	ev.ev.code = code;
	ev.ev.nstack = 2;
	for (int i = 0; i < 2; i++)
		snprintf(ev.stack[i], UR_SYMBOL_MAX, "%s+0x1a/0x90", frames[i]);
}

static const char *by_error[] = { "ip_error", "ip_rcv_finish" };
static const char *by_drop[] = { "ip6_pkt_drop", "ip6_rcv_finish" };
static const char *by_arp[] = { "ipv4_link_failure", "arp_error_report" };
static const char *by_forward[] = { "ip_forward", "ip_rcv" };

static void a_route(void **state)
{
	(void)state;
	refused("10.0.0.7", "10.0.0.5", 13, by_error);
	ev.refuser = (struct ur_refuser){
		.looked = UR_FOUND, .type = RTN_PROHIBIT, .dst_len = 8, .table = 254, .metric = 7
	};
	sample_addr(ev.refuser.dst, "10.0.0.0");
	make();
	is_string("route.kind", "route");
	is_string("route.type", "prohibit");
	is_string("route.prefix", "10.0.0.0/8");
	is_absent("route.from");
	is_number("route.table", 254);
	is_number("route.metric", 7);
	is_absent("route.priority");
	is_string("route.confidence", "likely");
	is_string("route.as_of", "after-event");
	ev.refuser.unchanged = true;
	make();
	is_string("route.confidence", "proven");
}

static void a_rule(void **state)
{
	(void)state;
	refused("10.0.0.7", "10.0.0.5", 13, by_error);
	ev.refuser = (struct ur_refuser){ .looked = UR_FOUND,
					  .rule = true,
					  .type = RTN_PROHIBIT,
					  .priority = 200,
					  .selector = "from all to 10.0.0.0/8" };
	make();
	is_string("route.kind", "rule");
	is_number("route.priority", 200);
	is_string("route.selector", "from all to 10.0.0.0/8");
	is_absent("route.prefix");
	is_absent("route.table");
}

static void none_and_unknown(void **state)
{
	(void)state;
	refused("10.0.0.7", "10.0.0.5", 0, by_error);
	ev.refuser = (struct ur_refuser){ .looked = UR_FOUND_NONE, .unchanged = true };
	make();
	is_string("route.kind", "none");
	is_absent("route.type");
	is_string("route.confidence", "proven");
	ev.refuser = (struct ur_refuser){ .looked = UR_COULD_NOT, .reason = "why" };
	make();
	is_null("route");
	is_absent("neighbour");
	is_absent("mtu");
}

static void own_route(void **state)
{
	struct ur_route *r = &ev.ev.route;

	(void)state;
	refused("fd00::7", "fd00::5", 0, by_drop);
	r->flags = UR_ROUTE_HERE | UR_ROUTE_ENTRY;
	r->type = RTN_UNREACHABLE;
	r->dst_len = 64;
	r->src_len = 128;
	sample_addr(r->dst, "fd00::");
	sample_addr(r->src, "fd00::7");
	make();
	is_string("cause", "route.rejected");
	is_string("route.prefix", "fd00::/64");
	is_string("route.from", "fd00::7/128");
	is_string("route.type", "unreachable");
	is_string("route.confidence", "proven");
	is_string("route.as_of", "event");
}

static void a_neighbour(void **state)
{
	(void)state;
	refused("10.0.0.7", "10.0.0.5", 1, by_arp);
	make();
	is_null("neighbour");
	ev.ev.route.flags = UR_ROUTE_HERE;
	make();
	is_string("neighbour.address", "10.0.0.5");
	is_null("neighbour.device");
	is_absent("neighbour.gateway");
	SAMPLE_COPY(ev.ev.route.oifname, "k0");
	ev.ev.route.gw_family = 6;
	sample_addr(ev.ev.route.gateway, "fe80::1");
	make();
	is_string("neighbour.address", "fe80::1");
	is_string("neighbour.device", "k0");
	assert_true(json_is_true(field("neighbour.gateway")));
	is_absent("route");
}

static void a_size(void **state)
{
	(void)state;
	refused("10.0.0.7", "10.0.0.5", 4, by_forward);
	make();
	is_null("mtu");
	ev.ev.route.mtu = 600;
	make();
	is_number("mtu", 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route),          cmocka_unit_test(a_rule),
		cmocka_unit_test(none_and_unknown), cmocka_unit_test(own_route),
		cmocka_unit_test(a_neighbour),      cmocka_unit_test(a_size),
	};

	return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
