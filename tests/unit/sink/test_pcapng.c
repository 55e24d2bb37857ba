/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include "tests/unit/capture.h"
#include "tests/unit/sample.h"
#include "user/capture/block.h"
#include "user/capture/record.h"
#include "user/capture/savefile.h"
#include "user/sink/pcapng.h"

#define NAMES_MAX 512

/* 10.0.0.1:40000 > 10.0.0.2:53, and 100 bytes that are nobody's business. */
static const uint8_t head[28] = { 0x45, 0, 0,  128, 0, 0, 0,    0,    64, 17,   0,    0, 10, 0,
				  0,    1, 10, 0,   0, 2, 0x9c, 0x40, 0,  0x35, 0x13, 8, 0,  0 };

static struct ur_evidence ev;
static struct ur_report report;

static void event(const char *netns, uint32_t inum)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.1", 40000, "10.0.0.2", 53);
	sample_netns(&ev, netns);
	ev.netns.inum = inum;
	ev.packet.length = 128;
	memset(ev.ev.snap, 's', sizeof(ev.ev.snap));
	memcpy(ev.ev.snap, head, sizeof(head));
	ev.ev.snap_len = 128;
	ur_verdict_decide(&ev, &report);
}

/* The text of the first option of @code, "" when there is none; static. */
static const char *option(const struct ur_saved *saved, uint16_t code)
{
	static char text[4096];
	struct ur_saved_option o;

	text[0] = '\0';
	for (size_t at = 0; ur_saved_option(saved, &at, &o);)
		if (o.code == code && !text[0])
			snprintf(text, sizeof(text), "%.*s", o.len, (const char *)o.value);
	return text;
}

/* An interface's options, as those of a packet. */
static struct ur_saved interface(const struct ur_saved *saved)
{
	struct ur_saved options = *saved;

	options.options = saved->block + 16;
	options.options_len = saved->block_len - 20;
	return options;
}

static void a_packet_its_reason_and_its_evidence(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	struct capture c;
	struct ur_pcapng_opts opts = { .path = "-" };
	struct ur_saved saved, named;
	static struct ur_evidence back;
	char *record;
	FILE *in;
	size_t len;

	(void)state;
	capture_open(&c);
	opts.out = c.out;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	event("we\033b", 4026532000);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	in = fmemopen(c.text, c.len, "r");
	assert_int_equal(ur_savefile_open(in, &file), 0);
	assert_int_equal(ur_savefile_next(file, &saved), 1); /* section */
	assert_false(saved.packet);
	assert_int_equal(ur_savefile_next(file, &saved), 1);
	named = interface(&saved);
	assert_string_equal(option(&named, UR_OPT_IF_NAME), "we\\x1bb");
	assert_non_null(strstr(option(&named, UR_OPT_IF_DESCRIPTION), "inode 4026532000"));
	assert_int_equal(ur_savefile_next(file, &saved), 1);
	assert_true(saved.packet);
	assert_int_equal(saved.linktype, UR_LINKTYPE_RAW);
	assert_int_equal(saved.time / 1000000000, SAMPLE_TIME);
	assert_int_equal(saved.time % 1000000000, 123456789);
	assert_int_equal(saved.wire, 128);
	assert_int_equal(saved.len, sizeof(head));
	assert_memory_equal(saved.data, head, sizeof(head));
	assert_memory_equal(option(&saved, UR_OPT_COMMENT), report.why, 20);
	assert_non_null(strstr(option(&saved, UR_OPT_COMMENT), "[socket.none, proven]\n"));
	record = ur_saved_record(&saved, &len);
	assert_non_null(record);
	assert_null(strstr(record, "ssss"));
	assert_int_equal(ur_record_read(record, len, saved.data, saved.len, &ev.time, &back), 0);
	assert_string_equal(back.netns.name, "we\033b");
	assert_int_equal(ur_savefile_next(file, &saved), 0);
	for (size_t i = 0; i + 8 < c.len; i++)
		assert_memory_not_equal(c.text + i, "ssssssss", 8);
	free(record);
	fclose(in);
	capture_close(&c);
}

/* An answer as the kernel side sees it: port-unreachable, with 12 bytes that are nobody's business. */
static void answer(uint64_t later_ns)
{
	static const uint8_t error[28] = { 0x45, 0xc0, 0,  0, 0x12, 0x34, 0, 0, 64, 1, 0, 0, 10, 0,
					   0,    2,    10, 0, 0,    1,    3, 3, 0,  0, 0, 0, 0,  0 };
	struct ur_answer *a = &ev.ev.answered;

	ev.ev.ts_ns = 1000;
	*a = (struct ur_answer){ .ts_ns = 1000 + later_ns, .wire = 68, .len = 68 };
	memset(a->snap, 's', 68);
	memcpy(a->snap, error, sizeof(error));
	memcpy(a->snap + sizeof(error), head, sizeof(head));
}

