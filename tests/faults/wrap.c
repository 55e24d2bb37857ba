/* SPDX-License-Identifier: GPL-2.0-only */
/* wrap.c - what the linker puts in the place of calls that can fail (ld --wrap): each counts the
 * calls of its kind, and fails the one that was asked for. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "tests/faults/faults.h"

struct fault fault, *fault_at = &fault;

/* The sanitizer's, where it is linked. */
__attribute__((weak)) void __sanitizer_print_stack_trace(void);

/* Is this the call to fail? */
bool fault_fails(enum fault_kind kind, const char *name)
{
	struct fault *f = fault_at;
	unsigned int n;

	if (!f->hit || f->kind != kind)
		return false;
	n = __atomic_add_fetch(&f->calls, 1, __ATOMIC_SEQ_CST);
	if (n != f->nth && !(f->all && n > f->nth))
		return false;
	if (!f->hit[0])
		snprintf(f->hit, FAULT_NAME_MAX, "%s", name);
	if (f->tell && __sanitizer_print_stack_trace) {
		f->tell = false;
		__sanitizer_print_stack_trace();
	}
	return true;
}

WRAP(void *, malloc, FAULT_MEMORY, (size_t n), (n), ENOMEM, NULL)
WRAP(void *, calloc, FAULT_MEMORY, (size_t n, size_t m), (n, m), ENOMEM, NULL)
WRAP(void *, realloc, FAULT_MEMORY, (void *p, size_t n), (p, n), ENOMEM, NULL)
WRAP(char *, strdup, FAULT_MEMORY, (const char *s), (s), ENOMEM, NULL)
WRAP(char *, strndup, FAULT_MEMORY, (const char *s, size_t n), (s, n), ENOMEM, NULL)
WRAP(FILE *, open_memstream, FAULT_MEMORY, (char **p, size_t *n), (p, n), ENOMEM, NULL)
WRAP(void *, mmap, FAULT_MEMORY, (void *at, size_t n, int prot, int flags, int fd, off_t off),
     (at, n, prot, flags, fd, off), ENOMEM, MAP_FAILED)

WRAP(FILE *, fopen, FAULT_OPEN, (const char *path, const char *mode), (path, mode), EMFILE, NULL)
WRAP(FILE *, fdopen, FAULT_OPEN, (int fd, const char *mode), (fd, mode), ENOMEM, NULL)
WRAP(DIR *, opendir, FAULT_OPEN, (const char *path), (path), EMFILE, NULL)
WRAP(DIR *, fdopendir, FAULT_OPEN, (int fd), (fd), ENOMEM, NULL)
WRAP(int, memfd_create, FAULT_OPEN, (const char *name, unsigned int flags), (name, flags), EMFILE,
     -1)
WRAP(int, socket, FAULT_OPEN, (int a, int b, int c), (a, b, c), EMFILE, -1)
WRAP(int, pipe2, FAULT_OPEN, (int p[2], int flags), (p, flags), EMFILE, -1)
WRAP(int, eventfd, FAULT_OPEN, (unsigned int n, int flags), (n, flags), EMFILE, -1)
WRAP(int, timerfd_create, FAULT_OPEN, (int clock, int flags), (clock, flags), EMFILE, -1)

WRAP(ssize_t, read, FAULT_CALL, (int fd, void *p, size_t n), (fd, p, n), EIO, -1)
WRAP(ssize_t, write, FAULT_CALL, (int fd, const void *p, size_t n), (fd, p, n), ENOSPC, -1)
WRAP(int, fstat, FAULT_CALL, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP(int, stat, FAULT_CALL, (const char *path, struct stat *st), (path, st), EACCES, -1)
WRAP(int, connect, FAULT_CALL, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n), EPERM,
     -1)
WRAP(int, setsockopt, FAULT_CALL, (int fd, int level, int what, const void *p, socklen_t n),
     (fd, level, what, p, n), EPERM, -1)
WRAP(int, getsockopt, FAULT_CALL, (int fd, int level, int what, void *p, socklen_t *n),
     (fd, level, what, p, n), EPERM, -1)
WRAP(ssize_t, send, FAULT_CALL, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags),
     ENOBUFS, -1)
WRAP(ssize_t, recv, FAULT_CALL, (int fd, void *p, size_t n, int flags), (fd, p, n, flags), ENOBUFS,
     -1)
WRAP(ssize_t, readlink, FAULT_CALL, (const char *path, char *p, size_t n), (path, p, n), EACCES, -1)
WRAP(int, timerfd_settime, FAULT_CALL,
     (int fd, int flags, const struct itimerspec *to, struct itimerspec *was), (fd, flags, to, was),
     EINVAL, -1)
WRAP(int, prctl, FAULT_CALL,
     (int what, unsigned long a, unsigned long b, unsigned long c, unsigned long d),
     (what, a, b, c, d), EPERM, -1)

WRAP_CODE(pthread_create, FAULT_THREAD,
	  (pthread_t * t, const pthread_attr_t *attr, void *(*fn)(void *), void *arg),
	  (t, attr, fn, arg), EAGAIN)
WRAP_CODE(posix_spawn, FAULT_THREAD,
	  (pid_t * pid, const char *path, const posix_spawn_file_actions_t *fa,
	   const posix_spawnattr_t *attr, char *const argv[], char *const env[]),
	  (pid, path, fa, attr, argv, env), EAGAIN)

/* What glibc does beside returning it: ferror() tells later on (_IO_ERR_SEEN). */
static void mark_error(FILE *f)
{
	errno = ENOSPC;
	if (f)
		f->_flags |= 0x20;
}

size_t __real_fwrite(const void *p, size_t size, size_t n, FILE *f);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f)
{
	if (!fault_fails(FAULT_CALL, "fwrite"))
		return __real_fwrite(p, size, n, f);
	mark_error(f);
	return 0;
}

int __real_fflush(FILE *f);
int __wrap_fflush(FILE *f);
int __wrap_fflush(FILE *f)
{
	if (!fault_fails(FAULT_CALL, "fflush"))
		return __real_fflush(f);
	mark_error(f);
	return EOF;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	if (fault_fails(FAULT_OPEN, "open"))
		return errno = EMFILE, -1;
	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return __real_open(path, flags, mode);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	int mode;

	if (fault_fails(FAULT_OPEN, "openat"))
		return errno = EMFILE, -1;
	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return __real_openat(dir, path, flags, mode);
}

/* libbpf's way to the kernel; bpf() and perf_event_open() are a kind of their own. */
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_bpf && fault_fails(FAULT_BPF, "bpf"))
		return errno = fault_at->error, -1;
	if (number == SYS_perf_event_open && fault_fails(FAULT_BPF, "perf_event_open"))
		return errno = fault_at->error, -1;
	return __real_syscall(number, a, b, c, d, e, f);
}
