/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* exec.h - run one of the host's own tools, safely.
 *
 * No shell, no PATH, no inherited environment or descriptors; a deadline; output goes
 * through a callback, so that memory stays bounded however much the tool prints. The
 * tool runs in the namespaces of the calling thread.
 */
#include <stddef.h>

#define UR_EXEC_PATH_MAX 64

/* Takes @len bytes of the tool's standard output. Returns 0 to go on, positive when it
 * has enough (the tool is ended, and that is a success), or -errno to give up. */
typedef int (*ur_exec_fn)(const char *data, size_t len, void *arg);

/* The absolute path of tool @name in the usual system folders. Returns 0 or -ENOENT. */
int ur_exec_find(const char *name, char path[UR_EXEC_PATH_MAX]);

/* Tools that the calling thread runs from now on are ended, with -ECANCELED, when @fd
 * becomes readable. -1: no such. */
void ur_exec_stop_on(int fd);

/* Run @argv (argv[0] is an absolute path) for at most @timeout_ms, then SIGKILL. Blocks.
 * @why gets a readable reason on failure, as the tool's last line on standard error
 * where it wrote one.
 * Returns 0; -ETIMEDOUT; -EREMOTEIO when the tool failed or died; what @fn returned; or
 * -errno of starting it. */
int ur_exec_run(const char *const argv[], unsigned timeout_ms, ur_exec_fn fn, void *arg, char *why,
		size_t why_len);
