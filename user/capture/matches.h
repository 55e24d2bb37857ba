/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* matches.h - recorded events, to be found again by the error that somebody captured.
 *
 * It is a sink, too: what it is shown, it keeps.
 */
#include "user/sink.h"
#include "user/packet/wire.h"

/* How well the one found fits. */
enum ur_match {
	UR_MATCH_NONE,
	UR_MATCH_LIKELY, /* others look alike: it is the nearest in time */
	UR_MATCH_SURE,   /* the only one, or the only one of that IP identification */
};

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_matches_new(struct ur_sink **ret);

/* The event of @matches that @wire, captured at @time (nanoseconds since 1970), tells the outcome
 * of; its comment in *@comment, borrowed. */
enum ur_match ur_matches_find(const struct ur_sink *matches, const struct ur_wire *wire,
			      uint64_t time, const char **comment);
