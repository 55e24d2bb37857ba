/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict_parts.h"

#include <string.h>
#include "user/addr.h"

/* What the reader can look at next. */
enum look { LOOK_CHAIN, LOOK_ROUTE, LOOK_NEIGHBOUR };

/* Kernel functions that ask for a Destination Unreachable, and what is certain when they
 * do, from their source. Not yet causes of their own. */
static const struct {
	const char *func;
	const char *fact;
	enum look look;
} callers[] = {
	{ "ip_error", "for a packet that no usable route takes", LOOK_ROUTE },
	{ "ip6_pkt_drop", "for a packet that no usable route takes", LOOK_ROUTE },
	{ "ip6_pkt_discard", "for a packet that no usable route takes", LOOK_ROUTE },
	{ "ip6_pkt_discard_out", "for a packet that no usable route takes", LOOK_ROUTE },
	{ "ip6_pkt_prohibit", "for a packet that a route prohibits", LOOK_ROUTE },
	{ "ip6_pkt_prohibit_out", "for a packet that a route prohibits", LOOK_ROUTE },
	{ "ip_forward", "for a packet that it would not forward", LOOK_ROUTE },
	{ "ip6_forward", "for a packet that it would not forward", LOOK_ROUTE },
	{ "ip_fragment", "for a packet too big to send that may not be fragmented", LOOK_ROUTE },
	{ "ipv4_link_failure", "after the way to the next hop failed", LOOK_NEIGHBOUR },
	{ "ipv4_send_dest_unreach", "after the way to the next hop failed", LOOK_NEIGHBOUR },
	{ "ip6_link_failure", "after the way to the next hop failed", LOOK_NEIGHBOUR },
	{ "ip_protocol_deliver_rcu", "for an IP protocol that nothing here handles", LOOK_CHAIN },
	{ "ip_vs_leave", "for an IPVS service without a usable destination", LOOK_CHAIN },
	{ "tunnel4_rcv", "for a tunnel's packet that no tunnel here took", LOOK_CHAIN },
	{ "tunnel64_rcv", "for a tunnel's packet that no tunnel here took", LOOK_CHAIN },
	{ "tunnel6_rcv", "for a tunnel's packet that no tunnel here took", LOOK_CHAIN },
	{ "tunnel46_rcv", "for a tunnel's packet that no tunnel here took", LOOK_CHAIN },
	{ "gre_rcv", "for a tunnel's packet that no tunnel here took", LOOK_CHAIN },
	{ "xfrm4_esp_rcv", "for an IPsec packet that nothing here takes", LOOK_CHAIN },
	{ "xfrm4_ah_rcv", "for an IPsec packet that nothing here takes", LOOK_CHAIN },
	{ "xfrm6_esp_rcv", "for an IPsec packet that nothing here takes", LOOK_CHAIN },
	{ "xfrm6_ah_rcv", "for an IPsec packet that nothing here takes", LOOK_CHAIN },
	{ "wg_xmit", "for a packet that WireGuard has no usable peer for", LOOK_CHAIN },
};
#define CALLERS (sizeof(callers) / sizeof(callers[0]))

/* Row of the innermost caller, CALLERS when it has none. */
static size_t find_caller(const struct ur_evidence *ev)
{
	size_t i = 0;

	while (i < CALLERS && !ur_symbol_is(ev->stack[0], callers[i].func))
		i++;
	return i;
}

static bool symbol_known(const struct ur_evidence *ev)
{
	return ev->stack[0][0] && strncmp(ev->stack[0], "0x", 2) != 0;
}

void ur_why_unknown(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	size_t row = find_caller(ev);

	ur_buf_add(out, "not explained by this version");
	if (!symbol_known(ev)) {
		ur_buf_add(out, "; the kernel function that asked for it %s",
			   ev->missing & UR_MISSING_SYMBOLS ?
				   "can't be named: /proc/kallsyms shows no addresses" :
				   "was not seen");
		return;
	}
	ur_buf_add(out, ": the kernel's %.*s() asked for it", (int)ur_symbol_length(ev->stack[0]),
		   ev->stack[0]);
	if (row < CALLERS)
		ur_buf_add(out, ", %s", callers[row].fact);
}

static void say_route_command(struct ur_buf *out, const struct ur_evidence *ev)
{
	char dst[UR_ADDR_TEXT], src[UR_ADDR_TEXT];

	ur_buf_add(out, "ip route get %s", ur_addr_text(ev->packet.family, ev->packet.dst, dst));
	/* The kernel accepts "from" with a foreign address only together with "iif". */
	if (ev->ev.iif && ev->ev.iifname[0]) {
		ur_buf_add(out, " from %s iif ",
			   ur_addr_text(ev->packet.family, ev->packet.src, src));
		ur_say_shell_word(out, ev->ev.iifname);
	}
}

void ur_advise_unknown(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	size_t row = find_caller(ev);
	enum look look = row < CALLERS && ev->packet.family ? callers[row].look : LOOK_CHAIN;

	if (look == LOOK_CHAIN) {
		if (ev->ev.nstack)
			ur_buf_add(out, "the call chain is in the output of -v and --json");
		return;
	}
	ur_buf_add(out, "see `");
	ur_say_enter(out, ev);
	if (look == LOOK_ROUTE)
		say_route_command(out, ev);
	else
		ur_buf_add(out, "ip neigh show nud failed");
	ur_buf_add(out, "`");
}
