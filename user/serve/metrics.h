/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* metrics.h - what --serve tells of: counters that only ever grow, with a bounded number of
 * labels.
 *
 * The thread that explains counts; the one that serves renders, at any time; the one that drains
 * the ring only ever stores a number, and never waits for the others. Nothing here is looked up
 * in the kernel but by loads from memory that it shares.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "bpf/abi.h"
#include "user/serve/accept.h"
#include "user/base/cleanup.h"
#include "user/serve/outlet.h"
#include "user/serve/series.h"
#include "user/sink.h"
#include "user/aggregate/tally.h"

/* The hooks, by what became of them. */
struct ur_metrics_hooks {
	uint32_t attached;
	uint32_t waiting; /* for their module */
	uint32_t absent;  /* this kernel has no such function */
	uint32_t failed;
};

/* What is read when somebody asks. */
struct ur_metrics_now {
	uint64_t stat[UR_STAT_MAX];
	uint64_t queue_dropped;
	struct ur_outlet_counts lines;
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
	double start;     /* of the process, seconds of CLOCK_REALTIME */
	double cpu;       /* seconds */
	uint64_t rss;     /* bytes */
	bool received;    /* errors that come are told of, too */
	const char *version;
};

struct ur_metrics;

/* 0 and *@ret to the caller, or -ENOMEM. */
int ur_metrics_new(struct ur_metrics **ret);
void ur_metrics_free(struct ur_metrics *m);
UR_DEFINE_CLEANUP(struct ur_metrics, ur_metrics_free)

/* ---- the thread that explains ---- */

/* Count one explained event, or a line of several. NULL is fine. */
void ur_metrics_event(struct ur_metrics *m, const struct ur_evidence *ev,
		      const struct ur_report *report, uint64_t now_ns);

/* Count what the kernel side has decided since the last call; @missing: UR_MISSING_* bits. What
 * is of a namespace that no event has named so far waits for that, for 10 s. False: some does. */
bool ur_metrics_count(struct ur_metrics *m, struct ur_tally *tally, uint32_t missing,
		      uint64_t now_ns);

/* What it all came to so far. NULL is fine. */
void ur_metrics_totals(struct ur_metrics *m, const struct ur_totals *totals);

/* ---- the thread that drains ---- */

/* It turns. */
void ur_metrics_beat(struct ur_metrics *m, uint64_t now_ns);

/* Runs of programs that the kernel left out, @known: where it counts them; and the hooks. */
void ur_metrics_programs(struct ur_metrics *m, bool known, uint64_t missed,
			 const struct ur_metrics_hooks *hooks);

/* ---- any thread ---- */

/* How long ago the last ur_metrics_beat() was. */
uint64_t ur_metrics_age(const struct ur_metrics *m, uint64_t now_ns);

/* Write all of it. Returns 0 or -errno of @out. */
int ur_metrics_render(struct ur_metrics *m, const struct ur_metrics_now *now, enum ur_form form,
		      FILE *out);

/* ---- metrics_render.c, and its own ---- */

/* A view of the counters, while they stand still. */
struct ur_metrics_view {
	const struct ur_series_set *answers; /* netns, family, proto, code, outcome */
	const struct ur_series_set *causes;  /* netns, proto, cause */
	const struct ur_series_set *ports;   /* netns, proto, port */
	const struct ur_totals *totals;
	const struct ur_metrics_now *now;
	struct ur_metrics_hooks hooks;
	bool missed_known;
	uint64_t missed;
	uint64_t age_ns;
};

void ur_metrics_write(const struct ur_metrics_view *view, enum ur_form form, FILE *out);

/* Name of metric @i, as the manual has it; NULL behind the last. */
const char *ur_metrics_name(size_t i);
