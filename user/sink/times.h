/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* times.h - the time in front of a line, in the forms of tcpdump's -t. */
#include <stdbool.h>
#include <time.h>
#include "user/base/strbuf.h"

enum ur_times_form {
	UR_TIMES_CLOCK,   /* 02:45:20.123456, in the zone of $TZ */
	UR_TIMES_NONE,    /* -t */
	UR_TIMES_SECONDS, /* -tt: since 1970 */
	UR_TIMES_BEFORE,  /* -ttt: since the line before */
	UR_TIMES_DATE,    /* -tttt: 2026-11-21 02:45:20.123456 */
	UR_TIMES_FIRST,   /* -ttttt: since the first line */
};

struct ur_times {
	enum ur_times_form form;
	bool any;
	struct timespec first, before;
};

/* Say @time, and a space behind it; nothing with UR_TIMES_NONE. */
void ur_say_time(struct ur_times *times, struct ur_buf *out, const struct timespec *time);

/* "02:45:20" in the zone of $TZ, "2026-11-21 02:45:20" where that is not the day of @day; NULL:
 * always. */
void ur_say_moment(struct ur_buf *out, const struct timespec *time, const struct timespec *day);
