/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sink.h - where reports go: text for people, JSON for programs, counts at the end.
 *
 * A sink borrows its stream: it flushes it, it never closes it. Every operation returns
 * 0 or -errno; -EPIPE says that the reader is gone (SIGPIPE must be ignored for that).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "user/cleanup.h"
#include "user/evidence.h"
#include "user/patterns.h"
#include "user/restarts.h"
#include "user/verdict.h"

/* What a whole run came to. */
struct ur_totals {
	uint64_t decided;        /* UR_STAT_DECIDED: all that the kernel side counted */
	uint64_t lost_ring;      /* UR_STAT_RING_FULL: of these, without details */
	uint64_t lost_queue;     /* of these, dropped because the reader was too slow */
	uint64_t lost_frame;     /* UR_STAT_FRAME_LOST + UR_STAT_NO_ENTRY: caller not known */
	uint64_t forbidden;      /* UR_STAT_FORBIDDEN: not among decided */
	uint64_t filtered_netns; /* UR_STAT_FILTERED: not among decided */
	uint64_t ns;             /* how long it was attached */
	uint64_t passed_over;    /* of other packets than those asked for: got no verdict */
	/* counted by ur_totals_add() */
	uint64_t explained; /* events that got a verdict, shown or not */
	uint64_t shown;     /* ...that were shown; the others have a cause not asked for */
	uint64_t outcome[UR_OUTCOME_SUPPRESSED + 1];
	uint64_t suppressed_by[UR_SUPP_MAX_];
	uint64_t cause[UR_CAUSE_MAX_];
	/* counted by ur_totals_add_restart() */
	uint64_t restarts; /* ports that were closed, refused packets, and were taken again */
	uint64_t restarts_refused; /* ...which so many packets met */
	uint64_t restarts_ns;      /* the longest of them */
};

/* Count one explained event (with ev->count for as many as it stands for). */
void ur_totals_add(struct ur_totals *totals, const struct ur_evidence *ev,
		   const struct ur_report *report, bool shown);

/* Count one restart, or packets that are found to belong to one only after it. */
void ur_totals_add_restart(struct ur_totals *totals, const struct ur_restart *restart);

struct ur_sink;

struct ur_sink_ops {
	int (*event)(struct ur_sink *sink, const struct ur_evidence *ev,
		     const struct ur_report *report);
	/* NULL: says nothing of restarts */
	int (*restart)(struct ur_sink *sink, const struct ur_restart *restart,
		       const struct timespec *time);
	/* NULL: says no more of scans than each event does */
	int (*scan)(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time);
	int (*finish)(struct ur_sink *sink, const struct ur_totals *totals);
	void (*free)(struct ur_sink *sink);
};

/* The first member of every sink. */
struct ur_sink {
	const struct ur_sink_ops *ops;
};

/* Show one event; what is written has left for the reader on return. */
int ur_sink_event(struct ur_sink *sink, const struct ur_evidence *ev,
		  const struct ur_report *report);
/* Show that a port which cost packets is taken again, as it was seen at @time. */
int ur_sink_restart(struct ur_sink *sink, const struct ur_restart *restart,
		    const struct timespec *time);
/* Show what a port scan came to whose last packet was at @time. */
int ur_sink_scan(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time);
/* Show the totals, once, at the end. */
int ur_sink_finish(struct ur_sink *sink, const struct ur_totals *totals);
void ur_sink_free(struct ur_sink *sink);
UR_DEFINE_CLEANUP(struct ur_sink, ur_sink_free)

/* Push @out to its reader: 0, or -errno of whatever went wrong since the last time. */
int ur_sink_flush(FILE *out);

struct ur_text_opts {
	unsigned int width; /* columns to wrap at, 0: one line each, for pipes and files */
	bool color;
	bool quiet;           /* the first line of an event only */
	bool numeric;         /* no names of services */
	unsigned int verbose; /* 1: the evidence as well */
	const char *services; /* file with the names, NULL: /etc/services */
};

/* Text for people. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_sink_text_new(FILE *out, const struct ur_text_opts *opts, struct ur_sink **ret);

/* JSON to the contract of tools/schema/unreach-1.schema.json, one object per line. */
int ur_sink_json_new(FILE *out, struct ur_sink **ret);

/* Says nothing of events, and the totals at the end. */
int ur_sink_summary_new(FILE *out, struct ur_sink **ret);
