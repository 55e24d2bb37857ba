/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/coalesce.h"

#include <errno.h>
#include <string.h>
#include "user/base/strbuf.h"

#define S          UINT64_C(1000000000)
#define WINDOW_NS  S
#define WINDOW_MAX (10 * S)
#define QUIET_NS   (10 * S) /* after which the next one is shown again */
#define GROUPS     128
#define NO_EVENT   UINT64_MAX /* signature of a group that no event has shown */
#define WHY_KEPT   512

/* What waits of one outcome. */
struct waiting {
	uint64_t n;
	uint64_t first_ns, last_ns;
	uint64_t all; /* since the first that was shown, that one included */
	bool unlooked;
};

/* Events of one flow that came to the same; or, with flow 0, those of one kind whose flows
 * are not known. */
struct group {
	uint64_t flow;
	uint32_t kind;
	uint64_t sig;     /* of what they came to */
	uint64_t used_ns; /* 0: the group is free */
	uint64_t due_ns;  /* 0: nothing waits */
	uint64_t window_ns;
	uint64_t since_ns;
	uint64_t seq; /* of the last one shown in full */
	struct waiting out[UR_OUT_MAX];
	struct ur_event ev;
	struct ur_packet packet;
	struct ur_netns netns;
	struct ur_back back;
	struct ur_limit limit;
	struct ur_dropper dropper;
	uint32_t missing;
	enum ur_cause cause;
	enum ur_confidence confidence;
	char why[WHY_KEPT];
};

struct ur_coalesce {
	bool merge;
	uint64_t window_max;
	struct group groups[GROUPS];
	struct group ending;             /* one that had to make room while something waited */
	uint8_t cause[UR_KINDS_MAX + 1]; /* of the last event of each kind, and 1; 0: none yet */
};

int ur_coalesce_new(bool merge, struct ur_coalesce **ret)
{
	struct ur_coalesce *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->merge = merge;
	c->window_max = WINDOW_MAX;
	*ret = c;
	return 0;
}

void ur_coalesce_promptly(struct ur_coalesce *c)
{
	c->window_max = WINDOW_NS;
}

void ur_coalesce_free(struct ur_coalesce *c)
{
	free(c);
}

/* ---- what is alike ---- */

static uint64_t mix(uint64_t sum, uint64_t word)
{
	return ur_digest_step(sum, word);
}

/* What an event came to, apart from what every event has for itself: the source port, the time.
 * The sockets and the ends that the words name are part of it. */
static uint64_t signature(const struct ur_evidence *ev, const struct ur_report *report)
{
	const struct ur_event *e = &ev->ev;
	uint64_t sum = mix(UR_DIGEST_SEED, (uint64_t)report->cause << 8 | report->confidence);

	sum = mix(sum, (uint64_t)report->nfindings << 32 | e->nsocks << 16 | e->nclosed);
	sum = mix(sum, (uint64_t)e->origin << 32 | (e->flags & ~UR_EV_CURRENT));
	for (int i = 0; i < e->nsocks; i++)
		sum = mix(mix(sum, e->socks[i].cookie ^ e->socks[i].inode), e->socks[i].mismatch);
	for (int i = 0; i < e->nclosed; i++)
		sum = mix(mix(sum, e->closed[i].ts_ns), e->closed[i].tgid);
	sum = mix(mix(sum, e->rule.handle), e->rule.chain_handle);
	sum = mix(mix(sum, e->nat.dport), e->cur_tgid);
	return sum == NO_EVENT ? 0 : sum;
}

/* ---- groups ---- */

static struct group *find(struct ur_coalesce *c, uint64_t flow, uint32_t kind)
{
	for (size_t i = 0; i < GROUPS; i++) {
		struct group *g = &c->groups[i];

		if (g->used_ns && g->flow == flow && (flow || g->kind == kind))
			return g;
	}
	return NULL;
}

/* A group for another flow, in place of the one that was used longest ago: rather one of
 * which nothing waits. */
static struct group *make(struct ur_coalesce *c, uint64_t flow, uint32_t kind)
{
	struct group *best = &c->groups[0];

	for (size_t i = 0; i < GROUPS; i++) {
		struct group *g = &c->groups[i];

		if (!g->due_ns == !best->due_ns ? g->used_ns < best->used_ns : !g->due_ns)
			best = g;
	}
	if (best->due_ns)
		c->ending = *best;
	*best = (struct group){ .flow = flow, .kind = kind, .sig = NO_EVENT };
	return best;
}

