/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* process.h - which processes hold a socket now.
 *
 * A socket is known by the inode of its file, as in the link "socket:[12345]" that
 * /proc/PID/fd shows (sockfs_dname()). Kernel threads have no such files, so they are
 * never named.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_process;

/* One question: who holds @inode? @hint is a process to try first, 0 for none. */
struct ur_process_query {
	uint64_t inode;
	int32_t hint;
	struct ur_owners *owners; /* the answer, not owned */
};

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_process_new(struct ur_process **ret);
void ur_process_free(struct ur_process *p);
UR_DEFINE_CLEANUP(struct ur_process, ur_process_free)

/* Answer all @n questions in at most one search through the processes, within half a second.
 * Inode 0 is a socket without a file: nobody holds it. A hint that proves right is the
 * whole answer. Of several holders process 1 comes last, the others by number.
 * UR_COULD_NOT: nobody was seen to hold it, but not all could be looked at, or a tenth of the
 * time went into searches already. Holders are believed in for ten seconds, while they still
 * hold it; that there is none, for two. */
void ur_process_owners(struct ur_process *p, struct ur_process_query *q, size_t n);

/* Answer "the task that ran" from what the kernel saw: thread group @tgid, as numbered
 * in the first pid namespace, and its @comm of at most UR_COMM_MAX bytes. UR_COULD_NOT when we live
 * in another pid namespace and have no number for it; UR_FOUND_NONE when it is a kernel thread. */
void ur_process_current(int32_t tgid, const char *comm, struct ur_owners *owners);

/* True when the pid namespace is the first one, which numbers as BPF programs do. */
bool ur_process_sees_all(void);
