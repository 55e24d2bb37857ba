/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* procfd.h - the sockets that processes hold, as /proc/PID/fd shows them: links to
 * "socket:[12345]" (sockfs_dname()). Kernel threads hold none.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a socket was seen. */
struct ur_procfd_at {
	int32_t pid; /* as the mounted /proc numbers processes */
	int32_t tid; /* of the thread whose table it is in */
	int32_t fd;
	int dir; /* the folder of the process, open: below it is never another one's */
};

/* One look. Set the first three, leave the rest 0. */
struct ur_procfd_look {
	void (*fn)(uint64_t inode, const struct ur_procfd_at *at, void *arg); /* each socket */
	void *arg;
	int64_t deadline; /* CLOCK_MONOTONIC, ms: give up then */
	bool saw_init;    /* process 1 was looked at */
	bool incomplete;  /* not all could be looked at, or in time */
};

int64_t ur_procfd_now_ms(void);

/* Look at the sockets of one process, or of all, in the table of its first thread, which all
 * of them share as a rule. */
void ur_procfd_one(struct ur_procfd_look *look, int32_t pid);
void ur_procfd_all(struct ur_procfd_look *look);

/* Look at the sockets in the other tables that threads have: after unshare(CLONE_FILES), or
 * when the first thread has ended and has none any more. */
void ur_procfd_threads(struct ur_procfd_look *look);

/* Folder of process @pid as a descriptor, or -errno. */
int ur_procfd_open(int32_t pid);

/* Is descriptor @at->fd of @at->tid still a socket with that inode? @at->dir is open. */
bool ur_procfd_still(const struct ur_procfd_at *at, uint64_t inode);

/* Read a small file of the process: at most @len - 1 bytes and a terminator. Returns how
 * many, or -errno. */
ssize_t ur_procfd_read(int dir, const char *name, char *buf, size_t len);
