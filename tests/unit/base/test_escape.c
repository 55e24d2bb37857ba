/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "tests/unit/capture.h"
#include "tests/unit/errors.h"
#include "tests/unit/hostile.h"
#include "tests/unit/receipt.h"
#include "user/capture/annotate.h"
#include "user/capture/block.h"
#include "user/base/escape.h"
#include "user/capture/matches.h"
#include "user/capture/savefile.h"
#include "user/sink/pcapng.h"

struct pair {
	const char *in, *out;
};

static const struct pair escapes[] = {
	{ "nginx", "nginx" },
	{ "", "" },
	{ "a\033[31mb", "a\\x1b[31mb" },
	{ "two\nlines\r\t", "two\\x0alines\\x0d\\x09" },
	{ "\x7f", "\\x7f" },
	{ "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x9b",
	  "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x9b" },
	{ "\xc2\x9b"
	  "31m",
	  "\\xc2\\x9b31m" }, /* C1: CSI */
	{ "\xe2\x80\xae"
	  "txt",
	  "\\xe2\\x80\\xaetxt" },              /* right-to-left override */
	{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" }, /* byte order mark */
	{ "\xff\xfe", "\\xff\\xfe" },          /* no UTF-8 */
	{ "\xc0\xaf", "\\xc0\\xaf" },          /* overlong / */
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
	{ "cut\xe6\x97", "cut\\xe6\\x97" },
	{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" }, /* a tag */
	{ "C:\\dir", "C:\\dir" },
};

static void escaped_for_a_terminal(void **state)
{
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		assert_int_equal(ur_escape(out, sizeof(out), escapes[i].in),
				 strlen(escapes[i].out));
		assert_string_equal(out, escapes[i].out);
	}
}

static void no_byte_acts_on_a_terminal(void **state)
{
	char in[3] = "", out[16];

	(void)state;
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			ur_escape(out, sizeof(out), in);
			for (const char *p = out; *p; p++)
				assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
			assert_null(strstr(out, "\xc2\x9b"));
		}
}

static void cut_between_characters(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(ur_escape(out, 6, "ab\033\033"), 2);
	assert_string_equal(out, "ab");
	assert_int_equal(ur_escape(out, 7, "ab\033\033"), 6);
	assert_string_equal(out, "ab\\x1b");
	assert_int_equal(ur_escape(out, 4, "ab\xc3\xa9"), 2);
	assert_int_equal(ur_escape(out, 1, "x"), 0);
	assert_string_equal(out, "");
}

static void cleaned_for_json(void **state)
{
	static const struct pair cases[] = {
		{ "ok\033", "ok\033" },
		{ "a\xff"
		  "b",
		  "a\xef\xbf\xbd"
		  "b" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xe6\x97\xa5", "\xe6\x97\xa5" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ur_utf8_clean(out, sizeof(out), cases[i].in);
		assert_string_equal(out, cases[i].out);
	}
	assert_int_equal(ur_utf8_clean(out, 3, "\xff"), 0);
}

/* ---- what others chose, through every sink ---- */

static struct ur_evidence ev;
static struct ur_report report;

/* Evidence of many kinds, so that as many sentences as there are come to be built. */
static void sample(size_t kind)
{
	static const uint8_t mismatches[] = { UR_MM_ADDRESS, UR_MM_DEVICE, UR_MM_PEER,
					      UR_MM_FAMILY,  UR_MM_NONE,   UR_MM_PROTOCOL };

	if (kind < sizeof(mismatches)) {
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
		sample_socket(&ev, mismatches[kind], "127.0.0.1", "x");
		sample_listener(&ev, "10.0.0.5", "x");
	} else if (kind < sizeof(mismatches) + 1) {
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "x");
		sample_jump(&ev);
	} else if (kind < sizeof(mismatches) + 2) {
		sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "x");
	} else if (kind < sizeof(mismatches) + 3) {
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
		sample_closed(&ev, "10.0.0.5", "x", 100);
	} else {
		sample_unknown(&ev, "x");
	}
	sample_netns(&ev, "x");
	ev.ev.snap_len = 28;
	ev.ev.snap[4] = 0x12;
	ev.ev.snap[5] = 0x34;
}
#define KINDS 10

static void assert_clean(const char *text, size_t len, bool colors, const char *where)
{
	const char *byte = hostile_byte(text, len, colors);
	const char *forged = strstr(text, "\nFORGED");

	const char *at = byte ?: forged;
	size_t before = at && at - text < 200 ? (size_t)(at - text) : 200;

	if (at)
		fail_msg("%s: byte %zu %s: ...%.300s", where, (size_t)(at - text),
			 byte ? "acts on a terminal" : "begins a line", at - before);
}

