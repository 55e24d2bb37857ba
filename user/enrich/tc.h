/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* tc.h - what a device's packets meet before or behind IP: traffic control's filters, and an XDP
 * program. In the network namespace of the calling thread; reading only. */
#include <stdbool.h>
#include <stddef.h>
#include "user/evidence.h"

struct ur_tc_list {
	struct ur_tc one[UR_TC_MAX]; /* the first ones */
	size_t n;                    /* all that there are */
	bool programs_only;          /* in: BPF programs only */
};

/* Read one answer about a filter, but for its device and side. Returns 1; 0 when it is of a
 * priority only; -EBADMSG. Pure. */
int ur_tc_parse(const uint8_t *payload, size_t len, struct ur_tc *tc);

/* Add the filters at one side of the device to @list. Returns 0, also for a device without; or -errno. */
int ur_tc_filters(unsigned int ifindex, bool egress, struct ur_tc_list *list);

/* Add all BPF programs, tc's and XDP's, of all devices of the namespace. Returns 0; -E2BIG for more
 * than 64 devices; or -errno. */
int ur_tc_programs(struct ur_tc_list *list);

/* IP output refused the answer as netfilter does, or took it, and the device did not. Pure. */
bool ur_dropper_wants(const struct ur_event *ev);

/* IP output took the answer of @ev, and behind it the device did not (-ENOBUFS): say what it met
 * there in ev->dropper. */
void ur_tc_dropper(struct ur_evidence *ev);
