/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sink/json_field.h"

/* The example of the design, field by field. */
static void the_contract(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_netns(&ev, "web-1");
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	make();
	is_number("schema", 1);
	is_string("time", "2026-11-21T02:45:20.123456789Z");
	is_number("seq", 17);
	is_string("answer", "icmp");
	is_string("outcome", "sent");
	is_absent("suppressed_by");
	is_number("icmp.version", 4);
	is_number("icmp.type", 3);
	is_number("icmp.code", 3);
	is_string("icmp.name", "port-unreachable");
	is_string("icmp.to", "10.0.0.7");
	is_string("packet.proto", "udp");
	is_string("packet.src", "10.0.0.7");
	is_number("packet.sport", 53211);
	is_string("packet.dst", "10.0.0.5");
	is_number("packet.dport", 8125);
	is_number("packet.length", 61);
	is_string("packet.iif", "eth0");
	is_string("packet.path", "input");
	is_number("netns.inum", 4026531840);
	is_string("netns.name", "web-1");
	is_string("cause", "socket.address");
	is_string("confidence", "proven");
	is_string("advice", "bind statsd to 10.0.0.5 or 0.0.0.0");
	is_string("sockets.0.proto", "udp");
	is_string("sockets.0.state", "open");
	is_string("sockets.0.mismatch", "address");
	is_string("sockets.0.local", "127.0.0.1");
	is_number("sockets.0.port", 8125);
	is_number("sockets.0.pid", 812);
	is_string("sockets.0.comm", "statsd");
	is_string("sockets.0.as_of", "event");
	is_number("count", 1);
	is_absent("rule");
	is_absent("nat");
	is_absent("stack");
	is_absent("also");
}

static void suppressed(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.window = UR_WIN_GLOBAL_DENY;
	make();
	is_string("outcome", "suppressed");
	is_string("suppressed_by", "rate-limit-global");
	is_absent("limit");
	ev.limit.looked = UR_COULD_NOT;
	make();
	is_null("limit");
	ev.limit.looked = UR_FOUND;
	SAMPLE_COPY(ev.limit.setting[1].name, "net.ipv4.icmp_msgs_burst");
	SAMPLE_COPY(ev.limit.setting[1].value, "50");
	make();
	is_string("limit.0.name", "net.ipv4.icmp_msgs_burst");
	is_string("limit.0.value", "50");
	is_absent("dropped_by");
	ev.dropper.looked = UR_FOUND_NONE;
	make();
	is_null("dropped_by");
	ev.dropper.looked = UR_FOUND;
	ev.dropper.rule.family = 1;
	ev.dropper.rule.handle = 5;
	SAMPLE_COPY(ev.dropper.rule.text, "drop");
	make();
	is_string("dropped_by.family", "inet");
	is_number("dropped_by.handle", 5);
	is_string("dropped_by.engine", "nft");
	is_absent("dropped_by.policy");
	ev.dropper.legacy = true;
	ev.dropper.number = 2;
	make();
	is_string("dropped_by.engine", "iptables");
	is_number("dropped_by.number", 2);
	is_absent("dropped_by.handle");
	ev.dropper.policy = true;
	make();
	is_absent("dropped_by.handle");
}

/* Absent: does not apply. null: could not look. An empty list: looked, found none. */
static void not_applicable_not_looked_not_there(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	make();
	assert_int_equal(json_array_size(field("sockets")), 0);
	assert_true(json_is_array(field("sockets")));
	ev.ev.flags = 0;
	ev.tcp.looked = UR_NOT_ASKED;
	make();
	is_null("sockets");
	sample_netns(&ev, NULL);
	make();
	is_absent("netns.name");
	ev.netns.looked = UR_COULD_NOT;
	make();
	is_null("netns.name");
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	make();
	is_absent("sockets");
	is_absent("elsewhere");
	ev.elsewhere.looked = UR_COULD_NOT;
	make();
	is_null("elsewhere");
}

static void a_reset(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_TCP, "reject with tcp reset");
	ev.ev.answer = UR_ANSWER_RST;
	ev.tcp.looked = UR_FOUND_NONE;
	make();
	is_string("answer", "rst");
	is_absent("icmp");
	assert_int_equal(json_array_size(field("sockets")), 0);
	is_string("also.0.slug", "note.no-listener-behind");
}

static void translated(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.dst, "192.0.2.1");
	ev.ev.nat.dport = 80;
	make();
	is_string("nat.original_dst", "192.0.2.1");
	is_number("nat.original_dport", 80);
	is_string("nat.translated_dst", "10.0.0.5");
	is_number("nat.translated_dport", 2);
	is_string("nat.confidence", "proven");
	is_absent("nat.netns");
	ev.nat_from = (struct ur_nat_from){ UR_NAT_REMEMBERED, { UR_FOUND, 4026532002, "srv" } };
	make();
	is_string("nat.confidence", "likely");
	is_string("nat.netns.name", "srv");
}

static void an_unknown(void **state)
{
	(void)state;
	sample_unknown(&ev, "foo+0x1/0x2");
	make();
	is_string("packet.proto", "253");
	is_absent("packet.sport");
	is_string("stack.0", "foo+0x1/0x2");
	ev.stack[1][0] = '\0';
	make();
	is_string("stack.1", "0xffffffff82000000");
	ev.ev.nstack = 0;
	make();
	is_null("stack");
	ev.packet.family = 0;
	make();
	is_null("packet");
}

/* jansson refuses what is no UTF-8: one odd comment must not cost the event. */
static void strings_from_outside(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "comment \"\xff\033\"");
	SAMPLE_COPY(ev.ev.rule.table, "\xc0\xaf\"}");
	SAMPLE_COPY(ev.netns.name, "\xed\xa0\x80");
	make();
	is_string("rule.text", "comment \"\xef\xbf\xbd\033\"");
	is_string("rule.table", "\xef\xbf\xbd\xef\xbf\xbd\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contract),
		cmocka_unit_test(suppressed),
		cmocka_unit_test(not_applicable_not_looked_not_there),
		cmocka_unit_test(a_reset),
		cmocka_unit_test(translated),
		cmocka_unit_test(an_unknown),
		cmocka_unit_test(strings_from_outside),
	};

	return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
