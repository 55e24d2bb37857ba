/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "user/capture/block.h"
#include "user/capture/savefile.h"

#define FILE_MAX 262144

/* A file under construction. */
static uint8_t bytes[FILE_MAX];
static size_t size;

static void put(const void *at, size_t n)
{
	assert_true(size + n <= sizeof(bytes));
	memcpy(bytes + size, at, n);
	size += n;
}

static void put_block(struct ur_block *b)
{
	put(b->at, b->len);
}

static void put32(uint32_t number, bool swap)
{
	number = swap ? __builtin_bswap32(number) : number;
	put(&number, sizeof(number));
}

/* A section with one interface. */
static void begin(bool swap)
{
	struct ur_block b = { .swap = swap };

	size = 0;
	ur_block_section(&b, "", "", "");
	put_block(&b);
	ur_block_interface(&b, UR_LINKTYPE_RAW, 128, "web", "");
	put_block(&b);
	ur_block_free(&b);
}

static void add_packet(bool swap, const char *packet, const char *record)
{
	struct ur_block b = { .swap = swap };

	ur_block_packet(&b, 0, 1234567890123456789, 99, packet, (uint32_t)strlen(packet));
	ur_block_text(&b, UR_OPT_COMMENT, "why");
	if (record)
		ur_block_record(&b, record);
	ur_block_end(&b, true);
	put_block(&b);
	ur_block_free(&b);
}

/* Read all; how it ended, and how many packets there were. */
static int read_all(const uint8_t *at, size_t n, int *packets)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	FILE *in = fmemopen((void *)at, n, "r");
	int r = ur_savefile_open(in, &file);
	struct ur_saved saved;

	*packets = 0;
	while (!r && (r = ur_savefile_next(file, &saved)) == 1) {
		struct ur_saved_option option;
		size_t len;

		for (size_t i = 0; saved.packet && ur_saved_option(&saved, &i, &option);)
			assert_true(option.value + option.len <= saved.options + saved.options_len);
		if (saved.packet) {
			free(ur_saved_record(&saved, &len));
			++*packets;
		}
		r = 0;
	}
	fclose(in);
	return r;
}

static void both_byte_orders(void **state)
{
	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
		struct ur_saved_option option;
		struct ur_saved saved;
		size_t at = 0, len;
		char *record;
		FILE *in;

		begin(swap);
		add_packet(swap, "packet", "{}");
		in = fmemopen(bytes, size, "r");
		assert_int_equal(ur_savefile_open(in, &file), 0);
		assert_true(ur_savefile_has_blocks(file));
		for (int i = 0; i < 3; i++)
			assert_int_equal(ur_savefile_next(file, &saved), 1);
		assert_true(saved.packet);
		assert_int_equal(saved.time, 1234567890123456789);
		assert_int_equal(saved.wire, 99);
		assert_int_equal(saved.len, 6);
		assert_memory_equal(saved.data, "packet", 6);
		assert_true(ur_saved_option(&saved, &at, &option));
		assert_int_equal(option.code, UR_OPT_COMMENT);
		record = ur_saved_record(&saved, &len);
		assert_string_equal(record, "{}");
		assert_int_equal(len, 2);
		assert_int_equal(ur_savefile_next(file, &saved), 0);
		free(record);
		fclose(in);
	}
}

/* A record that one option has no room for comes back whole. */
static void long_records(void **state)
{
	static char record[150001];
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	struct ur_saved saved;
	char *back;
	size_t len;
	FILE *in;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(record); i++)
		record[i] = (char)('a' + i % 26);
	begin(false);
	add_packet(false, "p", record);
	in = fmemopen(bytes, size, "r");
	assert_int_equal(ur_savefile_open(in, &file), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ur_savefile_next(file, &saved), 1);
	back = ur_saved_record(&saved, &len);
	assert_int_equal(len, sizeof(record) - 1);
	assert_string_equal(back, record);
	free(back);
	fclose(in);
}

static void pcap_head(uint32_t magic, bool swap, uint32_t linktype)
{
	size = 0;
	put32(magic, swap);
	put32(0x00040002, false);
	put32(0, swap);
	put32(0, swap);
	put32(65535, swap);
	put32(linktype, swap);
}

