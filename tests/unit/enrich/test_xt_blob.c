// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/captured.h"
#include "user/enrich/xt_blob.h"

static struct ur_xt_table table4(const uint8_t *blob, size_t len)
{
	return (struct ur_xt_table){
		.entries = blob,
		.size = len,
		.valid_hooks = 0xe,
		.hook_entry = { -1, 0, 944, 1096, -1 },
	};
}

static void test_builtin_chain(void **state)
{
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	const struct ur_xt_table t = table4(blob, len);

	(void)state;
	assert_int_equal(ur_xt_find(&t, 600, &rule), 0);
	assert_string_equal(rule.chain, "INPUT");
	assert_int_equal(rule.number, 2);
	assert_int_equal(rule.count, 3);
	assert_string_equal(rule.target, "REJECT");
	assert_string_equal(rule.comment, "no endpoints");
	free(blob);
}

static void test_user_chain(void **state)
{
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	const struct ur_xt_table t = table4(blob, len);

	(void)state;
	assert_int_equal(ur_xt_find(&t, 1536, &rule), 0);
	assert_string_equal(rule.chain, "web");
	assert_int_equal(rule.number, 1);
	assert_int_equal(rule.count, 1);
	assert_string_equal(rule.comment, "");
	/* its implied return, INPUT's policy, its own head, no target at all */
	assert_int_equal(ur_xt_find(&t, 1688, &rule), -ENOENT);
	assert_int_equal(ur_xt_find(&t, 904, &rule), -ENOENT);
	assert_int_equal(ur_xt_find(&t, 1360, &rule), -ENOENT);
	assert_int_equal(ur_xt_find(&t, 601, &rule), -ENOENT);
	free(blob);
}

struct listed {
	size_t n;
	uint64_t at[8];
	struct ur_xt_rule rule[8];
};

static void on_reject(uint64_t target_off, const struct ur_xt_rule *rule, void *arg)
{
	struct listed *l = arg;

	assert_true(l->n < 8);
	l->at[l->n] = target_off;
	l->rule[l->n++] = *rule;
}

/* As one by one, and all rules are counted: three in INPUT, one in the user's chain. */
static void test_all_that_reject(void **state)
{
	static struct listed l;
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	const struct ur_xt_table t = table4(blob, len);

	(void)state;
	assert_int_equal(ur_xt_each_reject(&t, on_reject, &l), 4);
	assert_true(l.n >= 2);
	for (size_t i = 0; i < l.n; i++) {
		assert_int_equal(ur_xt_find(&t, l.at[i], &rule), 0);
		assert_string_equal(rule.chain, l.rule[i].chain);
		assert_int_equal(rule.number, l.rule[i].number);
		assert_true(rule.digest == l.rule[i].digest);
		assert_string_equal(rule.target, "REJECT");
	}
	assert_int_equal(l.at[0], 600);
	assert_string_equal(l.rule[0].comment, "no endpoints");
	blob[88 + 2] = blob[88 + 3] = 0; /* next_offset: the row can't be walked any more */
	assert_int_equal(ur_xt_each_reject(&t, on_reject, &l), -EBADMSG);
	free(blob);
}

static void test_ipv6(void **state)
{
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt6_table_hex, &len);
	const struct ur_xt_table t = {
		.entries = blob,
		.size = len,
		.ipv6 = true,
		.valid_hooks = 0xe,
		.hook_entry = { -1, 0, 208, 416, -1 },
	};

	(void)state;
	assert_int_equal(ur_xt_find(&t, 584, &rule), 0);
	assert_string_equal(rule.chain, "OUTPUT");
	assert_int_equal(rule.number, 1);
	assert_int_equal(rule.count, 1);
	free(blob);
}

static void test_digest_leaves_counters_out(void **state)
{
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	const struct ur_xt_table t = table4(blob, len);
	const uint64_t digest = ur_xt_digest(&t);

	(void)state;
	assert_int_not_equal(digest, 0);
	blob[200 + 96] += 5; /* packets of the second rule */
	assert_true(ur_xt_digest(&t) == digest);
	blob[200 + 112 + 32] ^= 1; /* its comment */
	assert_false(ur_xt_digest(&t) == digest);
	free(blob);
}

/* A rule's own digest tells another rule in its place, and doesn't care for other rules. */
static void test_digest_of_one(void **state)
{
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	const struct ur_xt_table t = table4(blob, len);
	uint64_t before;

	(void)state;
	assert_int_equal(ur_xt_find(&t, 600, &rule), 0);
	before = rule.digest;
	assert_true(before);
	blob[200 + 96] += 5;   /* its packets */
	blob[200 + 440 + 8]++; /* an address of the next rule */
	assert_int_equal(ur_xt_find(&t, 600, &rule), 0);
	assert_true(rule.digest == before);
	blob[200 + 112 + 32 + 200] ^= 1; /* its comment, at the end */
	assert_int_equal(ur_xt_find(&t, 600, &rule), 0);
	assert_false(rule.digest == before);
	blob[200 + 112 + 32 + 200] ^= 1;
	blob[600 + 31] ^= 1; /* revision of its target */
	assert_int_equal(ur_xt_find(&t, 600, &rule), 0);
	assert_false(rule.digest == before);
	free(blob);
}

/* Cut anywhere, or with any one byte replaced, it does no harm and comes to an end. */
static void test_damaged(void **state)
{
	static const uint8_t values[] = { 0, 1, 8, 0x70, 0x7f, 0x80, 0xff };
	struct ur_xt_rule rule;
	size_t len;
	uint8_t *blob = unhex(xt_table_hex, &len);
	struct ur_xt_table t = table4(blob, len);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		uint8_t old = blob[i];

		for (size_t v = 0; v < sizeof(values); v++) {
			blob[i] = values[v];
			ur_xt_find(&t, 600, &rule);
			ur_xt_digest(&t);
		}
		blob[i] = old;
	}
	for (size_t cut = 0; cut < len; cut += 7) {
		uint8_t *copy = malloc(cut ? cut : 1);

		assert_non_null(copy);
		memcpy(copy, blob, cut);
		t = table4(copy, cut);
		ur_xt_find(&t, 1536, &rule);
		ur_xt_digest(&t);
		free(copy);
	}
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builtin_chain),
		cmocka_unit_test(test_user_chain),
		cmocka_unit_test(test_all_that_reject),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_digest_leaves_counters_out),
		cmocka_unit_test(test_digest_of_one),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
