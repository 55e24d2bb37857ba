/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* complain.h - what there is to say of a capture that was read: what was wrong with it. */
#include <stdbool.h>
#include <stdio.h>
#include "user/capture/annotate.h"
#include "user/capture/replay.h"

/* Of the file @path, which ur_replay() read to @file, and returned @r: 0, or why reading failed.
 * True when all of it could be read. */
bool ur_complain_replayed(FILE *err, const char *path, const struct ur_replayed *file, int r);

/* Of the file @path, which is none that can be read: why opening it failed. */
void ur_complain_unusable(FILE *err, const char *path, int r);

/* Of the capture @from, which ur_annotate() copied to @to and counted in @a, and returned @r; the
 * counts unless @quiet. True when all of it was copied. */
bool ur_complain_annotated(FILE *err, const char *from, const char *to, bool quiet,
			   const struct ur_annotated *a, int r);

/* Would writing to @path destroy what is read from @in? Says so then. */
bool ur_complain_overwrites(FILE *err, FILE *in, const char *path);
