/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/redacted.h"

#include <errno.h>
#include <stdlib.h>
#include "user/capture/redact.h"

struct redacted {
	struct ur_sink sink;
	struct ur_sink *inner;
	struct ur_redact_key key;
	struct ur_evidence ev; /* too large for a stack */
	struct ur_receipt receipt;
	struct ur_report report;
};

static int redacted_event(struct ur_sink *sink, const struct ur_evidence *ev,
			  const struct ur_report *report)
{
	struct redacted *s = (struct redacted *)sink;

	(void)report; /* its sentences have names in them */
	s->ev = *ev;
	ur_redact_evidence(&s->key, &s->ev);
	ur_verdict_decide(&s->ev, &s->report);
	return ur_sink_event(s->inner, &s->ev, &s->report);
}

static int redacted_received(struct ur_sink *sink, const struct ur_receipt *receipt,
			     const struct ur_report *report)
{
	struct redacted *s = (struct redacted *)sink;

	(void)report;
	s->receipt = *receipt;
	ur_redact_receipt(&s->key, &s->receipt);
	ur_receipt_explain(&s->receipt, &s->report);
	return ur_sink_received(s->inner, &s->receipt, &s->report);
}

static int redacted_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	return ur_sink_finish(((struct redacted *)sink)->inner, totals);
}

static void redacted_free(struct ur_sink *sink)
{
	ur_sink_free(((struct redacted *)sink)->inner);
	free(sink);
}

int ur_sink_redacted_new(struct ur_sink **inner, struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = redacted_event,
						.received = redacted_received,
						.finish = redacted_finish,
						.free = redacted_free };
	ur_cleanup(ur_freep) struct redacted *s = calloc(1, sizeof(*s));
	int r = s ? ur_redact_key_make(&s->key) : -ENOMEM;

	if (r)
		return r;
	s->sink.ops = &ops;
	s->inner = ur_take(*inner);
	*ret = &ur_take(s)->sink;
	return 0;
}