/* Whatever a sink can be told. */
static void tell(struct ur_sink *sink)
{
	const struct timespec time = { SAMPLE_TIME, 0 };
	static struct ur_receipt receipt;
	struct ur_restart restart = { .packet = ev.packet,
				      .netns = ev.netns,
				      .closed_ns = 100,
				      .taken = ev.taken,
				      .taken_ns = 400,
				      .refused = 3 };
	struct ur_totals totals = { .decided = 3 };
	struct ur_report came;

	sample_receipt(&receipt, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 1, "10.0.0.9", 53);
	sample_told(&receipt, "x");
	memcpy(receipt.told[0].one[0].comm, ev.netns.name, sizeof(receipt.told[0].one[0].comm) - 1);
	receipt.netns = ev.netns;
	memset(receipt.rec.iifname, 27, sizeof(receipt.rec.iifname));
	ur_receipt_explain(&receipt, &came);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	assert_int_equal(ur_sink_restart(sink, &restart, &time), 0);
	assert_int_equal(ur_sink_received(sink, &receipt, &came), 0);
	assert_int_equal(ur_sink_report(sink, &totals), 0);
	assert_int_equal(ur_sink_finish(sink, &totals), 0);
}

static void as_text(void)
{
	static const struct ur_text_opts forms[] = {
		{ .services = "/dev/null" },
		{ .services = "/dev/null", .width = 80, .color = true, .verbose = 1 },
		{ .services = "/dev/null", .width = 40, .verbose = 2 },
		{ .services = "/dev/null", .quiet = true },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct ur_digest_opts digest = { .width = forms[i].width,
						       .color = forms[i].color,
						       .services = "/dev/null" };
		struct ur_sink *rows = NULL, *sink = NULL;
		struct capture c;

		capture_open(&c);
		assert_int_equal(ur_sink_text_new(c.out, &forms[i], &rows), 0);
		assert_int_equal(ur_sink_digest_new(c.out, &digest, &rows, &sink), 0);
		tell(sink);
		fflush(c.out);
		assert_clean(c.text, c.len, forms[i].color, "text");
		ur_sink_free(sink);
		capture_close(&c);
	}
}

/* ASCII, a line an object, and no key that we don't know. */
static void as_json(void)
{
	const struct ur_digest_opts digest = { .json = true, .services = "/dev/null" };
	struct ur_sink *lines = NULL, *sink = NULL;
	struct capture c;
	size_t n = 0;
	char *save = NULL;

	capture_open(&c);
	assert_int_equal(ur_sink_json_new(c.out, &lines), 0);
	assert_int_equal(ur_sink_digest_new(c.out, &digest, &lines, &sink), 0);
	tell(sink);
	fflush(c.out);
	for (size_t i = 0; i < c.len; i++)
		assert_true(c.text[i] == '\n' || (c.text[i] >= ' ' && c.text[i] < 0x7f));
	for (char *line = strtok_r(c.text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(object);
		assert_true(json_is_object(object));
		assert_null(json_object_get(object, "FORGED"));
		json_decref(object);
		n++;
	}
	assert_true(n >= 3);
	ur_sink_free(sink);
	capture_close(&c);
}

/* Names and comments in the blocks of a capture file; returns how many comments. */
static size_t assert_file_clean(struct capture *c, const char *where)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	ur_cleanup(ur_fclosep) FILE *in = fmemopen(c->text, c->len, "r");
	struct ur_saved_option o;
	struct ur_saved saved;
	size_t n = 0;

	assert_int_equal(ur_savefile_open(in, &file), 0);
	while (ur_savefile_next(file, &saved) == 1) {
		static char text[65536];

		if (!saved.packet) { /* an interface: its name */
			saved.options = saved.block + 16;
			saved.options_len = saved.block_len - 20;
		}
		for (size_t at = 0; ur_saved_option(&saved, &at, &o);) {
			if (!saved.packet && o.code != 2)
				continue;
			memcpy(text, o.value, o.len);
			text[o.len] = '\0';
			if (saved.packet && o.code != UR_OPT_COMMENT)
				continue;
			assert_clean(text, o.len, false, where);
			n += saved.packet;
		}
	}
	return n;
}

