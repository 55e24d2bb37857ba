/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/restarts.h"

#include <string.h>

#define MS       UINT64_C(1000000)
#define S        (1000 * MS)
#define FIRST_NS (50 * MS)
#define REST_NS  (10 * S) /* between two looks, at most */
#define LAST_NS  (60 * S) /* after the last packet */

static bool same_netns(const struct ur_restart *one, const struct ur_evidence *ev)
{
	return one->netns.inum == ev->netns.inum && (!one->netns_cookie || !ev->ev.netns_cookie ||
						     one->netns_cookie == ev->ev.netns_cookie);
}

static bool same_port(const struct ur_restart *one, const struct ur_evidence *ev)
{
	return one->closed_ns && same_netns(one, ev) && one->packet.proto == ev->packet.proto &&
	       one->packet.dport == ev->packet.dport;
}

/* The youngest end of a service's socket that would have taken the packet. */
static uint64_t closed_ns(const struct ur_evidence *ev)
{
	uint64_t last = 0;

	for (int i = 0; i < ev->ev.nclosed; i++) {
		const struct ur_closed *c = &ev->ev.closed[i];

		if (c->sk.mismatch == UR_MM_NONE && c->flags & UR_CL_BOUND && c->ts_ns > last)
			last = c->ts_ns;
	}
	return last;
}

/* That of the event's port; else a free one; else the one that waits longest. */
static struct ur_restart *place_for(struct ur_restarts *all, const struct ur_evidence *ev)
{
	struct ur_restart *best = &all->one[0];

	for (size_t i = 0; i < UR_RESTARTS_MAX; i++) {
		struct ur_restart *one = &all->one[i];

		if (same_port(one, ev))
			return one;
		if (best->closed_ns && (!one->closed_ns || one->refused_ns < best->refused_ns))
			best = one;
	}
	best->closed_ns = 0;
	return best;
}

static void add(struct ur_restart *one, const struct ur_evidence *ev, uint64_t ended)
{
	if (!one->closed_ns || ended > one->closed_ns + MS) {
		memset(one, 0, sizeof(*one));
		one->closed_ns = ended;
		one->next_ns = ev->ev.ts_ns + FIRST_NS;
	}
	one->packet = ev->packet;
	one->netns = ev->netns;
	one->netns_cookie = ev->ev.netns_cookie;
	one->refused += ev->count ?: 1;
	one->refused_ns = ev->ev.ts_ns;
	one->nopen = ev->ev.nsocks < UR_SOCKS_MAX ? ev->ev.nsocks : UR_SOCKS_MAX;
	for (size_t i = 0; i < one->nopen; i++)
		one->open[i] = ev->ev.socks[i].inode;
}

static bool is_taken(const struct ur_restart *one)
{
	return one->taken.looked == UR_FOUND;
}

/* Kept, for packets that were refused before it and are explained only now. */
static bool end(struct ur_restart *one, const struct ur_taken *taken, uint64_t now,
		struct ur_restart *ret)
{
	one->taken = *taken;
	one->taken_ns = now;
	*ret = *one;
	return true;
}

bool ur_restarts_note(struct ur_restarts *all, const struct ur_evidence *ev,
		      const struct ur_report *report, struct ur_restart *ret)
{
	uint64_t ended = closed_ns(ev);
	struct ur_restart *one;

	if (report->cause != UR_CAUSE_SOCKET_CLOSED || !ended ||
	    (ev->ev.flags & UR_EV_SOCKS_PARTIAL))
		return false;
	one = place_for(all, ev);
	add(one, ev, ended);
	if (is_taken(one)) {
		*ret = *one;
		ret->refused = ev->count ?: 1;
		ret->again = true;
		return true;
	}
	if (ev->taken.looked != UR_FOUND)
		return false;
	return end(one, &ev->taken, ev->ev.ts_ns, ret);
}

uint64_t ur_restarts_next(const struct ur_restarts *all)
{
	uint64_t next = 0;

	for (size_t i = 0; i < UR_RESTARTS_MAX; i++) {
		const struct ur_restart *one = &all->one[i];

		if (one->closed_ns && !is_taken(one) && (!next || one->next_ns < next))
			next = one->next_ns;
	}
	return next;
}

struct ur_restart *ur_restarts_due(struct ur_restarts *all, uint64_t now)
{
	for (size_t i = 0; i < UR_RESTARTS_MAX; i++) {
		struct ur_restart *one = &all->one[i];

		if (one->closed_ns && !is_taken(one) && one->next_ns <= now)
			return one;
	}
	return NULL;
}

bool ur_restarts_looked(struct ur_restart *one, uint64_t now, struct ur_restart *ret)
{
	uint64_t rest = now > one->refused_ns ? now - one->refused_ns : 0;

	if (is_taken(one))
		return end(one, &one->taken, now, ret);
	if (rest >= LAST_NS)
		one->closed_ns = 0;
	/* The next one comes when half as much time again has passed. */
	rest = rest / 2 > FIRST_NS ? rest / 2 : FIRST_NS;
	one->next_ns = now + (rest < REST_NS ? rest : REST_NS);
	return false;
}
