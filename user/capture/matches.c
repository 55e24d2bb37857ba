/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/matches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "user/sink/comment.h"

#define NEAR_NS  UINT64_C(2000000000) /* clocks of two hosts, and queues, may be so far apart */
#define NS_PER_S UINT64_C(1000000000)

/* One way to know the refused packet: as it was refused, or as it was sent. */
struct flow {
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
};

struct kept {
	uint64_t time;
	struct flow flow[2];
	uint16_t id;
	uint8_t family, proto, type, code;
	char *comment;
};

struct matches {
	struct ur_sink sink;
	size_t n;
	size_t room;
	struct kept *kept;
};

static struct flow flow_of(const struct ur_packet *pkt)
{
	struct flow flow = { .sport = pkt->sport, .dport = pkt->dport };

	memcpy(flow.src, pkt->src, sizeof(flow.src));
	memcpy(flow.dst, pkt->dst, sizeof(flow.dst));
	return flow;
}

/* The answer quotes the packet as its sender knows it: conntrack turns it back on its way. */
static struct flow original(const struct ur_evidence *ev)
{
	const struct ur_nat *nat = &ev->ev.nat;
	struct flow flow = flow_of(&ev->packet);

	if (!ur_nat_changed(ev))
		return flow;
	memcpy(flow.dst, nat->dst, sizeof(flow.dst));
	flow.dport = nat->dport;
	if (ev->ev.flags & UR_EV_ENTRY) {
		memcpy(flow.src, nat->src, sizeof(flow.src));
		flow.sport = nat->sport;
	}
	return flow;
}

static int keep(struct matches *m, const struct kept *new)
{
	if (m->n == m->room) {
		struct kept *grown = realloc(m->kept, (m->room * 2 + 64) * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		m->kept = grown;
		m->room = m->room * 2 + 64;
	}
	m->kept[m->n++] = *new;
	return 0;
}

static int matches_event(struct ur_sink *sink, const struct ur_evidence *ev,
			 const struct ur_report *report)
{
	char text[UR_COMMENT_TEXT];
	struct kept new = {
		.time = (uint64_t)ev->time.tv_sec * NS_PER_S + (uint64_t)ev->time.tv_nsec,
		.flow = { flow_of(&ev->packet), original(ev) },
		.family = ev->packet.family,
		.proto = ev->packet.proto,
		.type = ev->ev.type,
		.code = ev->ev.code,
	};
	int r;

	if (ev->ev.answer != UR_ANSWER_ICMP || !ev->packet.family)
		return 0;
	if (ev->packet.family == 4 && ev->ev.snap_len >= 6)
		new.id = (uint16_t)(ev->ev.snap[4] << 8 | ev->ev.snap[5]);
	ur_comment_event(text, sizeof(text), ev, report);
	new.comment = strdup(text);
	r = new.comment ? keep((struct matches *)sink, &new) : -ENOMEM;
	if (r)
		free(new.comment);
	return r;
}

static int matches_finish(struct ur_sink *sink, const struct ur_totals *totals)
{
	(void)sink;
	(void)totals;
	return 0;
}

static void matches_free(struct ur_sink *sink)
{
	struct matches *m = (struct matches *)sink;

	for (size_t i = 0; i < m->n; i++)
		free(m->kept[i].comment);
	free(m->kept);
	free(m);
}

int ur_matches_new(struct ur_sink **ret)
{
	static const struct ur_sink_ops ops = { .event = matches_event,
						.finish = matches_finish,
						.free = matches_free };
	struct matches *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->sink.ops = &ops;
	*ret = &m->sink;
	return 0;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static bool fits(const struct kept *k, const struct ur_wire *w, uint64_t time)
{
	const struct flow quoted = flow_of(&w->quoted);

	return k->family == w->quoted.family && k->proto == w->quoted.proto && k->type == w->type &&
	       k->code == w->code && distance(k->time, time) <= NEAR_NS &&
	       (!memcmp(&k->flow[0], &quoted, sizeof(quoted)) ||
		!memcmp(&k->flow[1], &quoted, sizeof(quoted)));
}

/* An identification of 0 tells nothing: so are all packets that may not be fragmented. */
static enum ur_match find(const struct matches *m, const struct ur_wire *w, uint64_t time,
			  bool by_id, const char **comment)
{
	uint64_t best = UINT64_MAX;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct kept *k = &m->kept[i];

		if (!fits(k, w, time) || (by_id && k->id != w->id))
			continue;
		n++;
		if (distance(k->time, time) < best) {
			best = distance(k->time, time);
			*comment = k->comment;
		}
	}
	return !n ? UR_MATCH_NONE : n == 1 ? UR_MATCH_SURE : UR_MATCH_LIKELY;
}

enum ur_match ur_matches_find(const struct ur_sink *matches, const struct ur_wire *wire,
			      uint64_t time, const char **comment)
{
	return find((const struct matches *)matches, wire, time, wire->id, comment);
}
