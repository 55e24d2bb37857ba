/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_line.h - an object as a line of ASCII without controls, which no terminal obeys. */
#include <jansson.h>
#include <stdio.h>

/* Write @object, taking the reference, and push it to the reader; NULL: out of memory. Returns
 * 0 or -errno. */
int ur_json_line(FILE *out, json_t *object);
