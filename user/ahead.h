/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ahead.h - the thread that reads rules ahead of the events that will need them.
 *
 * A rule can be deleted right after it fired; its text is then known only if it was read
 * before. So rules are read once at the start, and again when they change. The thread works
 * at most a quarter of the time: where rules change all the time it can't keep up, and needn't.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct ur_ahead;

/* Read what namespace @inum has. Returns 0; -EALREADY or -EINTR: not yet as it will be,
 * worth another try in a while; any other -errno: not worth it. */
typedef int (*ur_ahead_fn)(void *arg, uint32_t inum);

/* Start the thread, which calls @fn with @arg for what ur_ahead_add() names. Signals must be
 * blocked by the caller before. Returns 0 and gives *@ret to the caller, or -errno. */
int ur_ahead_start(ur_ahead_fn fn, void *arg, struct ur_ahead **ret);

/* Rules of namespace @inum are about to change, or are there. Never waits. */
void ur_ahead_add(struct ur_ahead *a, uint32_t inum);

/* Stop the thread, once @fn has returned, and free; a tool of the host that @fn runs is
 * ended. NULL is fine. */
void ur_ahead_stop(struct ur_ahead *a);
UR_DEFINE_CLEANUP(struct ur_ahead, ur_ahead_stop)
