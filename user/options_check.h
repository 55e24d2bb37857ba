/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* options_check.h - what each option allows, and together they do not. Pure. */
#include "user/options.h"
#include "user/base/strbuf.h"

/* Returns 0, or -EINVAL with one sentence added to @err. */
int ur_options_check(const struct ur_options *opts, struct ur_buf *err);
