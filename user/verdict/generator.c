/* SPDX-License-Identifier: GPL-2.0-only */
/* generator.c - the functions that send Destination Unreachable, besides UDP's and
 * netfilter's: each has its reasons, which are read from its source, v5.10 to v7.2. */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

#define ANY_CODE 255

/* Helpers, that of the BPF kfunc among them, lie between the generator and what we hook. */
#define WRAPPERS_MAX 2
/* From the generator outwards to what failed: arp_error_report() and the like. */
#define FAILURE_DEPTH 4

/* What a generator asks for with @code (ANY_CODE: with every one), and what that means. */
struct generator {
	const char *func;
	uint8_t family; /* 0: either */
	uint8_t code;
	enum ur_cause cause;
	enum ur_confidence confidence;
};

static const struct generator generators[] = {
	/* net/ipv4/route.c: dst.error is of a route or, for 0 and 13, of a policy rule. */
	{ "ip_error", 4, 0, UR_CAUSE_ROUTE_NONE, UR_LIKELY },
	{ "ip_error", 4, 1, UR_CAUSE_ROUTE_REJECTED, UR_PROVEN },
	{ "ip_error", 4, 13, UR_CAUSE_ROUTE_REJECTED, UR_PROVEN },
	/* net/ipv6/route.c: that of no route and that of one of type unreachable are alike. */
	{ "ip6_pkt_drop", 6, 0, UR_CAUSE_ROUTE_NONE, UR_LIKELY },
	{ "ip6_pkt_drop", 6, 1, UR_CAUSE_ROUTE_REJECTED, UR_PROVEN },
	{ "ip6_pkt_discard", 6, 0, UR_CAUSE_ROUTE_NONE, UR_LIKELY },
	{ "ip6_pkt_discard_out", 6, 0, UR_CAUSE_ROUTE_NONE, UR_LIKELY },
	{ "ip6_pkt_prohibit", 6, 1, UR_CAUSE_ROUTE_REJECTED, UR_PROVEN },
	{ "ip6_pkt_prohibit_out", 6, 1, UR_CAUSE_ROUTE_REJECTED, UR_PROVEN },
	/* dst_link_failure(), also of tunnels: see failed_neighbour(). */
	{ "ipv4_send_dest_unreach", 4, 1, UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN },
	{ "ipv4_link_failure", 4, 1, UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN },
	{ "ip6_link_failure", 6, 3, UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN },
	{ "clip_neigh_error", 4, 1, UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN },
	{ "ip_forward", 4, 4, UR_CAUSE_MTU_EXCEEDED, UR_PROVEN },
	{ "ip_forward", 4, 5, UR_CAUSE_POLICY_SOURCE_ROUTE, UR_PROVEN },
	{ "ip6_forward", 6, 2, UR_CAUSE_POLICY_SCOPE, UR_PROVEN },
	{ "cipso_v4_error", 4, 9, UR_CAUSE_POLICY_LABEL, UR_PROVEN },
	{ "cipso_v4_error", 4, 10, UR_CAUSE_POLICY_LABEL, UR_PROVEN },
	{ "smack_socket_sock_rcv_skb", 6, 1, UR_CAUSE_POLICY_LABEL, UR_PROVEN },
	{ "ip_protocol_deliver_rcu", 4, 2, UR_CAUSE_PROTOCOL_NONE, UR_PROVEN },
	{ "ip_local_deliver_finish", 4, 2, UR_CAUSE_PROTOCOL_NONE, UR_PROVEN },
	{ "ip_vs_leave", 0, ANY_CODE, UR_CAUSE_IPVS_NO_DESTINATION, UR_PROVEN },
	{ "ip_vs_out", 0, ANY_CODE, UR_CAUSE_IPVS_NO_CONNECTION, UR_PROVEN },
	{ "ip_vs_out_hook", 0, ANY_CODE, UR_CAUSE_IPVS_NO_CONNECTION, UR_PROVEN },
	{ "tunnel4_rcv", 4, 3, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "tunnel64_rcv", 4, 3, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "tunnelmpls4_rcv", 4, 3, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "tunnel6_rcv", 6, 4, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "tunnel46_rcv", 6, 4, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "tunnelmpls6_rcv", 6, 4, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "gre_rcv", 0, ANY_CODE, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "wg_xmit", 0, ANY_CODE, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	{ "xfrm4_rcv_encap", 4, 3, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm4_esp_rcv", 4, 3, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm4_ah_rcv", 4, 3, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm4_ipcomp_rcv", 4, 3, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm6_rcv_encap", 6, 4, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm6_esp_rcv", 6, 4, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm6_ah_rcv", 6, 4, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	{ "xfrm6_ipcomp_rcv", 6, 4, UR_CAUSE_XFRM_NO_STATE, UR_PROVEN },
	/* drivers/net/amt.c: it has as many tunnels as it may have. */
	{ "amt_request_handler", 4, 1, UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN },
	/* Errors about a tunnel's packets, passed on to who sent what is in them. */
	{ "ip4ip6_err", 4, ANY_CODE, UR_CAUSE_TUNNEL_ERROR, UR_PROVEN },
	{ "ip6ip6_err", 6, ANY_CODE, UR_CAUSE_TUNNEL_ERROR, UR_PROVEN },
	{ "ip6_err_gen_icmpv6_unreach", 6, 3, UR_CAUSE_TUNNEL_ERROR, UR_PROVEN },
	{ "ip_vs_in_icmp", 4, ANY_CODE, UR_CAUSE_TUNNEL_ERROR, UR_PROVEN },
	{ "bpf_icmp_send", 0, ANY_CODE, UR_CAUSE_BPF_ICMP_SEND, UR_PROVEN },
	/* ip_fragment(), tunnels, IPsec, IPVS, drivers, by the code alone: others may send it. */
	{ NULL, 4, 4, UR_CAUSE_MTU_EXCEEDED, UR_LIKELY },
};
#define GENERATORS (sizeof(generators) / sizeof(generators[0]))

static const char *const wrappers[] = { "icmp_ndo_send", "icmpv6_ndo_send", "icmp6_send" };

static bool is_wrapper(const char *symbol)
{
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (ur_symbol_is(symbol, wrappers[i]))
			return true;
	return false;
}

/* The frame of the generator itself, or the first one. */
static int generator_frame(const struct ur_evidence *ev)
{
	int i = 0;

	while (i < WRAPPERS_MAX && i + 1 < ev->ev.nstack && is_wrapper(ev->stack[i]))
		i++;
	return i;
}

/* The function that asked, "func+0x1a/0x90 [module]"; "" when it was not seen. */
const char *ur_generator_symbol(const struct ur_evidence *ev)
{
	if (ev->ev.origin == UR_ORIGIN_IP_ERROR)
		return "ip_error";
	return ev->ev.nstack ? ev->stack[generator_frame(ev)] : "";
}

static bool fits(const struct generator *g, const struct ur_evidence *ev, const char *symbol)
{
	if (g->family && g->family != ev->ev.family)
		return false;
	if (g->code != ANY_CODE && g->code != ev->ev.code)
		return false;
	return !g->func || (symbol[0] && ur_symbol_is(symbol, g->func));
}

/* A link fails when its neighbour does not answer... */
static const char *const neighbours[] = { "arp_error_report", "ndisc_error_report",
					  "clip_neigh_error" };

/* ...and when a tunnel over it can't send: what calls dst_link_failure(). */
static const char *const tunnels[] = { "ip_tunnel_xmit", "ipip6_tunnel_xmit", "sit_tunnel_xmit",
				       "ip6_tnl_xmit",   "vti_xmit",          "vti_tunnel_xmit",
				       "vti6_xmit",      "vti6_tnl_xmit",     "xfrmi_xmit",
				       "xfrmi_xmit2" };

/* The nearest of the frames that say what failed which is one of @n @names; -1: none is. */
static int failure_frame(const struct ur_evidence *ev, const char *const *names, size_t n)
{
	int first = generator_frame(ev);

	for (int i = first; i < first + FAILURE_DEPTH && i < ev->ev.nstack; i++)
		for (size_t k = 0; k < n; k++)
			if (ur_symbol_is(ev->stack[i], names[k]))
				return i;
	return -1;
}

/* What is asked for the neighbour's sake may be called by a tunnel further out. */
static bool failed_neighbour(const struct ur_evidence *ev)
{
	int near = failure_frame(ev, neighbours, sizeof(neighbours) / sizeof(neighbours[0]));
	int tunnel = failure_frame(ev, tunnels, sizeof(tunnels) / sizeof(tunnels[0]));

	return near >= 0 && (tunnel < 0 || near < tunnel);
}

/* ip6_forward_proxy_check(), mostly inlined, has called ip6_link_failure(). */
static bool failed_proxy(const struct ur_evidence *ev)
{
	const int next = generator_frame(ev) + 1;

	return ur_symbol_is(ur_generator_symbol(ev), "ip6_link_failure") && next < ev->ev.nstack &&
	       (ur_symbol_is(ev->stack[next], "ip6_forward") ||
		ur_symbol_is(ev->stack[next], "ip6_forward_proxy_check"));
}

static bool failed_tunnel(const struct ur_evidence *ev)
{
	return failure_frame(ev, tunnels, sizeof(tunnels) / sizeof(tunnels[0])) >= 0;
}

enum ur_cause ur_generator_cause(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	const char *symbol = ur_generator_symbol(ev);
	const struct generator *g = generators;
	enum ur_cause cause;

	*confidence = UR_UNKNOWN;
	while (g < generators + GENERATORS && !fits(g, ev, symbol))
		g++;
	if (g == generators + GENERATORS)
		return UR_CAUSE_UNKNOWN;
	cause = g->cause;
	if (cause == UR_CAUSE_NEIGHBOUR_FAILED && !failed_neighbour(ev))
		cause = failed_tunnel(ev) ? UR_CAUSE_TUNNEL_ERROR :
			failed_proxy(ev)  ? UR_CAUSE_POLICY_SCOPE :
					    UR_CAUSE_UNKNOWN;
	if (cause == UR_CAUSE_UNKNOWN)
		return cause;
	*confidence = g->confidence;
	if (cause == UR_CAUSE_ROUTE_NONE || cause == UR_CAUSE_ROUTE_REJECTED)
		cause = ur_route_cause(ev, cause, confidence);
	/* Without its entry, the stack is that of the exit, not the return address. */
	if (ev->ev.flags & UR_EV_NO_ENTRY)
		*confidence = UR_LIKELY;
	return cause;
}

/* ---- policy ---- */

void ur_why_policy(const struct ur_case *c, struct ur_buf *out)
{
	switch (c->cause) {
	case UR_CAUSE_POLICY_SOURCE_ROUTE:
		ur_buf_add(out, "its strict source route names a next hop that is not the one to ");
		ur_say_target(out, c->ev);
		break;
	case UR_CAUSE_POLICY_SCOPE:
		if (failed_proxy(c->ev)) {
			ur_say_target(out, c->ev);
			ur_buf_add(out, " is link-local, and this host stands in for it in "
					"neighbour discovery (proxy_ndp), but may not forward to "
					"such an address");
			break;
		}
		ur_buf_add(out,
			   "its source address is link-local, and it would have to be forwarded "
			   "to ");
		ur_say_target(out, c->ev);
		break;
	default:
		ur_buf_add(out, "the security module refused the packet's %slabel",
			   c->ev->ev.family == 4 ? "CIPSO " : "");
	}
}

void ur_advise_policy(const struct ur_case *c, struct ur_buf *out)
{
	switch (c->cause) {
	case UR_CAUSE_POLICY_SOURCE_ROUTE:
		ur_buf_add(out, "send without the option, or name the hops that the routes take");
		break;
	case UR_CAUSE_POLICY_SCOPE:
		if (failed_proxy(c->ev)) {
			ur_buf_add(out, "see `");
			ur_say_enter(out, c->ev);
			ur_buf_add(out, "ip -6 neigh show proxy`, and address that host by a "
					"global or unique local address");
			break;
		}
		ur_buf_add(out, "give the sender a global or unique local address");
		break;
	default:
		ur_buf_add(out, "see %sthe audit log",
			   c->ev->ev.family == 4 ? "`netlabelctl -p map list` and " : "");
	}
}

/* ---- who should have taken it ---- */

/* Protocols that a module brings, by the command that loads it. */
static const struct {
	uint8_t proto;
	const char *module;
} bringers[] = {
	{ IPPROTO_IPIP, "ipip" }, { IPPROTO_IPV6, "sit" }, { IPPROTO_GRE, "ip_gre" },
	{ IPPROTO_ESP, "esp4" },  { IPPROTO_AH, "ah4" },   { IPPROTO_SCTP, "sctp" },
	{ 115, "l2tp_ip" },
};

void ur_why_protocol_none(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];
	const char *name = ur_proto_title(c->ev->packet.proto, buf);

	ur_buf_add(out, "nothing takes IP protocol %u", c->ev->packet.proto);
	if (name != buf)
		ur_buf_add(out, " (%s)", name);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ": no handler in the kernel, and no raw socket");
}

