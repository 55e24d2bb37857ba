/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "user/capture/record_fields.h"
#include "user/capture/redact.h"

static const struct ur_redact_key key = { { 1, 2 } };
static struct ur_evidence ev;
static struct ur_receipt receipt;

/* Every text says so, and every address is the same. */
static void fill(const struct ur_fields *fields, uint8_t *data)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		uint8_t *at = data + f->offset;

		for (size_t n = 0; n < f->count; n++, at += f->size) {
			if (f->kind == UR_FIELD_STRUCT)
				fill(f->fields, at);
			else if (f->kind == UR_FIELD_STRING || f->kind == UR_FIELD_LABEL)
				memset(at, '$', f->size - (f->kind == UR_FIELD_STRING));
			else if (f->kind == UR_FIELD_BYTES)
				memset(at, 0x5a, f->size);
		}
	}
}

/* The fields that still say what they did: "struct.member " for each. */
static void left_in(const struct ur_fields *fields, const uint8_t *data, char *ret, size_t size)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		const size_t len = strlen(ret);
		const uint8_t *at = data + f->offset;

		if (f->kind == UR_FIELD_STRUCT) {
			for (size_t n = 0; n < f->count; n++)
				left_in(f->fields, at + n * f->size, ret, size);
			continue;
		}
		if (f->kind != UR_FIELD_STRING && f->kind != UR_FIELD_LABEL &&
		    f->kind != UR_FIELD_BYTES)
			continue;
		if (!memmem(at, f->size * f->count, "$$$", 3) &&
		    !memmem(at, f->size * f->count, "ZZZZ", 4))
			continue;
		snprintf(ret + len, size - len, "%s.%s ", fields->name, f->name);
		if (strstr(ret, ret + len) != ret + len)
			ret[len] = '\0';
	}
}

/* A new field of the evidence is a name until somebody says that it is none. */
static void nothing_is_left_that_is_not_harmless(void **state)
{
	char left[1024] = "";

	(void)state;
	fill(&ur_evidence_fields, (uint8_t *)&ev);
	ev.ev.family = 4;
	ur_redact_evidence(&key, &ev);
	left_in(&ur_evidence_fields, (uint8_t *)&ev, left, sizeof(left));
	assert_string_equal(left, "ur_way.policy ur_place.runtime "
				  "ur_evidence.reset_reason ur_setting.name ur_setting.value "
				  "ur_tc.kind ur_evidence.encap ur_evidence.stack ");
	left[0] = '\0';
	fill(&ur_receipt_fields, (uint8_t *)&receipt);
	receipt.rec.family = 6;
	ur_redact_receipt(&key, &receipt);
	left_in(&ur_receipt_fields, (uint8_t *)&receipt, left, sizeof(left));
	assert_string_equal(left, "ur_place.runtime ur_tc.kind ");
}

static void names_are_the_same_everywhere(void **state)
{
	char first[UR_IFNAME_MAX];

	(void)state;
	memset(&ev, 0, sizeof(ev));
	ev.ev.family = 4;
	strcpy(ev.ev.iifname, "eth0");
	strcpy(ev.back.in, "eth0");
	strcpy(ev.back.dev, "eth1");
	strcpy(ev.slave, "lo");
	strcpy(ev.netns.name, "host");
	strcpy(ev.stack[0], "icmp_send+0x1/0x2");
	strcpy(ev.stack[1], "bpf_prog_0123_secret");
	ur_redact_evidence(&key, &ev);
	strcpy(first, ev.ev.iifname);
	assert_memory_equal(first, "dev-", 4);
	assert_string_equal(ev.back.in, first);
	assert_string_not_equal(ev.back.dev, first);
	assert_string_equal(ev.slave, "lo");
	assert_string_equal(ev.netns.name, "host");
	assert_string_equal(ev.stack[0], "icmp_send+0x1/0x2");
	assert_null(strstr(ev.stack[1], "secret"));
	/* another key, other names */
	strcpy(ev.ev.iifname, "eth0");
	ur_redact_evidence(&(struct ur_redact_key){ { 3, 4 } }, &ev);
	assert_string_not_equal(ev.ev.iifname, first);
}

static void what_is_left_out_says_so(void **state)
{
	(void)state;
	memset(&ev, 0, sizeof(ev));
	ev.ev.family = 4;
	ev.rule.looked = UR_FOUND;
	strcpy(ev.rule.text, "ip saddr 10.1.2.3 reject");
	strcpy(ev.tcp.reason, "no such file: /srv/secret");
	ev.ev.rule.obj = 0xffff888012345678;
	ev.ev.rule.handle = 7;
	ev.ev.route.dst_len = 16;
	memcpy(ev.ev.route.dst, "\x0a\x01\x00\x00", 4);
	ev.ev.answered.ts_ns = 5;
	ur_redact_evidence(&key, &ev);
	assert_int_equal(ev.rule.looked, UR_COULD_NOT);
	assert_string_equal(ev.rule.text, "");
	assert_string_equal(ev.rule.reason, "left out by --redact");
	assert_string_equal(ev.tcp.reason, "left out by --redact");
	assert_int_equal(ev.ev.rule.obj, 1);
	assert_int_equal(ev.ev.rule.handle, 7);
	assert_int_equal(ev.ev.route.dst[0], 10);
	assert_int_equal(ev.ev.route.dst[2], 0);
	assert_int_equal(ev.ev.answered.ts_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_that_is_not_harmless),
		cmocka_unit_test(names_are_the_same_everywhere),
		cmocka_unit_test(what_is_left_out_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
