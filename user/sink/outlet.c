/* SPDX-License-Identifier: GPL-2.0-only */
/* outlet.c - what JSON lines say goes to an outlet, which never makes anybody wait. */
#include "user/sink.h"

#include <errno.h>

struct outlet_sink {
	struct ur_sink sink;
	struct ur_sink *json;
	struct ur_outlet *outlet;
	FILE *text; /* a memory stream over the next two */
	char *at;
	size_t len;
};

/* Hand over what @r's operation wrote. Lines that get lost are the outlet's to count. */
static int pass_on(struct outlet_sink *s, int r)
{
	r = fflush(s->text) ? -ENOMEM : r;
	if (!r)
		ur_outlet_put(s->outlet, s->at, s->len);
	rewind(s->text);
	return r;
}

static int outlet_event(struct ur_sink *sink, const struct ur_evidence *ev,
			const struct ur_report *report)
{
	struct outlet_sink *s = (struct outlet_sink *)sink;

	return pass_on(s, ur_sink_event(s->json, ev, report));
}

static int outlet_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			   const struct ur_report *report)
{
	struct outlet_sink *s = (struct outlet_sink *)sink;

	return pass_on(s, ur_sink_received(s->json, receipt, report));
}

static int outlet_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	struct outlet_sink *s = (struct outlet_sink *)sink;

	return pass_on(s, ur_sink_finish(s->json, totals));
}

static void outlet_free(struct ur_sink *sink)
{
	struct outlet_sink *s = (struct outlet_sink *)sink;

	ur_sink_free(s->json);
	ur_fclosep(&s->text);
	free(s->at);
	free(s);
}

int ur_sink_outlet_new(struct ur_outlet *outlet, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = outlet_event,
						.received = outlet_received,
						.finish = outlet_finish,
						.free = outlet_free };
	struct outlet_sink *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->sink.ops = &ops;
	s->outlet = outlet;
	s->text = open_memstream(&s->at, &s->len);
	r = s->text ? ur_sink_json_new(s->text, &s->json) : -ENOMEM;
	if (r) {
		outlet_free(&s->sink);
		return r;
	}
	*ret = &s->sink;
	return 0;
}
