// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "user/enrich/nft_ending.h"

static struct ur_nft_ending ending(const char *text)
{
	struct ur_nft_ending e;

	assert_true(ur_nft_find_ending(text, text + strlen(text), &e));
	return e;
}

static void test_endings(void **state)
{
	static const struct {
		const char *text;
		enum ur_end end;
	} rows[] = {
		{ "counter", UR_END_NONE },
		{ "ct status dnat accept", UR_END_ACCEPT },
		{ "icmp type redirect drop", UR_END_DROP },
		{ "tcp dport 1 dnat to 10.0.0.1", UR_END_OTHER },
		{ "log prefix \"accept drop\" group 3 return", UR_END_RETURN },
		{ "ip saddr { 1.2.3.4, 5.6.7.8 } reject with tcp reset comment \"drop\"",
		  UR_END_REJECT },
		{ "ip saddr map { 1.2.3.4 : 5 } continue", UR_END_NONE },
		{ "queue num 0", UR_END_OTHER },
		{ "jump a", UR_END_JUMP },
		{ "iifname \"jump\" goto b comment \"x\"", UR_END_GOTO },
		{ "ct state vmap { invalid : drop }", UR_END_VMAP },
		{ "ip daddr vmap @m", UR_END_VMAP },
	};
	struct ur_nft_ending e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(ending(rows[i].text).end, rows[i].end);
	e = ending("iifname s0 goto zone_a comment \"b\"");
	assert_memory_equal(e.to.at, "zone_a ", 7);
	e = ending("tcp dport vmap @ports");
	assert_int_equal(e.map.len, 6);
	assert_null(e.inline_map);
}

static void test_broken(void **state)
{
	static const char *const texts[] = { "jump", "iifname s0 goto", "vmap", "vmap @",
					     "vmap m" };
	struct ur_nft_ending e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(ur_nft_find_ending(texts[i], texts[i] + strlen(texts[i]), &e));
}

static void test_inline_map(void **state)
{
	const char *text =
		"iifname vmap { \"jump\" : jump a, \"x\" : accept, \"k*\" : goto b } jump c";
	const char *end = text + strlen(text);
	struct ur_nft_ending e = ending(text);
	struct ur_token to;
	bool goes;

	(void)state;
	assert_non_null(e.inline_map);
	assert_true(ur_nft_next_lead(&e.inline_map, end, &to, &goes));
	assert_memory_equal(to.at, "a,", 2);
	assert_false(goes);
	assert_true(ur_nft_next_lead(&e.inline_map, end, &to, &goes));
	assert_memory_equal(to.at, "b ", 2);
	assert_true(goes);
	assert_false(ur_nft_next_lead(&e.inline_map, end, &to, &goes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_inline_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
