/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* annotate.h - copies somebody's capture to pcapng, with a comment on each Destination
 * Unreachable in it.
 */
#include <stdint.h>
#include <stdio.h>
#include "user/capture/savefile.h"
#include "user/sink.h"

struct ur_annotated {
	uint64_t packets;
	uint64_t errors;    /* Destination Unreachables among them */
	uint64_t explained; /* ...by recorded evidence */
	uint64_t alone;     /* ...by what the packet itself shows */
	uint64_t unknown;   /* packets of a link type that is not known here */
	bool cut;           /* the capture ends within a packet; up to there all is copied */
};

/* Copy @in, of which nothing was read but its begin, to @out. Comments come from @matches (see
 * matches.h) where it has the event; NULL: from the packet alone. Returns 0, also for a capture
 * that was cut off; -EPROTO: it is broken from some place on; -errno. */
int ur_annotate(struct ur_savefile *in, FILE *out, const struct ur_sink *matches,
		struct ur_annotated *ret);
