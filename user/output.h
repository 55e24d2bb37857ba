/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* output.h - the sink that the command line asks for. */
#include "user/options.h"
#include "user/sink.h"

/* Text or JSON on standard output, a capture file, or both. Returns 0 and gives *@ret to the
 * caller, or -errno of what ur_output_name() names. */
int ur_output_new(const struct ur_options *opts, struct ur_sink **ret);

/* What an error of writing is about. */
const char *ur_output_name(const struct ur_options *opts);
