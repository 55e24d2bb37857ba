/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/cause.h"

#include <string.h>

static const struct ur_cause_info infos[] = {
	[UR_CAUSE_UNKNOWN] = { "unknown", "none of these is proven; the call chain is printed" },
	[UR_CAUSE_SOCKET_NONE] = { "socket.none", "no socket is on that port in that namespace" },
	[UR_CAUSE_SOCKET_RACE] = { "socket.race",
				   "a socket that fits was bound while the packet was under way" },
	[UR_CAUSE_SOCKET_BPF] = { "socket.bpf",
				  "a BPF sk_lookup or reuseport program turned the packet away" },
	[UR_CAUSE_SOCKET_CLOSED] = { "socket.closed",
				     "a socket that would have taken it was closed before" },
	[UR_CAUSE_SOCKET_LATE_REPLY] = { "socket.late-reply",
					 "it answers a client that had closed its socket" },
	[UR_CAUSE_SOCKET_ADDRESS] = { "socket.address",
				      "a socket is on the port, on another local address" },
	[UR_CAUSE_SOCKET_DEVICE] = { "socket.device",
				     "a socket is on the port, bound to another interface or VRF" },
	[UR_CAUSE_SOCKET_PEER] = { "socket.peer",
				   "a socket is on the port, connected to another peer" },
	[UR_CAUSE_SOCKET_FAMILY] = { "socket.family",
				     "a socket is on the port, for the other IP version only" },
	[UR_CAUSE_SOCKET_PROTOCOL] = { "socket.protocol",
				       "another protocol has the port, this one does not" },
	[UR_CAUSE_SOCKET_NETNS] = { "socket.netns", "the port is open in another namespace" },
	[UR_CAUSE_SOCKET_NAT] = { "socket.nat",
				  "the destination was rewritten, and no socket is on that port" },
	[UR_CAUSE_SOCKET_STALE_NAT] = { "socket.stale-nat",
					"an old conntrack entry sent it where the NAT rules "
					"no longer lead" },
	[UR_CAUSE_SOCKET_FLOW] = { "socket.flow",
				   "the TCP segment belongs to no connection that is known here" },
	[UR_CAUSE_RULE_NFT] = { "rule.nft", "an nftables rule rejected it" },
	[UR_CAUSE_RULE_IPTABLES_NFT] = { "rule.iptables-nft",
					 "a rule of iptables-nft rejected it" },
	[UR_CAUSE_RULE_IPTABLES] = { "rule.iptables", "a rule of legacy iptables rejected it" },
	[UR_CAUSE_ROUTE_NONE] = { "route.none", "no route leads to its destination" },
	[UR_CAUSE_ROUTE_REJECTED] = { "route.rejected",
				      "a route or policy rule of type prohibit or unreachable refused it" },
	[UR_CAUSE_NEIGHBOUR_FAILED] = { "neighbour.failed",
					"the next hop did not answer ARP or neighbour discovery" },
	[UR_CAUSE_MTU_EXCEEDED] = { "mtu.exceeded",
				    "it is too large for the way, and may not be fragmented" },
	[UR_CAUSE_PROTOCOL_NONE] = { "protocol.none",
				     "nothing on this host takes its IP protocol" },
	[UR_CAUSE_IPVS_NO_DESTINATION] = { "ipvs.no-destination",
					   "an IPVS service has no real server to send it to" },
	[UR_CAUSE_IPVS_NO_CONNECTION] = { "ipvs.no-connection",
					  "an IPVS real server sent it for a connection that is not known" },
	[UR_CAUSE_TUNNEL_NO_ENDPOINT] = { "tunnel.no-endpoint",
					  "no tunnel takes it, or WireGuard has no peer for it" },
	[UR_CAUSE_TUNNEL_ERROR] = { "tunnel.error", "a tunnel on the way can't send it on" },
	[UR_CAUSE_XFRM_NO_STATE] = { "xfrm.no-state", "no IPsec state takes it" },
	[UR_CAUSE_POLICY_SOURCE_ROUTE] = { "policy.source-route",
					   "its strict source route can't be followed" },
	[UR_CAUSE_POLICY_SCOPE] = { "policy.scope",
				    "a packet from or to a link-local address would have to be forwarded" },
	[UR_CAUSE_POLICY_LABEL] = { "policy.label", "a security module refused its CIPSO label" },
	[UR_CAUSE_BPF_ICMP_SEND] = { "bpf.icmp-send", "a BPF program asked for it" },
	[UR_CAUSE_TCP_CLOSED_WITH_DATA] = { "tcp.closed-with-data",
					    "the program closed the connection with data unread" },
	[UR_CAUSE_TCP_DATA_AFTER_CLOSE] = { "tcp.data-after-close",
					    "data came after the program had closed the connection" },
	[UR_CAUSE_TCP_LINGER] = { "tcp.linger",
				  "the program closed it with SO_LINGER or TCP_LINGER2 so set" },
	[UR_CAUSE_TCP_DISCONNECTED] = { "tcp.disconnected", "the program disconnected its socket" },
	[UR_CAUSE_TCP_NOT_ACCEPTED] = { "tcp.not-accepted",
					"the listener was closed before it accepted the connection" },
	[UR_CAUSE_TCP_OVERFLOW] = { "tcp.overflow",
				    "the listener could take no more, and tcp_abort_on_overflow is 1" },
	[UR_CAUSE_TCP_DESTROYED] = { "tcp.destroyed",
				     "somebody destroyed the connection from outside: ss -K" },
	[UR_CAUSE_TCP_KEEPALIVE] = { "tcp.keepalive", "the peer answered no keepalive probe" },
	[UR_CAUSE_TCP_FIN_TIMEOUT] = { "tcp.fin-timeout",
				       "the peer did not close its side in time" },
	[UR_CAUSE_TCP_MEMORY] = { "tcp.memory",
				  "TCP is short of memory, or has too many orphaned connections" },
	[UR_CAUSE_TCP_BAD_SEGMENT] = { "tcp.bad-segment",
				       "the segment does not fit the state of its connection" },
	[UR_CAUSE_TCP_MPTCP] = { "tcp.mptcp", "MPTCP ended one of its subflows" },
};
_Static_assert(sizeof(infos) / sizeof(infos[0]) == UR_CAUSE_MAX_, "describe every cause");

static const char *const confidences[] = {
	[UR_UNKNOWN] = "unknown",
	[UR_LIKELY] = "likely",
	[UR_PROVEN] = "proven",
};

const struct ur_cause_info *ur_cause_info(enum ur_cause cause)
{
	return &infos[(unsigned int)cause < UR_CAUSE_MAX_ ? cause : UR_CAUSE_UNKNOWN];
}

bool ur_cause_matches(enum ur_cause cause, const char *slug, size_t len)
{
	const char *own = ur_cause_info(cause)->slug;

	return len && strncmp(own, slug, len) == 0 && (own[len] == '\0' || own[len] == '.');
}

bool ur_cause_known(const char *slug, size_t len)
{
	for (int i = 0; i < UR_CAUSE_MAX_; i++)
		if (ur_cause_matches(i, slug, len))
			return true;
	return false;
}

bool ur_cause_listed(enum ur_cause cause, const char *list)
{
	for (size_t len; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (ur_cause_matches(cause, list, len))
			return true;
	}
	return false;
}

const char *ur_confidence_name(enum ur_confidence confidence)
{
	bool known = (size_t)confidence < sizeof(confidences) / sizeof(confidences[0]);

	return confidences[known ? confidence : UR_UNKNOWN];
}