static void the_older_format(void **state)
{
	static const struct {
		uint32_t magic;
		bool swap;
		uint64_t time;
	} cases[] = {
		{ 0xa1b2c3d4, false, 7000005000 },
		{ 0xa1b2c3d4, true, 7000005000 },
		{ 0xa1b23c4d, true, 7000000005 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
		struct ur_saved saved;
		FILE *in;

		pcap_head(cases[i].magic, cases[i].swap, 0x10000000 | 1);
		put32(7, cases[i].swap);
		put32(5, cases[i].swap);
		put32(3, cases[i].swap);
		put32(60, cases[i].swap);
		put("abc", 3);
		in = fmemopen(bytes, size, "r");
		assert_int_equal(ur_savefile_open(in, &file), 0);
		assert_false(ur_savefile_has_blocks(file));
		assert_int_equal(ur_savefile_next(file, &saved), 1);
		assert_int_equal(saved.linktype, 1);
		assert_int_equal(saved.time, cases[i].time);
		assert_int_equal(saved.wire, 60);
		assert_int_equal(saved.len, 3);
		assert_memory_equal(saved.data, "abc", 3);
		assert_int_equal(ur_savefile_next(file, &saved), 0);
		fclose(in);
	}
}

/* Wherever a file is cut off, what was whole is read, and the cut is told from the end. */
static void cut_files(void **state)
{
	size_t ends[4];
	int packets;

	(void)state;
	begin(false);
	ends[0] = size;
	for (int i = 1; i < 4; i++) {
		add_packet(false, "packet", "{\"format\":1}");
		ends[i] = size;
	}
	for (size_t n = ends[0]; n <= size; n++) {
		uint8_t *copy = malloc(n);
		int whole = 0;

		memcpy(copy, bytes, n);
		while (whole < 3 && ends[whole + 1] <= n)
			whole++;
		assert_int_equal(read_all(copy, n, &packets), n == ends[whole] ? 0 : -ENODATA);
		assert_int_equal(packets, whole);
		free(copy);
	}
	pcap_head(0xa1b2c3d4, false, 101);
	put32(7, false);
	assert_int_equal(read_all(bytes, size, &packets), -ENODATA);
	assert_int_equal(read_all(bytes, 9, &packets), -ENODATA);
}

static void broken_files(void **state)
{
	static const struct {
		size_t at; /* in the packet's block */
		uint32_t value;
	} cases[] = {
		{ 4, 0 },           { 4, 8 },     { 4, 33 },          { 4, 0xffffffff }, { 8, 1 },
		{ 20, 0xffffffff }, { 20, 1000 }, { 20, 0xfffffffd }, { 4, 0x01000004 },
	};
	int packets;

	(void)state;
	assert_int_equal(read_all((const uint8_t *)"not a capture", 13, &packets), -EPROTO);
	assert_int_equal(read_all((const uint8_t *)"\x1f\x8b gzip has these", 17, &packets),
			 -EMEDIUMTYPE);
	assert_int_equal(read_all((const uint8_t *)"\x28\xb5\x2f\xfd and zstd", 14, &packets),
			 -EMEDIUMTYPE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t start;

		begin(false);
		start = size;
		add_packet(false, "packet", "{}");
		memcpy(bytes + start + cases[i].at, &cases[i].value, 4);
		assert_int_equal(read_all(bytes, size, &packets), -EPROTO);
	}
}

/* Times of any resolution; a packet without time. */
static void resolutions(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t time; /* of the stamp 3 << 32 */
	} cases[] = {
		{ 0x80 | 32, 3000000000 },
		{ 0, UINT64_C(12884901888) * 1000000000 },
		{ 3, UINT64_C(12884901888) * 1000000 },
		{ 12, 12884901 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
		struct ur_block b = {};
		struct ur_saved saved;
		FILE *in;

		size = 0;
		ur_block_section(&b, "", "", "");
		put_block(&b);
		ur_block_start(&b, UR_PCAPNG_INTERFACE);
		ur_block_u32(&b, UR_LINKTYPE_RAW);
		ur_block_u32(&b, 2);
		ur_block_option(&b, UR_OPT_IF_TSRESOL, &cases[i].resolution, 1);
		ur_block_end(&b, true);
		put_block(&b);
		ur_block_packet(&b, 0, UINT64_C(3) << 32, 4, "abcd", 4);
		ur_block_end(&b, false);
		put_block(&b);
		ur_block_start(&b, UR_PCAPNG_SIMPLE);
		ur_block_u32(&b, 4);
		ur_block_bytes(&b, "abcd", 4);
		ur_block_end(&b, false);
		put_block(&b);
		in = fmemopen(bytes, size, "r");
		assert_int_equal(ur_savefile_open(in, &file), 0);
		for (int n = 0; n < 3; n++)
			assert_int_equal(ur_savefile_next(file, &saved), 1);
		assert_int_equal(saved.time, cases[i].time);
		assert_int_equal(ur_savefile_next(file, &saved), 1);
		assert_true(saved.packet);
		assert_int_equal(saved.len, 2);
		assert_int_equal(saved.wire, 4);
		fclose(in);
		ur_block_free(&b);
	}
}

/* Any byte changed: no read outside, and an end. */
static void any_bytes(void **state)
{
	int packets;

	(void)state;
	srandom(5);
	for (int i = 0; i < 20000; i++) {
		uint8_t *copy;

		begin(i % 2);
		add_packet(i % 2, "packet", "{\"format\":1}");
		add_packet(i % 2, "", NULL);
		copy = malloc(size);
		memcpy(copy, bytes, size);
		for (int n = 0; n < 1 + i % 4; n++)
			copy[8 + (size_t)random() % (size - 8)] = (uint8_t)random();
		read_all(copy, size, &packets);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders), cmocka_unit_test(long_records),
		cmocka_unit_test(the_older_format), cmocka_unit_test(cut_files),
		cmocka_unit_test(broken_files),     cmocka_unit_test(resolutions),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