void ur_advise_protocol_none(const struct ur_case *c, struct ur_buf *out)
{
	for (size_t i = 0; i < sizeof(bringers) / sizeof(bringers[0]); i++)
		if (bringers[i].proto == c->ev->packet.proto)
			ur_buf_add(out,
				   "if this host is meant to take it: `modprobe %s`, and set "
				   "up what is to receive it",
				   bringers[i].module);
}

static bool by_wireguard(const struct ur_evidence *ev)
{
	return ur_symbol_is(ur_generator_symbol(ev), "wg_xmit");
}

static bool by_amt(const struct ur_evidence *ev)
{
	return ur_symbol_is(ur_generator_symbol(ev), "amt_request_handler");
}

void ur_why_tunnel(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	char buf[UR_NUMBER_TEXT], src[UR_ADDR_TEXT], dst[UR_ADDR_TEXT];

	if (by_wireguard(ev)) {
		ur_buf_add(out, "no WireGuard peer is allowed ");
		ur_say_target(out, ev);
		ur_buf_add(out, ", or the one that is has no endpoint");
		return;
	}
	if (by_amt(ev)) {
		ur_buf_add(out, "the AMT relay has as many tunnels as it may have");
		return;
	}
	if (!ev->packet.family) {
		ur_buf_add(out, "no tunnel here takes the packet");
		return;
	}
	ur_buf_add(out, "no %s tunnel takes packets from %s to %s",
		   ur_proto_title(ev->packet.proto, buf),
		   ur_addr_text(ev->packet.family, ev->packet.src, src),
		   ur_addr_text(ev->packet.family, ev->packet.dst, dst));
	ur_say_in_netns(out, &ev->netns);
}

