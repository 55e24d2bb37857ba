/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/base/strbuf.h"

static void appends(void **state)
{
	char text[16];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	assert_string_equal(text, "");
	ur_buf_add(&buf, "%d %s", 1, "two");
	ur_buf_add(&buf, "!");
	assert_string_equal(text, "1 two!");
	assert_int_equal(buf.len, 6);
	assert_false(buf.cut);
}

static void fills_to_the_last_byte(void **state)
{
	char text[8];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	ur_buf_add(&buf, "1234567");
	assert_string_equal(text, "1234567");
	assert_false(buf.cut);
}

static void shows_a_cut(void **state)
{
	char text[8];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	ur_buf_add(&buf, "12345");
	ur_buf_add(&buf, "678");
	assert_string_equal(text, "1234...");
	assert_true(buf.cut);
	ur_buf_add(&buf, "9");
	assert_string_equal(text, "1234...");
}

static void cuts_between_characters(void **state)
{
	char text[9];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	ur_buf_add(&buf, "1234\xe6\x97\xa5\xe6\x97\xa5");
	assert_string_equal(text, "1234...");
}

static void survives_no_room(void **state)
{
	char text[2];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	ur_buf_add(&buf, "long");
	assert_string_equal(text, ".");
	buf = UR_BUF(text);
	ur_buf_add(&buf, "\xc3\xa9"); /* no half of a character is left */
	assert_string_equal(text, ".");
}

static void outside_strings_of_any_length(void **state)
{
	char in[300], text[2048];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	memset(in, '\033', sizeof(in) - 1);
	in[sizeof(in) - 1] = '\0';
	ur_buf_add_safe(&buf, in);
	assert_int_equal(buf.len, 4 * (sizeof(in) - 1));
	assert_null(strchr(text, '\033'));
}

static void outside_characters_stay_whole(void **state)
{
	char in[301], text[2048];
	struct ur_buf buf = UR_BUF(text);

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(in + 3 * i, "\xe6\x97\xa5", 3);
	in[300] = '\0';
	ur_buf_add_safe(&buf, in);
	assert_string_equal(text, in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(fills_to_the_last_byte),
		cmocka_unit_test(shows_a_cut),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(survives_no_room),
		cmocka_unit_test(outside_strings_of_any_length),
		cmocka_unit_test(outside_characters_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
