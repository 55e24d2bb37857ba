/* SPDX-License-Identifier: GPL-2.0-only */
/* savefile.c - capture files: pcap and pcapng, read, replayed and copied with comments. */
#include <errno.h>
#include "tests/fuzz/shown.h"
#include "user/capture/annotate.h"
#include "user/packet/linklayer.h"
#include "user/capture/replay.h"
#include "user/capture/savefile.h"
#include "user/packet/wire.h"

struct counted {
	uint64_t packets;
	uint64_t records;
	int end; /* what the last read returned */
};

static FILE *open_input(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "re");

	must(in);
	return in;
}

static void read_packet(const struct ur_saved *saved, struct counted *n)
{
	size_t at = 0, len = 0;
	struct ur_saved_option option;
	uint8_t *data = fuzz_copy(saved->data, saved->len);
	char *record = ur_saved_record(saved, &len);
	uint64_t sum = 0;

	while (ur_saved_option(saved, &at, &option))
		for (size_t i = 0; i < option.len; i++)
			sum += option.value[i];
	must(at <= saved->options_len + 3 && sum <= UINT64_MAX);
	must(ur_linklayer_length(saved->linktype, data, saved->len) <= saved->len);
	must(!record || strlen(record) <= len);
	n->packets++;
	n->records += record != NULL;
	free(record);
	free(data);
}

static struct counted read_all(const uint8_t *data, size_t size)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *file = NULL;
	ur_cleanup(ur_fclosep) FILE *in = open_input(data, size);
	struct counted n = {};
	struct ur_saved saved;

	n.end = ur_savefile_open(in, &file);
	while (n.end >= 0 && file) {
		n.end = ur_savefile_next(file, &saved);
		if (n.end <= 0)
			break;
		must(!ur_savefile_has_blocks(file) || saved.block_len >= 12);
		if (saved.packet)
			read_packet(&saved, &n);
	}
	must(n.end == 0 || n.end == -EPROTO || n.end == -ENODATA || n.end == -EMEDIUMTYPE);
	return n;
}

static void replay(const uint8_t *data, size_t size, const struct counted *n)
{
	ur_cleanup(ur_fclosep) FILE *in = open_input(data, size);
	ur_cleanup(ur_savefile_freep) struct ur_savefile *saved = NULL;
	struct ur_replay_opts opts = { .netns = "all" };
	struct ur_replayed file;
	struct ur_totals totals;
	struct capture c;
	int r;

	if (ur_savefile_open(in, &saved))
		return;
	capture_open(&c);
	must(!ur_sink_json_new(c.out, &opts.sink));
	r = ur_replay(saved, &opts, &totals, &file);
	must(r == (n->end == -ENODATA ? 0 : n->end) || n->end == -EPROTO);
	must(file.records + file.unreadable == n->records);
	must(file.records + file.unreadable + file.without == n->packets);
	must(totals.shown <= totals.explained);
	ur_sink_free(opts.sink);
	capture_close(&c);
}

/* The copy is a file that has the same packets. */
static void copy(const uint8_t *data, size_t size, const struct counted *n)
{
	ur_cleanup(ur_fclosep) FILE *in = open_input(data, size);
	ur_cleanup(ur_savefile_freep) struct ur_savefile *saved = NULL;
	struct ur_annotated done = {};
	struct capture c;
	int r;

	if (ur_savefile_open(in, &saved))
		return;
	capture_open(&c);
	r = ur_annotate(saved, c.out, NULL, &done);
	fflush(c.out);
	must(done.packets <= n->packets);
	if (!r && c.len) {
		struct counted again = read_all((const uint8_t *)c.text, c.len);

		must(done.packets == n->packets && again.packets == n->packets);
		must(again.end == 0);
	}
	capture_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct counted n = read_all(data, size);

	replay(data, size, &n);
	copy(data, size, &n);
	return 0;
}
