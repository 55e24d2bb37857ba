// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/enrich/rule_cache.h"

static void put(struct ur_rule_cache *cache, uint64_t rule, const char *words)
{
	const struct ur_rule_key key = { .netns = 1, .cookie = 2, .table = 3, .rule = rule };
	const struct ur_rule_span span = { .first = 9, .last = 9, .digest = rule, .placed = true };
	static struct ur_rule_text text;

	text = (struct ur_rule_text){ .looked = UR_FOUND, .number = 4, .family = 1 };
	text.priority = -5;
	strcpy(text.text, words);
	strcpy(text.chain, "input");
	assert_int_equal(ur_rule_cache_put(cache, &key, &text, &span), 0);
}

static bool get(struct ur_rule_cache *cache, struct ur_rule_key key, struct ur_rule_text *text)
{
	struct ur_rule_span span;

	return ur_rule_cache_get(cache, &key, text, &span) && span.first == 9 && span.placed;
}

static void test_keeps_all_of_it(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	static struct ur_rule_text text;

	(void)state;
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	put(cache, 7, "reject");
	put(cache, 7, "reject with tcp reset");
	assert_true(get(cache, (struct ur_rule_key){ 1, 2, 3, 7 }, &text));
	assert_string_equal(text.text, "reject with tcp reset");
	assert_string_equal(text.chain, "input");
	assert_string_equal(text.base_chain, "");
	text.text[0] = '\0';
	assert_int_equal(ur_rule_cache_add(cache, &(struct ur_rule_key){ 1, 2, 3, 7 }, &text,
					   &(struct ur_rule_span){ .first = 9, .placed = true }),
			 0);
	assert_true(get(cache, (struct ur_rule_key){ 1, 2, 3, 7 }, &text));
	assert_string_equal(text.text, "reject with tcp reset");
	assert_int_equal(text.number, 4);
	assert_int_equal(text.family, 1);
	assert_int_equal(text.priority, -5);
	assert_int_equal(text.looked, UR_FOUND);
}

static void test_how_long_it_was_true(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	const struct ur_rule_key key = { 1, 2, 3, 7 };
	static struct ur_rule_text text;
	struct ur_rule_span span;

	(void)state;
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	put(cache, 7, "reject");
	assert_true(ur_rule_cache_confirm(cache, &key, 7, 12));
	assert_false(ur_rule_cache_confirm(cache, &key, 8, 14)); /* another rule by now */
	assert_false(ur_rule_cache_confirm(cache, &key, 0, 14)); /* can't be told */
	assert_true(ur_rule_cache_get(cache, &key, &text, &span));
	assert_false(ur_rule_spans(&span, 8));
	assert_true(ur_rule_spans(&span, 9));
	assert_true(ur_rule_spans(&span, 12));
	assert_false(ur_rule_spans(&span, 13));
	assert_false(ur_rule_spans(&span, 0));
	assert_false(span.placed);
	span = (struct ur_rule_span){ .first = UINT32_MAX, .last = 2 };
	assert_true(ur_rule_spans(&span, 1));
	assert_false(ur_rule_spans(&span, 3));
	ur_rule_cache_clear(cache);
	assert_false(ur_rule_cache_get(cache, &key, &text, &span));
}

static void test_tells_rules_apart(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	static struct ur_rule_text text;

	(void)state;
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	put(cache, 7, "reject");
	assert_false(get(cache, (struct ur_rule_key){ 1, 2, 3, 8 }, &text));
	assert_false(get(cache, (struct ur_rule_key){ 1, 2, 4, 7 }, &text));
	assert_false(get(cache, (struct ur_rule_key){ 2, 2, 3, 7 }, &text));
	assert_false(get(cache, (struct ur_rule_key){ 1, 5, 3, 7 }, &text));
	assert_true(get(cache, (struct ur_rule_key){ 1, 0, 3, 7 }, &text));
}

static void test_stays_in_bounds(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	static struct ur_rule_text text;

	(void)state;
	assert_int_equal(ur_rule_cache_new(10000, &cache), 0);
	for (uint64_t rule = 1; rule <= 1000; rule++) {
		put(cache, rule, "udp dport 53 reject");
		assert_true(ur_rule_cache_size(cache) <= 10000);
		assert_true(get(cache, (struct ur_rule_key){ 1, 2, 3, 1 }, &text));
	}
	assert_true(get(cache, (struct ur_rule_key){ 1, 2, 3, 1000 }, &text));
	assert_false(get(cache, (struct ur_rule_key){ 1, 2, 3, 500 }, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_all_of_it),
		cmocka_unit_test(test_how_long_it_was_true),
		cmocka_unit_test(test_tells_rules_apart),
		cmocka_unit_test(test_stays_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
