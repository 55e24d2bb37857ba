/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/capture.h"
#include "tests/unit/errors.h"
#include "tests/unit/sample.h"
#include "user/capture/annotate.h"
#include "user/capture/block.h"
#include "user/capture/matches.h"
#include "user/capture/savefile.h"

#define NOW ((uint64_t)SAMPLE_TIME * 1000000000 + 123456789)

/* A capture: an error, another packet, an error with a comment, a block of another kind. */
static uint8_t bytes[4096];
static size_t size;

static void put(const void *at, size_t n)
{
	memcpy(bytes + size, at, n);
	size += n;
}

static void put_block(struct ur_block *b)
{
	put(b->at, b->len);
}

static void make(bool swap)
{
	struct ur_block b = { .swap = swap };
	uint8_t error[ERROR_SIZE], other[20] = { 0x45 };

	size = 0;
	error_make(error, "10.0.0.5", "10.0.0.5", 3);
	ur_block_section(&b, "", "", "theirs");
	put_block(&b);
	ur_block_interface(&b, UR_LINKTYPE_RAW, 128, "eth0", "");
	put_block(&b);
	ur_block_packet(&b, 0, NOW, sizeof(error), error, sizeof(error));
	ur_block_end(&b, false);
	put_block(&b);
	ur_block_packet(&b, 0, NOW, sizeof(other), other, sizeof(other));
	ur_block_end(&b, true);
	put_block(&b);
	ur_block_packet(&b, 0, NOW, sizeof(error), error, sizeof(error));
	ur_block_text(&b, UR_OPT_COMMENT, "mine");
	ur_block_end(&b, true);
	put_block(&b);
	ur_block_start(&b, 0x0bad);
	ur_block_u32(&b, 7);
	ur_block_end(&b, false);
	put_block(&b);
	ur_block_free(&b);
}

static int annotate(size_t n, const struct ur_sink *matches, struct capture *c,
		    struct ur_annotated *counts)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	FILE *in = fmemopen(bytes, n, "r");
	int r;

	capture_open(c);
	assert_int_equal(ur_savefile_open(in, &file), 0);
	r = ur_annotate(file, c->out, matches, counts);
	fflush(c->out);
	fclose(in);
	return r;
}

/* The comments of the packets of what was written: "a|b;c" for two of the first and one. */
static const char *comments(const struct capture *c)
{
	static char text[8192];
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	FILE *in = fmemopen(c->text, c->len, "r");
	struct ur_saved_option option;
	struct ur_saved saved;

	text[0] = '\0';
	assert_int_equal(ur_savefile_open(in, &file), 0);
	while (ur_savefile_next(file, &saved) == 1) {
		for (size_t at = 0; saved.packet && ur_saved_option(&saved, &at, &option);)
			if (option.code == UR_OPT_COMMENT)
				snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s|",
					 option.len, (const char *)option.value);
		if (saved.packet)
			strcat(text, ";");
	}
	fclose(in);
	return text;
}

static void all_is_copied_and_errors_get_comments(void **state)
{
	struct ur_annotated counts;
	struct capture c;

	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		const char *said;

		make(swap);
		assert_int_equal(annotate(size, NULL, &c, &counts), 0);
		assert_int_equal(counts.packets, 3);
		assert_int_equal(counts.errors, 2);
		assert_int_equal(counts.alone, 2);
		assert_int_equal(counts.explained, 0);
		assert_false(counts.cut);
		said = comments(&c);
		assert_memory_equal(said, "port-unreachable: 10.0.0.7:53211 > ", 35);
		assert_non_null(strstr(said, "|;;mine|port-unreachable: "));
		/* the last block, and the first, as they were */
		assert_memory_equal(c.text + c.len - 16, bytes + size - 16, 16);
		assert_memory_equal(c.text, bytes, 28);
		capture_close(&c);
	}
}

static void recorded_evidence_comes_first(void **state)
{
	static struct ur_evidence ev;
	struct ur_report report = { .why = "nobody there" };
	struct ur_sink *matches = NULL;
	struct ur_annotated counts;
	struct capture c;

	(void)state;
	make(false);
	assert_int_equal(ur_matches_new(&matches), 0);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	ev.ev.snap_len = 28;
	ev.ev.snap[4] = 0x12;
	ev.ev.snap[5] = 0x34;
	assert_int_equal(ur_sink_event(matches, &ev, &report), 0);
	assert_int_equal(annotate(size, matches, &c, &counts), 0);
	assert_int_equal(counts.explained, 2);
	assert_int_equal(counts.alone, 0);
	assert_memory_equal(comments(&c), "nobody there [unknown]\n", 23);
	assert_non_null(strstr(comments(&c), "\nfrom: recorded evidence|;"));
	capture_close(&c);
	ur_sink_free(matches);
}

static void the_older_format_becomes_the_newer(void **state)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, UR_LINKTYPE_RAW };
	static const uint32_t packet[] = { SAMPLE_TIME, 5, ERROR_SIZE, ERROR_SIZE };
	uint8_t error[ERROR_SIZE];
	struct ur_annotated counts;
	struct capture c;

	(void)state;
	size = 0;
	error_make(error, "10.0.0.5", "10.0.0.5", 3);
	put(head, sizeof(head));
	put(packet, sizeof(packet));
	put(error, sizeof(error));
	assert_int_equal(annotate(size, NULL, &c, &counts), 0);
	assert_int_equal(counts.alone, 1);
	assert_memory_equal(comments(&c), "port-unreachable: ", 18);
	capture_close(&c);
	/* no packet at all: the copy is a capture all the same */
	assert_int_equal(annotate(sizeof(head), NULL, &c, &counts), 0);
	assert_int_equal(counts.packets, 0);
	assert_false(counts.cut);
	assert_string_equal(comments(&c), "");
	assert_true(c.len > 0);
	capture_close(&c);
}

static void captures_that_end_early_or_are_none(void **state)
{
	struct ur_annotated counts;
	struct capture c;

	(void)state;
	make(false);
	assert_int_equal(annotate(size - 20, NULL, &c, &counts), 0);
	assert_true(counts.cut);
	assert_int_equal(counts.packets, 2);
	assert_non_null(strstr(comments(&c), ";;"));
	capture_close(&c);
	/* it begins like one */
	memset(bytes + 4, 0, sizeof(bytes) - 4);
	assert_int_equal(annotate(size, NULL, &c, &counts), -EPROTO);
	assert_int_equal(c.len, 0);
	capture_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_copied_and_errors_get_comments),
		cmocka_unit_test(recorded_evidence_comes_first),
		cmocka_unit_test(the_older_format_becomes_the_newer),
		cmocka_unit_test(captures_that_end_early_or_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
