/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/capture.h"
#include "tests/unit/receipt.h"
#include "tests/unit/sample.h"
#include "user/capture/block.h"
#include "user/capture/replay.h"
#include "user/sink/pcapng.h"

#define EVENTS 4

static struct ur_evidence ev;
static struct ur_report report;

/* What the live tracer would have printed, and the file that it would have written. */
static struct capture live, file;

static void event(struct ur_sink *text, struct ur_sink *pcapng, int i)
{
	const uint8_t packet[28] = { 0x45, 0,  0, 61, 0,  0, 0, 0, 64,   17,   0, 0,
				     10,   0,  0, 7,  10, 0, 0, 5, 0xcf, 0xdb, 0, (uint8_t)(50 + i),
				     0,    41, 0, 0 };

	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", (uint16_t)(50 + i));
	if (i % 2)
		sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	sample_netns(&ev, i == 3 ? "web" : "host");
	ev.netns.inum = 77 + (i == 3);
	ev.seq = (uint64_t)i + 1;
	ev.time.tv_sec += i;
	memcpy(ev.ev.snap, packet, sizeof(packet));
	ev.ev.snap_len = sizeof(packet);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_event(text, &ev, &report), 0);
	assert_int_equal(ur_sink_event(pcapng, &ev, &report), 0);
}

static const struct ur_text_opts plain = { .verbose = 1, .numeric = true };

static int record(void **state)
{
	struct ur_sink *text = NULL, *pcapng = NULL;

	(void)state;
	capture_open(&live);
	capture_open(&file);
	assert_int_equal(ur_sink_text_new(live.out, &plain, &text), 0);
	assert_int_equal(ur_sink_pcapng_new(
				 &(struct ur_pcapng_opts){ .path = "-", .out = file.out }, &pcapng),
			 0);
	for (int i = 0; i < EVENTS; i++)
		event(text, pcapng, i);
	ur_sink_free(text);
	ur_sink_free(pcapng);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	capture_close(&live);
	capture_close(&file);
	return 0;
}

struct result {
	struct capture out;
	struct ur_totals totals;
	struct ur_replayed replayed;
	int r;
};

/* Of static memory: a stream knows where its text is. */
static struct result result;

static void replay(const void *bytes, size_t n, struct ur_replay_opts opts)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *saved = NULL;
	struct ur_sink *sink = NULL;
	FILE *in = fmemopen((void *)bytes, n, "r");

	capture_open(&result.out);
	assert_int_equal(ur_sink_text_new(result.out.out, &plain, &sink), 0);
	assert_int_equal(ur_savefile_open(in, &saved), 0);
	opts.sink = sink;
	opts.netns = opts.netns ?: "all";
	result.r = ur_replay(saved, &opts, &result.totals, &result.replayed);
	ur_sink_free(sink);
	fflush(result.out.out);
	fclose(in);
}

static void the_same_as_it_was_live(void **state)
{
	(void)state;
	replay(file.text, file.len, (struct ur_replay_opts){});
	assert_int_equal(result.r, 0);
	assert_string_equal(result.out.text, live.text);
	assert_int_equal(result.replayed.records, EVENTS);
	assert_int_equal(result.replayed.without, 0);
	assert_int_equal(result.replayed.unreadable, 0);
	assert_false(result.replayed.cut);
	assert_int_equal(result.totals.explained, EVENTS);
	assert_int_equal(result.totals.shown, EVENTS);
	assert_int_equal(result.totals.ns, 3000000000);
	capture_close(&result.out);
}

static uint64_t shown(struct ur_replay_opts opts)
{
	replay(file.text, file.len, opts);
	assert_int_equal(result.r, 0);
	capture_close(&result.out);
	return result.totals.shown;
}

static void what_was_asked_for(void **state)
{
	char *words[] = { "portrange 51-52" }, err[64];
	struct ur_filter *filter = NULL;

	(void)state;
	assert_int_equal(ur_filter_new(words, 1, err, sizeof(err), &filter), 0);
	assert_int_equal(shown((struct ur_replay_opts){ .count = 3 }), 3);
	assert_int_equal(shown((struct ur_replay_opts){ .netns = "web" }), 1);
	assert_int_equal(shown((struct ur_replay_opts){ .netns = "78" }), 1);
	assert_int_equal(shown((struct ur_replay_opts){ .netns = "host" }), 3);
	assert_int_equal(shown((struct ur_replay_opts){ .netns = "we" }), 0);
	assert_int_equal(shown((struct ur_replay_opts){ .select.cause = "socket.address" }), 2);
	assert_int_equal(shown((struct ur_replay_opts){ .select.filter = filter }), 2);
	assert_int_equal(shown((struct ur_replay_opts){ .select.interface = "eth1" }), 0);
	ur_filter_free(filter);
}

