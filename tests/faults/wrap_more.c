/* SPDX-License-Identifier: GPL-2.0-only */
/* wrap_more.c - further calls that can fail: those that look something up, wait, or end something. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/faults/faults.h"

WRAP_CODE(posix_spawn_file_actions_addopen, FAULT_MEMORY,
	  (posix_spawn_file_actions_t * fa, int fd, const char *path, int flags, mode_t mode),
	  (fa, fd, path, flags, mode), ENOMEM)
WRAP_CODE(posix_spawn_file_actions_adddup2, FAULT_MEMORY,
	  (posix_spawn_file_actions_t * fa, int fd, int to), (fa, fd, to), ENOMEM)
WRAP_CODE(posix_spawn_file_actions_addclosefrom_np, FAULT_MEMORY,
	  (posix_spawn_file_actions_t * fa, int from), (fa, from), ENOMEM)
WRAP(cap_t, cap_init, FAULT_MEMORY, (void), (), ENOMEM, NULL)
WRAP(cap_t, cap_get_proc, FAULT_MEMORY, (void), (), ENOMEM, NULL)
WRAP(struct if_nameindex *, if_nameindex, FAULT_MEMORY, (void), (), ENOBUFS, NULL)
WRAP(int, getifaddrs, FAULT_MEMORY, (struct ifaddrs * *list), (list), ENOMEM, -1)

WRAP(int, signalfd, FAULT_OPEN, (int fd, const sigset_t *set, int flags), (fd, set, flags), EMFILE,
     -1)
WRAP(int, epoll_create1, FAULT_OPEN, (int flags), (flags), EMFILE, -1)
WRAP(int, dup, FAULT_OPEN, (int fd), (fd), EMFILE, -1)
WRAP(int, open_by_handle_at, FAULT_OPEN, (int fd, struct file_handle *at, int flags),
     (fd, at, flags), EMFILE, -1)

WRAP(int, poll, FAULT_CALL, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), ENOMEM, -1)
WRAP(int, epoll_ctl, FAULT_CALL, (int ep, int what, int fd, struct epoll_event *e),
     (ep, what, fd, e), ENOMEM, -1)
WRAP(int, setns, FAULT_CALL, (int fd, int what), (fd, what), EPERM, -1)
WRAP(int, ioctl, FAULT_CALL, (int fd, unsigned long what, void *at), (fd, what, at), EPERM, -1)
WRAP(ssize_t, sendto, FAULT_CALL,
     (int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t len),
     (fd, p, n, flags, to, len), ENOBUFS, -1)
WRAP(int, bind, FAULT_CALL, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n),
     EADDRINUSE, -1)
WRAP(int, listen, FAULT_CALL, (int fd, int n), (fd, n), EADDRINUSE, -1)
WRAP(int, getsockname, FAULT_CALL, (int fd, struct sockaddr *at, socklen_t *n), (fd, at, n),
     ENOBUFS, -1)
WRAP(int, access, FAULT_CALL, (const char *path, int mode), (path, mode), EACCES, -1)
WRAP(int, faccessat, FAULT_CALL, (int dir, const char *path, int mode, int flags),
     (dir, path, mode, flags), EACCES, -1)
WRAP(ssize_t, readlinkat, FAULT_CALL, (int dir, const char *path, char *p, size_t n),
     (dir, path, p, n), EACCES, -1)
WRAP(int, unlink, FAULT_CALL, (const char *path), (path), EACCES, -1)
WRAP(int, fseek, FAULT_CALL, (FILE * f, long to, int from), (f, to, from), EIO, -1)
WRAP(int, ftruncate, FAULT_CALL, (int fd, off_t n), (fd, n), EIO, -1)
WRAP(ssize_t, getrandom, FAULT_CALL, (void *p, size_t n, unsigned int flags), (p, n, flags), ENOSYS,
     -1)
WRAP(char *, if_indextoname, FAULT_CALL, (unsigned int index, char *name), (index, name), ENXIO,
     NULL)
WRAP(int, cap_set_proc, FAULT_CALL, (cap_t caps), (caps), EPERM, -1)
WRAP(int, cap_drop_bound, FAULT_CALL, (cap_value_t cap), (cap), EPERM, -1)
WRAP(struct dirent *, readdir, FAULT_CALL, (DIR * dir), (dir), EIO, NULL)

/* The stream tells of the error later on: ferror(). */
static void mark_error(FILE *f)
{
	f->_flags |= 0x20; /* _IO_ERR_SEEN */
	errno = EIO;
}

char *__real_fgets(char *line, int n, FILE *f);
char *__wrap_fgets(char *line, int n, FILE *f);
char *__wrap_fgets(char *line, int n, FILE *f)
{
	if (!fault_fails(FAULT_CALL, "fgets"))
		return __real_fgets(line, n, f);
	mark_error(f);
	return NULL;
}

size_t __real_fread(void *p, size_t size, size_t n, FILE *f);
size_t __wrap_fread(void *p, size_t size, size_t n, FILE *f);
size_t __wrap_fread(void *p, size_t size, size_t n, FILE *f)
{
	if (!fault_fails(FAULT_CALL, "fread"))
		return __real_fread(p, size, n, f);
	mark_error(f);
	return 0;
}

/* getline() */
ssize_t __real___getdelim(char **line, size_t *n, int end, FILE *f);
ssize_t __wrap___getdelim(char **line, size_t *n, int end, FILE *f);
ssize_t __wrap___getdelim(char **line, size_t *n, int end, FILE *f)
{
	if (!fault_fails(FAULT_CALL, "getline"))
		return __real___getdelim(line, n, end, f);
	mark_error(f);
	return -1;
}

/* What was not written yet can't be; the stream is gone all the same. */
int __real_fclose(FILE *f);
int __wrap_fclose(FILE *f);
int __wrap_fclose(FILE *f)
{
	const bool fails = fault_fails(FAULT_CALL, "fclose");
	int r = __real_fclose(f);

	if (!fails)
		return r;
	errno = ENOSPC;
	return EOF;
}
