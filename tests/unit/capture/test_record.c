/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/sample.h"
#include "user/capture/record.h"
#include "user/verdict.h"

static const uint8_t packet[] = { 0x45, 0, 0,  28, 0, 0, 0,    0,    64, 17,   0,    0, 10, 0,
				  0,    1, 10, 0,  0, 2, 0x9c, 0x40, 0,  0x35, 0x13, 8, 0,  0 };
static const struct timespec when = { SAMPLE_TIME, 123456789 };

static struct ur_evidence before, after;

static int read_back(const char *text)
{
	return ur_record_read(text, strlen(text), packet, sizeof(packet), &when, &after);
}

static void fill(const struct ur_fields *fields, uint8_t *at, bool largest);

static void fill_one(const struct ur_field *f, uint8_t *at, bool largest)
{
	uint64_t number = largest ? UINT64_MAX : ((uint64_t)random() << 33) ^ (uint64_t)random();

	switch (f->kind) {
	case UR_FIELD_BOOL:
		*(bool *)at = largest || random() % 2;
		break;
	case UR_FIELD_STRUCT:
		fill(f->fields, at, largest);
		break;
	case UR_FIELD_STRING:
	case UR_FIELD_LABEL: {
		const bool whole = f->kind == UR_FIELD_LABEL;
		size_t len = largest ? f->size - !whole : (size_t)random() % f->size;

		for (size_t i = 0; i < len; i++)
			at[i] = largest ? 0xfe : (uint8_t)(random() % 255 + 1);
		break;
	}
	case UR_FIELD_UINT:
		number = f->max ? largest ? f->max : number % (f->max + 1) : number;
		memcpy(at, &number, f->size);
		break;
	default:
		for (size_t i = 0; i < f->size; i++)
			at[i] = largest ? 0xff : (uint8_t)random();
	}
}

static void fill(const struct ur_fields *fields, uint8_t *at, bool largest)
{
	for (size_t i = 0; i < fields->n; i++)
		for (size_t n = 0; n < fields->field[i].count; n++)
			if (fields->field[i].kind < UR_FIELD_BLOCK)
				fill_one(&fields->field[i],
					 at + fields->field[i].offset + n * fields->field[i].size,
					 largest);
}

/* Whatever the fields hold comes back, bit by bit. */
static void all_values_come_back(void **state)
{
	(void)state;
	srandom(7);
	for (int i = 0; i < 40; i++) {
		json_t *object;
		char *text;

		memset(&before, 0, sizeof(before));
		memset(&after, 0, sizeof(after));
		fill(&ur_evidence_fields, (uint8_t *)&before, i == 0);
		object = ur_fields_encode(&ur_evidence_fields, &before);
		text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
		json_decref(object);
		object = json_loads(text, 0, NULL);
		assert_int_equal(ur_fields_decode(&ur_evidence_fields, object, &after), 0);
		assert_memory_equal(&after, &before, sizeof(before));
		json_decref(object);
		free(text);
	}
}

static void sample(void)
{
	sample_miss(&before, IPPROTO_UDP, "10.0.0.1", 40000, "10.0.0.2", 53);
	sample_socket(&before, UR_MM_ADDRESS, "127.0.0.1", "stat\xffsd\n");
	sample_closed(&before, "10.0.0.2", "named", 80);
	memcpy(before.ev.snap, packet, sizeof(packet));
	before.ev.snap_len = sizeof(packet);
	before.time = when;
}

/* The same evidence, so the same verdict, in the same words. */
static void a_record_is_explained_as_the_event_was(void **state)
{
	static struct ur_report then, now;
	char *text;

	(void)state;
	sample();
	text = ur_record_write(&before);
	assert_non_null(text);
	assert_null(strchr(text, '\n'));
	for (const char *c = text; *c; c++)
		assert_in_range((unsigned char)*c, 0x20, 0x7e);
	assert_int_equal(read_back(text), 0);
	assert_memory_equal(&after, &before, sizeof(before));
	ur_verdict_decide(&before, &then);
	ur_verdict_decide(&after, &now);
	assert_memory_equal(&then, &now, sizeof(now));
	free(text);
}

static void what_no_count_speaks_for_is_left_out(void **state)
{
	char *text;

	(void)state;
	sample();
	SAMPLE_COPY(before.ev.closed[2].comm, "of-another");
	before.ev.socks[3].port = 4444;
	before.ev.stack[0] = 0xffffffff81000000;
	text = ur_record_write(&before);
	assert_null(strstr(text, "of-another"));
	assert_null(strstr(text, "4444"));
	assert_null(strstr(text, "0xffffffff81000000"));
	free(text);
}