struct found {
	uint32_t len[8], wire[8];
	uint64_t time[8];
	char comment[8][256];
	bool is_answer[8];
	uint8_t direction[8];
	size_t n;
};

/* What one event, written with @opts, is in the file. */
static struct found written(struct ur_pcapng_opts opts, struct ur_evidence *back)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	struct found f = {};
	struct ur_saved saved;
	struct capture c;
	FILE *in;

	capture_open(&c);
	opts.path = "-";
	opts.out = c.out;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	in = fmemopen(c.text, c.len, "r");
	assert_int_equal(ur_savefile_open(in, &file), 0);
	while (ur_savefile_next(file, &saved) == 1) {
		char *record;
		size_t len;

		if (!saved.packet)
			continue;
		record = ur_saved_record(&saved, &len);
		assert_int_equal(!record, ur_saved_is_answer(&saved));
		if (record)
			assert_int_equal(ur_record_read(record, len, saved.data, saved.len,
							&ev.time, back),
					 0);
		free(record);
		f.len[f.n] = saved.len;
		f.wire[f.n] = saved.wire;
		f.time[f.n] = saved.time;
		f.is_answer[f.n] = ur_saved_is_answer(&saved);
		f.direction[f.n] = (uint8_t)option(&saved, UR_OPT_EPB_FLAGS)[0];
		snprintf(f.comment[f.n++], sizeof(f.comment[0]), "%s",
			 option(&saved, UR_OPT_COMMENT));
	}
	fclose(in);
	capture_close(&c);
	return f;
}

static void the_answer_behind_it(void **state)
{
	static struct ur_evidence back, again;
	struct found f;

	(void)state;
	event("web", 1);
	answer(2000000000);
	f = written((struct ur_pcapng_opts){}, &back);
	assert_int_equal(f.n, 2);
	assert_false(f.is_answer[0]);
	assert_true(f.is_answer[1]);
	assert_int_equal(f.direction[0], 1);
	assert_int_equal(f.direction[1], 2);
	assert_int_equal(f.len[1], 56);
	assert_int_equal(f.wire[1], 68);
	assert_int_equal(f.time[1] - f.time[0], 2000000000);
	assert_string_equal(f.comment[1],
			    "port-unreachable: this host's answer to the packet before this one "
			    "[socket.none, proven]\nas it was made: before output rules and "
			    "translation");
	/* The record has no more of it than that, and a copy is the same. */
	assert_int_equal(back.ev.answered.len, 56);
	assert_int_equal(back.ev.answered.snap[56], 0);
	ev = back;
	assert_int_equal(written((struct ur_pcapng_opts){}, &again).n, 2);
	assert_memory_equal(&again, &back, sizeof(back));
	event("web", 1);
	answer(0);
	f = written((struct ur_pcapng_opts){ .snapped = true, .snaplen = 128 }, &back);
	assert_int_equal(f.len[1], 68);
	ev.ev.answered.ts_ns = 1; /* seen before the packet was */
	f = written((struct ur_pcapng_opts){}, &back);
	assert_int_equal(f.time[1], f.time[0]);
}

static void no_answer_that_did_not_leave(void **state)
{
	static struct ur_evidence back;

	(void)state;
	event("web", 1);
	answer(0);
	report.outcome = UR_OUTCOME_SUPPRESSED;
	assert_int_equal(written((struct ur_pcapng_opts){}, &back).n, 1);
	report.outcome = UR_OUTCOME_UNKNOWN;
	assert_int_equal(written((struct ur_pcapng_opts){}, &back).n, 1);
	report.outcome = UR_OUTCOME_SENT;
	assert_int_equal(written((struct ur_pcapng_opts){}, &back).n, 2);
	ev.ev.answered.snap[21] = 13; /* another one */
	assert_int_equal(written((struct ur_pcapng_opts){}, &back).n, 1);
}

static uint32_t kept(bool snapped, uint32_t snaplen)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	struct ur_pcapng_opts opts = { .path = "-", .snapped = snapped, .snaplen = snaplen };
	struct ur_saved saved = {};
	struct capture c;
	FILE *in;

	capture_open(&c);
	opts.out = c.out;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	event("web", 1);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	in = fmemopen(c.text, c.len, "r");
	assert_int_equal(ur_savefile_open(in, &file), 0);
	while (!saved.packet)
		assert_int_equal(ur_savefile_next(file, &saved), 1);
	fclose(in);
	capture_close(&c);
	return saved.len;
}

