/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* restarts.h - ports whose socket was closed, and cost packets: are they taken again?
 *
 * Nothing in the kernel tells when, and a hook at bind() would cost every client. So whoever
 * explains looks now and then, for a minute after the last packet that was refused: soon at
 * first, and ever more rarely. Pure; bounded.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/verdict.h"

#define UR_RESTARTS_MAX 32

struct ur_restart {
	struct ur_packet packet; /* the last that was refused */
	struct ur_netns netns;
	uint64_t netns_cookie; /* tells namespaces of one number apart; 0: not known */
	uint64_t closed_ns;    /* CLOCK_MONOTONIC of the former socket's end; 0: free */
	uint64_t refused;      /* packets since then, as far as they were explained */
	uint64_t refused_ns;   /* when the last of them was */
	uint64_t next_ns;      /* when to look again */
	size_t nopen;          /* sockets that were open then, and did not fit */
	uint64_t open[UR_SOCKS_MAX];
	struct ur_taken taken; /* once it is */
	uint64_t taken_ns;     /* ...by then */
	bool again;            /* told before; refused counts what came since */
};

struct ur_restarts {
	struct ur_restart one[UR_RESTARTS_MAX];
};

/* See each event that is shown. The port of a socket.closed is looked at from now on, unless
 * it is taken already, as the event itself may tell: then *@ret is that restart, and true is
 * returned. */
bool ur_restarts_note(struct ur_restarts *all, const struct ur_evidence *ev,
		      const struct ur_report *report, struct ur_restart *ret);

/* When the next look is due, 0 for never. */
uint64_t ur_restarts_next(const struct ur_restarts *all);

/* The one to look at by @now, or NULL; owned by @all. */
struct ur_restart *ur_restarts_due(struct ur_restarts *all, uint64_t now);

/* @one was looked at, one->taken is what was found. True when that ends the restart: it is
 * copied to *@ret. */
bool ur_restarts_looked(struct ur_restart *one, uint64_t now, struct ur_restart *ret);
