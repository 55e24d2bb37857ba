// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/base/cleanup.h"
#include "user/enrich/nft_find.h"

static int find(const struct ur_event *ev, struct ur_nft_place *place)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	char why[UR_REASON_MAX] = "";
	int r;

	assert_int_equal(ur_nfnl_open(&nl), 0);
	r = ur_nft_find(&nl, &ev->rule, ev->origin == UR_ORIGIN_XT_NFT, place, why, sizeof(why));
	assert_true(!r || why[0]);
	return r;
}

static void test_by_names_and_handle(void **state)
{
	struct ur_nft_place place;
	struct ur_rule_text text = {};
	struct ur_event ev;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	rule_event(&ev, NFPROTO_INET, "filter", handle_of("table inet filter"), "zone",
		   handle_of("udp dport 5001"));
	assert_int_equal(find(&ev, &place), 0);
	assert_string_equal(place.rule.chain, "zone");
	assert_string_equal(place.rule.comment, "hello # handle 99");
	assert_string_equal(place.base.name, "input");
	assert_int_equal(place.base.priority, -5);
	assert_int_equal(place.number, 1);
	assert_int_equal(place.count, 1);
	ur_nft_describe(&place, &text);
	assert_string_equal(text.base_chain, "input");
	assert_int_equal(text.family, NFPROTO_INET);
	assert_int_equal(text.number, 0);
	/* a rule that doesn't reject can't be it */
	ev.rule.handle = handle_of("jump zone");
	assert_int_equal(find(&ev, &place), -ESTALE);
}

static void test_what_the_event_left_out(void **state)
{
	struct ur_nft_place place;
	struct ur_event ev;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	rule_event(&ev, NFPROTO_INET, "filt", handle_of("table inet filter"), "inp",
		   handle_of("@banned reject"));
	ev.rule.flags |= UR_RULE_LONG_NAME;
	assert_int_equal(find(&ev, &place), 0);
	assert_string_equal(place.table.name, "filter");
	assert_string_equal(place.rule.chain, "input");
	assert_int_equal(place.number, 2);
	assert_int_equal(place.count, 6);
	ev.rule.flags = UR_RULE_HANDLE;
	assert_int_equal(find(&ev, &place), 0);
	assert_string_equal(place.table.name, "filter");
	ev.rule.flags = UR_RULE_TABLE;
	assert_int_equal(find(&ev, &place), -ENODATA);
}

/* The same texts, and the same handles, in two tables. */
static void test_twins(void **state)
{
	struct ur_nft_place place;
	struct ur_event ev;

	(void)state;
	if (!sandbox(
		    "for t in a b; do nft \"table ip $t { chain c { type filter hook input priority "
		    "0; udp dport 1 reject; }; }\"; done"))
		skip();
	rule_event(&ev, NFPROTO_INET, "b", handle_of("table ip b"), "c", 2);
	ev.rule.table_family = NFPROTO_IPV4;
	assert_int_equal(find(&ev, &place), 0);
	assert_string_equal(place.table.name, "b");
	ev.rule.flags = UR_RULE_HANDLE;
	assert_int_equal(find(&ev, &place), -ENOTUNIQ);
}

/* Deleted and made anew, table and rule bear the same names and the rule the same handle. */
static void test_made_anew(void **state)
{
	const char *const rules = "nft 'table ip a { chain c { type filter hook input priority 0; "
				  "udp dport 1 reject; }; }'";
	struct ur_nft_place place;
	struct ur_event ev;

	(void)state;
	if (!sandbox(rules))
		skip();
	rule_event(&ev, NFPROTO_INET, "a", handle_of("table ip a"), "c", 2);
	ev.rule.table_family = NFPROTO_IPV4;
	assert_int_equal(find(&ev, &place), 0);
	assert_true(shell("nft flush ruleset") && shell(rules));
	assert_int_equal(find(&ev, &place), -ESTALE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_names_and_handle),
		cmocka_unit_test(test_what_the_event_left_out),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
