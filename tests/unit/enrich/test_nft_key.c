// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"
#include "user/enrich/nft_key.h"

static struct ur_evidence ev;

static bool take(const char *text, struct ur_key *key, const char **rest)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 53);

	*rest = text;
	return ur_nft_key_take(rest, text + strlen(text), &f, key);
}

static void test_keys(void **state)
{
	static const struct {
		const char *text;
		enum ur_field field;
		enum ur_fit implied;
		enum ur_chance chance;
	} rows[] = {
		{ "ip daddr 1", UR_FIELD_DADDR4, UR_FIT_YES, UR_CHANCE_NONE },
		{ "ip6 saddr 1", UR_FIELD_SADDR6, UR_FIT_NO, UR_CHANCE_NONE },
		{ "ip ttl 1", UR_FIELD_OTHER, UR_FIT_YES, UR_CHANCE_NONE },
		{ "udp dport 1", UR_FIELD_DPORT, UR_FIT_YES, UR_CHANCE_NONE },
		{ "tcp flags 1", UR_FIELD_OTHER, UR_FIT_NO, UR_CHANCE_NONE },
		{ "th sport 1", UR_FIELD_SPORT, UR_FIT_YES, UR_CHANCE_NONE },
		{ "icmpv6 type 1", UR_FIELD_ICMP_TYPE, UR_FIT_NO, UR_CHANCE_NONE },
		{ "iifname 1", UR_FIELD_IIF, UR_FIT_YES, UR_CHANCE_NONE },
		{ "meta oif 1", UR_FIELD_OIF, UR_FIT_YES, UR_CHANCE_NONE },
		{ "meta l4proto 1", UR_FIELD_PROTO, UR_FIT_YES, UR_CHANCE_NONE },
		{ "meta nfproto 1", UR_FIELD_FAMILY, UR_FIT_YES, UR_CHANCE_NONE },
		{ "meta mark 1", UR_FIELD_OTHER, UR_FIT_YES, UR_CHANCE_MARK },
		{ "meta hour 1", UR_FIELD_OTHER, UR_FIT_YES, UR_CHANCE_TIME },
		{ "meta pkttype 1", UR_FIELD_OTHER, UR_FIT_YES, UR_CHANCE_NONE },
	};
	struct ur_key key;
	const char *rest;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(take(rows[i].text, &key, &rest));
		assert_string_equal(rest, " 1");
		assert_int_equal(key.n, 1);
		assert_int_equal(key.field[0], rows[i].field);
		assert_int_equal(key.implied, rows[i].implied);
		assert_int_equal(key.chance, rows[i].chance);
	}
}

static void test_several(void **state)
{
	struct ur_key key;
	const char *rest;

	(void)state;
	assert_true(take("ip daddr . meta l4proto . th dport vmap @m", &key, &rest));
	assert_int_equal(key.n, 3);
	assert_int_equal(key.field[2], UR_FIELD_DPORT);
	assert_string_equal(rest, " vmap @m");
	assert_true(take("ip daddr . tcp dport @m", &key, &rest));
	assert_int_equal(key.implied, UR_FIT_NO);
	assert_false(take("mark . mark . mark . mark . mark . mark 1", &key, &rest));
}

static void test_not_understood(void **state)
{
	static const char *const texts[] = { "",    "foo bar",     "ip",        "exthdr hbh 1",
					     "tcp", "ip daddr . ", "ip { 1 } 2" };
	struct ur_key key;
	const char *rest;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(take(texts[i], &key, &rest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_not_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
