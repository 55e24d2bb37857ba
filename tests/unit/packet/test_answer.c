/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/packet/answer.h"

/* As they crossed a wire: port-unreachable by IPv4 and IPv6, a reset by each. */
static const uint8_t icmp4[] = { 0x45, 0xc0, 0x00, 0x38, 0x1f, 0x2c, 0x00, 0x00, 0x40, 0x01,
				 0x46, 0xce, 0x0a, 0x00, 0x00, 0x05, 0x0a, 0x00, 0x00, 0x07,
				 0x03, 0x03, 0x7f, 0xba, 0x00, 0x00, 0x00, 0x00, 0x45, 0x00,
				 0x00, 0x1d, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x26, 0xc7,
				 0x0a, 0x00, 0x00, 0x07, 0x0a, 0x00, 0x00, 0x05, 0xcf, 0xdb,
				 0x1f, 0xbd, 0x00, 0x09, 0x00, 0x00 };
static const uint8_t reset4[] = { 0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06,
				  0x17, 0x18, 0x0a, 0xdb, 0x07, 0x02, 0x0a, 0xdb, 0x07, 0x01,
				  0x1f, 0x90, 0x9e, 0x84, 0x00, 0x00, 0x00, 0x00, 0xc2, 0x2a,
				  0x4d, 0xc5, 0x50, 0x14, 0x00, 0x00, 0xbe, 0x13, 0x00, 0x00 };

static struct ur_event ev;
static struct ur_answer out;

/* What the kernel side sees of @wire, before length and checksum are written. */
static void seen(uint8_t answer, const uint8_t *wire, size_t n)
{
	memset(&ev, 0, sizeof(ev));
	ev.answer = answer;
	ev.family = wire[0] >> 4;
	ev.type = answer == UR_ANSWER_ICMP ? 3 : 0;
	ev.code = ev.type;
	ev.answered = (struct ur_answer){ .ts_ns = 1, .wire = (uint32_t)n, .len = (uint8_t)n };
	memcpy(ev.answered.snap, wire, n);
	memset(ev.answered.snap + 2, 0, 2);
	memset(ev.answered.snap + 10, 0xee, 2);
}

static void what_ip_output_writes(void **state)
{
	(void)state;
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	assert_true(ur_answer_complete(&ev, &out));
	assert_int_equal(out.len, sizeof(icmp4));
	assert_memory_equal(out.snap, icmp4, sizeof(icmp4));
	ev.answered.wire = 576; /* the rest was not looked at */
	assert_true(ur_answer_complete(&ev, &out));
	assert_int_equal(out.snap[2] << 8 | out.snap[3], 576);
}

static void what_the_device_writes(void **state)
{
	(void)state;
	seen(UR_ANSWER_RST, reset4, sizeof(reset4));
	memset(ev.answered.snap + 36, 0x55, 2);
	assert_true(ur_answer_complete(&ev, &out));
	assert_memory_equal(out.snap, reset4, sizeof(reset4));
}

static void of_ipv6(void **state)
{
	uint8_t p[88] = { 0x60, 0x01, 0x23, 0x45, 0, 0, 58, 64, [40] = 1, 4 };

	(void)state;
	seen(UR_ANSWER_ICMP, p, sizeof(p));
	ev.type = 1;
	ev.code = 4;
	memcpy(ev.answered.snap, p, sizeof(p));
	p[5] = 48;
	assert_true(ur_answer_complete(&ev, &out));
	assert_memory_equal(out.snap, p, sizeof(p));
}

/* Resets of IPv6 come with their checksum: it is the same when it is made again. */
static void a_reset_of_ipv6(void **state)
{
	uint8_t p[60] = { 0x60, 0,    0, 0, 0, 20, 6, 64, [23] = 1, [39] = 1, 0x1f, 0x90,
			  0x9e, 0x84, 0, 0, 0, 0,  0, 0,  0,        1,        0x50, 0x14 };
	const uint16_t sum = 0xffff - (6 + 20 + 1 + 1 + 0x1f90 + 0x9e84 + 1 + 0x5014) % 0xffff;

	(void)state;
	seen(UR_ANSWER_RST, p, sizeof(p));
	memcpy(ev.answered.snap, p, sizeof(p));
	assert_true(ur_answer_complete(&ev, &out));
	assert_int_equal(out.snap[56] << 8 | out.snap[57], sum);
	assert_memory_equal(out.snap, p, 56);
}

static void never_another_one(void **state)
{
	(void)state;
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.answered.ts_ns = 0;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.code = 13;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.family = 6;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_RST, icmp4, sizeof(icmp4));
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, reset4, sizeof(reset4));
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_RST, reset4, sizeof(reset4));
	ev.answered.snap[33] = 0x10; /* an ACK */
	assert_false(ur_answer_complete(&ev, &out));
}

/* A record from a file can hold anything. */
static void nor_nonsense(void **state)
{
	(void)state;
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.answered.len = UR_SNAP_MAX + 1;
	ev.answered.wire = 1500;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.answered.len = 27;
	assert_false(ur_answer_complete(&ev, &out));
	ev.answered.len = 19;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.answered.snap[0] = 0x44;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.answered.wire = 55; /* less than there is */
	assert_false(ur_answer_complete(&ev, &out));
	ev.answered.wire = 65536;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_RST, reset4, sizeof(reset4));
	ev.answered.wire = 41; /* it has no more than that */
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_RST, reset4, sizeof(reset4));
	ev.answered.len = ev.answered.wire = 39;
	assert_false(ur_answer_complete(&ev, &out));
	seen(UR_ANSWER_ICMP, icmp4, sizeof(icmp4));
	ev.family = 6;
	ev.answered.snap[0] = 0x60;
	ev.answered.len = 39;
	assert_false(ur_answer_complete(&ev, &out));
	ev.answered.len = 40;
	assert_false(ur_answer_complete(&ev, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ip_output_writes),
		cmocka_unit_test(what_the_device_writes),
		cmocka_unit_test(of_ipv6),
		cmocka_unit_test(a_reset_of_ipv6),
		cmocka_unit_test(never_another_one),
		cmocka_unit_test(nor_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
