/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

/* How far compute_score() (net/ipv4/udp.c, net/ipv6/udp.c) came before the condition
 * failed: family, then local address, then peer, then device. The cause for which such a
 * socket stands. */
static const struct {
	int nearness;
	enum ur_cause cause;
} misses[] = {
	[UR_MM_PROTOCOL] = { 1, UR_CAUSE_SOCKET_PROTOCOL },
	[UR_MM_FAMILY] = { 2, UR_CAUSE_SOCKET_FAMILY },
	[UR_MM_ADDRESS] = { 3, UR_CAUSE_SOCKET_ADDRESS },
	[UR_MM_PEER] = { 4, UR_CAUSE_SOCKET_PEER },
	[UR_MM_DEVICE] = { 5, UR_CAUSE_SOCKET_DEVICE },
	[UR_MM_NONE] = { 6, UR_CAUSE_SOCKET_RACE }, /* or UR_CAUSE_SOCKET_BPF */
};
#define MISSES (sizeof(misses) / sizeof(misses[0]))

/* Among equals a socket that serves everybody says more than a client's, and one that a
 * program stands before says why it did not get the packet. */
static int nearness(const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];

	if (sk->mismatch >= MISSES)
		return 0;
	return misses[sk->mismatch].nearness * 8 + (sk->flags & UR_SK_CONNECTED ? 0 : 4) +
	       (sk->flags & UR_SK_BPF && sk->mismatch == UR_MM_NONE ? 2 : 0) +
	       (ev->socks[i].looked == UR_FOUND);
}

int ur_socket_nearest(const struct ur_evidence *ev)
{
	int best = UR_NO_SOCKET, most = 0;

	if (!(ev->ev.flags & UR_EV_SOCKS))
		return UR_NO_SOCKET;
	for (int i = 0; i < ev->ev.nsocks; i++)
		if (nearness(ev, i) > most) {
			most = nearness(ev, i);
			best = i;
		}
	return best;
}

/* Every socket on the port is known, and so is why it does not fit. */
static bool snapshot_whole(const struct ur_evidence *ev)
{
	for (int i = 0; i < ev->ev.nsocks; i++)
		if (ev->ev.socks[i].mismatch >= MISSES)
			return false;
	return (ev->ev.flags & UR_EV_SOCKS) && !(ev->ev.flags & UR_EV_SOCKS_PARTIAL);
}

unsigned int ur_sockets_total(const struct ur_evidence *ev)
{
	unsigned int total = 0;

	for (int i = 0; i < UR_MM_MAX; i++)
		total += ev->ev.sock_total[i];
	return total > ev->ev.nsocks ? total : ev->ev.nsocks;
}

/* Among the sockets that the event does not carry there is one that comes nearer. */
static bool nearer_unseen(const struct ur_case *c)
{
	int here = c->nearest == UR_NO_SOCKET ?
			   0 :
			   misses[c->ev->ev.socks[c->nearest].mismatch].nearness;

	for (size_t i = 0; i < UR_MM_MAX; i++)
		if (c->ev->ev.sock_total[i] && misses[i].nearness > here)
			return true;
	return false;
}

/* A connected socket that fits is found before the program is asked (__udp4_lib_lookup(),
 * __inet_lookup()), and UDP-Lite does not ask it. */
static bool behind_sk_lookup(const struct ur_evidence *ev, const struct ur_sock *sk)
{
	return ev->ev.sk_lookup_prog && ev->packet.proto != IPPROTO_UDPLITE &&
	       !(sk->flags & UR_SK_CONNECTED);
}

/* A socket fits, yet the kernel did not take it: a program stands between, or else it came
 * a moment too late. */
static enum ur_cause cause_of_fitting(const struct ur_evidence *ev, const struct ur_sock *sk)
{
	bool bpf = (sk->flags & UR_SK_BPF) || behind_sk_lookup(ev, sk);

	return bpf ? UR_CAUSE_SOCKET_BPF : UR_CAUSE_SOCKET_RACE;
}

/* Sockets of another protocol on the port, NULL when none was seen. */
static const struct ur_listeners *other_protocol(const struct ur_evidence *ev)
{
	if (ev->sibling.looked == UR_FOUND && ev->sibling.n)
		return &ev->sibling;
	return ev->tcp.looked == UR_FOUND && ev->tcp.n ? &ev->tcp : NULL;
}

/* The one of them to speak of: rather one that surely was there. */
static const struct ur_listener *other_socket(const struct ur_listeners *others)
{
	for (uint32_t i = 0; i < others->n; i++)
		if (others->one[i].before)
			return &others->one[i];
	return &others->one[0];
}

/* A socket that was there before and a destination that was rewritten say more than "none". */
uint32_t ur_miss_unseen(const struct ur_evidence *ev)
{
	if (ev->packet.proto == IPPROTO_TCP)
		return ev->missing & UR_MISSING_LISTENERS;
	return ev->missing & (UR_MISSING_HISTORY | UR_MISSING_NAT);
}