static void as_capture(void)
{
	struct ur_sink *sink = NULL, *matches = NULL;
	struct ur_pcapng_opts opts = { .path = "-" };
	struct ur_savefile *saved = NULL;
	struct ur_annotated counts;
	struct ur_block b = {};
	uint8_t error[ERROR_SIZE];
	struct capture c, copy;
	FILE *in;

	capture_open(&c);
	opts.out = c.out;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	tell(sink);
	fflush(c.out);
	assert_true(assert_file_clean(&c, "-w") >= 1);
	ur_sink_free(sink);
	capture_close(&c);

	assert_int_equal(ur_matches_new(&matches), 0);
	assert_int_equal(ur_sink_event(matches, &ev, &report), 0);
	capture_open(&c);
	capture_open(&copy);
	error_make(error, "10.0.0.5", "10.0.0.5", 3);
	ur_block_section(&b, "", "", "");
	fwrite(b.at, 1, b.len, c.out);
	ur_block_interface(&b, UR_LINKTYPE_RAW, 128, "eth0", "");
	fwrite(b.at, 1, b.len, c.out);
	ur_block_packet(&b, 0, (uint64_t)SAMPLE_TIME * 1000000000 + 123456789, sizeof(error), error,
			sizeof(error));
	ur_block_end(&b, false);
	fwrite(b.at, 1, b.len, c.out);
	ur_block_free(&b);
	fflush(c.out);
	in = fmemopen(c.text, c.len, "r");
	assert_int_equal(ur_savefile_open(in, &saved), 0);
	assert_int_equal(ur_annotate(saved, copy.out, matches, &counts), 0);
	fflush(copy.out);
	assert_int_equal(assert_file_clean(&copy, "--annotate"), 1);
	ur_savefile_free(saved);
	fclose(in);
	ur_sink_free(matches);
	capture_close(&copy);
	capture_close(&c);
}

/* A browser obeys other things than a terminal. */
static void as_page(void)
{
	char path[] = "/tmp/hostile.XXXXXX";
	struct ur_html_opts opts = { .path = path,
				     .source = ev.netns.name,
				     .kernel = "",
				     .only = ev.netns.name,
				     .services = "/dev/null" };
	const struct ur_text_opts none = { .services = "/dev/null" };
	struct ur_sink *rows = NULL, *sink = NULL;
	static char page[1 << 20];
	struct capture c;
	FILE *in;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	capture_open(&c);
	assert_int_equal(ur_sink_text_new(c.out, &none, &rows), 0);
	assert_int_equal(ur_sink_html_new(&opts, &rows, &sink), 0);
	tell(sink);
	ur_sink_free(sink);
	in = fdopen(fd, "r");
	page[fread(page, 1, sizeof(page) - 1, in)] = '\0';
	fclose(in);
	unlink(path);
	assert_true(page[0] == '<');
	assert_clean(page, strlen(page), false, "page");
	assert_null(strstr(page, "<script>FORGED"));
	capture_close(&c);
}

/* Commands to copy stand between backquotes; a name with some in it is none of ours. */
static void assert_copied_safely(const char *text)
{
	if (!strchr(ev.netns.name, '`') && hostile_command(text))
		fail_msg("not quoted in a command: %s", text);
}

static void decide_and_show(void)
{
	ur_verdict_decide(&ev, &report);
	assert_copied_safely(report.advice);
	for (uint32_t i = 0; i < report.nfindings; i++)
		assert_copied_safely(report.findings[i].text);
	as_text();
	as_json();
	as_capture();
}

static void no_string_gets_out_of_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_N; i++)
		for (size_t kind = 0; kind < KINDS; kind++) {
			sample(kind);
			hostile_fill(&ur_evidence_fields, &ev, hostile_string(i), NULL);
			decide_and_show();
			as_page();
		}
}

/* The same where all the rest is any that a record could hold: rare sentences come up. */
static void nor_where_all_else_is_odd(void **state)
{
	uint64_t seed = 20261121;

	(void)state;
	for (size_t i = 0; i < 15 * HOSTILE_N; i++) {
		sample(i % KINDS);
		hostile_fill(&ur_evidence_fields, &ev, hostile_string(i % HOSTILE_N), &seed);
		ev.time = (struct timespec){ SAMPLE_TIME, 123456789 };
		ev.ev.snap_len = 28;
		decide_and_show();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaped_for_a_terminal),
		cmocka_unit_test(no_byte_acts_on_a_terminal),
		cmocka_unit_test(cut_between_characters),
		cmocka_unit_test(cleaned_for_json),
		cmocka_unit_test(no_string_gets_out_of_its_place),
		cmocka_unit_test(nor_where_all_else_is_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
