/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink.h"

#include "user/sink/json_event.h"
#include "user/sink/json_line.h"

struct json_sink {
	struct ur_sink sink;
	FILE *out;
};

static int json_event(struct ur_sink *sink, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	return ur_json_line(((struct json_sink *)sink)->out, ur_json_event(ev, report));
}

static int json_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			 const struct ur_report *report)
{
	return ur_json_line(((struct json_sink *)sink)->out, ur_json_received(receipt, report));
}

static int json_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	(void)totals;
	return ur_sink_flush(((struct json_sink *)sink)->out);
}

static void json_free(struct ur_sink *sink)
{
	free(sink);
}

int ur_sink_json_new(FILE *out, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = json_event,
						.received = json_received,
						.finish = json_finish,
						.free = json_free };
	struct json_sink *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->sink.ops = &ops;
	s->out = out;
	*ret = &s->sink;
	return 0;
}
