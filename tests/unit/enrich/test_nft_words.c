// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

static struct ur_evidence ev;
static struct ur_judged got;
static struct ur_tree *tree;

static void judge(const char *text)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);

	ur_judge_nft(tree, text, &f, &got);
}

/* The packet is UDP from 10.219.7.1:40000 to 10.219.7.2:5001, in on s0. */
static void test_matches(void **state)
{
	static const struct {
		const char *text;
		enum ur_fit fit;
		bool bare;
	} rows[] = {
		{ "reject", UR_FIT_YES, true },
		{ "counter packets 3 bytes 5 reject", UR_FIT_YES, true },
		{ "counter name \"cc\" log prefix \"udp dport 1\" group 5 level warn accept",
		  UR_FIT_YES, true },
		{ "log flags tcp sequence,options reject", UR_FIT_YES, true },
		{ "udp dport 5001 reject", UR_FIT_YES, false },
		{ "udp dport != 5001 reject", UR_FIT_NO, false },
		{ "udp dport { 5000, 5001 } reject", UR_FIT_YES, false },
		{ "udp dport != { 5000, 5002 } reject", UR_FIT_YES, false },
		{ "tcp dport != 22 reject", UR_FIT_NO, false }, /* it is not TCP */
		{ "ip6 saddr != fd00::1 drop", UR_FIT_NO, false },
		{ "iifname \"s0\" ip saddr 10.219.7.0/24 accept", UR_FIT_YES, false },
		{ "iifname \"s0\" ip saddr 10.219.8.0/24 accept", UR_FIT_NO, false },
		{ "ip saddr @banned reject", UR_FIT_YES, false },
		{ "ip saddr != @banned reject", UR_FIT_NO, false },
		{ "ip saddr @dyn reject", UR_FIT_MAYBE, false },
		{ "meta l4proto { tcp, udp } th dport 5001 reject", UR_FIT_YES, false },
		{ "meta mark & 0x000000ff == 0x12 reject", UR_FIT_MAYBE, false },
		{ "tcp flags & (fin | syn) == syn reject", UR_FIT_NO, false },
		{ "meta mark set 0x5 udp dport 1 reject", UR_FIT_NO, false },
		{ "udp dport & 0xff00 == 5001 reject", UR_FIT_MAYBE, false },
		{ "fib daddr . iif type != { local, broadcast } udp dport 1 drop", UR_FIT_NO,
		  false },
		{ "fib saddr . mark . iif oif missing drop", UR_FIT_MAYBE, false },
		{ "add @dyn { ip saddr timeout 5m } counter", UR_FIT_YES, true },
		{ "notrack", UR_FIT_YES, true },
		{ "exthdr hbh exists udp dport 1 drop", UR_FIT_MAYBE, false },
		{ "frobnicate 3 udp dport 1 drop", UR_FIT_MAYBE, false },
		{ "udp dport 1 frobnicate drop", UR_FIT_NO, false },
		{ "udp dport", UR_FIT_MAYBE, false },
		{ "ip daddr . udp dport { 10.219.7.2 . 5001 } accept", UR_FIT_YES, false },
		{ "ip dscp set cs1", UR_FIT_YES, true },
		{ "iifname . ip saddr { \"k0\" . 10.0.0.1 } reject", UR_FIT_NO, false },
		{ "reject comment \"udp dport 1\"", UR_FIT_YES, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(rows[i].text);
		if (got.fit != rows[i].fit || got.bare != rows[i].bare)
			fail_msg("%s: %d %d", rows[i].text, got.fit, got.bare);
	}
}

static void test_chance(void **state)
{
	static const struct {
		const char *text;
		enum ur_chance chance;
		const char *words;
	} rows[] = {
		{ "udp dport 5001 reject", UR_CHANCE_NONE, "" },
		{ "numgen inc mod 2 0 reject", UR_CHANCE_RANDOM, "numgen inc mod 2 0" },
		{ "numgen random mod 100 offset 1 < 30 reject", UR_CHANCE_RANDOM,
		  "numgen random mod 100 offset 1 < 30" },
		{ "udp dport 5001 limit rate over 3/second burst 3 packets reject", UR_CHANCE_RATE,
		  "limit rate over 3/second burst 3 packets" },
		{ "limit rate 10 mbytes/second reject", UR_CHANCE_RATE,
		  "limit rate 10 mbytes/second" },
		{ "limit name \"lim\" reject", UR_CHANCE_RATE, "limit name \"lim\"" },
		{ "quota over 10 mbytes used 3 bytes reject", UR_CHANCE_RATE,
		  "quota over 10 mbytes used 3 bytes" },
		{ "ct count over 10 reject", UR_CHANCE_RATE, "ct count over 10" },
		{ "update @dyn { ip saddr limit rate 1/second } reject", UR_CHANCE_RATE,
		  "update @dyn { ip saddr limit rate 1/second }" },
		{ "meta hour \"10:00\"-\"12:00\" reject", UR_CHANCE_TIME,
		  "meta hour \"10:00\"-\"12:00\"" },
		{ "ct state new limit rate 3/second reject", UR_CHANCE_RATE,
		  "limit rate 3/second" },
		{ "ct state new udp dport 5001 reject", UR_CHANCE_STATE, "ct state new" },
		{ "ct original ip daddr 10.0.0.1 reject", UR_CHANCE_STATE,
		  "ct original ip daddr 10.0.0.1" },
		{ "meta mark 0x1 reject", UR_CHANCE_MARK, "meta mark 0x1" },
		{ "meta random 5 reject", UR_CHANCE_RANDOM, "meta random 5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(rows[i].text);
		assert_int_equal(got.chance, rows[i].chance);
		assert_int_equal(got.chance_len, strlen(rows[i].words));
		assert_memory_equal(got.chance_at ?: "", rows[i].words, got.chance_len);
		assert_int_equal(got.fit, rows[i].chance ? UR_FIT_MAYBE : UR_FIT_YES);
	}
}

static void test_old_connections(void **state)
{
	static const struct {
		const char *text;
		bool old;
	} rows[] = {
		{ "ct state established,related accept", true },
		{ "ct state { established, related } accept", true },
		{ "counter ct state established accept", true },
		{ "ct state vmap { invalid : drop, established : accept, related : accept }",
		  true },
		{ "ct state vmap { established : jump x, related : accept }", false },
		{ "ct state related accept", false },
		{ "ct state new,established accept", false },
		{ "ct state != established accept", false },
		{ "iifname \"s0\" ct state established accept", false },
		{ "ct state established udp dport 1 accept", false },
		{ "ct status dnat accept", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(rows[i].text);
		if (got.established != rows[i].old)
			fail_msg("%s", rows[i].text);
	}
}

static void test_verdict_maps(void **state)
{
	(void)state;
	judge("ip daddr . meta l4proto . th dport vmap @m");
	assert_int_equal(got.fit, UR_FIT_YES);
	assert_true(got.chosen && got.goes);
	assert_int_equal(got.end, UR_END_GOTO);
	assert_memory_equal(got.to.at, "rej", got.to.len);
	assert_int_equal(got.nhits, 1);
	assert_true(got.hits[0].map);
	assert_string_equal(ur_tree_text(tree, tree->elems[got.hits[0].elem]),
			    "10.219.7.2 . udp . 5001 comment \"default/web:dns\" : goto rej");
	judge("iifname vmap { \"k*\" : goto a, \"s0\" : jump b }");
	assert_true(got.chosen);
	assert_int_equal(got.end, UR_END_JUMP);
	assert_memory_equal(got.to.at, "b", got.to.len);
	judge("ip protocol vmap { tcp : accept, udp : drop }");
	assert_int_equal(got.end, UR_END_DROP);
	assert_null(got.to.at);
	judge("ip protocol vmap { tcp : accept }");
	assert_int_equal(got.fit, UR_FIT_NO);
	assert_false(got.chosen);
	judge("ip6 daddr vmap @m");
	assert_int_equal(got.fit, UR_FIT_NO);
	judge("ct state vmap { new : jump a }");
	assert_int_equal(got.fit, UR_FIT_MAYBE);
	assert_false(got.chosen);
}

static void test_hits(void **state)
{
	(void)state;
	judge("ip saddr @banned udp dport @ports2 reject");
	assert_int_equal(got.nhits, 2);
	assert_memory_equal(got.hits[0].set, "banned", got.hits[0].set_len);
	assert_string_equal(ur_tree_text(tree, tree->elems[got.hits[0].elem]), "10.0.0.0/8");
	assert_int_equal(got.hits[1].elem, UR_TREE_NONE);
	assert_true(got.hits[1].dynamic);
	judge("ip saddr != @banned reject");
	assert_int_equal(got.nhits, 0);
}

static int setup(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text("tests/rulesets/data/odd.list");

	(void)state;
	return nft_tree_of(text, strlen(text), 4096, &tree);
}

static int teardown(void **state)
{
	(void)state;
	ur_tree_free(tree);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_old_connections),
		cmocka_unit_test(test_verdict_maps),
		cmocka_unit_test(test_hits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
