/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/capture.h"
#include "user/capture/complain.h"

static struct capture c;
static bool fine;

static const char *replayed(struct ur_replayed file, int r)
{
	rewind(c.out);
	fine = ur_complain_replayed(c.out, "f", &file, r);
	fputc('\0', c.out);
	fflush(c.out);
	return c.text;
}

static const char *annotated(struct ur_annotated a, bool quiet, int r)
{
	rewind(c.out);
	fine = ur_complain_annotated(c.out, "in", "out", quiet, &a, r);
	fputc('\0', c.out);
	fflush(c.out);
	return c.text;
}

static int begin(void **state)
{
	(void)state;
	capture_open(&c);
	return 0;
}

static int end(void **state)
{
	(void)state;
	capture_close(&c);
	return 0;
}

static void of_evidence(void **state)
{
	(void)state;
	assert_string_equal(replayed((struct ur_replayed){ .records = 1 }, 0), "");
	assert_true(fine);
	assert_string_equal(replayed((struct ur_replayed){ 0 }, 0),
			    "unreach: f: no packet is in it\n");
	assert_true(fine);
	assert_string_equal(replayed((struct ur_replayed){ .without = 2 }, 0),
			    "unreach: f: no packet in it has evidence recorded beside it\n");
	assert_true(fine);
	assert_string_equal(replayed((struct ur_replayed){ .records = 1, .unreadable = 2 }, 0),
			    "unreach: f: 2 records can't be read: broken, or of a later version\n");
	assert_false(fine);
	assert_string_equal(replayed((struct ur_replayed){ .records = 1, .cut = true }, 0),
			    "unreach: f: cut off: what is shown is all up to there\n");
	assert_false(fine);
	assert_string_equal(replayed((struct ur_replayed){ .cut = true }, 0),
			    "unreach: f: empty, or cut off before its first packet\n");
	assert_false(fine);
}

static void of_a_later_version(void **state)
{
	(void)state;
	assert_string_equal(
		replayed((struct ur_replayed){ .unreadable = 2, .later = 2, .by = "unreach 9.0" },
			 0),
		"unreach: f: 2 records are in a later format than this version knows; written by "
		"unreach 9.0: read them with the version that wrote them\n");
	assert_false(fine);
	assert_string_equal(replayed((struct ur_replayed){ .unreadable = 3, .later = 1 }, 0),
			    "unreach: f: 1 records are in a later format than this version knows: "
			    "read them with the version that wrote them\n"
			    "unreach: f: 2 records can't be read: broken, or of a later version\n");
	assert_string_equal(
		replayed((struct ur_replayed){ .unreadable = 1, .by = "unreach 9.0" }, 0),
		"unreach: f: 1 records can't be read: broken, or of a later version; written by "
		"unreach 9.0\n");
	assert_false(fine);
}

static void of_what_is_none(void **state)
{
	(void)state;
	assert_string_equal(replayed((struct ur_replayed){ 0 }, -EPROTO),
			    "unreach: f: neither a pcapng nor a pcap file\n");
	assert_false(fine);
	assert_string_equal(replayed((struct ur_replayed){ .records = 1 }, -EPROTO),
			    "unreach: f: makes no sense from here on\n");
	assert_string_equal(replayed((struct ur_replayed){ 0 }, -EMEDIUMTYPE),
			    "unreach: f is compressed: uncompress it first, or into a pipe to "
			    "\"-\"\n");
	assert_string_equal(replayed((struct ur_replayed){ 0 }, -EISDIR),
			    "unreach: f: Is a directory\n");
	assert_false(fine);
}

static void of_what_can_not_be_opened(void **state)
{
	(void)state;
	ur_complain_unusable(c.out, "f", -ENODATA);
	ur_complain_unusable(c.out, "f", -ENOENT);
	fflush(c.out);
	assert_string_equal(c.text, "unreach: f: empty, or cut off before its first packet\n"
				    "unreach: f: No such file or directory\n");
}

static void of_a_copy(void **state)
{
	const struct ur_annotated some = { .packets = 12, .errors = 3, .explained = 2, .alone = 1 };

	(void)state;
	assert_string_equal(
		annotated(some, false, 0),
		"unreach: 12 packets, 3 of them Destination Unreachable: 2 explained by "
		"recorded evidence, 1 by what the packet shows\n");
	assert_true(fine);
	assert_string_equal(annotated(some, true, 0), "");
	assert_string_equal(annotated((struct ur_annotated){ 0 }, true, 0), "");
	assert_string_equal(annotated((struct ur_annotated){ 0 }, false, 0),
			    "unreach: in: no packet is in it\n");
	assert_true(fine);
	assert_string_equal(annotated((struct ur_annotated){ 0 }, false, -EMEDIUMTYPE),
			    "unreach: in is compressed: uncompress it first, or into a pipe to "
			    "\"-\"\n");
	assert_false(fine);
	assert_string_equal(annotated(some, true, -EPROTO),
			    "unreach: in: makes no sense from here on\n");
	assert_string_equal(annotated(some, true, -ENOSPC),
			    "unreach: in to out: No space left on device\n");
	assert_false(fine);
	assert_string_equal(
		annotated((struct ur_annotated){ .packets = 1, .unknown = 1, .cut = true }, true,
			  0),
		"unreach: in: 1 packets are of a link type that is not known here\n"
		"unreach: in: cut off: what is copied is all up to there\n");
	assert_false(fine);
}

static void of_a_file_that_would_be_lost(void **state)
{
	char name[] = "/tmp/complain.XXXXXX";
	FILE *in = fdopen(mkstemp(name), "r");
	FILE *null = fopen("/dev/null", "r");

	(void)state;
	assert_true(ur_complain_overwrites(c.out, in, name));
	assert_false(ur_complain_overwrites(c.out, in, "/dev/null"));
	assert_false(ur_complain_overwrites(c.out, null, "/dev/null"));
	assert_false(ur_complain_overwrites(c.out, in, "/nonexistent"));
	fflush(c.out);
	assert_non_null(strstr(c.text, "is what is to be read"));
	fclose(in);
	fclose(null);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_evidence, begin, end),
		cmocka_unit_test_setup_teardown(of_a_later_version, begin, end),
		cmocka_unit_test_setup_teardown(of_what_is_none, begin, end),
		cmocka_unit_test_setup_teardown(of_what_can_not_be_opened, begin, end),
		cmocka_unit_test_setup_teardown(of_a_copy, begin, end),
		cmocka_unit_test_setup_teardown(of_a_file_that_would_be_lost, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
