/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* queue.h - records between the thread that drains the ring and the one that explains.
 *
 * Bounded: one producer that never waits, one consumer that does. When it is full the
 * record is refused; its kernel count stays exact.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "user/base/cleanup.h"

struct ur_queue;

/* A queue of @capacity records of at most @record bytes. Returns 0 and gives *@ret to the
 * caller, or -ENOMEM. */
int ur_queue_new(size_t capacity, size_t record, struct ur_queue **ret);
void ur_queue_free(struct ur_queue *q);
UR_DEFINE_CLEANUP(struct ur_queue, ur_queue_free)

/* Copy @len bytes in. False when the queue is full or closed, or @len too long. */
bool ur_queue_push(struct ur_queue *q, const void *record, size_t len);

/* Wait for a record and copy it to @buf, which holds one; its length, or 0 when the queue
 * is closed and empty. */
size_t ur_queue_pop(struct ur_queue *q, void *buf);

/* The same, but wait no longer than until @until_ns of CLOCK_MONOTONIC, 0: for ever. -ETIMEDOUT
 * when that has passed. */
ssize_t ur_queue_pop_until(struct ur_queue *q, void *buf, uint64_t until_ns);

/* No more records will come; what is queued is still handed out. */
void ur_queue_close(struct ur_queue *q);