void ur_advise_tunnel(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	if (by_wireguard(c->ev))
		ur_buf_add(out, "wg show`: allowed ips and endpoints");
	else if (by_amt(c->ev))
		ur_buf_add(out, "ip -d link show type amt`: max_tunnels");
	else
		ur_buf_add(out, "ip -d tunnel show`: local, remote and key must be those of the "
				"packet, and the device up");
}

void ur_why_tunnel_error(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	int frame = failure_frame(ev, tunnels, sizeof(tunnels) / sizeof(tunnels[0]));
	const char *symbol = frame < 0 ? ur_generator_symbol(ev) : ev->stack[frame];

	if (frame < 0)
		ur_buf_add(out, "packets of a tunnel to ");
	else
		ur_buf_add(out, "a tunnel on the way to ");
	ur_say_target(out, ev);
	ur_buf_add(out,
		   frame < 0 ? " were answered with an error, which is passed on (says %.*s())" :
			       " can't send it: it has no way to its far end, or errors came from "
			       "there (says %.*s())",
		   (int)ur_symbol_length(symbol), symbol);
}

void ur_advise_tunnel_error(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "ip -d tunnel show`, and `ip route get` for its remote address");
}

void ur_why_xfrm(const struct ur_case *c, struct ur_buf *out)
{
	const char *symbol = ur_generator_symbol(c->ev);
	char buf[UR_NUMBER_TEXT];
	uint8_t proto = c->ev->packet.proto;

	/* In IPv6, AH counts as one of the headers before what the packet carries. */
	if (ur_symbol_is(symbol, "xfrm4_ah_rcv") || ur_symbol_is(symbol, "xfrm6_ah_rcv"))
		proto = IPPROTO_AH;
	ur_buf_add(out, "no IPsec handler took the %s packet: none knows a state for it",
		   ur_proto_title(proto, buf));
}

