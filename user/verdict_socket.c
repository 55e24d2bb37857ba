/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict_parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/addr.h"
#include "user/names.h"

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
	[UR_MM_NONE] = { 6, UR_CAUSE_SOCKET_RACE },
};
#define MISSES (sizeof(misses) / sizeof(misses[0]))

/* Among equals a socket that serves everybody says more than a client's. */
static int nearness(const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];

	if (sk->mismatch >= MISSES)
		return 0;
	return misses[sk->mismatch].nearness * 4 + (sk->flags & UR_SK_CONNECTED ? 0 : 2) +
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

enum ur_cause ur_socket_cause(const struct ur_case *c, enum ur_confidence *confidence)
{
	const struct ur_evidence *ev = c->ev;

	*confidence = snapshot_whole(ev) && ev->packet.has_ports ? UR_PROVEN : UR_LIKELY;
	if (!ev->packet.has_ports)
		return UR_CAUSE_SOCKET_NONE;
	if (c->nearest != UR_NO_SOCKET) {
		enum ur_cause cause = misses[ev->ev.socks[c->nearest].mismatch].cause;

		if (cause == UR_CAUSE_SOCKET_RACE)
			*confidence = UR_LIKELY;
		return cause;
	}
	if (!snapshot_whole(ev))
		return UR_CAUSE_SOCKET_NONE;
	if (ev->tcp.looked == UR_FOUND && ev->tcp.n)
		return UR_CAUSE_SOCKET_PROTOCOL;
	if (ev->elsewhere.looked == UR_FOUND) {
		*confidence =
			UR_LIKELY; /* read later, and it may be a port of the same number only */
		return UR_CAUSE_SOCKET_NETNS;
	}
	return UR_CAUSE_SOCKET_NONE;
}

/* ---- phrases ---- */

static const char *proto(const struct ur_case *c, char buf[UR_NUMBER_TEXT])
{
	return ur_proto_title(c->ev->packet.proto, buf);
}

static const struct ur_sock *nearest(const struct ur_case *c)
{
	return &c->ev->ev.socks[c->nearest];
}

static void say_dst(const struct ur_case *c, struct ur_buf *out)
{
	char text[UR_ENDPOINT_TEXT];
	const struct ur_packet *pkt = &c->ev->packet;

	ur_buf_add(out, "%s", ur_endpoint_text(pkt->family, pkt->dst, pkt->dport, text));
}

static void say_src(const struct ur_case *c, struct ur_buf *out)
{
	char text[UR_ENDPOINT_TEXT];
	const struct ur_packet *pkt = &c->ev->packet;

	ur_buf_add(out, "%s", ur_endpoint_text(pkt->family, pkt->src, pkt->sport, text));
}

static void say_local(const struct ur_case *c, struct ur_buf *out)
{
	char text[UR_ENDPOINT_TEXT];
	const struct ur_sock *sk = nearest(c);

	ur_buf_add(out, "%s",
		   ur_endpoint_text(ur_ip_version(sk->family), sk->local, sk->port, text));
}

static void say_peer(const struct ur_case *c, struct ur_buf *out)
{
	char text[UR_ENDPOINT_TEXT];
	const struct ur_sock *sk = nearest(c);

	ur_buf_add(out, "%s",
		   ur_endpoint_text(ur_ip_version(sk->family), sk->peer, sk->peer_port, text));
}

/* "no UDP socket accepts 10.0.0.5:8125; statsd (pid 812) " */
static void say_refusal(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];

	ur_buf_add(out, "no %s socket accepts ", proto(c, buf));
	say_dst(c, out);
	ur_buf_add(out, "; ");
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " ");
}

/* What else is on the port, and what of it was not seen. */
static void say_others(const struct ur_case *c, struct ur_buf *out)
{
	unsigned int others = c->ev->ev.nsocks - 1u;

	if (others)
		ur_buf_add(out, ", and %u more socket%s on the port %s not fit either", others,
			   others > 1 ? "s" : "", others > 1 ? "do" : "does");
	if (c->ev->ev.flags & UR_EV_SOCKS_PARTIAL)
		ur_buf_add(out, "; there are more sockets than could be looked at");
}

