/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sink/json_field.h"
#include "user/sink/json_rule.h"

static void a_rule_of_nftables(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject");
	SAMPLE_COPY(ev.rule.comment, "no");
	make();
	is_string("rule.engine", "nft");
	is_string("rule.family", "inet");
	is_string("rule.table", "filter");
	is_string("rule.chain", "input");
	is_number("rule.handle", 7);
	is_absent("rule.number");
	is_string("rule.text", "udp dport 999 reject");
	is_string("rule.comment", "no");
	is_string("rule.hook", "input");
	is_string("rule.base_chain", "input");
	is_string("rule.path.0", "input");
	is_string("rule.iif", "eth0");
	is_absent("rule.oif");
	SAMPLE_COPY(ev.ev.rule.chain, "other"); /* how it got there is not known */
	make();
	is_null("rule.path");
	is_absent("rule.path_confidence");
}

static void rules_of_iptables(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_XT_NFT, IPPROTO_UDP, "-j REJECT");
	make();
	is_string("rule.engine", "iptables-nft");
	is_string("rule.family", "ip");
	is_number("rule.handle", 7);
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_UDP, "-j REJECT");
	ev.ev.family = 6;
	make();
	is_string("rule.engine", "iptables");
	is_string("rule.family", "ip6");
	is_number("rule.number", 3);
	is_absent("rule.handle");
	ev.rule.number = 0;
	make();
	is_null("rule.number");
}

static void a_rule_without_text(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, NULL);
	make();
	is_null("rule.text");
	is_null("rule.comment");
	is_string("rule.reason", "no nft on this host");
	SAMPLE_COPY(ev.rule.comment, "from the kernel");
	make();
	is_string("rule.comment", "from the kernel");
	SAMPLE_COPY(ev.rule.text, "another rule");
	ev.rule.looked = UR_CHANGED;
	make();
	is_null("rule.text");
	is_null("rule.comment");
}

static void only_the_engine(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, NULL);
	memset(&ev.ev.rule, 0, sizeof(ev.ev.rule));
	make();
	is_null("rule");
	is_null("packet.path");
	is_string("cause", "rule.nft");
}

/* ---- the way there ---- */

static void a_way(void **state)
{
	(void)state;
	sample_jump(&ev);
	make();
	is_string("rule.path.0", "input");
	is_string("rule.path.1", "zone");
	is_string("rule.path_confidence", "proven");
	is_string("rule.way.0.chain", "input");
	is_number("rule.way.0.handle", 5);
	is_number("rule.way.0.number", 2);
	is_string("rule.way.0.text", "iifname \"eth0\" goto zone");
	assert_true(json_is_true(field("rule.way.0.goto")));
	assert_true(json_is_false(field("rule.catch_all")));
	is_absent("rule.paths");
	is_absent("rule.matched");
	is_absent("rule.varies");
	is_absent("rule.accepted_before");
	is_absent("rule.new_only");
	ev.way.proven = false;
	ev.way.catch_all = true;
	ev.way.step[0].handle = 0;
	ev.way.step[0].goes = false;
	make();
	is_string("rule.path_confidence", "likely");
	assert_true(json_is_true(field("rule.catch_all")));
	is_absent("rule.way.0.handle");
	is_absent("rule.way.0.goto");
}

static void several_ways(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way = (struct ur_way){ .nways = 5, .ways = { "input\na\nzone", "input\nzone" } };
	make();
	is_null("rule.path");
	is_string("rule.paths.0.0", "input");
	is_string("rule.paths.0.2", "zone");
	is_string("rule.paths.1.1", "zone");
	is_number("rule.paths_total", 5);
	is_absent("rule.paths_more");
	is_absent("rule.catch_all");
	ev.way.more_ways = true;
	make();
	assert_true(json_is_true(field("rule.paths_more")));
	ev.way = (struct ur_way){ .reason = "nft is not installed here" };
	make();
	is_null("rule.path");
	is_absent("rule.paths");
	is_string("rule.path_reason", "nft is not installed here");
}

static void elements(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way.nmatched = 2;
	ev.way.matched[0] = (struct ur_matched){
		.map = true, .proven = true, .set = "m", .element = "10.0.0.1 . udp", .comment = "x"
	};
	ev.way.matched[1] = (struct ur_matched){ .set = "ipset" };
	make();
	is_string("rule.matched.0.map", "m");
	is_string("rule.matched.0.element", "10.0.0.1 . udp");
	is_string("rule.matched.0.comment", "x");
	is_string("rule.matched.0.confidence", "proven");
	is_absent("rule.matched.0.set");
	is_string("rule.matched.1.set", "ipset");
	is_null("rule.matched.1.element");
	is_absent("rule.matched.1.comment");
	is_string("rule.matched.1.confidence", "likely");
}

static void what_else_the_way_says(void **state)
{
	(void)state;
	sample_jump(&ev);
	SAMPLE_COPY(ev.way.policy, "drop");
	SAMPLE_COPY(ev.way.established, "ct state established accept");
	ev.way.chance = UR_CHANCE_RATE;
	SAMPLE_COPY(ev.way.chance_words, "limit rate 3/second");
	ev.way.accepted = (struct ur_earlier){ .there = true,
					       .family = NFPROTO_INET,
					       .table = "a",
					       .chain = "in",
					       .handle = 3,
					       .text = "udp dport 999 accept" };
	make();
	is_string("rule.policy", "drop");
	is_string("rule.new_only", "ct state established accept");
	is_string("rule.varies.by", "rate");
	is_string("rule.varies.words", "limit rate 3/second");
	is_string("rule.accepted_before.family", "inet");
	is_string("rule.accepted_before.table", "a");
	is_string("rule.accepted_before.chain", "in");
	is_number("rule.accepted_before.handle", 3);
	is_string("rule.accepted_before.text", "udp dport 999 accept");
	is_string("rule.accepted_before.confidence", "likely");
}

static void who_wrote_it(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	make();
	is_absent("rule.manager");
	is_absent("rule.managed");
	SAMPLE_COPY(ev.rule.table, "firewalld");
	make();
	is_string("rule.manager", "firewalld");
	is_absent("rule.managed");
	SAMPLE_COPY(ev.rule.chain, "filter_IN_public");
	make();
	is_string("rule.managed.kind", "zone");
	is_string("rule.managed.name", "public");
	is_string("rule.managed.confidence", "proven");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_of_nftables),
		cmocka_unit_test(rules_of_iptables),
		cmocka_unit_test(a_rule_without_text),
		cmocka_unit_test(only_the_engine),
		cmocka_unit_test(a_way),
		cmocka_unit_test(several_ways),
		cmocka_unit_test(elements),
		cmocka_unit_test(what_else_the_way_says),
		cmocka_unit_test(who_wrote_it),
	};

	return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
