/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ready.h - telling others that everything is attached: --ready-file and sd_notify(3). */
#include <stdint.h>

/* Create @path (NULL: none). Returns 0, or -errno, -EEXIST when something other than an empty
 * file is there. */
int ur_ready_announce(const char *path);

/* Tell the service manager. Returns 0, also where there is none, or -errno. */
int ur_ready_notify(void);

/* Undo what ur_ready_announce(@path) did, if it returned 0, and tell the service manager. */
void ur_ready_withdraw(const char *path);

/* Tell the service manager, if there is one, "STATUS=...", or "WATCHDOG=1". */
void ur_ready_tell(const char *state);

/* How often it wants to hear that at least: half of what it allows, in ms; 0: it does not. */
uint64_t ur_ready_watchdog_ms(void);
