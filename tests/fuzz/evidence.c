/* SPDX-License-Identifier: GPL-2.0-only */
/* evidence.c - the verdict, and text, JSON and files, over arbitrary evidence.
 *
 * An input is a sample to start from, and assignments to fields of it, which the table that
 * records are made with finds: so any field gets any value that its type and the table allow,
 * and no other.
 */
#include "tests/fuzz/shown.h"
#include "tests/unit/sample.h"
#include "user/aggregate/coalesce.h"
#include "user/aggregate/digest.h"
#include "user/aggregate/patterns.h"
#include "user/capture/record_fields.h"
#include "user/aggregate/restarts.h"

#define ASSIGNMENTS_MAX 64

static void set_number(struct fuzz *f, const struct ur_field *field, uint8_t *at)
{
	uint64_t number = fuzz_u8(f);

	/* small ones mean most; 0xff: all bits are of the input */
	if (number == 0xff)
		number = fuzz_u64(f);
	if (field->max)
		number %= field->max + 1;
	memcpy(at, &number, field->size);
}

static void set_string(struct fuzz *f, const struct ur_field *field, uint8_t *at)
{
	size_t room = field->kind == UR_FIELD_STRING ? field->size - 1 : field->size;
	size_t n = fuzz_u8(f);

	n = n == 0xff ? room : n < room ? n : room;
	memset(at, 0, field->size);
	/* one that fills its place is worth more than what the input has left for it */
	memset(at, 'x', n);
	fuzz_bytes(f, at, n < f->left ? n : f->left);
}

static void assign(struct fuzz *f, const struct ur_fields *fields, uint8_t *at);

static void set_field(struct fuzz *f, const struct ur_field *field, uint8_t *at)
{
	switch (field->kind) {
	case UR_FIELD_UINT:
	case UR_FIELD_INT:
		set_number(f, field, at);
		break;
	case UR_FIELD_BOOL:
		*at = fuzz_u8(f) & 1;
		break;
	case UR_FIELD_BYTES:
		fuzz_bytes(f, at, field->size);
		break;
	case UR_FIELD_STRING:
	case UR_FIELD_LABEL:
		set_string(f, field, at);
		break;
	case UR_FIELD_STRUCT:
		assign(f, field->fields, at);
		break;
	default:
		break;
	}
}

/* One field of the structure at @at, or of one in it. */
static void assign(struct fuzz *f, const struct ur_fields *fields, uint8_t *at)
{
	const struct ur_field *field = &fields->field[fuzz_u8(f) % fields->n];
	const size_t i = field->count > 1 ? fuzz_u8(f) % field->count : 0;

	set_field(f, field, at + field->offset + i * field->size);
}

/* What the block of a capture file carries. */
static void set_block(struct fuzz *f, struct ur_evidence *ev)
{
	const uint64_t ns = fuzz_u64(f);

	ev->time = (struct timespec){ (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	ev->ev.snap_len = fuzz_u8(f) % (UR_SNAP_MAX + 1);
	fuzz_bytes(f, ev->ev.snap, ev->ev.snap_len);
}

static void start(uint8_t sample, struct ur_evidence *ev)
{
	const char *v4 = "10.0.0.5", *v6 = "fd00::5", *to = sample & 0x80 ? v6 : v4;
	const char *from = sample & 0x80 ? "fd00::7" : "10.0.0.7";

	switch (sample & 0x0f) {
	case 0:
		memset(ev, 0, sizeof(*ev));
		break;
	case 1:
		sample_miss(ev, IPPROTO_UDP, from, 53211, to, 8125);
		sample_socket(ev, (sample >> 4) % UR_MM_MAX, "127.0.0.1", "statsd");
		break;
	case 2:
		sample_rule(ev, UR_ORIGIN_NFT + (sample >> 4) % 3, IPPROTO_UDP, "reject");
		break;
	case 3:
		sample_tcp_sock(ev, sample >> 4 & 7, 0x10, "nginx");
		break;
	case 4:
		sample_unasked(ev, 1 + (sample >> 4), "nginx");
		break;
	case 5:
		sample_unknown(ev, "ip_forward+0x1a/0x90");
		break;
	case 6:
		sample_jump(ev);
		break;
	case 7:
		sample_miss(ev, IPPROTO_UDP, from, 53211, to, 8125);
		sample_closed(ev, to, "dnsmasq", 80);
		break;
	case 8:
		sample_tcp_miss(ev, sample >> 4, from, to, 80);
		break;
	default:
		sample_miss(ev, IPPROTO_UDP, from, 53211, to, 8125);
	}
}

/* What looks at several events, given this one more than once. */
static void follow(const struct ur_evidence *ev, const struct ur_report *report, uint64_t step)
{
	static struct ur_patterns patterns;
	static struct ur_restarts restarts;
	static struct ur_digest digest;
	ur_cleanup(ur_coalesce_freep) struct ur_coalesce *c = NULL;
	ur_cleanup(ur_freep) struct ur_evidence *line = fuzz_copy(ev, sizeof(*ev));
	ur_cleanup(ur_freep) struct ur_report *said = fuzz_alloc(sizeof(*said));
	struct ur_restart ended;
	uint64_t seen = 0, told = 0;

	memset(&patterns, 0, sizeof(patterns));
	memset(&restarts, 0, sizeof(restarts));
	memset(&digest, 0, sizeof(digest));
	must(!ur_coalesce_new(true, &c));
	for (int i = 0; i < 4; i++) {
		line->ev.ts_ns = ev->ev.ts_ns + (uint64_t)i * step;
		line->packet.dport = (uint16_t)(ev->packet.dport + i);
		line->count = ev->count ?: 1;
		ur_patterns_note(&patterns, line);
		ur_restarts_note(&restarts, line, report, &ended);
		ur_digest_add(&digest, line, report);
		seen += line->count;
		if (ur_coalesce_event(c, line, report, line->ev.ts_ns))
			told += line->count;
	}
	ur_digest_sort(&digest);
	must(digest.table[UR_DIGEST_CAUSES].entry[0].count == seen);
	while (ur_coalesce_take(c, UINT64_MAX, line, said))
		told += line->count;
	must(told == seen);
	ur_patterns_over(&patterns, UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ur_evidence ev;
	static struct ur_report report;
	struct fuzz f = { data, size };
	const uint8_t how = fuzz_u8(&f);

	start(fuzz_u8(&f), &ev);
	for (int i = 0; f.left && i < ASSIGNMENTS_MAX; i++) {
		const uint8_t what = fuzz_u8(&f);

		if (what == 0xff)
			set_block(&f, &ev);
		else
			assign(&f, &ur_evidence_fields, (uint8_t *)&ev);
	}
	ev.count = ev.count ?: 1;
	show_event(&ev, &report, how);
	if (how & 0x10)
		follow(&ev, &report, (uint64_t)how << 28);
	return 0;
}
