/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/patterns.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"

#define S        UINT64_C(1000000000)
#define SCAN_GAP (30 * S) /* without a new packet it is over */
#define OVER_NS  (3 * S)  /* without a new packet it is told */

#define TCP_SYN   0x02
#define TCP_RST   0x04
#define TCP_ACK   0x10
#define EPHEMERAL 32768 /* from here on ports are clients' */

#define TRACE_GAP   (10 * S)
#define TRACE_FIRST 33434 /* where traceroute begins, one port more for each probe */
#define TRACE_LAST  33533 /* 30 hops of 3 probes, and some */
#define TRACE_MTR   33000 /* where mtr begins, to which any higher port follows */
#define TRACE_TTL   8     /* probes that are under way at once reach so far behind the target */
#define TRACE_STEP  16    /* ...and come in this much disorder */

static void key_of(const struct ur_evidence *ev, struct ur_pattern_key *key)
{
	memset(key, 0, sizeof(*key));
	key->cookie = ev->ev.netns_cookie;
	key->inum = ev->ev.netns_inum;
	key->family = ev->packet.family;
	key->proto = ev->packet.proto;
	memcpy(key->src, ev->packet.src, ev->packet.family == 4 ? 4 : 16);
}

static bool same_key(const struct ur_pattern_key *a, const struct ur_pattern_key *b)
{
	return a->cookie == b->cookie && a->inum == b->inum && a->family == b->family &&
	       a->proto == b->proto && !memcmp(a->src, b->src, sizeof(a->src));
}

/* ---- traceroute ---- */

static bool trace_alive(const struct ur_trace *t, uint64_t now)
{
	return t->last_ns && now < t->last_ns + TRACE_GAP;
}

static struct ur_trace *trace_of(struct ur_patterns *all, const struct ur_pattern_key *key)
{
	struct ur_trace *oldest = &all->traces[0];

