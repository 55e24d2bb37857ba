/* SPDX-License-Identifier: GPL-2.0-only */
/* fields.c - writes a capture file with one packet, whose evidence has a value in each field
 * that this version records, to standard output. See README.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/capture/record_fields.h"
#include "user/sink/pcapng.h"

/* The packet beside it: UDP, 10.0.0.7:53211 > 10.0.0.5:8125. */
static const uint8_t packet[] = { 0x45, 0,  0, 29, 0, 0,    0,    0,    64,   17, 0, 0, 10, 0,  0,
				  7,    10, 0, 0,  5, 0xcf, 0xdb, 0x1f, 0xbd, 0,  9, 0, 0,  'x' };

/* An answer as the kernel side sees one: length and checksum are not there yet. */
static const uint8_t answer[] = { 0x45, 0xc0, 0,    0,    0x12, 0x34, 0, 0,  64, 1, 0, 0,
				  10,   0,    0,    5,    10,   0,    0, 7,  3,  3, 0, 0,
				  0,    0,    0,    0,    0x45, 0,    0, 29, 0,  0, 0, 0,
				  64,   17,   0,    0,    10,   0,    0, 7,  10, 0, 0, 5,
				  0xcf, 0xdb, 0x1f, 0xbd, 0,    9,    0, 0 };

/* Another number for each field, so that none can stand for another one: by its name, which is
 * what lasts. */
static uint64_t number_of(const struct ur_field *f)
{
	const uint64_t top = f->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->size) - 1;
	const uint64_t max = f->max ? f->max : f->kind == UR_FIELD_INT ? top >> 1 : top;
	uint64_t n = 5381;

	for (const char *c = f->name; *c; c++)
		n = n * 33 + (unsigned char)*c;
	n *= 0x9e3779b97f4a7c15ULL;
	return max == UINT64_MAX ? n : 1 + n % max;
}

static void fill(const struct ur_fields *fields, uint8_t *at);

static void fill_field(const struct ur_field *f, uint8_t *at)
{
	uint64_t number;

	switch (f->kind) {
	case UR_FIELD_UINT:
	case UR_FIELD_INT:
		number = number_of(f);
		memcpy(at, &number, f->size);
		break;
	case UR_FIELD_BOOL:
		*at = 1;
		break;
	case UR_FIELD_BYTES:
		memset(at, f->name[0], f->size);
		break;
	case UR_FIELD_STRUCT:
		fill(f->fields, at);
		break;
	case UR_FIELD_STRING:
	case UR_FIELD_LABEL:
		snprintf((char *)at, f->size, "%s", f->name);
		break;
	default:
		break;
	}
}

/* Of an array the first element, and the last where that is a number. */
static void fill(const struct ur_fields *fields, uint8_t *at)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];

		fill_field(f, at + f->offset);
		if (f->kind == UR_FIELD_UINT)
			fill_field(f, at + f->offset + (f->count - 1) * f->size);
	}
}

int main(void)
{
	static struct ur_evidence ev;
	static struct ur_report report;
	const struct ur_pcapng_opts opts = { .path = "-", .out = stdout };
	struct ur_sink *sink = NULL;
	int r;

	fill(&ur_evidence_fields, (uint8_t *)&ev);
	memcpy(ev.ev.snap, packet, sizeof(packet));
	memset(ev.ev.answered.snap, 0, sizeof(ev.ev.answered.snap));
	memcpy(ev.ev.answered.snap, answer, sizeof(answer));
	ev.ev.answered.len = sizeof(answer);
	ev.ev.snap_len = sizeof(packet);
	ev.time = (struct timespec){ 1795229120, 123456789 };
	ev.netns.looked = UR_FOUND;
	ur_verdict_decide(&ev, &report);
	r = ur_sink_pcapng_new(&opts, &sink);
	r = r ? r : ur_sink_event(sink, &ev, &report);
	ur_sink_free(sink);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
