/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* outlet.h - lines for a reader that may be slow, stuck, or gone.
 *
 * Whoever puts a line never waits: a thread of its own writes them, and what the bounded buffer
 * has no room for is dropped, whole, and counted. So is what can't be written: a full disk, a
 * pipe without a reader; later lines are tried again.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

#define UR_OUTLET_BYTES (256 << 10)

struct ur_outlet;

struct ur_outlet_counts {
	uint64_t written; /* lines */
	uint64_t full;    /* ...dropped, for the reader is too slow */
	uint64_t failed;  /* ...that could not be written */
};

/* An outlet to @fd, borrowed, through a buffer of @bytes. Returns 0 and gives *@ret to the
 * caller, or -errno. */
int ur_outlet_new(int fd, size_t bytes, struct ur_outlet **ret);

/* Begin to write. Signals must be blocked by the caller. Returns 0 or -errno. */
int ur_outlet_start(struct ur_outlet *o);

/* Wait up to @ms for the rest to be written, free. Returns what became of all, in which what
 * remained counts as dropped. */
struct ur_outlet_counts ur_outlet_close(struct ur_outlet *o, int ms);

/* The same, without waiting. */
void ur_outlet_free(struct ur_outlet *o);
UR_DEFINE_CLEANUP(struct ur_outlet, ur_outlet_free)

/* Put @lines, @len bytes that end with a newline. Any thread. */
void ur_outlet_put(struct ur_outlet *o, const char *lines, size_t len);

/* What became of them so far. Any thread. */
struct ur_outlet_counts ur_outlet_counts(struct ur_outlet *o);
