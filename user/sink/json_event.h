/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_event.h - one event as a JSON object, to the contract of version 1.
 *
 * Absent means "not applicable", null means "could not look".
 */
#include <jansson.h>
#include "user/evidence.h"
#include "user/verdict.h"

#define UR_JSON_SCHEMA 1

/* The caller owns the object; NULL when memory is short. */
json_t *ur_json_event(const struct ur_evidence *ev, const struct ur_report *report);
