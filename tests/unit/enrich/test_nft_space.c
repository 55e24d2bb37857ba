// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "user/enrich/nft_space.h"

static void test_the_oldest_makes_room(void **state)
{
	static struct ur_nft_spaces spaces;

	(void)state;
	for (uint32_t i = 1; i <= UR_NFT_SPACES; i++)
		ur_nft_space_of(&spaces, i, 9)->generation = i;
	assert_int_equal(ur_nft_space_of(&spaces, 1, 9)->generation, 1);
	assert_int_equal(ur_nft_space_of(&spaces, 1, 8)->generation,
			 0); /* another of that number */
	assert_int_equal(ur_nft_space_of(&spaces, 2, 9)->generation, 2);
	assert_int_equal(ur_nft_space_of(&spaces, 1, 9)->generation, 0); /* made anew */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
