// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "tests/unit/sample.h"
#include "user/enrich/fib.h"

static struct ur_evidence ev;
static struct ur_fib fib;
static struct ur_fib_query query;
static struct ur_refuser ret;

/* A packet 10.0.0.7:53211 > 10.0.0.5:53 that came in on eth0 and was refused with what
 * @type and @action give. */
static void refused(uint8_t type, uint8_t action)
{
	sample_packet(&ev, 17, "10.0.0.7", 53211, "10.0.0.5", 53);
	query = (struct ur_fib_query){
		.packet = &ev.packet, .route_type = type, .action = action, .iif = "eth0"
	};
	memset(&fib, 0, sizeof(fib));
}

static struct ur_fib_rule *rule(uint32_t priority, uint8_t action, uint32_t table)
{
	struct ur_fib_rule *r = &fib.rules[fib.nrules++];

	*r = (struct ur_fib_rule){ .priority = priority, .action = action, .table = table };
	return r;
}

static struct ur_fib_route *route(uint8_t type, const char *dst, uint8_t len, uint32_t table)
{
	struct ur_fib_route *r = &fib.routes[fib.nroutes++];

	*r = (struct ur_fib_route){ .type = type, .dst_len = len, .table = table };
	sample_addr(r->dst, dst);
	return r;
}

static enum ur_looked find(void)
{
	ur_fib_find(&fib, &query, &ret);
	return ret.looked;
}

static void longest_prefix(void **state)
{
	(void)state;
	refused(RTN_PROHIBIT, FR_ACT_PROHIBIT);
	rule(0, FR_ACT_TO_TBL, 255);
	rule(32766, FR_ACT_TO_TBL, 254);
	route(RTN_PROHIBIT, "10.0.0.0", 8, 254)->metric = 5;
	route(RTN_PROHIBIT, "10.0.0.0", 24, 254)->metric = 20;
	route(RTN_PROHIBIT, "10.0.0.0", 24, 254)->metric = 10;
	route(RTN_PROHIBIT, "10.0.1.0", 24, 254);
	route(RTN_PROHIBIT, "10.0.0.5", 32, 77); /* no rule leads there */
	assert_int_equal(find(), UR_FOUND);
	assert_false(ret.rule);
	assert_int_equal(ret.dst_len, 24);
	assert_int_equal(ret.metric, 10);
	assert_int_equal(ret.table, 254);
	/* What throws sends it on to the next rule. */
	route(RTN_THROW, "10.0.0.4", 30, 254);
	assert_int_equal(find(), UR_CHANGED);
	rule(32767, FR_ACT_TO_TBL, 77);
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.table, 77);
}

static void tos_of_routes(void **state)
{
	(void)state;
	refused(RTN_UNREACHABLE, 0);
	rule(32766, FR_ACT_TO_TBL, 254);
	route(RTN_UNREACHABLE, "10.0.0.0", 24, 254)->metric = 1;
	route(RTN_UNREACHABLE, "10.0.0.0", 24, 254)->tos = 0x10;
	query.tos = 0xb8; /* IPv4 looks at 0x1c of it */
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.metric, 1);
	query.tos = 0x10;
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.metric, 0);
}

static void rules_in_order(void **state)
{
	(void)state;
	refused(0, FR_ACT_UNREACHABLE);
	rule(32766, FR_ACT_TO_TBL, 254);
	assert_int_equal(find(), UR_FOUND_NONE);
	rule(32767, FR_ACT_UNREACHABLE, 0);
	assert_int_equal(find(), UR_FOUND);
	assert_true(ret.rule);
	assert_int_equal(ret.priority, 32767);
	assert_int_equal(ret.type, RTN_UNREACHABLE);
	/* A rule that would have ended it otherwise was not there. */
	fib.rules[0] = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT };
	assert_int_equal(find(), UR_CHANGED);
	fib.rules[0].action = FR_ACT_NOP;
	assert_int_equal(find(), UR_FOUND);
	fib.too_many = true;
	assert_int_equal(find(), UR_COULD_NOT);
}

static void jumps(void **state)
{
	(void)state;
	refused(0, FR_ACT_PROHIBIT);
	rule(10, FR_ACT_GOTO, 0)->target = 30;
	rule(20, FR_ACT_PROHIBIT, 0);
	rule(30, FR_ACT_PROHIBIT, 0);
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.priority, 30);
	fib.rules[0].target = 25; /* nowhere: goes on */
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.priority, 20);
	fib.rules[0].odd = true; /* nobody knows whether it jumps */
	assert_int_equal(find(), UR_COULD_NOT);
}

