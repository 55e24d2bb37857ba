/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_node.h - an object under construction; only the files that make the event's include
 * it. Strings that the outside world chose become valid UTF-8 here.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "user/base/addr.h"
#include "user/base/escape.h"

#define STRING_MAX 8192 /* the longest of ours, each byte as U+FFFD */

/* One failure, and the whole event fails. */
struct ur_node {
	json_t *object;
	bool *failed;
};

static inline struct ur_node node_new(bool *failed)
{
	return (struct ur_node){ json_object(), failed };
}

static inline void put(struct ur_node n, const char *key, json_t *value)
{
	if (json_object_set_new(n.object, key, value))
		*n.failed = true;
}

static inline void append(struct ur_node n, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		*n.failed = true;
}

static inline json_t *string(const char *text)
{
	char clean[STRING_MAX];

	ur_utf8_clean(clean, sizeof(clean), text);
	return json_string(clean);
}

static inline void put_string(struct ur_node n, const char *key, const char *text)
{
	put(n, key, string(text));
}

/* null where the string is not known. */
static inline void put_known(struct ur_node n, const char *key, const char *text)
{
	put(n, key, text && *text ? string(text) : json_null());
}

static inline void put_number(struct ur_node n, const char *key, uint64_t number)
{
	put(n, key, json_integer((json_int_t)number));
}

static inline void put_address(struct ur_node n, const char *key, uint8_t version,
			       const uint8_t addr[16])
{
	char text[UR_ADDR_TEXT];

	put_string(n, key, ur_addr_text(version, addr, text));
}

static inline void put_flag(struct ur_node n, const char *key, bool flag)
{
	if (flag)
		put(n, key, json_true());
}
