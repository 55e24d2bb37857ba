/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/times.h"

#include <inttypes.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_US 1000

static void say_zoned(struct ur_buf *out, const char *format, const struct timespec *time)
{
	char text[32] = "--:--:--";
	struct tm tm;

	if (localtime_r(&time->tv_sec, &tm))
		strftime(text, sizeof(text), format, &tm);
	ur_buf_add(out, "%s.%06ld ", text, time->tv_nsec / NS_PER_US);
}

/* Events are shown as they were explained, and a clock may be set: it can be negative. */
static void say_since(struct ur_buf *out, const struct timespec *then, const struct timespec *time)
{
	int64_t ns = (time->tv_sec - then->tv_sec) * NS_PER_S + time->tv_nsec - then->tv_nsec;
	const char *sign = ns < 0 ? "-" : " ";
	int64_t us = (ns < 0 ? -ns : ns) / NS_PER_US, s = us / 1000000;

	ur_buf_add(out, "%s%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%06" PRId64 " ", sign,
		   s / 3600, s / 60 % 60, s % 60, us % 1000000);
}

void ur_say_time(struct ur_times *times, struct ur_buf *out, const struct timespec *time)
{
	if (!times->any)
		times->first = times->before = *time;
	times->any = true;
	switch (times->form) {
	case UR_TIMES_NONE:
		break;
	case UR_TIMES_SECONDS:
		ur_buf_add(out, "%" PRId64 ".%06ld ", (int64_t)time->tv_sec,
			   time->tv_nsec / NS_PER_US);
		break;
	case UR_TIMES_BEFORE:
		say_since(out, &times->before, time);
		break;
	case UR_TIMES_DATE:
		say_zoned(out, "%Y-%m-%d %H:%M:%S", time);
		break;
	case UR_TIMES_FIRST:
		say_since(out, &times->first, time);
		break;
	default:
		say_zoned(out, "%H:%M:%S", time);
	}
	times->before = *time;
}

void ur_say_moment(struct ur_buf *out, const struct timespec *time, const struct timespec *day)
{
	char text[32] = "--:--:--";
	struct tm tm, other;
	bool same;

	if (localtime_r(&time->tv_sec, &tm)) {
		same = day && localtime_r(&day->tv_sec, &other) && tm.tm_yday == other.tm_yday &&
		       tm.tm_year == other.tm_year;
		strftime(text, sizeof(text), same ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	}
	ur_buf_add(out, "%s", text);
}
