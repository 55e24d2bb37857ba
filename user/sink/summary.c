/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink.h"

#include <errno.h>
#include <inttypes.h>
#include "user/base/age.h"
#include "user/base/strbuf.h"

struct summary {
	struct ur_sink sink;
	FILE *out;
};

static void put_head(FILE *out, const struct ur_totals *t)
{
	char text[256];
	struct ur_buf head = UR_BUF(text);

	ur_totals_say(&head, t);
	fprintf(out, "unreach: %s\n", text);
}

/* Which came from elsewhere, and whom they reached. */
static void put_received(FILE *out, const struct ur_totals *t)
{
	static const char *const words[] = {
		[UR_DELIVERY_UNKNOWN] = "to whom was not seen",
		[UR_DELIVERY_TOLD] = "delivered to a program",
		[UR_DELIVERY_NOT_TOLD] = "for a socket that is not told",
		[UR_DELIVERY_NO_SOCKET] = "for nobody here",
	};
	const char *before = "           received: ", *then = "\n                     ";

	if (!t->received_asked)
		return;
	if (!t->received && !t->received_lost) {
		fputs("           received: none\n", out);
		return;
	}
	for (int i = UR_DELIVERY_NO_SOCKET; i >= 0; i--) {
		if (!t->delivery[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", before, t->delivery[i], words[i]);
		before = then;
	}
	if (t->received_lost)
		fprintf(out, "%s%" PRIu64 " without details", before, t->received_lost);
	if (t->received_made_here)
		fprintf(out, "%s%" PRIu64 " of all generated here", then, t->received_made_here);
	fputc('\n', out);
}

static void put_causes(FILE *out, const struct ur_totals *t)
{
	for (int i = 0; i < UR_CAUSE_MAX_; i++)
		if (t->cause[i])
			fprintf(out, "%9" PRIu64 "  %s\n", t->cause[i], ur_cause_info(i)->slug);
}

static void put_restarts(FILE *out, const struct ur_totals *t)
{
	char text[64];
	struct ur_buf longest = UR_BUF(text);

	if (!t->restarts)
		return;
	ur_say_age(&longest, t->restarts_ns);
	fprintf(out,
		"           restarts: %" PRIu64 " port%s taken again within %s, %" PRIu64
		" packet%s refused before\n",
		t->restarts, t->restarts == 1 ? " was" : "s were", text, t->restarts_refused,
		t->restarts_refused == 1 ? " was" : "s were");
}

static void put_suppressed(FILE *out, const struct ur_totals *t)
{
	const char *before = "           suppressed: ";

	for (int i = UR_SUPP_NONE + 1; i < UR_SUPP_MAX_; i++) {
		if (!t->suppressed_by[i])
			continue;
		fprintf(out, "%s%" PRIu64 " by %s", before, t->suppressed_by[i],
			ur_suppressed_name(i));
		before = ", ";
	}
	if (t->outcome[UR_OUTCOME_SUPPRESSED])
		fputc('\n', out);
}

/* Counted, but without a line above: how many, and why. */
static void put_without_details(FILE *out, const struct ur_totals *t)
{
	uint64_t with = t->explained + t->passed_over + t->lost_ring + t->lost_queue;

	if (t->coalesced)
		fprintf(out,
			"%9" PRIu64 "  of these were like others and not looked at one by one\n",
			t->coalesced);
	if (t->lost_ring)
		fprintf(out, "%9" PRIu64 "  without details: the ring buffer was full\n",
			t->lost_ring);
	if (t->lost_queue)
		fprintf(out, "%9" PRIu64 "  without details: the output was read too slowly\n",
			t->lost_queue);
	if (ur_totals_generated(t) > with)
		fprintf(out, "%9" PRIu64 "  without details: it ended before they were read\n",
			ur_totals_generated(t) - with);
	if (t->explained > t->shown)
		fprintf(out, "%9" PRIu64 "  not shown: not among the causes asked for\n",
			t->explained - t->shown);
	if (t->passed_over)
		fprintf(out, "%9" PRIu64 "  not shown: other packets than those asked for\n",
			t->passed_over);
	if (t->filtered_netns)
		fprintf(out, "%9" PRIu64 "  more in other network namespaces\n", t->filtered_netns);
	if (t->forbidden)
		fprintf(out,
			"%9" PRIu64
			"  asked for, but multicast and unknown sources get no answer\n",
			t->forbidden);
	if (t->lost_frame)
		fprintf(out, "%9" PRIu64 "  decisions seen in part only: who asked is not known\n",
			t->lost_frame);
}

static int summary_event(struct ur_sink *sink, const struct ur_evidence *ev,
			 const struct ur_report *report)
{
	(void)sink;
	(void)ev;
	(void)report;
	return 0;
}

static int summary_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	FILE *out = ((struct summary *)sink)->out;

	put_head(out, totals);
	put_causes(out, totals);
	put_restarts(out, totals);
	put_suppressed(out, totals);
	put_received(out, totals);
	put_without_details(out, totals);
	return ur_sink_flush(out);
}

static void summary_free(struct ur_sink *sink)
{
	free(sink);
}

int ur_sink_summary_new(FILE *out, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = summary_event,
						.finish = summary_finish,
						.free = summary_free };
	struct summary *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->sink.ops = &ops;
	s->out = out;
	*ret = &s->sink;
	return 0;
}