void ur_advise_xfrm(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "ip xfrm state`: the peer may still use one that is gone here");
}

void ur_why_ipvs(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	if (c->cause == UR_CAUSE_IPVS_NO_CONNECTION) {
		ur_buf_add(out, "IPVS knows no connection of its real server ");
		ur_say_src(out, ev);
		ur_say_in_netns(out, &ev->netns);
		ur_buf_add(out, " that this packet would answer");
		return;
	}
	ur_buf_add(out, "the IPVS service ");
	ur_say_dst(out, ev);
	ur_say_in_netns(out, &ev->netns);
	ur_buf_add(out, " has no real server to send it to");
}

void ur_advise_ipvs(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	if (c->cause == UR_CAUSE_IPVS_NO_CONNECTION)
		ur_buf_add(out, "ipvsadm -Lcn`, and `sysctl net.ipv4.vs.nat_icmp_send`");
	else
		ur_buf_add(out, "ipvsadm -Ln`: add a real server, or give one a weight above 0");
}

/* "bpf_prog_0123456789abcdef_name" is how the kernel names a program. */
static bool say_program(struct ur_buf *out, const struct ur_evidence *ev)
{
	static const char prefix[] = "bpf_prog_";
	const size_t tag = 16;

	for (int i = 0; i < ev->ev.nstack && i < UR_STACK_MAX; i++) {
		const char *symbol = ev->stack[i];
		size_t len = ur_symbol_length(symbol), skip = sizeof(prefix) - 1 + tag + 1;

		if (strncmp(symbol, prefix, sizeof(prefix) - 1) != 0 || len <= skip)
			continue;
		ur_buf_add(out, "%.*s", (int)(len - skip), symbol + skip);
		return true;
	}
	return false;
}

void ur_why_bpf_icmp_send(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "the BPF program ");
	if (!say_program(out, c->ev))
		ur_buf_add(out, "that ran");
	ur_buf_add(out, " asked for it with bpf_icmp_send()");
}

void ur_advise_bpf_icmp_send(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "see `bpftool prog show` for the program, and `bpftool net` and `bpftool "
			"cgroup tree` for where it is attached");
}
