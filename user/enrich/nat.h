/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nat.h - would the NAT rules, as they are now, do to the flow what its entry does? */
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_nat_check;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_nat_check_new(struct ur_nat_check **ret);
void ur_nat_check_free(struct ur_nat_check *check);
UR_DEFINE_CLEANUP(struct ur_nat_check, ur_nat_check_free)

/* True when @ev has a conntrack entry that rules can be held against. */
bool ur_nat_check_wants(const struct ur_evidence *ev);

/* The namespace of the calling thread, which is that of @ev->nat_from. */
struct ur_nat_here {
	uint64_t cookie;         /* 0: not known */
	enum ur_looked src, dst; /* is the flow's address one of its own? */
};

/* Fill @ev->nat_now, from the rules in that namespace. Blocks for up to some seconds where tools
 * must run, which they do when the rules have changed, and seldom when they are slow. */
void ur_nat_check(struct ur_nat_check *check, const struct ur_nat_here *here,
		  struct ur_evidence *ev);

/* Namespace @netns is gone, and its number will be that of another one. */
void ur_nat_check_netns_gone(struct ur_nat_check *check, uint32_t netns);
