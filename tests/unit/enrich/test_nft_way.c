// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/nft_way.h"

#define RULES                                                                                        \
	"nft -f - <<'END'\n"                                                                         \
	"table inet a { chain in { type filter hook input priority -10; udp dport 53 accept; }; }\n" \
	"table inet t {\n"                                                                           \
	" chain zone { udp dport 53 reject; };\n"                                                    \
	" chain early { type filter hook input priority -5; };\n"                                    \
	" chain in { type filter hook input priority 0; jump zone; };\n"                             \
	" chain odd { ip saddr 1.2.3.4 jump { counter; reject; }; };\n"                              \
	"}\n"                                                                                        \
	"END\n"

static struct ur_evidence ev;

static void prepare(const char *chain, uint64_t handle)
{
	memset(&ev, 0, sizeof(ev));
	rule_event(&ev.ev, NFPROTO_INET, "t", handle_of("table inet t"), chain, handle);
	ev.packet = (struct ur_packet){
		.family = 4, .proto = 17, .has_ports = true, .sport = 4000, .dport = 53
	};
	snprintf(ev.rule.chain, sizeof(ev.rule.chain), "%s", chain);
}

static struct ur_nft_which which(void)
{
	return (struct ur_nft_which){
		.netns = inum_here(),
		.table = ev.ev.rule.table_handle,
		.family = NFPROTO_INET,
		.name = "t",
	};
}

static uint32_t generation(void)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t now = 0;

	assert_int_equal(ur_nfnl_open(&nl), 0);
	assert_int_equal(ur_nft_generation(&nl, &now), 0);
	return now;
}

static void test_way(void **state)
{
	ur_cleanup(ur_nft_ways_freep) struct ur_nft_ways *w = NULL;
	struct ur_nft_place place = {};
	struct ur_nft_which table;

	(void)state;
	if (!sandbox(RULES))
		skip();
	assert_int_equal(ur_nft_ways_new(&w), 0);
	prepare("zone", handle_of("dport 53 reject"));
	table = which();
	place.generation = generation();
	ur_nft_way(w, &table, &place, true, &ev);
	assert_string_equal(ev.way.reason, "");
	assert_true(ev.way.known && ev.way.proven);
	assert_string_equal(ev.way.step[0].chain, "in");
	assert_string_equal(ev.rule.base_chain, "in"); /* two are on the hook: the one it is */
	assert_int_equal(ev.rule.priority, 0);
	assert_true(ev.way.accepted.there);
	assert_string_equal(ev.way.accepted.table, "a");
	assert_string_equal(ev.way.accepted.text, "udp dport 53 accept");
	/* the rule goes: what was read before is all there is, and not proven */
	assert_true(shell("nft flush chain inet t zone"));
	prepare("zone", ev.ev.rule.handle);
	place.generation = 0;
	ur_nft_way(w, &table, &place, false, &ev);
	assert_true(ev.way.known);
	assert_false(ev.way.proven);
	prepare("zone", 9999);
	place.generation = generation();
	ur_nft_way(w, &table, &place, true, &ev);
	assert_false(ev.way.known);
	assert_string_equal(ev.way.reason, "the rule is not in the table any more");
}

static void test_trees(void **state)
{
	ur_cleanup(ur_nft_ways_freep) struct ur_nft_ways *w = NULL;
	struct ur_nft_which table;
	const struct ur_tree *a, *b;
	uint32_t generation;
	char why[160];

	(void)state;
	if (!sandbox(RULES))
		skip();
	assert_int_equal(ur_nft_ways_new(&w), 0);
	prepare("zone", 1);
	table = which();
	a = ur_nft_tree(w, &table, &generation, why, sizeof(why));
	assert_non_null(a);
	assert_int_equal(a->nanonymous, 2);
	b = ur_nft_tree(w, &table, &generation, why, sizeof(why));
	assert_ptr_equal(a, b);
	table.name = "none";
	table.table = 12345;
	assert_null(ur_nft_tree(w, &table, &generation, why, sizeof(why)));
	assert_string_not_equal(why, "");
	table.name = "a;b";
	table.table = 12346;
	assert_null(ur_nft_tree(w, &table, &generation, why, sizeof(why)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
