// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

#define CHAIN(name, rules) "\tchain " name " {\n" rules "\t}\n"
#define BASE(rules)        CHAIN("input", "\t\ttype filter hook input priority 0; policy drop;\n" rules)

static struct ur_evidence ev;
static struct ur_way way;

/* The way of UDP from cli to 10.219.7.2:5001 to the rule of @handle of the nft table @body. */
static void find(const char *body, uint64_t handle, bool same)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	struct ur_way_query q = { .hook = 1, .same = same };
	char text[8192];
	int len = snprintf(text, sizeof(text), "table inet t {\n%s}\n", body);

	assert_int_equal(nft_tree_of(text, (size_t)len, 4096, &t), 0);
	q.tree = t;
	q.flow = flow_to(&ev, "10.219.7.2", 5001);
	q.rule = ur_tree_find_handle(t, handle);
	assert_int_not_equal(q.rule, UR_TREE_NONE);
	ur_way_find(&q, &way);
}

static void test_base_chain(void **state)
{
	static const char body[] = BASE("\t\tct state established accept # handle 1\n"
					"\t\tudp dport 5001 reject # handle 2\n"
					"\t\tcounter reject # handle 3\n");

	(void)state;
	find(body, 2, false);
	assert_true(way.known && way.proven);
	assert_int_equal(way.nsteps, 0);
	assert_false(way.bare || way.catch_all);
	assert_string_equal(way.policy, "drop");
	assert_string_equal(way.established, "ct state established accept");
	find(body, 3, false);
	assert_true(way.bare && way.catch_all);
}

static void test_only_way(void **state)
{
	static const char body[] = CHAIN("rej", "\t\treject # handle 1\n")
		CHAIN("zone", "\t\tudp dport 5001 goto rej # handle 2\n")
			BASE("\t\tiifname \"s0\" jump zone # handle 3\n"
			     "\t\taccept # handle 4\n");

	(void)state;
	find(body, 1, true);
	assert_true(way.known && way.proven);
	assert_int_equal(way.nsteps, 2);
	assert_string_equal(way.step[0].chain, "input");
	assert_string_equal(way.step[0].text, "iifname \"s0\" jump zone");
	assert_int_equal(way.step[0].handle, 3);
	assert_false(way.step[0].goes || way.step[0].always);
	assert_string_equal(way.step[1].chain, "zone");
	assert_true(way.step[1].goes);
	assert_true(way.bare);
	assert_false(way.catch_all);
	/* the rules may have been others then */
	find(body, 1, false);
	assert_true(way.known);
	assert_false(way.proven);
}

/* A way that the packet can't have taken proves that something is not as it was. */
static void test_only_way_does_not_fit(void **state)
{
	(void)state;
	find(CHAIN("rej", "\t\treject # handle 1\n") BASE("\t\tudp dport 1 jump rej # handle 3\n"),
	     1, true);
	assert_true(way.known);
	assert_false(way.proven);
}

static void test_several_ways(void **state)
{
	/* ruled out by what the packet is */
	(void)state;
	find(CHAIN("rej", "\t\treject # handle 1\n")
		     BASE("\t\tudp dport 1 jump rej # handle 3\n"
			  "\t\tudp dport 5001 jump rej # handle 4\n"),
	     1, true);
	assert_true(way.known);
	assert_false(way.proven);
	assert_int_equal(way.step[0].handle, 4);
	/* by a goto that comes first */
	find(CHAIN("pub", "\t\tjump end # handle 1\n") CHAIN("tru", "\t\tjump end # handle 2\n")
		     CHAIN("end", "\t\treject # handle 3\n") BASE(
			     "\t\tiifname \"s0\" goto pub # handle 4\n\t\tgoto tru # handle 5\n"),
	     3, true);
	assert_true(way.known);
	assert_int_equal(way.step[0].handle, 4);
	/* by a jump to the same place that comes first */
	find(CHAIN("end", "\t\treject # handle 3\n")
		     BASE("\t\tiifname \"s0\" jump end # handle 4\n\t\tjump end # handle 5\n"),
	     3, true);
	assert_true(way.known);
	assert_int_equal(way.step[0].handle, 4);
	/* not at all: what decides is not in the event */
	find(CHAIN("end", "\t\treject # handle 3\n")
		     BASE("\t\tmeta mark 1 jump end # handle 4\n\t\tjump end # handle 5\n"),
	     3, true);
	assert_false(way.known || way.proven);
	assert_int_equal(way.nways, 2);
	assert_string_equal(way.ways[0], "input\nend");
}

static void test_many_ways(void **state)
{
	static char body[8192];
	size_t at = sprintf(body, "%s", CHAIN("end", "\t\treject # handle 1\n"));

	(void)state;
	at += sprintf(body + at, "\tchain input {\n\t\ttype filter hook input priority 0;\n");
	for (int i = 0; i < 100; i++)
		at += sprintf(body + at, "\t\tmeta mark %d jump end # handle %d\n", i, i + 2);
	sprintf(body + at, "\t}\n");
	find(body, 1, true);
	assert_false(way.known);
	assert_true(way.more_ways);
	assert_int_equal(way.nways, 32);
}