static void say_bind_to_any(struct ur_buf *out, const struct ur_packet *pkt)
{
	char text[UR_ADDR_TEXT];

	ur_buf_add(out, "%s or %s", ur_addr_text(pkt->family, pkt->dst, text),
		   pkt->family == 6 ? "::" : "0.0.0.0");
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

/* ---- socket.none ---- */

void ur_why_socket_none(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];
	bool whole = snapshot_whole(c->ev);

	if (!c->ev->packet.has_ports) {
		ur_buf_add(out, "no %s socket accepts it; its ports could not be read",
			   proto(c, buf));
		return;
	}
	ur_buf_add(out, whole ? "no %s socket is on port %u" : "no %s socket accepts port %u",
		   proto(c, buf), c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	if (whole)
		return;
	ur_buf_add(out,
		   c->ev->ev.flags & UR_EV_SOCKS_PARTIAL ?
			   "; looking for near misses was given up at its limit, so one may exist" :
			   "; whether one is there that does not fit could not be looked up");
}

void ur_advise_socket_none(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];

	if (!c->ev->packet.has_ports)
		return;
	if (!snapshot_whole(c->ev))
		return advise_look(c, out);
	ur_buf_add(out, "start the service that should have %s port %u; check with ", proto(c, buf),
		   c->ev->packet.dport);
	ur_say_ss(out, c->ev);
}

/* ---- socket.race ---- */

void ur_why_socket_race(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];

	ur_buf_add(out, "no %s socket took it, but ", proto(c, buf));
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " on ");
	say_local(c, out);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, " fitted a moment later: bound or moved while the packet was under way");
	if (nearest(c)->flags & UR_SK_BPF)
		ur_buf_add(out, ", or a BPF program of its reuseport group turned it away");
}

void ur_advise_socket_race(const struct ur_case *c, struct ur_buf *out)
{
	if (nearest(c)->flags & UR_SK_BPF) {
		ur_buf_add(out, "if it repeats, look at the reuseport program with `bpftool prog`");
		return;
	}
	ur_buf_add(out, "nothing to do if ");
	say_program(c, out);
	ur_buf_add(out, " has just started; else ");
	advise_look(c, out);
}

/* ---- socket.address ---- */

void ur_why_socket_address(const struct ur_case *c, struct ur_buf *out)
{
	say_refusal(c, out);
	ur_buf_add(out, "is bound to ");
	say_local(c, out);
	ur_buf_add(out, " only");
	if (nearest(c)->flags & UR_SK_CONNECTED) {
		ur_buf_add(out, " and connected to ");
		say_peer(c, out);
	}
	say_others(c, out);
}

void ur_advise_socket_address(const struct ur_case *c, struct ur_buf *out)
{
	if (nearest(c)->flags & UR_SK_CONNECTED)
		return advise_look(c, out);
	ur_buf_add(out, "bind ");
	say_program(c, out);
	ur_buf_add(out, " to ");
	say_bind_to_any(out, &c->ev->packet);
}

/* ---- socket.device ---- */

static void say_arrival(const struct ur_case *c, struct ur_buf *out)
{
	if (c->ev->ev.iifname[0])
		ur_buf_add(out, "the packet came in on %s", c->ev->ev.iifname);
	else
		ur_buf_add(out, "the packet came another way");
}

void ur_why_socket_device(const struct ur_case *c, struct ur_buf *out)
{
	const char *dev = c->ev->bound_dev[c->nearest];

	say_refusal(c, out);
	ur_buf_add(out, "on ");
	say_local(c, out);
	/* udp_sk_bound_dev_eq() refuses an unbound socket for VRF packets alone. */
	if (!nearest(c)->bound_ifindex)
		ur_buf_add(out, " is in no VRF, and net.ipv4.udp_l3mdev_accept is 0; ");
	else if (dev[0])
		ur_buf_add(out, " is bound to device %s; ", dev);
	else
		ur_buf_add(out, " is bound to device number %u; ", nearest(c)->bound_ifindex);
	say_arrival(c, out);
	say_others(c, out);
}

void ur_advise_socket_device(const struct ur_case *c, struct ur_buf *out)
{
	if (!nearest(c)->bound_ifindex) {
		ur_buf_add(out, "start ");
		say_program(c, out);
		ur_buf_add(out, " in the VRF (`ip vrf exec`), or set net.ipv4.udp_l3mdev_accept=1");
		return;
	}
	ur_buf_add(out, "bind ");
	say_program(c, out);
	ur_buf_add(out, " to %s as well, or to no device",
		   c->ev->ev.iifname[0] ? c->ev->ev.iifname : "the packet's device");
}

/* ---- socket.peer ---- */

