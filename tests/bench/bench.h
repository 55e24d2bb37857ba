/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* bench.h - shared by the programs of the benchmark, which run in guests. */
#include "tests/truth/truth.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>

/* Guest instructions so far: under -icount shift=0 one takes a nanosecond, and QEMU's
 * processor has a time stamp counter of 1 GHz, which is exact where the kernel's clock
 * is scaled and rounded. */
static inline uint64_t now(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
#endif
}

/* From here on this process opens its sockets in namespace @path; NULL: where it is. */
static inline void enter_netns(const char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (!path)
		return;
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("entering %s", path);
	close(fd);
}

static inline void set_port(struct addr *a, long port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}
