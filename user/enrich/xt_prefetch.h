/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_prefetch.h - the texts of a legacy table's rules that reject, before they do. */
#include "user/enrich/rule_cache.h"
#include "user/enrich/rule_tree.h"
#include "user/enrich/xt_seen.h"

/* How often tables were replaced so far, see ur_probe_tables(). */
struct ur_xt_clock {
	uint32_t (*now)(const void *arg); /* NULL: not known */
	const void *arg;
};

static inline uint32_t ur_xt_now(const struct ur_xt_clock *clock)
{
	return clock->now ? clock->now(clock->arg) : 0;
}

/* Read the texts of table "filter" of the calling thread's namespace, which @when names, into
 * @cache, and say in @seen how that went. Blocks, for long where there are very many. Returns
 * 0, also when there is nothing to read; -EINTR when tables were replaced meanwhile; -errno.
 * When texts were read, *@tree is what they were read from, of table *@digest, and the
 * caller's; else NULL. */
int ur_xt_prefetch_run(struct ur_rule_cache *cache, struct ur_xt_seen *seen,
		       const struct ur_xt_clock *clock, struct ur_xt_when when, uint64_t *digest,
		       struct ur_tree **tree);
