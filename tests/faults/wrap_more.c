/* SPDX-License-Identifier: GPL-2.0-only */
/* wrap_running.c - further calls that can fail, which a running tracer makes and a replay does not. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "tests/faults/faults.h"

WRAP(int, poll, FAULT_CALL, (struct pollfd * fds, nfds_t n, int ms), (fds, n, ms), ENOMEM, -1)
WRAP(int, setns, FAULT_CALL, (int fd, int what), (fd, what), EPERM, -1)
WRAP(int, ioctl, FAULT_CALL, (int fd, unsigned long what, void *at), (fd, what, at), EPERM, -1)
WRAP(ssize_t, sendto, FAULT_CALL,
     (int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t len),
     (fd, p, n, flags, to, len), ENOBUFS, -1)
WRAP(struct dirent *, readdir, FAULT_CALL, (DIR * dir), (dir), EIO, NULL)

/* The stream tells of the error later on: ferror(). */
char *__real_fgets(char *line, int n, FILE *f);
char *__wrap_fgets(char *line, int n, FILE *f);
char *__wrap_fgets(char *line, int n, FILE *f)
{
	if (!fault_fails(FAULT_CALL, "fgets"))
		return __real_fgets(line, n, f);
	f->_flags |= 0x20; /* _IO_ERR_SEEN */
	errno = EIO;
	return NULL;
}
