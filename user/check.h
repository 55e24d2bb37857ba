/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* check.h - --check: what this kernel and host offer, and what will be missing and why. */
#include <stdio.h>
#include "user/probe.h"

/* Write the report to @out. @p is NULL when the kernel can't be traced, and @why says why
 * then. */
void ur_check_print(FILE *out, const struct ur_probe *p, const struct ur_refusal *why);

/* Say on @out what no hook sees here, some lines of it; nothing when all is seen. */
void ur_check_unseen(FILE *out, const struct ur_probe *p);
