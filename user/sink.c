/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink.h"

#include <errno.h>

void ur_totals_add(struct ur_totals *totals, const struct ur_evidence *ev,
		   const struct ur_report *report, bool shown)
{
	uint64_t n = ev->count ?: 1;

	totals->explained += n;
	totals->shown += shown ? n : 0;
	totals->outcome[report->outcome] += n;
	totals->suppressed_by[report->suppressed_by] += n;
	totals->cause[report->cause] += n;
}

void ur_totals_add_received(struct ur_totals *totals, const struct ur_receipt *receipt, bool shown)
{
	totals->received++;
	totals->received_shown += shown;
	totals->received_made_here += !!(receipt->rec.flags & UR_RC_MADE);
	totals->delivery[ur_delivery_of(receipt)]++;
}

void ur_totals_add_restart(struct ur_totals *totals, const struct ur_restart *restart)
{
	uint64_t ns = restart->taken_ns - restart->closed_ns;

	totals->restarts += !restart->again;
	totals->restarts_refused += restart->refused;
	if (ns > totals->restarts_ns)
		totals->restarts_ns = ns;
}

int ur_sink_event(struct ur_sink *sink, const struct ur_evidence *ev,
		  const struct ur_report *report)
{
	return sink->ops->event(sink, ev, report);
}

int ur_sink_restart(struct ur_sink *sink, const struct ur_restart *restart,
		    const struct timespec *time)
{
	return sink->ops->restart ? sink->ops->restart(sink, restart, time) : 0;
}

int ur_sink_received(struct ur_sink *sink, const struct ur_receipt *receipt,
		     const struct ur_report *report)
{
	return sink->ops->received ? sink->ops->received(sink, receipt, report) : 0;
}

int ur_sink_scan(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time)
{
	return sink->ops->scan ? sink->ops->scan(sink, scan, time) : 0;
}

int ur_sink_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	return sink->ops->finish(sink, totals);
}

void ur_sink_free(struct ur_sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

int ur_sink_flush(FILE *out)
{
	int r;

	errno = 0;
	r = fflush(out);
	if (!r && !ferror(out))
		return 0;
	return errno ? -errno : -EIO;
}
