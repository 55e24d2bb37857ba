/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* privilege.h - what this process may do, and what of it is kept once everything is attached.
 *
 * Capabilities belong to threads. The one that follows the kernel and those that look things
 * up keep different ones; tools of the host that the latter run get two of them, whoever runs
 * unreach.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a thread is for. */
enum ur_role {
	UR_ROLE_FOLLOW, /* drains the ring, attaches to modules that come later */
	UR_ROLE_LOOK,   /* visits namespaces, reads rules, looks for processes, runs tools */
	UR_ROLE_NONE,   /* anything else */
};

/* A capability that is missing, and what for. */
struct ur_lacking {
	const char *name;    /* "CAP_BPF" */
	const char *without; /* "processes of other users are not named" */
};

#define UR_LACKING_MAX 16

/* The capabilities that are in effect for the calling thread, a bit for each. */
uint64_t ur_privilege_held(void);

/* Does @held have what tracing needs at all? Where it doesn't, @buf gets the names of those
 * that are missing. */
bool ur_privilege_can_trace(uint64_t held, char *buf, size_t len);

/* What else is missing in @held, at most UR_LACKING_MAX; @kprobes_admin: this kernel lets nobody
 * without CAP_SYS_ADMIN attach kprobes. Returns how many. */
size_t ur_privilege_lacking(uint64_t held, bool kprobes_admin, struct ur_lacking *ret);

/* Does kernel.perf_event_paranoid ask for CAP_SYS_ADMIN, which Debian's kernels know? */
bool ur_privilege_kprobes_admin(void);

/* Give up what no role needs, for good, for the calling thread and all that it starts from now
 * on: no program that it runs gains anything. With @files, capabilities that a path to a file
 * may take are kept, by every role. Returns 0 or -errno. */
int ur_privilege_reduce(bool files);

/* Then, in each thread: give up what @role does not need. Returns 0 or -errno. */
int ur_privilege_keep(enum ur_role role);
