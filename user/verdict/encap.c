/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/encap.h"

#include <stddef.h>
#include <string.h>

#define LINK_SHOW(type) "ip -d link show type " type

/* What sets encap_rcv in Linux 5.10 to 7.2. */
static const struct ur_encap encaps[] = {
	{ "vxlan_rcv", "vxlan", "VXLAN", LINK_SHOW("vxlan") },
	{ "geneve_udp_encap_recv", "geneve", "Geneve", LINK_SHOW("geneve") },
	{ "wg_receive", "wireguard", "WireGuard", "wg show" },
	{ "fou_udp_recv", "fou", "FOU", "ip fou show" },
	{ "gue_udp_recv", "gue", "GUE", "ip fou show" },
	{ "l2tp_udp_encap_recv", "l2tp", "L2TP", "ip l2tp show tunnel" },
	{ "gtp_encap_recv", "gtp", "GTP", LINK_SHOW("gtp") },
	{ "pfcp_encap_recv", "pfcp", "PFCP", LINK_SHOW("pfcp") },
	{ "bareudp_udp_encap_recv", "bareudp", "bareudp", LINK_SHOW("bareudp") },
	{ "amt_rcv", "amt", "AMT", LINK_SHOW("amt") },
	{ "ovpn_udp_encap_recv", "ovpn", "OpenVPN", LINK_SHOW("ovpn") },
	{ "rxe_udp_encap_recv", "rxe", "RoCE", "rdma link show" },
	{ "tipc_udp_recv", "tipc", "TIPC", "tipc bearer list" },
	{ "sctp_udp_rcv", "sctp", "SCTP", "sysctl net.sctp.udp_port" },
	{ "rxrpc_encap_rcv", "rxrpc", "RxRPC", "cat /proc/net/rxrpc/locals" },
	{ "rxrpc_input_packet", "rxrpc", "RxRPC", "cat /proc/net/rxrpc/locals" },
	{ "xfrm4_udp_encap_rcv", "esp", "IPsec", "ip xfrm state" },
	{ "xfrm6_udp_encap_rcv", "esp", "IPsec", "ip xfrm state" },
};

const struct ur_encap *ur_encap_find(const char *symbol)
{
	/* Compilers add suffixes (".isra.0"), the kernel an offset. */
	size_t len = strcspn(symbol, ".+ ");

	for (size_t i = 0; i < sizeof(encaps) / sizeof(encaps[0]); i++)
		if (strlen(encaps[i].func) == len && !strncmp(symbol, encaps[i].func, len))
			return &encaps[i];
	return NULL;
}