static void begin(struct group *g, const struct ur_evidence *ev, uint64_t sig)
{
	uint32_t out = ur_event_out(&ev->ev);

	memset(g->out, 0, sizeof(g->out));
	g->kind = ev->ev.kind;
	g->sig = sig;
	g->due_ns = 0;
	g->window_ns = WINDOW_NS;
	g->since_ns = ev->ev.ts_ns;
	g->out[out].all = ev->count ?: 1;
}

static void set_why(struct group *g, const char *why)
{
	struct ur_buf buf = UR_BUF(g->why);

	ur_buf_add(&buf, "%s", why);
}

static void keep(struct group *g, const struct ur_evidence *ev, const struct ur_report *report,
		 uint64_t now)
{
	g->used_ns = now;
	g->seq = ev->seq;
	g->ev = ev->ev;
	g->packet = ev->packet;
	g->netns = ev->netns;
	g->back = ev->back;
	g->limit = ev->limit;
	g->dropper = ev->dropper;
	g->missing = ev->missing;
	g->cause = report->cause;
	g->confidence = report->confidence;
	set_why(g, report->why);
}

static void wait_for_line(struct group *g, uint32_t out, uint64_t n, uint64_t first, uint64_t last,
			  uint64_t now)
{
	struct waiting *w = &g->out[out];

	if (!w->n || first < w->first_ns)
		w->first_ns = first;
	if (last > w->last_ns)
		w->last_ns = last;
	w->n += n;
	w->all += n;
	if (!g->due_ns)
		g->due_ns = now + g->window_ns;
	g->used_ns = now;
}

bool ur_coalesce_event(struct ur_coalesce *c, const struct ur_evidence *ev,
		       const struct ur_report *report, uint64_t now)
{
	const uint64_t sig = signature(ev, report), n = ev->count ?: 1;
	struct group *g;

	if (!ev->ev.flow || ev->ev.kind > UR_KINDS_MAX)
		return true;
	c->cause[ev->ev.kind] = report->cause + 1;
	g = find(c, ev->ev.flow, 0) ?: make(c, ev->ev.flow, ev->ev.kind);
	if (g->sig == sig && now - g->used_ns < QUIET_NS) {
		if (c->merge) {
			wait_for_line(g, ur_event_out(&ev->ev), n, ev->ev.ts_ns, ev->ev.ts_ns, now);
			return false;
		}
		g->out[ur_event_out(&ev->ev)].all += n;
	} else {
		if (g->due_ns)
			c->ending = *g;
		begin(g, ev, sig);
	}
	keep(g, ev, report, now);
	return true;
}

/* A group of which nothing is known but what the kernel side counts by. */
static struct group *make_unknown(struct ur_coalesce *c, const struct ur_batch *b)
{
	const struct ur_kind_key *key = &b->key;
	struct group *g = make(c, 0, b->kind);

	g->window_ns = WINDOW_NS;
	g->since_ns = b->first_ns;
	g->ev.answer = key->answer ?: UR_ANSWER_ICMP;
	g->ev.origin = key->origin;
	g->ev.family = key->family;
	g->ev.type = key->type;
	g->ev.code = key->code;
	g->ev.netns_inum = g->netns.inum = key->netns_inum;
	g->ev.netns_cookie = key->netns_cookie;
	g->packet.proto = key->proto;
	g->packet.dport = key->dport;
	g->packet.has_ports = key->dport;
	return g;
}

/* What is told of those that no event is known of: what came of the last one of their kind that
 * was looked at, by now. */
static void explain_unknown(const struct ur_coalesce *c, struct group *g)
{
	uint8_t cause = g->kind <= UR_KINDS_MAX ? c->cause[g->kind] : 0;

	if (g->sig != NO_EVENT)
		return;
	g->cause = cause ? cause - 1 : UR_CAUSE_UNKNOWN;
	g->confidence = cause ? UR_LIKELY : UR_UNKNOWN;
	set_why(g, cause ? "not looked at one by one; the last one that was had this cause" :
			   "not looked at one by one");
}

void ur_coalesce_batch(struct ur_coalesce *c, const struct ur_batch *b, uint64_t now)
{
	struct group *g = b->flow ? find(c, b->flow, 0) : NULL;

	if (b->kind > UR_KINDS_MAX || b->out >= UR_OUT_MAX)
		return;
	if (!g)
		g = find(c, 0, b->kind) ?: make_unknown(c, b);
	wait_for_line(g, b->out, b->n, b->first_ns, b->last_ns, now);
	g->out[b->out].unlooked = true;
}

