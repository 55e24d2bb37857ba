/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* replay.h - explains recorded evidence again, as a capture file of -w has it: without a
 * kernel, and with what this version knows.
 */
#include <stdint.h>
#include "user/capture/record.h"
#include "user/capture/savefile.h"
#include "user/select.h"
#include "user/sink.h"

struct ur_replay_opts {
	struct ur_sink *sink; /* borrowed */
	struct ur_select select;
	const char *netns; /* "all", or a name or number that was recorded */
	uint64_t count;    /* stop after so many shown, 0: no limit */
};

/* What was in the file. */
struct ur_replayed {
	uint64_t records;    /* of evidence, read */
	uint64_t without;    /* packets without such a record */
	uint64_t unreadable; /* records that are broken, or of a later version */
	uint64_t later;      /* of these, those in a later format, of which nothing is known */
	char by[UR_RECORD_BY_MAX]; /* what wrote the first of these; "": it does not say */
	bool cut;                  /* the file ends within a block; up to there all was read */
	int broken; /* why it could not be read any further, as what is returned; 0: it could */
};

/* Read @file to its end and show what @opts select. Fills *@totals and *@ret. Returns 0, also for a
 * file that was cut off; -EPROTO: it is broken from some place on; -errno of reading it, or of the
 * sink. */
int ur_replay(struct ur_savefile *file, const struct ur_replay_opts *opts, struct ur_totals *totals,
	      struct ur_replayed *ret);
