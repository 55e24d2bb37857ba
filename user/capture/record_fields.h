/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* record_fields.h - every field of the evidence, by the name that it is recorded under.
 *
 * Files outlive versions: a name keeps its meaning for ever, and a number its value (UR_*,
 * enum ur_*). A field of another meaning gets another name. A field that is missing in a file
 * is 0 in memory, and one that is 0 is not written.
 */
#include <stddef.h>
#include <stdint.h>

enum ur_field_kind {
	UR_FIELD_UINT,
	UR_FIELD_INT,
	UR_FIELD_BOOL,
	UR_FIELD_BYTES,  /* as hexadecimal digits; zeros at the end are left out */
	UR_FIELD_STRING, /* terminated */
	UR_FIELD_LABEL,  /* perhaps not terminated */
	UR_FIELD_STRUCT,
	UR_FIELD_BLOCK, /* carried by the block that the record is in: not written */
	UR_FIELD_PAD,   /* carries nothing */
};

struct ur_fields;

struct ur_field {
	const char *name;
	enum ur_field_kind kind;
	size_t offset;
	size_t size;  /* of one element */
	size_t count; /* elements: more than one is an array */
	uint64_t max; /* of a number that counts or names something; 0: any */
	const struct ur_fields *fields;
};

struct ur_fields {
	const char *name;
	size_t size;
	size_t n;
	const struct ur_field *field;
};

/* Those of struct ur_evidence. */
extern const struct ur_fields ur_evidence_fields;
/* Those of struct ur_receipt. */
extern const struct ur_fields ur_receipt_fields;
