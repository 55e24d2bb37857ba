/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_prefetch.h - the texts of all rejecting rules of a namespace, read ahead. */
#include <stdint.h>
#include "user/enrich/rule_cache.h"

/* Read the rule set of the calling thread's namespace, which is of @generation, into
 * @cache, except for rules that are in it; table and rule are put into copies of @base. A table that can't be read, or
 * whose listing does not match the kernel's count, is left out. Returns 0; -EINTR when
 * the rule set changed meanwhile, and then what was read may be in the cache, for it is
 * true; -errno. */
int ur_nft_prefetch_run(struct ur_rule_cache *cache, const struct ur_rule_key *base,
			uint32_t generation);