static enum ur_cause cause_elsewhere(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (ur_nat_stale(ev, confidence))
		return UR_CAUSE_SOCKET_STALE_NAT;
	if (other_protocol(ev)) {
		/* Read after the miss, it may have come after it. */
		if (!other_socket(other_protocol(ev))->before && UR_LIKELY < *confidence)
			*confidence = UR_LIKELY;
		return UR_CAUSE_SOCKET_PROTOCOL;
	}
	if (ur_nat_changed(ev)) {
		if (ur_nat_confidence(ev) < *confidence)
			*confidence = ur_nat_confidence(ev);
		return UR_CAUSE_SOCKET_NAT;
	}
	/* One that no process holds is the kernel's own: a tunnel, not a service to publish. */
	if (ev->elsewhere.looked != UR_FOUND || ev->elsewhere.owners.looked == UR_FOUND_NONE) {
		if (ur_miss_unseen(ev) && UR_LIKELY < *confidence)
			*confidence = UR_LIKELY;
		return UR_CAUSE_SOCKET_NONE;
	}
	*confidence = UR_LIKELY; /* read later, and it may be a port of the same number only */
	return UR_CAUSE_SOCKET_NETNS;
}

enum ur_cause ur_socket_cause(const struct ur_case *c, enum ur_confidence *confidence)
{
	const struct ur_evidence *ev = c->ev;
	const struct ur_sock *sk = c->nearest == UR_NO_SOCKET ? NULL : &ev->ev.socks[c->nearest];

	*confidence = snapshot_whole(ev) && ev->packet.has_ports && !nearer_unseen(c) &&
				      !ur_sk_lookup_may(c) ?
			      UR_PROVEN :
			      UR_LIKELY;
	if (!ev->packet.has_ports)
		return UR_CAUSE_SOCKET_NONE;
	if (sk && sk->mismatch == UR_MM_NONE) {
		*confidence = UR_LIKELY;
		return cause_of_fitting(ev, sk);
	}
	if (sk)
		return misses[sk->mismatch].cause;
	return snapshot_whole(ev) ? cause_elsewhere(ev, confidence) : UR_CAUSE_SOCKET_NONE;
}

bool ur_sk_lookup_may(const struct ur_case *c)
{
	const struct ur_evidence *ev = c->ev;

	if (!ur_missed(ev) || !ev->ev.sk_lookup_prog || ev->packet.proto == IPPROTO_UDPLITE)
		return false;
	return c->nearest == UR_NO_SOCKET || ev->ev.socks[c->nearest].mismatch != UR_MM_NONE;
}

/* ---- phrases ---- */

static const struct ur_sock *nearest(const struct ur_case *c)
{
	return &c->ev->ev.socks[c->nearest];
}

static void say_program(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_program(out, &c->ev->socks[c->nearest], "that service");
}

static void advise_look(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "see the sockets on the port with ");
	ur_say_ss(out, c->ev);
}

/* Of TCP only listeners count. */
static const char *on_port(const struct ur_case *c)
{
	return c->ev->packet.proto == IPPROTO_TCP ? "listens on" : "is on";
}

/* ---- socket.none ---- */

void ur_why_socket_none(const struct ur_case *c, struct ur_buf *out)
{
	bool whole = snapshot_whole(c->ev);

	ur_buf_add(out, "no ");
	ur_say_proto(out, c->ev);
	if (!c->ev->packet.has_ports) {
		ur_buf_add(out, " socket accepts it; its ports could not be read");
		return;
	}
	ur_buf_add(out, " socket %s port %u", whole ? on_port(c) : "accepts", c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	if (whole)
		return ur_say_never(c->ev, out);
	ur_buf_add(out,
		   c->ev->ev.flags & UR_EV_SOCKS_PARTIAL ?
			   "; looking for near misses was given up at its limit, so one may exist" :
			   "; whether one is there that does not fit could not be looked up");
}

void ur_advise_socket_none(const struct ur_case *c, struct ur_buf *out)
{
	if (!c->ev->packet.has_ports)
		return;
	if (!snapshot_whole(c->ev))
		return advise_look(c, out);
	ur_buf_add(out, "start the service that should have ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " port %u; check with ", c->ev->packet.dport);
	ur_say_ss(out, c->ev);
}

/* ---- socket.race, socket.bpf: a socket fits ---- */

/* "dns (pid 812) on 0.0.0.0:53 in netns srv" */
static void say_fitting(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " on ");
	ur_say_local(out, nearest(c));
	ur_say_in_netns(out, &c->ev->netns);
}

void ur_why_socket_race(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "no ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " socket took it, but ");
	say_fitting(c, out);
	ur_buf_add(out, " fitted a moment later: bound or moved while the packet was under way");
}

void ur_advise_socket_race(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "nothing to do if ");
	say_program(c, out);
	ur_buf_add(out, " has just started; else ");
	advise_look(c, out);
}

