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

/* ---- two in one ---- */

struct tee {
	struct ur_sink sink;
	struct ur_sink *both[2];
};

static int tee_event(struct ur_sink *sink, const struct ur_evidence *ev,
		     const struct ur_report *report)
{
	struct tee *t = (struct tee *)sink;

	return ur_sink_event(t->both[0], ev, report) ?: ur_sink_event(t->both[1], ev, report);
}

static int tee_restart(struct ur_sink *sink, const struct ur_restart *restart,
		       const struct timespec *time)
{
	struct tee *t = (struct tee *)sink;

	return ur_sink_restart(t->both[0], restart, time) ?:
		       ur_sink_restart(t->both[1], restart, time);
}

static int tee_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			const struct ur_report *report)
{
	struct tee *t = (struct tee *)sink;

	return ur_sink_received(t->both[0], receipt, report) ?:
		       ur_sink_received(t->both[1], receipt, report);
}

static int tee_scan(struct ur_sink *sink, const struct ur_scan *scan, const struct timespec *time)
{
	struct tee *t = (struct tee *)sink;

	return ur_sink_scan(t->both[0], scan, time) ?: ur_sink_scan(t->both[1], scan, time);
}

static int tee_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct tee *t = (struct tee *)sink;
	int first = ur_sink_finish(t->both[0], totals), second = ur_sink_finish(t->both[1], totals);

	return first ?: second;
}

static void tee_free(struct ur_sink *sink)
{
	struct tee *t = (struct tee *)sink;

	ur_sink_free(t->both[0]);
	ur_sink_free(t->both[1]);
	free(t);
}

int ur_sink_tee_new(struct ur_sink **first, struct ur_sink **second, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = tee_event,
						.restart = tee_restart,
						.received = tee_received,
						.scan = tee_scan,
						.finish = tee_finish,
						.free = tee_free };
	struct tee *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->sink.ops = &ops;
	t->both[0] = ur_take(*first);
	t->both[1] = ur_take(*second);
	*ret = &t->sink;
	return 0;
}