	for (size_t i = 0; i < UR_TRACES_MAX; i++) {
		if (all->traces[i].last_ns && same_key(&all->traces[i].key, key))
			return &all->traces[i];
		if (all->traces[i].last_ns < oldest->last_ns)
			oldest = &all->traces[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = *key;
	return oldest;
}

static bool follows(uint16_t port, uint16_t before)
{
	int step = port - before;

	return step && step >= -TRACE_STEP && step <= TRACE_STEP;
}

/* A probe that arrives with nothing left to live, at a port of traceroute's, is one. Others
 * need company: one port after the other, from one source, with little left. */
static void find_trace(struct ur_patterns *all, struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	bool own_port = pkt->dport >= TRACE_FIRST && pkt->dport <= TRACE_LAST, probe;
	struct ur_pattern_key key;
	struct ur_trace *t;

	if (pkt->proto != IPPROTO_UDP || pkt->dport < TRACE_MTR || !pkt->ttl ||
	    pkt->ttl > TRACE_TTL)
		return;
	key_of(ev, &key);
	t = trace_of(all, &key);
	if (!trace_alive(t, ev->ev.ts_ns))
		t->probes = 0;
	probe = (own_port && pkt->ttl == 1) || t->probes;
	if (t->last_ns && trace_alive(t, ev->ev.ts_ns) && follows(pkt->dport, t->port))
		probe = true;
	t->last_ns = ev->ev.ts_ns;
	t->port = pkt->dport;
	if (probe)
		ev->pattern.probes = ++t->probes;
}

/* ---- a scan ---- */

/* What looks like an answer to a request from here, which came late or was sent in vain, is
 * no probe: many clients ask one server. Nor is a packet to a port that was open before. */
static bool answers(const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;

	if ((ev->ev.flags & UR_EV_ENTRY) && ev->ev.nat.is_reply)
		return true;
	for (unsigned i = 0; i < ev->ev.nclosed && i < UR_CLOSED_MAX; i++)
		if (ev->ev.closed[i].sk.mismatch == UR_MM_NONE)
			return true;
	if (pkt->proto == IPPROTO_TCP)
		return (pkt->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN;
	return (pkt->sport < 1024 && pkt->dport >= 1024) ||
	       (pkt->sport < EPHEMERAL && pkt->dport >= EPHEMERAL);
}

static bool scan_alive(const struct ur_scan *s, uint64_t now)
{
	return s->first_ns && now < s->last_ns + SCAN_GAP;
}

/* Is @a rather forgotten than @b? */
static bool worse(const struct ur_scan *a, const struct ur_scan *b, uint64_t now)
{
	bool dead = !scan_alive(a, now), dead_b = !scan_alive(b, now);

	if (dead != dead_b)
		return dead;
	return a->ports != b->ports ? a->ports < b->ports : a->last_ns < b->last_ns;
}

static struct ur_scan *scan_of(struct ur_patterns *all, const struct ur_pattern_key *key,
			       uint64_t now)
{
	struct ur_scan *s = &all->scans[0];

	for (size_t i = 0; i < UR_SCANS_MAX; i++) {
		struct ur_scan *one = &all->scans[i];

		if (scan_alive(one, now) && same_key(&one->key, key))
			return one;
		if (worse(one, s, now))
			s = one;
	}
	if (s->first_ns)
		memset(s, 0, sizeof(*s));
	s->key = *key;
	s->first_ns = now;
	return s;
}

static void add_port(struct ur_scan *s, uint16_t port)
{
	uint8_t bit = 1u << port % 8;

	if (s->seen[port / 8] & bit)
		return;
	s->seen[port / 8] |= bit;
	if (!s->ports || port < s->lowest)
		s->lowest = port;
	if (!s->ports || port > s->highest)
		s->highest = port;
	s->ports++;
}

static void find_scan(struct ur_patterns *all, struct ur_evidence *ev)
{
	const uint64_t now = ev->ev.ts_ns;
	struct ur_pattern_key key;
	struct ur_scan *s;

	if (ev->pattern.probes || answers(ev))
		return;
	key_of(ev, &key);
	s = scan_of(all, &key, now);
	s->netns = ev->netns;
	s->last_ns = now > s->last_ns ? now : s->last_ns;
	s->packets += ev->count ?: 1;
	s->by_rule |= ev->ev.origin != UR_ORIGIN_UDP_MISS && ev->ev.answer == UR_ANSWER_ICMP;
	add_port(s, ev->packet.dport);
	if (s->ports < UR_SCAN_PORTS)
		return;
	ev->pattern.ports = s->ports;
	ev->pattern.lowest = s->lowest;
	ev->pattern.highest = s->highest;
	ev->pattern.ns = s->last_ns - s->first_ns;
	ev->pattern.by_rule = s->by_rule;
	ev->pattern.told = s->told && s->ports < 2 * s->told;
	if (!ev->pattern.told)
		s->told = s->ports;
	s->ended = false;
}

void ur_patterns_note(struct ur_patterns *all, struct ur_evidence *ev)
{
	memset(&ev->pattern, 0, sizeof(ev->pattern));
	if (!ev->packet.family || !ev->packet.has_ports || !ev->ev.ts_ns)
		return;
	find_trace(all, ev);
	find_scan(all, ev);
}

static bool untold(const struct ur_scan *s)
{
	return s->told && !s->ended;
}

uint64_t ur_patterns_next(const struct ur_patterns *all)
{
	uint64_t next = 0;

	for (size_t i = 0; i < UR_SCANS_MAX; i++) {
		const struct ur_scan *s = &all->scans[i];

		if (untold(s) && (!next || s->last_ns + OVER_NS < next))
			next = s->last_ns + OVER_NS;
	}
	return next;
}

const struct ur_scan *ur_patterns_over(struct ur_patterns *all, uint64_t now)
{
	for (size_t i = 0; i < UR_SCANS_MAX; i++) {
		struct ur_scan *s = &all->scans[i];

		if (!untold(s) || now < s->last_ns + OVER_NS)
			continue;
		s->ended = true;
		return s;
	}
	return NULL;
}
