/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* patterns.h - what several refused packets show together: a traceroute, a port scan.
 *
 * One packet alone shows neither. Whoever explains shows each packet to it, and it says what
 * the packets so far come to, as evidence for the verdict. Pure; bounded: UR_SCANS_MAX sources
 * with 8 KiB each, UR_TRACES_MAX with less. Where there are more sources at once, those with
 * the fewest ports are forgotten first.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/evidence.h"

#define UR_SCANS_MAX  24
#define UR_TRACES_MAX 24
#define UR_SCAN_PORTS 10 /* ports of one source that make a scan */

/* Where packets come from, and which. */
struct ur_pattern_key {
	uint64_t cookie; /* of the namespace, 0: not known */
	uint32_t inum;
	uint8_t family;
	uint8_t proto;
	uint8_t src[16];
};

struct ur_scan {
	struct ur_pattern_key key;
	struct ur_netns netns;
	uint64_t first_ns; /* CLOCK_MONOTONIC of the first packet, 0: free */
	uint64_t last_ns;
	uint64_t packets;
	uint32_t ports; /* different ones */
	uint32_t told;  /* ...when that was last worth a line of its own */
	uint16_t lowest;
	uint16_t highest;
	bool by_rule; /* rules refused some of them */
	bool ended;   /* told that it is over */
	uint8_t seen[65536 / 8];
};

struct ur_trace {
	struct ur_pattern_key key;
	uint64_t last_ns;
	uint32_t probes;
	uint16_t port; /* of the last packet */
};

struct ur_patterns {
	struct ur_scan scans[UR_SCANS_MAX];
	struct ur_trace traces[UR_TRACES_MAX];
};

/* See each event in order, and fill ev->pattern. */
void ur_patterns_note(struct ur_patterns *all, struct ur_evidence *ev);

/* When the next scan is over, as things are, 0 for never. */
uint64_t ur_patterns_next(const struct ur_patterns *all);

/* A scan that is over by @now and was not returned before, or NULL; owned by @all. What is
 * going on at the end is over by UINT64_MAX. */
const struct ur_scan *ur_patterns_over(struct ur_patterns *all, uint64_t now);
