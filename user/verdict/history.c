/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <stdint.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include "user/base/addr.h"

#define S UINT64_C(1000000000)

/* For so long a closed socket says more about a refusal than an open one that never fitted:
 * most restarts take less, and most clients wait no longer for their answers. */
#define RECENT_NS (60 * S)
/* Who had the port before is known when its history reaches back so long before the end: an
 * answer to that one would hardly come now. */
#define BEFORE_NS        S
#define SERVICE_PORT_MAX 1023  /* no client of the kernel's choice has such a port... */
#define CLIENT_PORT_MIN  32768 /* ...but from here on: net.ipv4.ip_local_port_range */

/* How much a closed socket explains. */
enum weight {
	WEIGHT_NONE,  /* worth a finding */
	WEIGHT_SOME,  /* more than nothing, and than sockets that were never meant for the packet */
	WEIGHT_RECENT /* more than any open socket that does not fit */
};

struct judgement {
	enum weight weight;
	enum ur_cause cause;
	enum ur_confidence confidence;
};

static const struct ur_closed *closed_at(const struct ur_evidence *ev, int i)
{
	return &ev->ev.closed[i];
}

uint64_t ur_closed_age(const struct ur_evidence *ev, int i)
{
	uint64_t ended = closed_at(ev, i)->ts_ns;

	return ev->ev.ts_ns > ended ? ev->ev.ts_ns - ended : 0;
}

/* A socket was just being noted when the notes were read: they may be of two at once. */
static bool torn(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_HISTORY) && ev->ev.history_ns >= ev->ev.ts_ns;
}

static bool connected(const struct ur_evidence *ev, int i)
{
	return closed_at(ev, i)->sk.flags & UR_SK_CONNECTED;
}

static bool raced(const struct ur_evidence *ev, int i)
{
	return ur_closed_age(ev, i) < UR_CLOSED_RACE_NS;
}

/* ---- a client's, or a server's? ---- */

bool ur_closed_for_reply(const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	const struct ur_nat *nat = &ev->ev.nat;

	return (ev->ev.flags & UR_EV_ENTRY) && nat->is_reply && nat->sport == pkt->dport &&
	       ur_addr_equal(pkt->family, nat->src, pkt->dst);
}

static bool begins_a_flow(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_ENTRY) && !ev->ev.nat.is_reply;
}

/* More than question and answer: packets went both ways for two seconds or longer. */
static bool is_stream(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_ENTRY) && (ev->ev.nat.status & IPS_ASSURED);
}

/* From a service's port to one that only a client has as a rule. */
static bool looks_like_a_reply(const struct ur_packet *pkt, bool connected)
{
	if (connected && pkt->sport <= SERVICE_PORT_MAX)
		return pkt->dport > SERVICE_PORT_MAX;
	return pkt->dport >= CLIENT_PORT_MIN &&
	       (connected ? pkt->sport < pkt->dport : pkt->sport <= SERVICE_PORT_MAX);
}

/* Of TCP only listeners are remembered. */
static bool is_listener(const struct ur_closed *c)
{
	return c->sk.proto == IPPROTO_TCP;
}

/* Not what a client does that has waited long enough. */
static bool killed(const struct ur_closed *c)
{
	return c->how == UR_END_EXIT && (c->exit_code & 0x7f);
}

static unsigned int fitting(const struct ur_evidence *ev)
{
	unsigned int n = 0;

	for (int i = 0; i < ev->ev.nclosed; i++)
		n += closed_at(ev, i)->sk.mismatch == UR_MM_NONE;
	return n;
}

/* No other socket that would have taken the packet had the port shortly before this one, so it
 * is this one's answer that comes late. */
static bool alone(const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = closed_at(ev, i);

	return fitting(ev) == 1 && c->times == 1 && ev->ev.history_ns + BEFORE_NS <= c->ts_ns;
}

/* Nor did any other one: what is connected elsewhere by now may have asked before. */
static bool alone_on_port(const struct ur_evidence *ev, int i)
{
	const uint16_t whole = ev->ev.flags &
			       (UR_EV_SOCKS | UR_EV_SOCKS_PARTIAL | UR_EV_CLOSED_MORE);

	return alone(ev, i) && ev->ev.nclosed == 1 && !ev->ev.nsocks && whole == UR_EV_SOCKS;
}

/* Is it sure that this client had asked, and none before it? Those that try many addresses, as
 * getaddrinfo() does, connect and disconnect without a packet. For conntrack an answer after
 * its timeout begins a flow, and so does what nobody asked for. */
static bool asked(const struct ur_evidence *ev, int i)
{
	if (ur_closed_for_reply(ev) && alone_on_port(ev, i))
		return true;
	return connected(ev, i) && alone(ev, i) && !begins_a_flow(ev) &&
	       ur_closed_age(ev, i) <= RECENT_NS && closed_at(ev, i)->how != UR_END_DISCONNECT;
}

