/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_event.h - one event as a JSON object, to the contract of version 1.
 *
 * Absent means "not applicable", null means "could not look".
 */
#include <jansson.h>
#include "user/evidence.h"
#include "user/sink/json_node.h"
#include "user/verdict.h"
#include "user/verdict/received.h"

#define UR_JSON_SCHEMA 1

/* The caller owns the object; NULL when memory is short. */
json_t *ur_json_event(const struct ur_evidence *ev, const struct ur_report *report);

/* The same of an error that came. */
json_t *ur_json_received(const struct ur_receipt *receipt, const struct ur_report *report);

/* Parts of them: a time as @key; a namespace as @key, its name by how looking for it went; "also". */
void ur_json_time_as(struct ur_node n, const char *key, const struct timespec *time);
void ur_json_tc_fill(struct ur_node n, const struct ur_tc *tc);
void ur_json_netns(struct ur_node root, const char *key, const struct ur_netns *netns);
void ur_json_also(struct ur_node root, const struct ur_report *report);
