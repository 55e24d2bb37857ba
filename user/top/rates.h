/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rates.h - how fast what a digest counts is growing, over the last UR_RATE_SECONDS. Pure: the
 * caller has the clock.
 */
#include "user/aggregate/digest.h"

#define UR_RATE_SECONDS 10

struct ur_rate {
	char key[UR_DIGEST_KEY];
	uint64_t count;                /* at the last tick */
	uint64_t was[UR_RATE_SECONDS]; /* one second before, two, ... */
};

struct ur_rates {
	uint64_t ticks;
	struct {
		size_t n;
		struct ur_rate one[UR_DIGEST_MAX];
	} table[UR_DIGEST_KINDS];
};

/* A second has passed. */
void ur_rates_tick(struct ur_rates *rates, const struct ur_digest *digest);

/* A second, in tenths, of the entry with @key; 0 when it is not known. */
uint64_t ur_rates_tenths(const struct ur_rates *rates, enum ur_digest_kind kind, const char *key);