/* The kernel chose the port: a client's, or one of a server that tells its port to others.
 * Connected, and fitting, its peer is the packet's source. */
static struct judgement judge_chosen(const struct ur_evidence *ev, int i)
{
	enum ur_confidence confidence = asked(ev, i) ? UR_PROVEN : UR_LIKELY;

	if (is_listener(closed_at(ev, i)))
		return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
	if (ur_closed_for_reply(ev) || connected(ev, i))
		return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_LATE_REPLY, confidence };
	if (ur_closed_age(ev, i) > RECENT_NS)
		return (struct judgement){ WEIGHT_NONE, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
	/* From one client's port to another one's: somebody was told the port. */
	if (begins_a_flow(ev) || ev->packet.sport >= CLIENT_PORT_MIN)
		return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
	return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY };
}

/* The program chose the port: a server's as a rule, but clients do it, too. A server that
 * spoke first, and whose peer answers, misses its socket: nothing proves a client. */
static struct judgement judge_bound(const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = closed_at(ev, i);
	enum weight weight = ur_closed_age(ev, i) <= RECENT_NS ? WEIGHT_RECENT : WEIGHT_SOME;
	bool late = false;

	if (c->sk.flags & UR_SK_KERNEL || killed(c) || is_listener(c))
		late = false;
	else if (ev->ev.flags & UR_EV_ENTRY)
		late = ur_closed_for_reply(ev) && !is_stream(ev);
	else if (weight == WEIGHT_RECENT)
		late = looks_like_a_reply(&ev->packet, connected(ev, i));
	if (late)
		return (struct judgement){ weight, UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY };
	return (struct judgement){ weight, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
}

static struct judgement judge(const struct ur_evidence *ev, int i)
{
	struct judgement j;

	if (closed_at(ev, i)->sk.mismatch != UR_MM_NONE || !ev->packet.has_ports)
		return (struct judgement){ .weight = WEIGHT_NONE };
	j = closed_at(ev, i)->flags & UR_CL_BOUND ? judge_bound(ev, i) : judge_chosen(ev, i);
	if (j.cause == UR_CAUSE_SOCKET_CLOSED && (raced(ev, i) || ev->ev.sk_lookup_prog))
		j.confidence = UR_LIKELY;
	if (torn(ev))
		j.confidence = UR_LIKELY;
	return j;
}

enum ur_confidence ur_closed_confidence(const struct ur_evidence *ev, int i)
{
	return judge(ev, i).confidence;
}

/* Of two that explain as much, the one that was connected to the packet's source has the
 * better claim to its answer. */
static int rank(const struct ur_evidence *ev, int i)
{
	struct judgement j = judge(ev, i);

	return j.weight * 2 + (j.cause == UR_CAUSE_SOCKET_LATE_REPLY && connected(ev, i));
}

int ur_closed_best(const struct ur_evidence *ev)
{
	int best = UR_NO_SOCKET;

	if (!(ev->ev.flags & UR_EV_HISTORY) || !ur_missed(ev))
		return UR_NO_SOCKET;
	for (int i = 0; i < ev->ev.nclosed; i++) {
		if (judge(ev, i).weight == WEIGHT_NONE)
			continue;
		if (best == UR_NO_SOCKET || rank(ev, i) > rank(ev, best) ||
		    (rank(ev, i) == rank(ev, best) &&
		     ur_closed_age(ev, i) < ur_closed_age(ev, best)))
			best = i;
	}
	return best;
}

/* What the open sockets show, against a closed one of @weight. */
static bool outweighs(enum weight weight, enum ur_cause open)
{
	switch (open) {
	case UR_CAUSE_SOCKET_NONE:
	case UR_CAUSE_SOCKET_PEER:
	case UR_CAUSE_SOCKET_PROTOCOL:
	case UR_CAUSE_SOCKET_NAT:
	case UR_CAUSE_SOCKET_NETNS:
		return weight >= WEIGHT_SOME;
	case UR_CAUSE_SOCKET_ADDRESS:
	case UR_CAUSE_SOCKET_DEVICE:
	case UR_CAUSE_SOCKET_FAMILY:
		return weight >= WEIGHT_RECENT;
	default:
		return false;
	}
}

enum ur_cause ur_history_cause(const struct ur_case *c, enum ur_cause open,
			       enum ur_confidence *confidence)
{
	struct judgement j;

	if (torn(c->ev))
		*confidence = UR_LIKELY;
	if (c->closed == UR_NO_SOCKET)
		return open;
	j = judge(c->ev, c->closed);
	if (!outweighs(j.weight, open))
		return open;
	*confidence = j.confidence;
	return j.cause;
}
