/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>

#define NS_PER_MS UINT64_C(1000000)
#define MS_PER_S  UINT64_C(1000)

void ur_totals_add(struct ur_totals *totals, const struct ur_evidence *ev,
		   const struct ur_report *report, bool shown)
{
	uint64_t n = ev->count ?: 1;

	totals->explained += n;
	totals->explained_out[ur_event_out(&ev->ev)] += n;
	totals->explained6 += ev->ev.family == 6 ? n : 0;
	totals->shown += shown ? n : 0;
	totals->outcome[report->outcome] += n;
	totals->suppressed_by[report->suppressed_by] += n;
	totals->cause[report->cause] += n;
}

void ur_totals_complete(struct ur_totals *t)
{
	static const enum ur_suppressed by[UR_OUT_MAX] = {
		[UR_OUT_RULE] = UR_SUPP_OUTPUT_RULE,   [UR_OUT_OUTPUT] = UR_SUPP_OTHER,
		[UR_OUT_GLOBAL] = UR_SUPP_RATE_GLOBAL, [UR_OUT_PEER] = UR_SUPP_RATE_PEER,
		[UR_OUT_EARLY] = UR_SUPP_OTHER,
	};
	uint64_t left = ur_totals_generated(t) - t->explained;

	for (uint32_t out = 0; out < UR_OUT_MAX; out++) {
		uint64_t n = t->counted[out] > t->explained_out[out] ?
				     t->counted[out] - t->explained_out[out] :
				     0;

		n = n < left ? n : left;
		left -= n;
		if (by[out])
			t->suppressed_by[by[out]] += n;
		t->outcome[by[out]            ? UR_OUTCOME_SUPPRESSED :
			   out == UR_OUT_SENT ? UR_OUTCOME_SENT :
						UR_OUTCOME_UNKNOWN] += n;
	}
	t->outcome[UR_OUTCOME_UNKNOWN] += left;
}

void ur_totals_add_received(struct ur_totals *totals, const struct ur_receipt *receipt, bool shown)
{
	totals->received++;
	totals->received_shown += shown;
	totals->received_made_here += !!(receipt->rec.flags & UR_RC_MADE);
	totals->delivery[ur_delivery_of(receipt)]++;
}

uint64_t ur_totals_generated(const struct ur_totals *t)
{
	return t->decided > t->explained ? t->decided : t->explained;
}

static void say_duration(struct ur_buf *out, uint64_t ns)
{
	uint64_t ms = ns / NS_PER_MS, s = ms / MS_PER_S;

	if (s < 10)
		ur_buf_add(out, "%" PRIu64 ".%" PRIu64 " s", s, ms % MS_PER_S / 100);
	else if (s < 60)
		ur_buf_add(out, "%" PRIu64 " s", s);
	else if (s < 3600)
		ur_buf_add(out, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else
		ur_buf_add(out, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
}

void ur_totals_say(struct ur_buf *out, const struct ur_totals *t)
{
	uint64_t n = ur_totals_generated(t);

	if (!n) { /* what was passed over was generated, too */
		ur_buf_add(out, t->passed_over || t->filtered_netns ?
					"of what was asked for, this host generated no Destination "
					"Unreachable in " :
					"this host generated no Destination Unreachable in ");
		say_duration(out, t->ns);
		return;
	}
	ur_buf_add(out, "%" PRIu64 " answer%s in ", n, n == 1 ? "" : "s");
	say_duration(out, t->ns);
	ur_buf_add(out, ": %" PRIu64 " sent, %" PRIu64 " suppressed", t->outcome[UR_OUTCOME_SENT],
		   t->outcome[UR_OUTCOME_SUPPRESSED]);
	if (t->outcome[UR_OUTCOME_UNKNOWN])
		ur_buf_add(out, ", %" PRIu64 " sent or not was not seen",
			   t->outcome[UR_OUTCOME_UNKNOWN]);
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

int ur_sink_report(struct ur_sink *sink, const struct ur_totals *totals)
{
	return sink->ops->report ? sink->ops->report(sink, totals) : 0;
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
