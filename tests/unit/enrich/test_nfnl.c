// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include "tests/unit/enrich/captured.h"
#include "tests/unit/enrich/sandbox.h"
#include "user/base/cleanup.h"
#include "user/enrich/nfnl.h"

static void test_attributes(void **state)
{
	size_t len, n = 0;
	uint8_t *attrs = unhex(nft_table_hex, &len);
	const uint8_t *at = attrs;
	struct ur_nla nla;
	char name[4];

	(void)state;
	while (ur_nla_next(&at, &len, &nla)) {
		n++;
		if (nla.type == NFTA_TABLE_NAME)
			ur_nla_string(&nla, name, sizeof(name));
		if (nla.type == NFTA_TABLE_HANDLE)
			assert_true(ur_nla_be64(&nla) == 1 && !ur_nla_be32(&nla));
	}
	assert_int_equal(n, 4);
	assert_int_equal(len, 0);
	assert_string_equal(name, "fil");
	free(attrs);
}

static int count(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	(void)family;
	(void)attrs;
	(void)len;
	return ++*(unsigned *)arg == 2;
}

/* After a dump that was cut short the same socket serves the next request. */
static void test_requests(void **state)
{
	const struct ur_nfnl_arg args[] = { { .type = NFTA_RULE_TABLE, .string = "filter" } };
	const struct ur_nfnl_arg none[] = {
		{ .type = NFTA_RULE_TABLE, .string = "filter" },
		{ .type = NFTA_RULE_CHAIN, .string = "input" },
		{ .type = NFTA_RULE_HANDLE, .be64 = 12345 },
	};
	struct ur_nfnl nl = UR_NFNL_CLOSED;
	unsigned n;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_nfnl_open(&nl), 0);
	for (int i = 0; i < 2; i++) {
		n = 0;
		assert_int_equal(ur_nfnl_get(&nl, NFT_MSG_GETRULE, NFPROTO_INET, true, args, 1,
					     count, &n),
				 0);
		assert_int_equal(n, 2);
		n = 0;
		assert_int_equal(ur_nfnl_get(&nl, NFT_MSG_GETRULE, NFPROTO_INET, false, none, 3,
					     count, &n),
				 -ENOENT);
		assert_int_equal(n, 0);
	}
	ur_nfnl_close(&nl);
	assert_int_equal(nl.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
