// SPDX-License-Identifier: GPL-2.0-only
/* procfd.c - a walk over /proc. */
#include "user/enrich/procfd.h"
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include "user/base/cleanup.h"

#define LINK_MAX_HERE 40 /* socket:[18446744073709551615] */

int64_t ur_procfd_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int ur_procfd_open(int32_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t ur_procfd_read(int dir, const char *name, char *buf, size_t len)
{
	ur_cleanup(ur_closep) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, len - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* The inode that descriptor @name of folder @dir is a socket with, or 0. Sets *@denied
 * where the kernel won't say (ptrace_may_access()). It says the same of a task that ended in
 * that moment (proc_pid_get_link()); asked again, there is no such descriptor. */
static uint64_t socket_inode(int dir, const char *name, bool *denied)
{
	char link[LINK_MAX_HERE + 1], *end;
	ssize_t n = readlinkat(dir, name, link, LINK_MAX_HERE);
	uint64_t inode;

	if (n < 0 && errno == EACCES)
		n = readlinkat(dir, name, link, LINK_MAX_HERE);
	if (n < 0) {
		*denied |= errno == EACCES || errno == EPERM;
		return 0;
	}
	link[n] = '\0';
	if (strncmp(link, "socket:[", 8))
		return 0;
	inode = strtoull(link + 8, &end, 10);
	return strcmp(end, "]") ? 0 : inode;
}

bool ur_procfd_still(const struct ur_procfd_at *at, uint64_t inode)
{
	bool denied = false;
	char name[48];

	snprintf(name, sizeof(name), "task/%d/fd/%d", at->tid, at->fd);
	return socket_inode(at->dir, name, &denied) == inode;
}

/* Look at the table behind folder @name of the process. Returns false when it can't be read. */
static bool look_at_table(struct ur_procfd_look *look, struct ur_procfd_at *at, const char *name)
{
	ur_cleanup(ur_closep) int fd = openat(at->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ur_cleanup(ur_closedirp) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		look->incomplete |= errno != ENOENT && errno != ESRCH;
		return false;
	}
	ur_take_fd(&fd);
	for (unsigned n = 1; (e = readdir(d)); n++) {
		uint64_t inode = socket_inode(dirfd(d), e->d_name, &look->incomplete);

		at->fd = atoi(e->d_name);
		if (inode)
			look->fn(inode, at, look->arg);
		if (n % 1024 == 0 && ur_procfd_now_ms() > look->deadline)
			break;
	}
	return true;
}

void ur_procfd_one(struct ur_procfd_look *look, int32_t pid)
{
	ur_cleanup(ur_closep) int dir = ur_procfd_open(pid);
	struct ur_procfd_at at = { .pid = pid, .tid = pid, .dir = dir };

	if (dir >= 0 && look_at_table(look, &at, "fd"))
		look->saw_init |= pid == 1;
}

/* The list of threads of the process of @dir, NULL when it has but one (proc_task_getattr()). */
static DIR *open_tasks(int dir)
{
	ur_cleanup(ur_closep) int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	DIR *d;

	if (fd < 0 || fstat(fd, &st) || st.st_nlink <= 3)
		return NULL;
	d = fdopendir(fd);
	if (d)
		ur_take_fd(&fd);
	return d;
}

static void look_at_threads(struct ur_procfd_look *look, int32_t pid)
{
	ur_cleanup(ur_closep) int dir = ur_procfd_open(pid);
	ur_cleanup(ur_closedirp) DIR *tasks = dir < 0 ? NULL : open_tasks(dir);
	struct ur_procfd_at at = { .pid = pid, .dir = dir };
	struct dirent *e;

	while (tasks && (e = readdir(tasks)) && ur_procfd_now_ms() <= look->deadline) {
		char name[32];

		at.tid = atoi(e->d_name);
		if (at.tid <= 0 || syscall(SYS_kcmp, pid, at.tid, KCMP_FILES, 0, 0) <= 0)
			continue;
		snprintf(name, sizeof(name), "task/%d/fd", at.tid);
		look_at_table(look, &at, name);
	}
}

static void each_process(struct ur_procfd_look *look, void (*fn)(struct ur_procfd_look *, int32_t))
{
	ur_cleanup(ur_closedirp) DIR *d = opendir("/proc");
	struct dirent *e;

	if (!d)
		look->incomplete = true;
	while (d && (e = readdir(d))) {
		int32_t pid = atoi(e->d_name);

		if (pid > 0)
			fn(look, pid);
		if (ur_procfd_now_ms() > look->deadline) {
			look->incomplete = true;
			return;
		}
	}
}

void ur_procfd_all(struct ur_procfd_look *look)
{
	each_process(look, ur_procfd_one);
}

void ur_procfd_threads(struct ur_procfd_look *look)
{
	each_process(look, look_at_threads);
}
