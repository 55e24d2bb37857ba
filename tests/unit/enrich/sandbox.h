/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sandbox.h - tests that need a kernel, in a network namespace of their own. */
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Move this process to a fresh network namespace. False: not allowed to, skip the test. */
static inline bool sandbox(void)
{
	if (!unshare(CLONE_NEWNET))
		return true;
	perror("skipped: a network namespace of its own");
	return false;
}

/* Run a shell command; false when it fails, or the program isn't there. */
static inline bool shell(const char *command)
{
	if (!system(command))
		return true;
	fprintf(stderr, "skipped: %s\n", command);
	return false;
}

/* The number of the network namespace behind @path. */
static inline uint32_t inum_of(const char *path)
{
	struct stat st = {};

	return stat(path, &st) ? 0 : st.st_ino;
}