/* @r is the one rule that there is. */
static void selects(bool yes)
{
	assert_int_equal(find(), yes ? UR_FOUND : UR_CHANGED);
}

static void selectors(void **state)
{
	struct ur_fib_rule *r;

	(void)state;
	refused(0, FR_ACT_PROHIBIT);
	r = rule(10, FR_ACT_PROHIBIT, 0);
	sample_addr(r->dst, "10.0.0.4");
	r->dst_len = 31;
	selects(true);
	r->dst_len = 32;
	selects(false);
	r->invert = true;
	selects(true);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .src_len = 12 };
	sample_addr(r->src, "10.0.0.0");
	selects(true);
	sample_addr(r->src, "10.16.0.0");
	selects(false);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .mark = 1, .mask = 0xf };
	selects(false);
	query.mark = 0x31;
	selects(true);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .proto = 6 };
	selects(false);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .dport = { 50, 60 } };
	selects(true);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .sport = { 53, 53 } };
	selects(false);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .iif = "eth0" };
	selects(true);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .iif = "eth1" };
	selects(false);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .oif = "eth0" };
	selects(false);
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .l3mdev = true };
	selects(false);
}

static void doubts(void **state)
{
	struct ur_fib_rule *r;

	(void)state;
	refused(RTN_PROHIBIT, FR_ACT_PROHIBIT);
	r = rule(10, FR_ACT_PROHIBIT, 0);
	r->uids = true;
	assert_int_equal(find(), UR_COULD_NOT);
	assert_string_equal(ret.reason, "a policy rule looks at what is not known of the packet");
	*r = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .dport = { 53, 53 } };
	ev.packet.has_ports = false;
	assert_int_equal(find(), UR_COULD_NOT);
	/* It would not have refused it anyhow. */
	*r = (struct ur_fib_rule){ .action = FR_ACT_TO_TBL, .table = 77, .odd = true };
	rule(20, FR_ACT_PROHIBIT, 0);
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.priority, 20);
	route(RTN_PROHIBIT, "0.0.0.0", 0, 77);
	assert_int_equal(find(), UR_COULD_NOT);
}

static void vrf(void **state)
{
	(void)state;
	refused(RTN_PROHIBIT, FR_ACT_PROHIBIT);
	rule(1000, FR_ACT_TO_TBL, 0)->l3mdev = true;
	rule(32766, FR_ACT_TO_TBL, 254);
	route(RTN_PROHIBIT, "10.0.0.0", 8, 10);
	route(RTN_PROHIBIT, "10.0.0.0", 16, 254);
	query.vrf_table = 10;
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.table, 10);
	query.vrf_table = 0;
	assert_int_equal(find(), UR_FOUND);
	assert_int_equal(ret.table, 254);
	query.vrf_table = 10;
	rule(0, FR_ACT_PROHIBIT, 0);
	fib.rules[0] = (struct ur_fib_rule){ .action = FR_ACT_PROHIBIT, .iif = "eth1" };
	assert_int_equal(find(), UR_COULD_NOT);
}

/* ---- messages ---- */

static uint8_t msg[256];
static size_t used;

static void put(uint16_t type, const void *data, size_t len)
{
	struct nlattr nla = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	memcpy(msg + used, &nla, sizeof(nla));
	memcpy(msg + used + NLA_HDRLEN, data, len);
	used += NLA_ALIGN(nla.nla_len);
}

static void put_u32(uint16_t type, uint32_t value)
{
	put(type, &value, sizeof(value));
}

