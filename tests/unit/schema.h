/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* schema.h - the part of JSON Schema (draft-07) that our own schema uses, so that unit
 * tests need no other tool. A keyword that is not known here fails the test.
 */
#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool schema_valid(const json_t *schema, const json_t *value, const char *at);

static inline bool schema_is(const json_t *value, const char *type)
{
	static const struct {
		const char *name;
		json_type type;
	} types[] = {
		{ "object", JSON_OBJECT },   { "array", JSON_ARRAY }, { "string", JSON_STRING },
		{ "integer", JSON_INTEGER }, { "null", JSON_NULL },
	};

	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, type) == 0)
			return json_typeof(value) == types[i].type;
	return false;
}

static inline bool schema_type(const json_t *types, const json_t *value)
{
	if (json_is_string(types))
		return schema_is(value, json_string_value(types));
	for (size_t i = 0; i < json_array_size(types); i++)
		if (schema_is(value, json_string_value(json_array_get(types, i))))
			return true;
	return false;
}

static inline bool schema_enum(const json_t *values, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(values); i++)
		if (json_equal(json_array_get(values, i), value))
			return true;
	return false;
}

static inline bool schema_pattern(const char *pattern, const json_t *value)
{
	regex_t re;
	bool fits;

	if (!json_is_string(value))
		return true;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	fits = regexec(&re, json_string_value(value), 0, NULL, 0) == 0;
	regfree(&re);
	return fits;
}

static inline bool schema_required(const json_t *names, const json_t *value)
{
	for (size_t i = 0; json_is_object(value) && i < json_array_size(names); i++)
		if (!json_object_get(value, json_string_value(json_array_get(names, i))))
			return false;
	return true;
}

/* Every field must be described: additionalProperties is for later versions, not for us. */
static inline bool schema_properties(const json_t *known, const json_t *value)
{
	const char *key;
	json_t *field;

	json_object_foreach((json_t *)value, key, field)
		if (!schema_valid(json_object_get(known, key), field, key))
			return false;
	return true;
}

static inline bool schema_items(const json_t *schema, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!schema_valid(schema, json_array_get(value, i), "[]"))
			return false;
	return true;
}

static inline bool schema_number(const char *key, const json_t *limit, const json_t *value)
{
	json_int_t n = json_is_string(value) ? (json_int_t)json_string_length(value) :
					       json_integer_value(value);

	if (!json_is_string(value) && !json_is_integer(value))
		return true;
	return strncmp(key, "min", 3) == 0 ? n >= json_integer_value(limit) :
					     n <= json_integer_value(limit);
}

/* One way to be valid, of those that "anyOf" lists: of its fields only those that it names. */
static inline bool schema_branch(const json_t *branch, const json_t *value)
{
	const char *key;
	json_t *field;

	json_object_foreach(json_object_get(branch, "properties"), key, field) {
		const json_t *own = json_object_get(value, key),
			     *only = json_object_get(field, "const");

		if (!own || !(only ? json_equal(only, own) :
				     schema_enum(json_object_get(field, "enum"), own)))
			return false;
	}
	return schema_required(json_object_get(branch, "required"), value);
}

static inline bool schema_any(const json_t *branches, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(branches); i++)
		if (schema_branch(json_array_get(branches, i), value))
			return true;
	return false;
}

static inline bool schema_keyword(const char *key, const json_t *arg, const json_t *value)
{
	if (strcmp(key, "type") == 0)
		return schema_type(arg, value);
	if (strcmp(key, "enum") == 0)
		return schema_enum(arg, value);
	if (strcmp(key, "const") == 0)
		return json_equal(arg, value);
	if (strcmp(key, "pattern") == 0)
		return schema_pattern(json_string_value(arg), value);
	if (strcmp(key, "required") == 0)
		return schema_required(arg, value);
	if (strcmp(key, "anyOf") == 0)
		return schema_any(arg, value);
	if (strcmp(key, "properties") == 0)
		return schema_properties(arg, value);
	if (strcmp(key, "items") == 0)
		return schema_items(arg, value);
	if (strncmp(key, "min", 3) == 0 || strncmp(key, "max", 3) == 0)
		return schema_number(key, arg, value);
	return strcmp(key, "description") == 0 || strcmp(key, "title") == 0 || key[0] == '$' ||
	       strcmp(key, "additionalProperties") == 0;
}

static bool schema_valid(const json_t *schema, const json_t *value, const char *at)
{
	const char *key;
	json_t *arg;

	if (!schema) {
		fprintf(stderr, "%s: the schema does not know this field\n", at);
		return false;
	}
	json_object_foreach((json_t *)schema, key, arg) {
		if (!schema_keyword(key, arg, value)) {
			fprintf(stderr, "%s: does not satisfy \"%s\"\n", at, key);
			return false;
		}
	}
	return true;
}
