/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* worker.h - the thread that explains: enrich, decide, show.
 *
 * It alone blocks: on tools of the host, on other namespaces, on a slow reader of the
 * output. The thread that drains the ring only ever pushes to its queue.
 */
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/serve/metrics.h"
#include "user/select.h"
#include "user/sink.h"
#include "user/aggregate/tally.h"

struct ur_worker;

struct ur_worker_opts {
	struct ur_sink *sink; /* borrowed until ur_worker_stop() */
	struct ur_select select;
	uint64_t count;                           /* stop after so many shown, 0: no limit */
	uint32_t (*tables)(const void *arg);      /* see ur_probe_tables(); NULL: not known */
	const void *tables_arg;                   /* borrowed until ur_worker_free() */
	const struct ur_reset_names *reset_names; /* borrowed likewise; NULL: none */
	bool received;                            /* errors that come will be pushed, too */
	const volatile uint64_t *route_changes;   /* as of ur_enrich_new() */
	/* Called in the thread after ur_worker_report(), with what it came to so far; NULL: don't */
	int (*report)(void *arg, struct ur_totals *totals);
	void *report_arg; /* borrowed until ur_worker_free() */
	bool merge;       /* events that come to the same as one just shown wait for a line */
	bool promptly;    /* what is coalesced is told every second */
	const struct ur_counts *counts; /* borrowed likewise; NULL: nothing is coalesced */
	struct ur_metrics *metrics;     /* borrowed likewise: counted in, too; NULL: none */
};

/* Start the thread. Signals must be blocked by the caller before. Returns 0 and gives
 * *@ret to the caller, or -errno. */
int ur_worker_start(const struct ur_worker_opts *opts, struct ur_worker **ret);

/* Stop if running, free. */
void ur_worker_free(struct ur_worker *w);
UR_DEFINE_CLEANUP(struct ur_worker, ur_worker_free)

/* Hand over one record of the ring, to be read with UR_MISSING_* bits @missing. */
void ur_worker_push(struct ur_worker *w, const void *record, size_t len, uint32_t missing);

/* Records that were dropped so far, for the queue was full. Any thread. */
uint64_t ur_worker_dropped(const struct ur_worker *w);

/* Have opts->report() called once what was pushed before is shown. */
void ur_worker_report(struct ur_worker *w);

/* Readable when the thread has ended: count reached, or the output failed, or after
 * ur_worker_close(). Borrowed. */
int ur_worker_fd(const struct ur_worker *w);

/* No more records will come: the thread ends once it has shown what it has. */
void ur_worker_close(struct ur_worker *w);

/* Wait for the thread, take its totals, and say how it ended: 0, or -errno of the sink
 * (-EPIPE: the reader is gone). The caller fills in the kernel's counts. */
int ur_worker_stop(struct ur_worker *w, struct ur_totals *totals);
