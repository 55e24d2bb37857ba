/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "user/evidence.h"
#include "user/capture/record_fields.h"

/* No two entries speak for one byte, and none for a byte behind the structure. That each field
 * has its entry is what tests/lint/record sees to. */
static void check_places(const struct ur_fields *fields)
{
	uint8_t *covered = calloc(1, fields->size);

	assert_non_null(covered);
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];

		assert_true(f->count >= 1);
		for (size_t b = f->offset; b < f->offset + f->size * f->count; b++) {
			if (b >= fields->size || covered[b])
				fail_msg("%s.%s: overlaps", fields->name, f->name);
			covered[b] = 1;
		}
	}
	free(covered);
}

static bool number_fits(const struct ur_field *f)
{
	return f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8;
}

static void check_entries(const struct ur_fields *fields)
{
	check_places(fields);
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];

		if (f->kind == UR_FIELD_UINT || f->kind == UR_FIELD_INT)
			assert_true(number_fits(f));
		if (f->kind == UR_FIELD_BOOL)
			assert_int_equal(f->size, sizeof(bool));
		assert_int_equal(f->kind == UR_FIELD_STRUCT, f->fields != NULL);
		if (f->fields) {
			assert_int_equal(f->fields->size, f->size);
			check_entries(f->fields);
		}
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(fields->field[j].name, f->name);
	}
}

static void entries_make_sense(void **state)
{
	(void)state;
	check_entries(&ur_evidence_fields);
}

/* What the block around the record carries, and nothing else. */
static void the_block_carries(const struct ur_fields *fields, char *names, size_t size)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		size_t len = strlen(names);

		if (f->kind == UR_FIELD_BLOCK)
			snprintf(names + len, size - len, "%s.%s ", fields->name, f->name);
		if (f->fields)
			the_block_carries(f->fields, names, size);
	}
}

static void only_packet_and_time_are_left_out(void **state)
{
	char names[256] = "";

	(void)state;
	the_block_carries(&ur_evidence_fields, names, sizeof(names));
	assert_string_equal(names, "ur_event.snap_len ur_event.snap ur_evidence.time ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_make_sense),
		cmocka_unit_test(only_packet_and_time_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
