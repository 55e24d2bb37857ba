/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* redact_parts.h - what redact.c has for redact_fields.c. */
#include "user/capture/redact.h"

/* A number for @len bytes at @data, of the kind @kind, that nobody can tell without the key. */
uint64_t ur_redact_hash(const struct ur_redact_key *key, const void *data, size_t len,
			uint64_t kind);