/* The packet beside it may be cut shorter than it was. */
static void the_packet_is_the_one_beside_it(void **state)
{
	uint8_t large[UR_SNAP_MAX + 9] = { 0x45 };
	char *text;

	(void)state;
	sample();
	text = ur_record_write(&before);
	assert_int_equal(ur_record_read(text, strlen(text), packet, 20, &when, &after), 0);
	assert_int_equal(after.ev.snap_len, 20);
	assert_memory_equal(after.ev.snap, packet, 20);
	assert_int_equal(after.ev.snap[20], 0);
	assert_int_equal(after.packet.dport, 53);
	assert_int_equal(ur_record_read(text, strlen(text), large, sizeof(large), &when, &after),
			 0);
	assert_int_equal(after.ev.snap_len, UR_SNAP_MAX);
	free(text);
}

static void a_later_version_may_say_more(void **state)
{
	(void)state;
	assert_int_equal(read_back("{\"format\":1,\"new\":[1],\"evidence\":{\"seq\":9,\"newer\":{},"
				   "\"ev\":{\"answer\":1,\"odd\":\"x\"}}}"),
			 0);
	assert_int_equal(after.seq, 9);
	assert_int_equal(after.ev.answer, UR_ANSWER_ICMP);
	assert_int_equal(after.count, 1);
	assert_int_equal(read_back("{\"format\":2,\"evidence\":{}}"), -ENOTSUP);
}

/* Whatever wrote it: a terminal shows it. */
static void who_wrote_a_record(void **state)
{
	static const struct {
		const char *text, *by;
	} records[] = {
		{ "{\"format\":2,\"by\":\"unreach 2.0\"}", "unreach 2.0" },
		{ "{\"by\":\"a\\u001b[2Jb\\n\"}", "a\\x1b[2Jb\\x0a" },
		{ "{\"by\":7}", "" },
		{ "{\"format\":2}", "" },
		{ "nonsense", "" },
		{ "", "" },
	};
	char by[UR_RECORD_BY_MAX], text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		ur_record_by(records[i].text, strlen(records[i].text), by);
		assert_string_equal(by, records[i].by);
	}
	snprintf(text, sizeof(text), "{\"by\":\"%0200d\"}", 0);
	ur_record_by(text, strlen(text), by);
	assert_int_equal(strlen(by), UR_RECORD_BY_MAX - 1);
}

static void broken_records(void **state)
{
	static const char *const evidence[] = {
		"\"seq\":\"9\"",
		"\"seq\":-1",
		"\"seq\":1.5",
		"\"seq\":null",
		"\"seq\":\"0x\"",
		"\"seq\":\"0x11111111111111111\"",
		"\"seq\":\"0xg\"",
		"\"count\":4294967296",
		"\"ev\":[]",
		"\"ev\":{\"nsocks\":17}",
		"\"ev\":{\"nclosed\":5}",
		"\"ev\":{\"push_ret\":2147483648}",
		"\"ev\":{\"early\":8}",
		"\"ev\":{\"iifname\":\"sixteen-bytes-xx\"}",
		"\"ev\":{\"iifname\":\"a\\u0000b\"}",
		"\"ev\":{\"iifname\":{\"hex\":\"0\"}}",
		"\"ev\":{\"iifname\":{\"hex\":\"0G\"}}",
		"\"ev\":{\"iifname\":{}}",
		"\"ev\":{\"iifname\":{\"hex\":\"00112233445566778899aabbccddeeff\"}}",
		"\"ev\":{\"stack\":[1,2,3,4,5,6,7,8,9,10,11,12,13]}",
		"\"ev\":{\"stack\":7}",
		"\"packet\":{\"src\":\"0011223344556677889900112233445566\"}",
		"\"packet\":{\"has_ports\":1}",
		"\"netns\":{\"looked\":5}",
		"\"sender\":{\"n\":5}",
		"\"way\":{\"nsteps\":17}",
		"\"elsewhere\":{\"is_target\":2}",
		"\"seq\":1,\"seq\":2",
	};
	static const char *const others[] = {
		"",
		"{",
		"[]",
		"7",
		"{}",
		"{\"format\":\"1\"}",
		"{\"format\":1}",
		"{\"format\":1,\"evidence\":7}",
		"{\"format\":1,\"evidence\":{}} x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), "{\"format\":1,\"evidence\":{%s}}", evidence[i]);
		if (read_back(text) != -EPROTO)
			fail_msg("%s", text);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(read_back(others[i]), -EPROTO);
}

/* A file that somebody made to do harm: any values that pass give some verdict. */
static void any_values_are_explained(void **state)
{
	static struct ur_report report;

	(void)state;
	srandom(11);
	for (int i = 0; i < 300; i++) {
		memset(&before, 0, sizeof(before));
		fill(&ur_evidence_fields, (uint8_t *)&before, i == 0);
		ur_verdict_decide(&before, &report);
		assert_true(report.why[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_values_come_back),
		cmocka_unit_test(a_record_is_explained_as_the_event_was),
		cmocka_unit_test(what_no_count_speaks_for_is_left_out),
		cmocka_unit_test(the_packet_is_the_one_beside_it),
		cmocka_unit_test(a_later_version_may_say_more),
		cmocka_unit_test(who_wrote_a_record),
		cmocka_unit_test(broken_records),
		cmocka_unit_test(any_values_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
