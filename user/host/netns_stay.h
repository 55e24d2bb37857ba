/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* netns_stay.h - a thread's stay in a namespace that is known by its number.
 *
 *	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;
 *	ur_netns_stay_begin(names, inum, &stay);
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/enrich/netns.h"
#include "user/host/netns_enter.h"

struct ur_netns_stay {
	struct ur_netns_visit visit;
	bool there;
	char outside[UR_REASON_MAX]; /* why it is not there */
};

#define UR_NETNS_NO_STAY                   \
	{                                  \
		.visit = UR_NETNS_AT_HOME, \
	}

/* Go there, unless the thread is there already. Returns 0; -ENOENT when no way leads there;
 * -errno. */
int ur_netns_stay_begin(struct ur_netns_names *names, uint32_t inum, struct ur_netns_stay *stay);

/* Where the namespace's cookie is not @cookie (0: not known), another one has got the number
 * since: leave it, as if no way led there. */
void ur_netns_stay_check(struct ur_netns_stay *stay, uint64_t cookie);

void ur_netns_stay_end(struct ur_netns_stay *stay);

/* The cookie of the namespace that the thread is in, 0 before Linux 5.14. */
uint64_t ur_netns_cookie_here(void);
