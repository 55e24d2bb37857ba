// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "user/enrich/xt_seen.h"

static struct ur_xt_when at(uint32_t netns, bool ipv6, uint32_t generation)
{
	return (struct ur_xt_when){ netns, 100 + netns, ipv6, generation };
}

static struct ur_xt_content content;

static bool get(struct ur_xt_seen *seen, struct ur_xt_when when)
{
	content = (struct ur_xt_content){};
	return ur_xt_seen_get(seen, &when, &content);
}

static void put(struct ur_xt_seen *seen, struct ur_xt_when when, uint64_t digest)
{
	ur_xt_seen_put(seen, &when, digest, 7);
}

static void test_by_generation(void **state)
{
	ur_cleanup(ur_xt_seen_freep) struct ur_xt_seen *seen = NULL;

	(void)state;
	assert_int_equal(ur_xt_seen_new(&seen), 0);
	assert_false(get(seen, at(1, false, 5)));
	put(seen, at(1, false, 5), 77);
	put(seen, at(1, false, 6), 78);
	put(seen, at(1, true, 5), 79);
	put(seen, at(2, false, 5), 80);
	assert_true(get(seen, at(1, false, 5)) && content.digest == 77 && content.entries == 7);
	assert_true(get(seen, at(1, false, 6)) && content.digest == 78);
	assert_true(get(seen, at(1, true, 5)) && content.digest == 79);
	assert_true(get(seen, at(2, false, 5)) && content.digest == 80);
	assert_false(get(seen, at(1, false, 7)));
	assert_false(get(seen, at(1, false, 0))); /* when is not known */
	assert_false(get(seen, (struct ur_xt_when){ 1, 999, false, 5 }));
	assert_true(get(seen, (struct ur_xt_when){ 1, 0, false, 5 }));
	ur_xt_seen_netns_gone(seen, 1);
	assert_false(get(seen, at(1, false, 5)));
	assert_true(get(seen, at(2, false, 5)));
}

/* Texts are those of a content, whenever the table has it. */
static void test_read_ahead(void **state)
{
	ur_cleanup(ur_xt_seen_freep) struct ur_xt_seen *seen = NULL;
	const struct ur_xt_when five = at(1, false, 5);

	(void)state;
	assert_int_equal(ur_xt_seen_new(&seen), 0);
	put(seen, five, 77);
	put(seen, at(1, false, 6), 78);
	assert_true(get(seen, five) && !content.ahead);
	ur_xt_seen_ahead(seen, &five, 77, "");
	assert_true(get(seen, five) && content.ahead && !content.why[0]);
	assert_true(get(seen, at(1, false, 6)) && !content.ahead);
	put(seen, at(1, false, 7), 77); /* back to what it was */
	assert_true(get(seen, at(1, false, 7)) && content.ahead);
	ur_xt_seen_ahead(seen, &five, 78, "too slow");
	assert_true(get(seen, at(1, false, 6)) && content.ahead);
	assert_string_equal(content.why, "too slow");
	put(seen, at(1, true, 8), 78); /* of the other version of IP */
	assert_true(get(seen, at(1, true, 8)) && !content.ahead);
}

static void test_the_oldest_go(void **state)
{
	ur_cleanup(ur_xt_seen_freep) struct ur_xt_seen *seen = NULL;

	(void)state;
	assert_int_equal(ur_xt_seen_new(&seen), 0);
	for (uint32_t i = 1; i <= 1000; i++)
		put(seen, at(1, false, i), i);
	assert_false(get(seen, at(1, false, 1)));
	assert_true(get(seen, at(1, false, 1000)) && content.digest == 1000);
	assert_true(get(seen, at(1, false, 900)) && content.digest == 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_generation),
		cmocka_unit_test(test_read_ahead),
		cmocka_unit_test(test_the_oldest_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
