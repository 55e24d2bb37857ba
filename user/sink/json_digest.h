/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_digest.h - what a run came to, as a JSON object of the same contract as its events. */
#include <jansson.h>
#include "user/aggregate/digest.h"
#include "user/sink.h"

/* @digest must be sorted. The caller owns the object; NULL when memory is short. */
json_t *ur_json_digest(const struct ur_digest *digest, const struct ur_totals *totals);