void ur_why_socket_bpf(const struct ur_case *c, struct ur_buf *out)
{
	bool reuseport = nearest(c)->flags & UR_SK_BPF;

	say_fitting(c, out);
	ur_buf_add(out, " fits, but did not get it: BPF ");
	if (reuseport)
		ur_buf_add(out, "program %llu of its reuseport group",
			   (unsigned long long)nearest(c)->detail);
	else
		ur_buf_add(out, "sk_lookup program %u", c->ev->ev.sk_lookup_prog);
	ur_buf_add(out, " must have turned it away");
}

void ur_advise_socket_bpf(const struct ur_case *c, struct ur_buf *out)
{
	if (nearest(c)->flags & UR_SK_BPF) {
		ur_buf_add(
			out,
			"see it with `bpftool prog show id %llu`; it chooses among the sockets of ",
			(unsigned long long)nearest(c)->detail);
		say_program(c, out);
		return;
	}
	ur_buf_add(out,
		   "see it with `bpftool prog show id %u`, and where it is attached with "
		   "`bpftool link`",
		   c->ev->ev.sk_lookup_prog);
}

/* ---- socket.protocol ---- */

/* "no UDP socket is on port 53 in netns srv, but " */
static void say_nothing_here(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "no ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " socket %s port %u", on_port(c), c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ", but ");
}

static void say_other_protocol(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_listeners *others = other_protocol(c->ev);
	const struct ur_listener *one;
	char text[UR_ENDPOINT_TEXT];

	if (!others)
		return;
	one = other_socket(others);
	ur_say_listener(out, one);
	ur_buf_add(out, " %s %s",
		   others == &c->ev->tcp              ? "listens on TCP" :
		   c->ev->packet.proto == IPPROTO_UDP ? "has it for UDP-Lite on" :
							"has it for UDP on",
		   ur_endpoint_text(ur_ip_version(one->family), one->addr, one->port, text));
	if (others->total > 1)
		ur_buf_add(out, " (and %u more)", others->total - 1);
	ur_buf_add(out, one->before ? ", read before and just after" : ", read just after");
}

void ur_why_socket_protocol(const struct ur_case *c, struct ur_buf *out)
{
	char has[UR_NUMBER_TEXT];

	say_nothing_here(c, out);
	if (c->nearest == UR_NO_SOCKET)
		return say_other_protocol(c, out);
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " has it for %s on ", ur_proto_title(nearest(c)->proto, has));
	ur_say_local(out, nearest(c));
}

void ur_advise_socket_protocol(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_listeners *others = other_protocol(c->ev);

	if (c->nearest != UR_NO_SOCKET)
		say_program(c, out);
	else if (others)
		ur_say_program(out, &other_socket(others)->owners, "the service");
	ur_buf_add(out, " must serve ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " too if this is meant%s; else the sender errs",
		   others == &c->ev->tcp ? " (HTTP/3, DNS)" : "");
}

/* ---- socket.netns ---- */

static struct ur_netns other_netns(const struct ur_elsewhere *there)
{
	struct ur_netns netns = { .inum = there->netns_inum };
	struct ur_buf name = UR_BUF(netns.name);

	netns.looked = there->netns_name[0] ? UR_FOUND : UR_FOUND_NONE;
	ur_buf_add(&name, "%s", there->netns_name);
	return netns;
}

void ur_say_elsewhere(struct ur_buf *out, const struct ur_elsewhere *there)
{
	struct ur_netns netns = other_netns(there);

	ur_buf_add(out, netns.looked == UR_FOUND && !strcmp(netns.name, "host") ?
				" in the host's netns" :
				"");
	ur_say_in_netns(out, &netns);
}

void ur_why_socket_netns(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_elsewhere *there = &c->ev->elsewhere;
	char text[UR_ENDPOINT_TEXT];

	say_nothing_here(c, out);
	if (!ur_say_owners(out, &there->owners))
		ur_buf_add(out, "a socket");
	ur_buf_add(out, " has %s",
		   ur_endpoint_text(ur_ip_version(there->family), there->addr, c->ev->packet.dport,
				    text));
	ur_say_elsewhere(out, there);
	ur_buf_add(out, ", read just after");
}

void ur_advise_socket_netns(const struct ur_case *c, struct ur_buf *out)
{
	uint16_t port = c->ev->packet.dport;

	ur_buf_add(out,
		   "publish the port (docker -p %u:%u%s, hostNetwork, DNAT), or send to an "
		   "address of ",
		   port, port, c->ev->packet.proto == IPPROTO_TCP ? "" : "/udp");
	ur_say_program(out, &c->ev->elsewhere.owners, "that service");
	ur_buf_add(out, "'s namespace");
}
