/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* output.h - the sink that the command line asks for. */
#include "user/options.h"
#include "user/sink.h"
#include "user/base/strbuf.h"

/* Text or JSON on standard output, or to @log, borrowed, unless that is NULL, a capture file, or
 * both; and what it came to. Returns 0 and gives *@ret to the caller, or -errno; @what then is
 * what could not be opened. */
int ur_output_new(const struct ur_options *opts, struct ur_outlet *log, const char **what,
		  struct ur_sink **ret);

/* What an error of writing is about. */
void ur_output_say(struct ur_buf *out, const struct ur_options *opts);
