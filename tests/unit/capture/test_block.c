/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/capture/block.h"

static uint32_t at32(const struct ur_block *b, size_t at)
{
	uint32_t number;

	assert_true(at + 4 <= b->len);
	memcpy(&number, b->at + at, sizeof(number));
	return number;
}

/* Type, length, contents in whole words, and the length again. */
static void the_frame(void **state)
{
	struct ur_block block = {}, *b = &block;

	(void)state;
	for (size_t n = 0; n < 6; n++) {
		ur_block_start(b, 77);
		ur_block_bytes(b, "abcde", n);
		assert_int_equal(ur_block_end(b, false), 0);
		assert_int_equal(b->len, 12 + (n + 3) / 4 * 4);
		assert_int_equal(at32(b, 0), 77);
		assert_int_equal(at32(b, 4), b->len);
		assert_int_equal(at32(b, b->len - 4), b->len);
	}
	ur_block_free(b);
}

static void the_other_byte_order(void **state)
{
	struct ur_block b = { .swap = true };

	(void)state;
	ur_block_start(&b, 0x01020304);
	ur_block_option(&b, 0x0506, "x", 1);
	assert_int_equal(ur_block_end(&b, true), 0);
	assert_int_equal(at32(&b, 0), 0x04030201);
	assert_int_equal(at32(&b, 4), __builtin_bswap32((uint32_t)b.len));
	assert_int_equal(at32(&b, 8) & 0xffff, 0x0605);
	assert_int_equal(at32(&b, 12), at32(&b, 12) & 0xff); /* "x", and zeros */
	ur_block_free(&b);
}

static void options_are_cut_at_a_character(void **state)
{
	static char text[UR_OPT_MAX + 9];
	struct ur_block b = {};

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	ur_block_start(&b, 6);
	ur_block_text(&b, UR_OPT_COMMENT, text);
	assert_int_equal(ur_block_end(&b, true), 0);
	assert_int_equal(at32(&b, 8) >> 16, UR_OPT_MAX - 1);
	ur_block_start(&b, 6);
	ur_block_text(&b, UR_OPT_COMMENT, "a\xff");
	assert_int_equal(at32(&b, 8) >> 16, 4); /* U+FFFD in place of what is no UTF-8 */
	ur_block_free(&b);
}

static void sections_and_interfaces(void **state)
{
	struct ur_block b = {};

	(void)state;
	assert_int_equal(ur_block_section(&b, "Linux", "unreach", ""), 0);
	assert_int_equal(at32(&b, 0), UR_PCAPNG_SECTION);
	assert_int_equal(at32(&b, 8), UR_PCAPNG_MAGIC);
	assert_int_equal(ur_block_interface(&b, UR_LINKTYPE_RAW, 128, "web", ""), 0);
	assert_int_equal(at32(&b, 0), UR_PCAPNG_INTERFACE);
	assert_int_equal(at32(&b, 8), UR_LINKTYPE_RAW);
	ur_block_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_frame),
		cmocka_unit_test(the_other_byte_order),
		cmocka_unit_test(options_are_cut_at_a_character),
		cmocka_unit_test(sections_and_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
