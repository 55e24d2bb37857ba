/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* obstacles.h - what this host has that keeps programs from running, functions from being those
 * that were built, or tools from being run: settings, live patches, security modules.
 */
#include <stdbool.h>
#include <stddef.h>

#define UR_OBSTACLES_MAX 16

struct ur_obstacle {
	bool certain; /* something is missing by it; else it is worth knowing */
	char what[27];
	char text[320]; /* what comes of it, and what to do */
};

/* What there is, of @max at most, into @ret; returns how many. @root is where the host's files are,
 * "" for /; @hooked, of @n, are the functions of the kernel that programs are attached to. */
size_t ur_obstacles_find(const char *root, const char *const *hooked, size_t n,
			 struct ur_obstacle *ret, size_t max);
