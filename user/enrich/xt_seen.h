/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_seen.h - what tables of legacy iptables held, by how often tables had been replaced.
 *
 * REJECT is for table "filter" alone (struct xt_target.table), so that is the one. Any thread
 * may call.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_xt_seen;

/* Which table, and when: as struct ur_tables counts, 0: not known. */
struct ur_xt_when {
	uint32_t netns;
	uint64_t cookie; /* 0: not known, fits any */
	bool ipv6;
	uint32_t generation;
};

struct ur_xt_content {
	uint64_t digest;  /* ur_xt_digest() */
	uint32_t entries; /* rules, and what else the kernel counts */
	bool ahead;       /* the texts of its rules that reject were read, or could not be... */
	char why[UR_REASON_MAX]; /* ...since, "" when they were */
};

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_xt_seen_new(struct ur_xt_seen **ret);
void ur_xt_seen_free(struct ur_xt_seen *seen);
UR_DEFINE_CLEANUP(struct ur_xt_seen, ur_xt_seen_free)

/* The table held @digest then, of so many entries. */
void ur_xt_seen_put(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		    uint32_t entries);

/* Reading the texts of @digest has come to its end; @why: "", or why they are not there, which
 * is forgotten after ten minutes. */
void ur_xt_seen_ahead(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		      const char *why);

/* What the table held then. False: not known. */
bool ur_xt_seen_get(struct ur_xt_seen *seen, const struct ur_xt_when *when,
		    struct ur_xt_content *ret);

/* What is known of content @digest of the table, whenever. False: nothing. */
bool ur_xt_seen_find(struct ur_xt_seen *seen, const struct ur_xt_when *when, uint64_t digest,
		     struct ur_xt_content *ret);

/* Namespace @netns is gone, and its number will be that of another one. */
void ur_xt_seen_netns_gone(struct ur_xt_seen *seen, uint32_t netns);