/* ---- lines ---- */

/* The kernel side's key holds the rule, and the rules' generation; all else may have changed
 * between two that were looked at. */
static enum ur_confidence confidence_of(const struct group *g, bool unlooked)
{
	bool sure = !unlooked || g->cause == UR_CAUSE_RULE_NFT;

	return g->confidence == UR_PROVEN && !sure ? UR_LIKELY : g->confidence;
}

/* What makes an event come to @out. */
static void set_outcome(struct ur_event *e, uint32_t out)
{
	static const uint8_t windows[UR_OUT_MAX] = {
		[UR_OUT_SENT] = UR_WIN_PUSHED,    [UR_OUT_RULE] = UR_WIN_PUSHED,
		[UR_OUT_OUTPUT] = UR_WIN_PUSHED,  [UR_OUT_GLOBAL] = UR_WIN_GLOBAL_DENY,
		[UR_OUT_PEER] = UR_WIN_PEER_DENY,
	};

	if (ur_event_out(e) == out && out != UR_OUT_UNSEEN)
		return;
	e->early = UR_EARLY_NONE;
	e->window = windows[out];
	if (out == UR_OUT_SENT)
		e->window |= UR_WIN_RST_BUILT | UR_WIN_HAND_BUILT;
	e->push_ret = out == UR_OUT_RULE ? -EPERM : out == UR_OUT_OUTPUT ? -EIO : 0;
	if (out == UR_OUT_UNSEEN)
		e->flags |= UR_EV_NO_ENTRY;
}

static void fill(struct group *g, uint32_t out, struct ur_evidence *ev, struct ur_report *report)
{
	struct waiting *w = &g->out[out];

	memset(ev, 0, sizeof(*ev));
	ev->ev = g->ev;
	ev->packet = g->packet;
	ev->netns = g->netns;
	ev->back = g->back;
	if (ur_event_out(&g->ev) == out) {
		ev->limit = g->limit;
		ev->dropper = g->dropper;
	}
	ev->nat_from.netns.inum = g->ev.netns_inum;
	ev->missing = g->missing;
	ev->count = w->n > UINT32_MAX ? UINT32_MAX : w->n;
	ev->like = (struct ur_like){ .kind = g->flow ? UR_LIKE_FLOW : UR_LIKE_KIND,
				     .seq = g->seq,
				     .since_ns = g->since_ns,
				     .first_ns = w->first_ns,
				     .last_ns = w->last_ns,
				     .all = w->all };
	set_outcome(&ev->ev, out);
	memset(report, 0, sizeof(*report));
	ur_verdict_outcome(ev, report);
	report->cause = g->cause;
	report->confidence = confidence_of(g, w->unlooked);
	snprintf(report->why, sizeof(report->why), "%s", g->why);
	w->n -= ev->count;
	w->unlooked = w->n && w->unlooked;
	w->first_ns = w->n ? w->first_ns : 0;
}

/* The next line of @g, which is due; false when there are no more, and then its next window is
 * longer. */
static bool take_from(const struct ur_coalesce *c, struct group *g, struct ur_evidence *ev,
		      struct ur_report *report)
{
	explain_unknown(c, g);
	for (uint32_t out = 0; out < UR_OUT_MAX; out++)
		if (g->out[out].n) {
			fill(g, out, ev, report);
			return true;
		}
	g->due_ns = 0;
	g->window_ns = 2 * g->window_ns > c->window_max ? c->window_max : 2 * g->window_ns;
	return false;
}

bool ur_coalesce_take(struct ur_coalesce *c, uint64_t now, struct ur_evidence *ev,
		      struct ur_report *report)
{
	if (c->ending.due_ns && take_from(c, &c->ending, ev, report))
		return true;
	for (size_t i = 0; i < GROUPS; i++) {
		struct group *g = &c->groups[i];

		if (g->due_ns && g->due_ns <= now && take_from(c, g, ev, report))
			return true;
	}
	return false;
}

uint64_t ur_coalesce_next(const struct ur_coalesce *c)
{
	uint64_t next = c->ending.due_ns;

	for (size_t i = 0; i < GROUPS; i++)
		if (c->groups[i].due_ns && (!next || c->groups[i].due_ns < next))
			next = c->groups[i].due_ns;
	return next;
}
