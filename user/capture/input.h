/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* input.h - the capture that -r or --annotate names: opened, and known to be one, before anything
 * is made for what comes of it.
 */
#include <stdio.h>
#include "user/capture/savefile.h"

struct ur_input {
	FILE *in;
	struct ur_savefile *file;
};

/* Open @path, or standard input for "-", and read what it begins with. Returns 0, and *@ret is to
 * be closed. Says on @err what is wrong otherwise: -EINVAL, where it is no capture, or can't be
 * had under that name; -errno of opening or reading it. */
int ur_input_open(const char *path, FILE *err, struct ur_input *ret);

/* All of it, but for standard input itself; what is zero, too. */
void ur_input_close(struct ur_input *input);
