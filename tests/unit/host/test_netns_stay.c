// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/away.h"
#include "user/host/netns_stay.h"

static uint32_t here(void)
{
	struct stat st = {};

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static uint32_t during(struct ur_netns_names *names, uint32_t inum)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	assert_int_equal(ur_netns_stay_begin(names, inum, &stay), 0);
	assert_true(stay.there);
	return here();
}

static void test_there_and_back(void **state)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	const uint32_t home = here();
	struct away away = {};

	(void)state;
	assert_int_equal(ur_netns_names_new(&names), 0);
	assert_int_equal(during(names, home), home);
	if (!away_start(&away, 4458))
		skip();
	assert_int_equal(during(names, away.inum), away.inum);
	assert_int_equal(here(), home);
	away_end(&away);
}

static void test_no_way(void **state)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	(void)state;
	assert_int_equal(ur_netns_names_new(&names), 0);
	assert_int_not_equal(ur_netns_stay_begin(names, 7, &stay), 0);
	assert_false(stay.there);
	assert_true(stay.outside[0]);
	assert_true(ur_netns_cookie_here() == ur_netns_cookie_here());
}

/* The number is the same, the namespace is not. */
static void test_another(void **state)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = NULL;
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;
	uint64_t cookie = ur_netns_cookie_here();

	(void)state;
	assert_int_equal(ur_netns_names_new(&names), 0);
	assert_int_equal(ur_netns_stay_begin(names, here(), &stay), 0);
	ur_netns_stay_check(&stay, 0);
	ur_netns_stay_check(&stay, cookie);
	assert_true(stay.there);
	if (!cookie)
		skip(); /* this kernel has none */
	ur_netns_stay_check(&stay, cookie + 1);
	assert_false(stay.there);
	assert_true(stay.outside[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_no_way),
		cmocka_unit_test(test_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
