/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* cleanup.h - ownership. A local that owns something carries ur_cleanup(); ur_take() is
 * the only way out of the function. Every x_close(T *) accepts NULL, and keeps errno.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <dirent.h>

#define ur_cleanup(fn) __attribute__((cleanup(fn)))

#define ur_take(p)                  \
	({                          \
		typeof(p) p_ = (p); \
		(p) = NULL;         \
		p_;                 \
	})

/* From "void close(T *)" make the "void closep(T **)" that cleanup() wants. */
#define UR_DEFINE_CLEANUP(T, close)        \
	static inline void close##p(T **p) \
	{                                  \
		int saved_ = errno;        \
                                           \
		if (*p)                    \
			close(*p);         \
		*p = NULL;                 \
		errno = saved_;            \
	}

/* Descriptors start at -1: 0 is one. */
static inline void ur_closep(int *fd)
{
	int saved = errno; /* callers return -errno after us */

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline int ur_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void ur_freep(void *p)
{
	void **mem = p;

	free(*mem); /* keeps errno since glibc 2.33; musl and BSD do too */
	*mem = NULL;
}

static inline void ur_fclosep(FILE **f)
{
	int saved = errno;

	if (*f)
		fclose(*f);
	*f = NULL;
	errno = saved;
}

static inline void ur_closedirp(DIR **dir)
{
	int saved = errno;

	if (*dir)
		closedir(*dir);
	*dir = NULL;
	errno = saved;
}
