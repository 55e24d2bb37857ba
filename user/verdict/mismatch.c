/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/verdict/encap.h"

#define EPHEMERAL_PORT 32768 /* from here on the kernel gives ports to clients by default */

static const struct ur_sock *nearest(const struct ur_case *c)
{
	return &c->ev->ev.socks[c->nearest];
}

static bool of_kernel(const struct ur_case *c)
{
	return nearest(c)->flags & UR_SK_KERNEL;
}

static void say_program(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_program(out, &c->ev->socks[c->nearest],
		       of_kernel(c) ? "the tunnel" : "that service");
}

/* The setting that lets a socket serve every VRF is the protocol's; UDP-Lite has UDP's. */
static const char *setting_of(const struct ur_case *c)
{
	return c->ev->packet.proto == IPPROTO_TCP ? "tcp" : "udp";
}

/* "no UDP socket accepts 10.0.0.5:8125; statsd (pid 812)" */
static void say_refusal(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "no ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " socket accepts ");
	ur_say_dst(out, c->ev);
	ur_buf_add(out, "; ");
	ur_say_socket(out, c->ev, c->nearest);
}

/* What else is on the port, and what of it was not seen. */
static void say_others(const struct ur_case *c, struct ur_buf *out)
{
	unsigned int others = ur_sockets_total(c->ev) - 1;

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

/* What the kernel does with the port of its own is set elsewhere than in a program. False
 * for the socket of a program. */
static bool advise_tunnel(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_encap *encap = ur_encap_find(c->ev->encap[c->nearest]);

	if (!of_kernel(c))
		return false;
	if (!encap) {
		ur_buf_add(out, "see the sockets on the port with ");
		ur_say_ss(out, c->ev);
		return true;
	}
	ur_buf_add(out, "see its settings with `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "%s`", encap->show);
	return true;
}

/* ---- socket.address ---- */

static bool broadcast(uint8_t version, const uint8_t addr[16])
{
	return version == 4 && !memcmp(addr, "\xff\xff\xff\xff", 4);
}

void ur_why_socket_address(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_sock *sk = nearest(c);
	uint8_t version = ur_ip_version(sk->family);

	say_refusal(c, out);
	ur_buf_add(out, sk->flags & UR_SK_CONNECTED ? " has " : " is bound to ");
	ur_say_local(out, sk);
	ur_buf_add(out, " only");
	if (sk->flags & UR_SK_CONNECTED) {
		ur_buf_add(out, ", connected to ");
		ur_say_peer(out, sk);
	} else if (ur_addr_multicast(version, sk->local)) {
		ur_buf_add(out, ", a multicast group");
	} else if (broadcast(version, sk->local)) {
		ur_buf_add(out, ", the broadcast address");
	} else if (c->ev->local_here[c->nearest] == UR_FOUND_NONE) {
		ur_buf_add(out, ", which is no local address now");
	}
	say_others(c, out);
}

/* Can somebody else send to the address as well? */
static bool reachable(uint8_t version, const uint8_t addr[16])
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	if (ur_addr_multicast(version, addr) || broadcast(version, addr))
		return false;
	return version == 6 ? memcmp(addr, loopback6, 16) != 0 : addr[0] != 127;
}

void ur_advise_socket_address(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_sock *sk = nearest(c);
	uint8_t addr[16], version = ur_addr_plain(sk->family, sk->local, addr);
	char text[UR_ADDR_TEXT];

	if (advise_tunnel(c, out))
		return;
	if (sk->flags & UR_SK_CONNECTED) {
		ur_buf_add(out, "see the sockets on the port with ");
		ur_say_ss(out, c->ev);
		return;
	}
	ur_buf_add(out, "bind ");
	say_program(c, out);
	ur_buf_add(out, " to ");
	say_bind_to_any(out, &c->ev->packet);
	if (version == c->ev->packet.family && reachable(version, addr) &&
	    c->ev->local_here[c->nearest] == UR_FOUND)
		ur_buf_add(out, ", or send to %s", ur_addr_text(version, addr, text));
}

/* ---- socket.device ---- */

static void say_arrival(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	if (ev->slave[0])
		ur_buf_add(out, "the packet came in on %s, in VRF %s", ev->slave, ev->ev.iifname);
	else if (ev->ev.iifname[0])
		ur_buf_add(out, "the packet came in on %s%s", ev->ev.sdif ? "VRF " : "",
			   ev->ev.iifname);
	else
		ur_buf_add(out, "the packet came another way");
}

static void say_bound(const struct ur_case *c, struct ur_buf *out)
{
	if (c->ev->bound_dev[c->nearest][0])
		ur_buf_add(out, " is bound to device %s", c->ev->bound_dev[c->nearest]);
	else
		ur_buf_add(out, " is bound to device number %u", nearest(c)->bound_ifindex);
	if (c->ev->bound[c->nearest] == UR_FOUND_NONE)
		ur_buf_add(out, ", which is gone");
}

/* IPv6 takes the device that the look-up goes by from the route (ip6_rcv_core()). */
static bool by_another_route(const struct ur_case *c)
{
	return c->ev->ev.family == 6 && !c->ev->ev.sdif && nearest(c)->bound_ifindex &&
	       nearest(c)->bound_ifindex == c->ev->ev.iif;
}

void ur_why_socket_device(const struct ur_case *c, struct ur_buf *out)
{
	/* udp_sk_bound_dev_eq() refuses an unbound socket for VRF packets alone. */
	bool no_vrf = !nearest(c)->bound_ifindex;

	say_refusal(c, out);
	ur_buf_add(out, " on ");
	ur_say_local(out, nearest(c));
	if (no_vrf)
		ur_buf_add(out, " is in no VRF");
	else
		say_bound(c, out);
	ur_buf_add(out, "; ");
	say_arrival(c, out);
	if (by_another_route(c))
		ur_buf_add(out, ", but for one that the host sends to itself the device of its "
				"route counts, which is another one");
	if (no_vrf)
		ur_buf_add(out, ", and net.ipv4.%s_l3mdev_accept is 0", setting_of(c));
	say_others(c, out);
}

/* "`ip netns exec srv COMMAND NAME ...`" */
static void say_command(struct ur_buf *out, const struct ur_evidence *ev, const char *command,
			const char *name)
{
	ur_buf_add(out, "`");
	ur_say_enter(out, ev);
	ur_buf_add(out, "%s", command);
	if (!ur_say_shell_word(out, name))
		ur_buf_add(out, "NAME");
	ur_buf_add(out, " ...`");
}

static void advise_vrf(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "start ");
	say_program(c, out);
	ur_buf_add(out, " in the VRF, ");
	say_command(out, c->ev, "ip vrf exec ", c->ev->ev.iifname);
	ur_buf_add(out, ", or let it serve every VRF, `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "sysctl -w net.ipv4.%s_l3mdev_accept=1`", setting_of(c));
}

void ur_advise_socket_device(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	if (advise_tunnel(c, out))
		return;
	if (!nearest(c)->bound_ifindex)
		return advise_vrf(c, out);
	if (ev->bound[c->nearest] == UR_FOUND_NONE) {
		ur_buf_add(out, "restart ");
		say_program(c, out);
		ur_buf_add(out, ": its device was deleted, or made anew, after it had bound to it");
		return;
	}
	ur_buf_add(out, "bind ");
	say_program(c, out);
	if (ev->ev.sdif) /* to no device would mean: to no VRF */
		ur_buf_add(out, " to %s%sVRF %s as well", ev->slave, ev->slave[0] ? " or to " : "",
			   ev->ev.iifname);
	else if (by_another_route(c))
		ur_buf_add(out, " to no device");
	else
		ur_buf_add(out, " to %s as well, or to no device",
			   ev->ev.iifname[0] ? ev->ev.iifname : "the packet's device");
}

/* ---- socket.peer ---- */

/* All sockets on the port are connected, each to a client of its own: a server's, that has
 * closed the one for new clients. */
static bool children_only(const struct ur_case *c)
{
	const struct ur_event *ev = &c->ev->ev;

	for (int i = 0; i < ev->nsocks; i++)
		if (ev->socks[i].mismatch != UR_MM_PEER || ev->socks[i].inode == 0)
			return false;
	return ev->nsocks > 1 && !(ev->flags & UR_EV_SOCKS_PARTIAL) &&
	       ur_sockets_total(c->ev) == ev->sock_total[UR_MM_PEER];
}

void ur_why_socket_peer(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "no ");
	ur_say_proto(out, c->ev);
	ur_buf_add(out, " socket accepts ");
	ur_say_dst(out, c->ev);
	ur_buf_add(out, " from ");
	ur_say_src(out, c->ev);
	ur_buf_add(out, "; ");
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " is connected to ");
	ur_say_peer(out, nearest(c));
	if (!children_only(c))
		return say_others(c, out);
	ur_buf_add(out, ", and all %u sockets on the port are connected to others",
		   ur_sockets_total(c->ev));
}

/* The peer is the packet's source, but for the port (@port false: but for the address). */
static bool nearly_the_peer(const struct ur_case *c, bool port)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_sock *sk = nearest(c);
	uint8_t peer[16];
	bool same_addr = ur_addr_plain(sk->family, sk->peer, peer) == pkt->family &&
			 ur_addr_equal(pkt->family, peer, pkt->src);
	bool same_port = sk->peer_port == pkt->sport;

	return port ? same_addr && !same_port : same_port && !same_addr;
}

/* A client asked one address and another answers from the same port (moby issue 15127). */
static void advise_answer_from(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	char asked[UR_ADDR_TEXT], answers[UR_ADDR_TEXT];
	uint8_t peer[16], version = ur_addr_plain(nearest(c)->family, nearest(c)->peer, peer);

	ur_addr_text(version, peer, asked);
	ur_addr_text(pkt->family, pkt->src, answers);
	ur_buf_add(out,
		   "if %s and %s are one server, make it answer from %s: bind it to that "
		   "address, or let it set the source (IP%s_PKTINFO)",
		   asked, answers, asked, version == 6 ? "V6" : "");
}

/* As TFTP does it: a port of its own for each transfer. */
static void advise_other_port(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "if port %u of that host answers for its port %u, as TFTP does, don't let ",
		   c->ev->packet.sport, nearest(c)->peer_port);
	say_program(c, out);
	ur_buf_add(out, " connect() its socket");
}

/* The port is one that the kernel chose, the peer's is a service's. */
static bool client(const struct ur_sock *sk)
{
	return sk->port >= EPHEMERAL_PORT && sk->peer_port < EPHEMERAL_PORT;
}

static void advise_peer(const struct ur_case *c, struct ur_buf *out)
{
	if (children_only(c)) {
		ur_buf_add(out, "if ");
		say_program(c, out);
		ur_buf_add(out, " is a server, it has lost its socket for new peers: restart it");
	} else if (client(nearest(c))) {
		ur_buf_add(out, "nothing to do: ");
		say_program(c, out);
		ur_buf_add(out, " is a client of ");
		ur_say_peer(out, nearest(c));
		ur_buf_add(out, ", and this packet is not from there");
	} else {
		ur_buf_add(out, "let ");
		say_program(c, out);
		ur_buf_add(out, " serve other peers from a socket that is not connected");
	}
}

void ur_advise_socket_peer(const struct ur_case *c, struct ur_buf *out)
{
	if (advise_tunnel(c, out))
		return;
	if (nearly_the_peer(c, false))
		advise_answer_from(c, out);
	else if (nearly_the_peer(c, true))
		advise_other_port(c, out);
	else
		advise_peer(c, out);
}

/* ---- socket.family ---- */

void ur_why_socket_family(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_sock *sk = nearest(c);

	say_refusal(c, out);
	ur_buf_add(out, " on ");
	ur_say_local(out, sk);
	if (c->ev->packet.family == 6)
		ur_buf_add(out, " is an IPv4 socket, the packet is IPv6");
	else if (ur_addr_any(6, sk->local))
		ur_buf_add(out, " takes IPv6 only (IPV6_V6ONLY), the packet is IPv4");
	else /* bind() to an IPv6 address sets the same flag */
		ur_buf_add(out, " is an IPv6 socket, the packet is IPv4");
	say_others(c, out);
}

void ur_advise_socket_family(const struct ur_case *c, struct ur_buf *out)
{
	if (advise_tunnel(c, out)) {
		ur_buf_add(out, "; it needs an IPv%u endpoint for this peer", c->ev->packet.family);
		return;
	}
	ur_buf_add(out, "bind ");
	say_program(c, out);
	ur_buf_add(out, " to ");
	say_bind_to_any(out, &c->ev->packet);
	ur_buf_add(out, " as well");
	if (c->ev->packet.family == 4 && ur_addr_any(6, nearest(c)->local))
		ur_buf_add(out, ", or switch IPV6_V6ONLY off");
}
