// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/xt_table.h"

static void test_reads(void **state)
{
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading first = {};
	ur_cleanup(ur_xt_table_clear) struct ur_xt_reading then = {};

	(void)state;
	if (!sandbox("iptables-legacy -A INPUT -p udp --dport 53 -j REJECT 2>/dev/null"))
		skip();
	assert_true(ur_xt_table_exists("filter", false));
	assert_int_equal(ur_xt_table_read("filter", false, &first), 0);
	assert_int_equal(first.num_entries, 5);
	assert_true(shell("iptables-legacy -R INPUT 1 -p udp --dport 54 -j REJECT"));
	assert_int_equal(ur_xt_table_read("filter", false, &then), 0);
	assert_int_equal(then.table.size, first.table.size);
	assert_true(then.digest != first.digest);
}

static void test_not_there(void **state)
{
	(void)state;
	if (!sandbox("true"))
		skip();
	assert_false(ur_xt_table_exists("filter", false));
	assert_false(ur_xt_table_exists("filter", true));
	assert_true(shell("! grep -q . /proc/self/net/ip_tables_names 2>/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