static void test_other_hooks_do_not_count(void **state)
{
	static const char body[] = CHAIN("end", "\t\treject # handle 1\n")
		BASE("\t\tjump end # handle 2\n")
			CHAIN("fwd", "\t\ttype filter hook forward priority 0; policy accept;\n"
				     "\t\tjump end # handle 3\n");

	(void)state;
	find(body, 1, true);
	assert_true(way.known && way.proven);
	assert_string_equal(way.step[0].chain, "input");
	find(CHAIN("end", "\t\treject # handle 1\n") CHAIN(
		     "fwd", "\t\ttype filter hook forward priority 0;\n\t\tjump end # handle 3\n"),
	     1, true);
	assert_false(way.known);
	assert_int_equal(way.nways, 0);
	assert_string_not_equal(way.reason, "");
}

static void test_catch_all_one_chain_down(void **state)
{
	(void)state;
	find(CHAIN("end", "\t\treject # handle 1\n")
		     BASE("\t\tudp dport 1 accept # handle 2\n\t\tjump end # handle 3\n"),
	     1, true);
	assert_true(way.catch_all);
	find(CHAIN("end", "\t\treject # handle 1\n")
		     BASE("\t\tjump end # handle 3\n\t\tudp dport 1 accept # handle 2\n"),
	     1, true);
	assert_false(way.catch_all);
	find(CHAIN("end", "\t\treject # handle 1\n")
		     BASE("\t\tiifname \"s0\" jump end # handle 3\n"),
	     1, true);
	assert_false(way.catch_all);
}

static void test_elements(void **state)
{
	static const char sets[] =
		"\tset banned {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
		"\t\telements = { 10.219.0.0/16 comment \"by hand\", 1.1.1.1 }\n\t}\n"
		"\tset dyn {\n\t\ttype ipv4_addr\n\t\tflags dynamic,timeout\n"
		"\t\telements = { 10.219.7.1 timeout 5m expires 3m }\n\t}\n"
		"\tmap m {\n\t\ttype inet_service : verdict\n"
		"\t\telements = { 53 : drop, 5001 : goto end }\n\t}\n";
	char body[2048];

	(void)state;
	snprintf(body, sizeof(body), "%s%s", sets,
		 CHAIN("end", "\t\tip saddr @banned ip saddr @dyn reject # handle 1\n")
			 BASE("\t\tudp dport vmap @m # handle 2\n"));
	find(body, 1, true);
	assert_true(way.known && way.proven);
	assert_int_equal(way.nmatched, 3);
	assert_int_equal(way.matched[0].step, UR_STEPS_MAX);
	assert_string_equal(way.matched[0].set, "banned");
	assert_string_equal(way.matched[0].element, "10.219.0.0/16");
	assert_string_equal(way.matched[0].comment, "by hand");
	assert_true(way.matched[0].proven);
	assert_string_equal(way.matched[1].element, "10.219.7.1");
	assert_false(way.matched[1].proven);
	assert_true(way.matched[2].map && way.matched[2].proven);
	assert_int_equal(way.matched[2].step, 0);
	assert_string_equal(way.matched[2].element, "5001");
	find(body, 1, false);
	assert_false(way.matched[0].proven || way.matched[2].proven);
	/* addresses that a rule changes may have been others before */
	snprintf(
		body, sizeof(body), "%s%s", sets,
		BASE("\t\tip saddr @banned reject # handle 1\n\t\tip saddr set 1.1.1.1 # handle 2\n"));
	find(body, 1, true);
	assert_false(way.matched[0].proven);
}

static void test_chance(void **state)
{
	(void)state;
	find(CHAIN("end", "\t\tct state new reject # handle 1\n")
		     BASE("\t\tnumgen inc mod 2 0 jump end # handle 2\n"),
	     1, true);
	assert_int_equal(way.chance, UR_CHANCE_RANDOM);
	assert_string_equal(way.chance_words, "numgen inc mod 2 0");
}

static void test_anonymous(void **state)
{
	(void)state;
	find(CHAIN("end", "\t\treject # handle 1\n") BASE(
		     "\t\tip saddr 10.219.7.1 jump {\n\t\t\tudp dport 5001 goto end\n\t\t} # handle 2\n"),
	     1, true);
	assert_true(way.known && way.proven);
	assert_string_equal(way.step[1].chain, "(anonymous)");
	assert_string_equal(way.step[0].text, "ip saddr 10.219.7.1 jump { ... }");
}

static void test_iptables(void **state)
{
	static const char text[] = "*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n"
				   "-A INPUT -p udp -m set --match-set ban src -j a\n"
				   "-A INPUT -j b\n-A a -j b\n-A b -j REJECT\nCOMMIT\n";
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	struct ur_way_query q = { .hook = 1, .same = true };

	(void)state;
	assert_int_equal(ipt_tree_of(text, strlen(text), "filter", &t), 0);
	q.tree = t;
	q.flow = flow_to(&ev, "10.219.7.2", 5001);
	q.rule = rule_with(t, "b", "REJECT");
	ur_way_find(&q, &way);
	assert_false(way.known);
	assert_int_equal(way.nways, 2);
	q.rule = rule_with(t, "a", "-j b");
	ur_way_find(&q, &way);
	assert_true(way.known && way.proven);
	assert_int_equal(way.nmatched, 1);
	assert_string_equal(way.matched[0].set, "ban");
	assert_string_equal(way.matched[0].element, "");
	assert_false(way.matched[0].proven);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_chain),
		cmocka_unit_test(test_only_way),
		cmocka_unit_test(test_only_way_does_not_fit),
		cmocka_unit_test(test_several_ways),
		cmocka_unit_test(test_many_ways),
		cmocka_unit_test(test_other_hooks_do_not_count),
		cmocka_unit_test(test_catch_all_one_chain_down),
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_iptables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