static void read_rules(void **state)
{
	struct fib_rule_hdr hdr = { .family = AF_INET,
				    .dst_len = 26,
				    .tos = 0x10,
				    .action = FR_ACT_PROHIBIT,
				    .flags = FIB_RULE_INVERT };
	const uint16_t ports[2] = { 53, 60 };
	const struct fib_rule_uid_range uids = { 5, 6 }, all = { 0, UINT32_MAX };
	const uint16_t full = 0xffff, part = 0xff0f;
	const uint8_t udp = 17, yes = 1;
	struct ur_fib_rule r;
	uint8_t addr[16];
	char words[UR_SELECTOR_MAX];

	(void)state;
	memset(msg, 0, sizeof(msg));
	memcpy(msg, &hdr, sizeof(hdr));
	used = NLMSG_ALIGN(sizeof(hdr));
	sample_addr(addr, "192.0.2.64");
	put(FRA_DST, addr, 4);
	put_u32(FRA_PRIORITY, 200);
	put_u32(FRA_FWMARK, 0x11);
	put_u32(FRA_FWMASK, 0xff);
	put(FRA_IIFNAME, "s0", 3);
	put(FRA_IP_PROTO, &udp, 1);
	put(FRA_DPORT_RANGE, ports, sizeof(ports));
	put(FRA_UID_RANGE, &all, sizeof(all));
	put(29, &full, sizeof(full)); /* FRA_DPORT_MASK */
	assert_true(ur_fib_read_rule(&r, msg, used));
	assert_int_equal(r.priority, 200);
	assert_false(r.odd || r.uids || r.l3mdev);
	assert_true(ur_fib_rule_ports(&r));
	ur_fib_rule_words(&r, 4, words, sizeof(words));
	assert_string_equal(words, "not from all to 192.0.2.64/26 tos 0x10 fwmark 0x11/0xff iif s0 "
				   "ipproto udp dport 53-60");
	put(29, &part, sizeof(part));
	assert_true(ur_fib_read_rule(&r, msg, used));
	assert_true(r.odd);
	put(FRA_UID_RANGE, &uids, sizeof(uids));
	put(FRA_L3MDEV, &yes, 1);
	put_u32(40, 1); /* of a kernel to come */
	assert_true(ur_fib_read_rule(&r, msg, used));
	assert_true(r.odd && r.uids && r.l3mdev);
	assert_false(ur_fib_read_rule(&r, msg, sizeof(hdr) - 1));
	((struct fib_rule_hdr *)msg)->dst_len = 129;
	assert_false(ur_fib_read_rule(&r, msg, used));
}

static void words_of_ipv6(void **state)
{
	struct ur_fib_rule r = {
		.src_len = 128, .dport = { 53, 53 }, .mark = 1, .mask = UINT32_MAX
	};
	char words[UR_SELECTOR_MAX];

	(void)state;
	sample_addr(r.src, "fd00::7");
	ur_fib_rule_words(&r, 6, words, sizeof(words));
	assert_string_equal(words, "from fd00::7 fwmark 0x1 dport 53");
	assert_true(ur_fib_rule_ports(&r));
	r = (struct ur_fib_rule){ .uids = true, .uid_first = 5, .uid_last = 6 };
	ur_fib_rule_words(&r, 6, words, sizeof(words));
	assert_string_equal(words, "from all uidrange 5-6");
	assert_false(ur_fib_rule_ports(&r));
}

static void read_routes(void **state)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = 24,
			     .rtm_table = RT_TABLE_COMPAT,
			     .rtm_type = RTN_PROHIBIT };
	struct ur_fib_route r;
	uint8_t addr[16];

	(void)state;
	memset(msg, 0, sizeof(msg));
	memcpy(msg, &rtm, sizeof(rtm));
	used = NLMSG_ALIGN(sizeof(rtm));
	sample_addr(addr, "198.51.100.0");
	put(RTA_DST, addr, 4);
	put_u32(RTA_TABLE, 1000);
	put_u32(RTA_PRIORITY, 7);
	assert_true(ur_fib_read_route(&r, msg, used));
	assert_int_equal(r.table, 1000);
	assert_int_equal(r.metric, 7);
	refused(RTN_PROHIBIT, 0);
	assert_false(ur_fib_covers(&r, &query));
	sample_addr(ev.packet.dst, "198.51.100.255");
	assert_true(ur_fib_covers(&r, &query));
	r.src_len = 8;
	assert_false(ur_fib_covers(&r, &query));
	assert_false(ur_fib_read_route(&r, msg, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_prefix),
		cmocka_unit_test(tos_of_routes),
		cmocka_unit_test(rules_in_order),
		cmocka_unit_test(jumps),
		cmocka_unit_test(selectors),
		cmocka_unit_test(doubts),
		cmocka_unit_test(vrf),
		cmocka_unit_test(read_rules),
		cmocka_unit_test(words_of_ipv6),
		cmocka_unit_test(read_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