static void a_file_that_was_cut_off(void **state)
{
	(void)state;
	replay(file.text, file.len - 5, (struct ur_replay_opts){});
	assert_int_equal(result.r, 0);
	assert_true(result.replayed.cut);
	assert_int_equal(result.replayed.records, EVENTS - 1);
	assert_memory_equal(result.out.text, live.text, result.out.len);
	capture_close(&result.out);
	replay(file.text, 20, (struct ur_replay_opts){});
	assert_true(result.replayed.cut);
	assert_int_equal(result.replayed.records, 0);
	capture_close(&result.out);
}

static void packets_without_a_record_of_ours(void **state)
{
	static const char *const records[] = { NULL, "nonsense",
					       "{\"format\":2,\"by\":\"u\\u001b 9\"}",
					       "{\"format\":1,\"evidence\":{\"seq\":\"x\"}}" };
	struct capture c;
	struct ur_block b = {};

	(void)state;
	capture_open(&c);
	ur_block_section(&b, "", "", "");
	fwrite(b.at, 1, b.len, c.out);
	ur_block_interface(&b, UR_LINKTYPE_RAW, 0, "", "");
	fwrite(b.at, 1, b.len, c.out);
	for (size_t i = 0; i < 4; i++) {
		ur_block_packet(&b, 0, 0, 4, "abcd", 4);
		if (records[i])
			ur_block_record(&b, records[i]);
		ur_block_end(&b, true);
		fwrite(b.at, 1, b.len, c.out);
	}
	ur_block_packet(&b, 0, 0, 4, "abcd", 4);
	ur_block_answer(&b); /* belongs to the one before */
	ur_block_end(&b, true);
	fwrite(b.at, 1, b.len, c.out);
	fflush(c.out);
	replay(c.text, c.len, (struct ur_replay_opts){});
	assert_int_equal(result.r, 0);
	assert_int_equal(result.replayed.records, 0);
	assert_int_equal(result.replayed.without, 1);
	assert_int_equal(result.replayed.unreadable, 3);
	assert_int_equal(result.replayed.later, 1);
	assert_string_equal(result.replayed.by, ""); /* of the first, which is nonsense */
	assert_string_equal(result.out.text, "");
	capture_close(&result.out);
	capture_close(&c);
	ur_block_free(&b);
	replay("\n\r\r\n  no capture", 16, (struct ur_replay_opts){});
	assert_int_equal(result.r, -EPROTO);
	assert_int_equal(result.replayed.broken, -EPROTO);
	capture_close(&result.out);
}

/* An error that came is shown again, and counted with its like. */
static void errors_that_came(void **state)
{
	struct ur_sink *text = NULL, *pcapng = NULL;
	struct capture was, written;
	struct ur_receipt r;

	(void)state;
	capture_open(&was);
	capture_open(&written);
	assert_int_equal(ur_sink_text_new(was.out, &plain, &text), 0);
	assert_int_equal(
		ur_sink_pcapng_new(&(struct ur_pcapng_opts){ .path = "-", .out = written.out },
				   &pcapng),
		0);
	for (int i = 0; i < 2; i++) {
		sample_receipt(&r, i ? "2001:db8::2" : "10.0.0.5", IPPROTO_UDP,
			       i ? "2001:db8::1" : "10.0.0.7", 53211,
			       i ? "2001:db8::2" : "10.0.0.5", 53);
		ur_receipt_explain(&r, &report);
		assert_int_equal(ur_sink_received(text, &r, &report), 0);
		assert_int_equal(ur_sink_received(pcapng, &r, &report), 0);
	}
	ur_sink_free(text);
	ur_sink_free(pcapng);
	replay(written.text, written.len, (struct ur_replay_opts){});
	assert_int_equal(result.r, 0);
	assert_string_equal(result.out.text, was.text);
	assert_int_equal(result.replayed.records, 2);
	assert_int_equal(result.totals.received_shown, 2);
	assert_int_equal(result.totals.explained, 0);
	assert_true(result.totals.received_asked);
	assert_non_null(memmem(written.text, written.len, "10.0.0.5 says port-unreachable", 30));
	capture_close(&result.out);
	replay(written.text, written.len, (struct ur_replay_opts){ .count = 1 });
	assert_int_equal(result.totals.received_shown, 1);
	capture_close(&result.out);
	replay(written.text, written.len, (struct ur_replay_opts){ .netns = "none" });
	assert_int_equal(result.totals.received, 0);
	capture_close(&result.out);
	capture_close(&was);
	capture_close(&written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_as_it_was_live),
		cmocka_unit_test(what_was_asked_for),
		cmocka_unit_test(a_file_that_was_cut_off),
		cmocka_unit_test(packets_without_a_record_of_ours),
		cmocka_unit_test(errors_that_came),
	};

	return cmocka_run_group_tests(tests, record, forget);
}
