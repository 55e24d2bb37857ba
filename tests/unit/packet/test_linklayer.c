/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/packet/linklayer.h"

/* A frame of 64 zeros with a type in it. */
static size_t length(uint16_t linktype, size_t at, uint16_t type, size_t len)
{
	uint8_t frame[64] = {};

	frame[at] = (uint8_t)(type >> 8);
	frame[at + 1] = (uint8_t)type;
	return ur_linklayer_length(linktype, frame, len);
}

static void link_types(void **state)
{
	(void)state;
	assert_int_equal(length(101, 0, 0, 64), 0);
	assert_int_equal(length(12, 0, 0, 64), 0);
	assert_int_equal(length(228, 0, 0, 64), 0);
	assert_int_equal(length(0, 0, 0, 64), 4);
	assert_int_equal(length(1, 12, 0x0800, 64), 14);
	assert_int_equal(length(1, 12, 0x86dd, 64), 14);
	assert_int_equal(length(1, 12, 0x0806, 64), 64);
	assert_int_equal(length(113, 14, 0x0800, 64), 16);
	assert_int_equal(length(276, 0, 0x86dd, 64), 20);
	assert_int_equal(length(276, 0, 0x0806, 64), 64);
	assert_true(ur_linklayer_known(1));
	assert_false(ur_linklayer_known(105));
	assert_int_equal(length(105, 0, 0x0800, 64), 64);
}

static void cut_frames(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 14; len++)
		assert_int_equal(length(1, 12, 0x0800, len), len);
	assert_int_equal(length(101, 0, 0, 0), 0);
}

static void vlans(void **state)
{
	uint8_t frame[64] = {};

	(void)state;
	for (int i = 0; i < 4; i++) {
		frame[12 + 4 * i] = i ? 0x81 : 0x88;
		frame[13 + 4 * i] = i ? 0x00 : 0xa8;
	}
	frame[24] = 0x08;
	frame[25] = 0x00;
	assert_int_equal(ur_linklayer_length(1, frame, sizeof(frame)), 26);
	frame[24] = 0x81; /* one more than there are in the wild */
	assert_int_equal(ur_linklayer_length(1, frame, sizeof(frame)), sizeof(frame));
	frame[24] = 0x08;
	for (size_t len = 0; len <= 26; len++)
		assert_int_equal(ur_linklayer_length(1, frame, len), len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_types),
		cmocka_unit_test(cut_frames),
		cmocka_unit_test(vlans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