static void as_much_of_a_packet_as_was_asked_for(void **state)
{
	(void)state;
	assert_int_equal(kept(false, 0), 28);
	assert_int_equal(kept(true, 20), 20);
	assert_int_equal(kept(true, 64), 64);
	assert_int_equal(kept(true, 65535), 128);
}

static void an_interface_for_each_namespace(void **state)
{
	static const struct {
		const char *name;
		uint32_t inum, interface;
	} cases[] = {
		{ "a", 1, 0 },  { "b", 2, 1 }, { "a", 1, 0 },
		{ NULL, 3, 2 }, { "c", 1, 3 }, /* the number of one that is gone */
		{ NULL, 3, 2 },
	};
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	struct ur_pcapng_opts opts = { .path = "-" };
	struct ur_saved saved;
	struct capture c;
	size_t n = 0;
	FILE *in;

	(void)state;
	capture_open(&c);
	opts.out = c.out;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		event(cases[i].name, cases[i].inum);
		assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	}
	in = fmemopen(c.text, c.len, "r");
	assert_int_equal(ur_savefile_open(in, &file), 0);
	while (ur_savefile_next(file, &saved) == 1)
		if (saved.packet)
			assert_int_equal(saved.interface, cases[n++].interface);
	assert_int_equal(n, sizeof(cases) / sizeof(cases[0]));
	fclose(in);
	capture_close(&c);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the files in @dir, sorted; they are removed, each must be a capture. */
static void take_files(const char *dir, char *names)
{
	char *found[64], path[NAMES_MAX];
	struct dirent *entry;
	struct stat st;
	size_t n = 0;
	DIR *d = opendir(dir);

	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			found[n++] = strdup(entry->d_name);
	closedir(d);
	qsort(found, n, sizeof(found[0]), by_name);
	names[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
		FILE *in;

		snprintf(path, sizeof(path), "%s/%s", dir, found[i]);
		in = fopen(path, "r");
		assert_int_equal(ur_savefile_open(in, &file), 0);
		assert_int_equal(fstat(fileno(in), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		fclose(in);
		remove(path);
		snprintf(names + strlen(names), NAMES_MAX - strlen(names), "%s ", found[i]);
		free(found[i]);
	}
}

static int run(const char *dir, struct ur_rotate rotate, int events, int step)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	char path[NAMES_MAX];
	struct ur_pcapng_opts opts = { .path = path, .rotate = rotate };
	time_t now = time(NULL);
	int r = 0;

	snprintf(path, sizeof(path), "%s/f", dir);
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), 0);
	for (int i = 0; !r && i < events; i++) {
		event("web", 1);
		ev.time.tv_sec = now + (time_t)i * step;
		r = ur_sink_event(sink, &ev, &report);
	}
	return r ?: ur_sink_finish(sink, &(struct ur_totals){});
}

static void files_follow_one_another(void **state)
{
	char dir[] = "/tmp/pcapng.XXXXXX", names[NAMES_MAX];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(run(dir, (struct ur_rotate){}, 3, 1), 0);
	take_files(dir, names);
	assert_string_equal(names, "f ");
	assert_int_equal(run(dir, (struct ur_rotate){ .bytes = 1 }, 3, 1), 0);
	take_files(dir, names);
	assert_string_equal(names, "f f1 f2 f3 ");
	assert_int_equal(run(dir, (struct ur_rotate){ .bytes = 1, .files = 2 }, 5, 1), 0);
	take_files(dir, names);
	assert_string_equal(names, "f0 f1 ");
	assert_int_equal(run(dir, (struct ur_rotate){ .seconds = 10, .files = 2 }, 100, 1), -EPIPE);
	take_files(dir, names);
	assert_string_equal(names, "f ");
	rmdir(dir);
}

static void what_can_not_be_written_is_said(void **state)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct ur_pcapng_opts opts = { .path = "/nonexistent/f" };
	FILE *out;

	(void)state;
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), -ENOENT);
	assert_null(sink);
	signal(SIGPIPE, SIG_IGN);
	out = capture_broken_pipe();
	opts = (struct ur_pcapng_opts){ .path = "-", .out = out };
	assert_int_equal(ur_sink_pcapng_new(&opts, &sink), -EPIPE);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_its_reason_and_its_evidence),
		cmocka_unit_test(the_answer_behind_it),
		cmocka_unit_test(no_answer_that_did_not_leave),
		cmocka_unit_test(as_much_of_a_packet_as_was_asked_for),
		cmocka_unit_test(an_interface_for_each_namespace),
		cmocka_unit_test(files_follow_one_another),
		cmocka_unit_test(what_can_not_be_written_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
