/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/clock.h"

#define CLOCK_NEAR_NS 10000 /* two clocks read so near to each other were read at once */
#define CLOCK_TRIES   8

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* CLOCK_REALTIME less CLOCK_MONOTONIC. They can't be read at one moment, and the thread may
 * lose its processor in between: the best of some tries. */
static int64_t real_ahead(void)
{
	int64_t best = INT64_MAX, ahead = 0;

	for (int i = 0; i < CLOCK_TRIES && best > CLOCK_NEAR_NS; i++) {
		int64_t before = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME);
		int64_t took = clock_ns(CLOCK_MONOTONIC) - before;

		if (took >= best)
			continue;
		best = took;
		ahead = real - before - took / 2;
	}
	return ahead;
}

struct timespec ur_clock_real(uint64_t mono_ns)
{
	int64_t ns = (int64_t)mono_ns + real_ahead();

	return (struct timespec){ ns / 1000000000LL, ns % 1000000000LL };
}

uint64_t ur_clock_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}
