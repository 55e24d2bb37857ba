/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rotate.h - when -w goes on to another file, and how that is called: as tcpdump does it. Pure.
 *
 *   -C            FILE, FILE1, FILE2, ...
 *   -C -W N       FILE0 to FILEn, with leading zeros, and again from FILE0; FILE for -W 1
 *   -G            strftime(FILE); with -W N the end is after N files
 *   -G -C         strftime(FILE), and within that time the same with 1, 2, ... behind it; with
 *                 -W N as for -C alone, and no end
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct ur_rotate {
	uint64_t bytes;   /* -C; 0: no limit */
	uint64_t seconds; /* -G; 0: no limit */
	uint64_t files;   /* -W; 0: no limit */
	/* where it stands */
	time_t since;     /* when the current file's time began */
	uint64_t index;   /* of the current file: by size, within its time */
	uint64_t periods; /* times that began */
};

/* Start the first file's time at @now. */
void ur_rotate_start(struct ur_rotate *rotate, time_t now);

/* Whether something written at @now, when the current file has @size bytes, belongs into
 * another file: 1, and that is current then; 0; or -ECANCELED, the last file is full. */
int ur_rotate_next(struct ur_rotate *rotate, time_t now, uint64_t size);

/* The name of the current file, from what -w was given. Returns 0, or -ENAMETOOLONG. */
int ur_rotate_name(const struct ur_rotate *rotate, const char *path, char *name, size_t size);
