/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_field.h - the event of some evidence, valid by the schema, and its fields. */
#include <string.h>
#include "tests/unit/sample.h"
#include "tests/unit/schema.h"
#include "user/sink/json_event.h"

#define SCHEMA "tools/schema/unreach-1.schema.json"

static struct ur_evidence ev;
static json_t *event, *schema;

/* The event of ev, checked against the schema. */
static inline void make(void)
{
	static struct ur_report report;

	json_decref(event);
	ur_verdict_decide(&ev, &report);
	event = ur_json_event(&ev, &report);
	assert_non_null(event);
	assert_true(schema_valid(schema, event, "event"));
}

/* The field at "a.b.0.c"; NULL when it is absent. */
static inline const json_t *field(const char *path)
{
	const json_t *at = event;
	char copy[128];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strtok(copy, "."); key && at; key = strtok(NULL, "."))
		at = json_is_array(at) ? json_array_get(at, (size_t)(key[0] - '0')) :
					 json_object_get(at, key);
	return at;
}

static inline void is_string(const char *path, const char *want)
{
	assert_true(json_is_string(field(path)));
	assert_string_equal(json_string_value(field(path)), want);
}

static inline void is_number(const char *path, json_int_t want)
{
	assert_true(json_is_integer(field(path)));
	assert_int_equal(json_integer_value(field(path)), want);
}

static inline void is_null(const char *path)
{
	assert_true(json_is_null(field(path)));
}

static inline void is_absent(const char *path)
{
	assert_null(field(path));
}

static inline int load_schema(void **state)
{
	json_error_t error;

	(void)state;
	schema = json_load_file(SCHEMA, 0, &error);
	if (!schema)
		fprintf(stderr, SCHEMA ": %s (run from the top of the tree)\n", error.text);
	return schema ? 0 : -1;
}

static inline int drop_schema(void **state)
{
	(void)state;
	json_decref(schema);
	json_decref(event);
	return 0;
}