void ur_why_socket_peer(const struct ur_case *c, struct ur_buf *out)
{
	say_refusal(c, out);
	ur_buf_add(out, "on ");
	say_local(c, out);
	ur_buf_add(out, " is connected to ");
	say_peer(c, out);
	ur_buf_add(out, "; the packet comes from ");
	say_src(c, out);
	say_others(c, out);
}

/* A client asked one address and another answers from the same port (moby issue 15127). */
static bool other_address_answers(const struct ur_case *c)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_sock *sk = nearest(c);

	return sk->peer_port == pkt->sport && ur_ip_version(sk->family) == pkt->family &&
	       !ur_addr_equal(pkt->family, sk->peer, pkt->src);
}

void ur_advise_socket_peer(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	char asked[UR_ADDR_TEXT], answers[UR_ADDR_TEXT];

	if (other_address_answers(c)) {
		ur_addr_text(pkt->family, nearest(c)->peer, asked);
		ur_addr_text(pkt->family, pkt->src, answers);
		ur_buf_add(out, "if %s and %s are one server, make it answer from %s", asked,
			   answers, asked);
		return;
	}
	ur_buf_add(out, "let ");
	say_program(c, out);
	ur_buf_add(out, " serve other peers from a socket that is not connected");
}

/* ---- socket.family ---- */

void ur_why_socket_family(const struct ur_case *c, struct ur_buf *out)
{
	say_refusal(c, out);
	ur_buf_add(out, "on ");
	say_local(c, out);
	if (c->ev->packet.family == 4)
		ur_buf_add(out, " takes IPv6 only (IPV6_V6ONLY), the packet is IPv4");
	else
		ur_buf_add(out, " is an IPv4 socket, the packet is IPv6");
	say_others(c, out);
}

void ur_advise_socket_family(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "bind ");
	say_program(c, out);
	ur_buf_add(out, " to ");
	say_bind_to_any(out, &c->ev->packet);
	ur_buf_add(out, " as well%s",
		   c->ev->packet.family == 4 ? ", or switch IPV6_V6ONLY off" : "");
}

/* ---- socket.protocol ---- */

static void say_tcp(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_listener *tcp = &c->ev->tcp.one[0];
	char text[UR_ENDPOINT_TEXT];

	ur_say_listener(out, tcp);
	ur_buf_add(out, " listens on TCP %s",
		   ur_endpoint_text(ur_ip_version(tcp->family), tcp->addr, tcp->port, text));
	if (c->ev->tcp.total > 1)
		ur_buf_add(out, " (and %u more)", c->ev->tcp.total - 1);
	ur_buf_add(out, ", read just after");
}

void ur_why_socket_protocol(const struct ur_case *c, struct ur_buf *out)
{
	char want[UR_NUMBER_TEXT], has[UR_NUMBER_TEXT];

	ur_buf_add(out, "no %s socket is on port %u", proto(c, want), c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ", but ");
	if (c->nearest == UR_NO_SOCKET)
		return say_tcp(c, out);
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " has it for %s on ", ur_proto_title(nearest(c)->proto, has));
	say_local(c, out);
}

void ur_advise_socket_protocol(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];

	if (c->nearest == UR_NO_SOCKET)
		ur_say_program(out, &c->ev->tcp.one[0].owners, "the service");
	else
		say_program(c, out);
	ur_buf_add(out, " must serve %s too if this is meant (HTTP/3, DNS); else the sender errs",
		   proto(c, buf));
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

void ur_why_socket_netns(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_elsewhere *there = &c->ev->elsewhere;
	struct ur_netns netns = other_netns(there);
	char buf[UR_NUMBER_TEXT], text[UR_ENDPOINT_TEXT];

	ur_buf_add(out, "no %s socket is on port %u", proto(c, buf), c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ", but ");
	if (!ur_say_owners(out, &there->owners))
		ur_buf_add(out, "a socket");
	ur_buf_add(out, " has %s",
		   ur_endpoint_text(ur_ip_version(there->family), there->addr, c->ev->packet.dport,
				    text));
	ur_buf_add(out, netns.looked == UR_FOUND && !strcmp(netns.name, "host") ?
				" in the host's netns" :
				"");
	ur_say_in_netns(out, &netns);
	ur_buf_add(out, ", read just after");
}

void ur_advise_socket_netns(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out,
		   "publish the port (DNAT, docker -p, hostNetwork), or send to the address of ");
	ur_say_program(out, &c->ev->elsewhere.owners, "that service");
	ur_buf_add(out, "'s namespace");
}
