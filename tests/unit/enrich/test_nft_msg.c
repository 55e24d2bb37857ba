// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/netfilter.h>
#include "tests/unit/enrich/captured.h"
#include "user/enrich/nft_msg.h"

static void test_rule(void **state)
{
	struct ur_nft_rule rule;
	size_t len;
	uint8_t *attrs = unhex(nft_rule_hex, &len);

	(void)state;
	assert_true(ur_nft_parse_rule(NFPROTO_INET, attrs, len, &rule));
	assert_int_equal(rule.family, NFPROTO_INET);
	assert_string_equal(rule.table, "filter");
	assert_string_equal(rule.chain, "input");
	assert_int_equal(rule.handle, 2);
	assert_true(rule.reject);
	assert_false(rule.xt_reject);
	assert_string_equal(rule.comment, "hello");
	free(attrs);
}

static void test_iptables_rule(void **state)
{
	struct ur_nft_rule rule;
	size_t len;
	uint8_t *attrs = unhex(nft_xt_rule_hex, &len);

	(void)state;
	assert_true(ur_nft_parse_rule(NFPROTO_IPV4, attrs, len, &rule));
	assert_string_equal(rule.chain, "INPUT");
	assert_true(rule.xt_reject);
	assert_false(rule.reject);
	assert_string_equal(rule.comment, "no endpoints");
	free(attrs);
}

static void test_chain_table_generation(void **state)
{
	struct ur_nft_chain chain;
	struct ur_nft_table table;
	uint32_t generation;
	size_t len;
	uint8_t *attrs = unhex(nft_chain_hex, &len);

	(void)state;
	assert_true(ur_nft_parse_chain(NFPROTO_INET, attrs, len, &chain));
	assert_string_equal(chain.table, "filter");
	assert_string_equal(chain.name, "input");
	assert_true(chain.base);
	assert_int_equal(chain.hook, NF_INET_LOCAL_IN);
	assert_int_equal(chain.priority, -5);
	assert_int_equal(chain.handle, 1);
	free(attrs);
	attrs = unhex(nft_table_hex, &len);
	assert_true(ur_nft_parse_table(NFPROTO_INET, attrs, len, &table));
	assert_string_equal(table.name, "filter");
	assert_int_equal(table.handle, 1);
	free(attrs);
	attrs = unhex(nft_generation_hex, &len);
	assert_true(ur_nft_parse_generation(attrs, len, &generation));
	assert_int_equal(generation, 3);
	free(attrs);
}

static void parse_all(const uint8_t *attrs, size_t len)
{
	struct ur_nft_rule rule;
	struct ur_nft_chain chain;
	struct ur_nft_table table;
	uint32_t generation;

	ur_nft_parse_rule(NFPROTO_INET, attrs, len, &rule);
	ur_nft_parse_chain(NFPROTO_INET, attrs, len, &chain);
	ur_nft_parse_table(NFPROTO_INET, attrs, len, &table);
	ur_nft_parse_generation(attrs, len, &generation);
}

/* Cut anywhere, or with any one byte replaced, it may mean nothing but does no harm. */
static void damage(const char *hex)
{
	size_t len, cut;
	uint8_t *attrs = unhex(hex, &len);

	for (cut = 0; cut <= len; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);

		assert_non_null(copy);
		memcpy(copy, attrs, cut);
		parse_all(copy, cut);
		free(copy);
	}
	for (size_t i = 0; i < len; i++) {
		static const uint8_t values[] = { 0, 1, 3, 4, 0x7f, 0x80, 0xff };
		uint8_t old = attrs[i];

		for (size_t v = 0; v < sizeof(values); v++) {
			attrs[i] = values[v];
			parse_all(attrs, len);
		}
		attrs[i] = old;
	}
	free(attrs);
}

static void test_damaged(void **state)
{
	(void)state;
	damage(nft_rule_hex);
	damage(nft_xt_rule_hex);
	damage(nft_chain_hex);
	damage(nft_table_hex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_iptables_rule),
		cmocka_unit_test(test_chain_table_generation),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
