/* SPDX-License-Identifier: GPL-2.0-only */
/* verdict_nat.c - packets whose destination a NAT rule rewrote. */
#include "user/verdict_parts.h"

#include <string.h>
#include "user/addr.h"
#include "user/names.h"

enum ur_confidence ur_nat_confidence(const struct ur_evidence *ev)
{
	return ev->nat_from.source == UR_NAT_REMEMBERED ? UR_LIKELY : UR_PROVEN;
}

/* Where it was translated, unless that is where it was refused. */
static void say_where(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_netns *nat = &c->ev->nat_from.netns;

	if (!nat->inum || nat->inum == c->ev->netns.inum)
		return;
	if (nat->looked == UR_FOUND && !strcmp(nat->name, "host"))
		ur_buf_add(out, " in the host's netns");
	else
		ur_say_in_netns(out, nat);
}

void ur_say_nat(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_nat *nat = &c->ev->ev.nat;
	bool earlier = c->ev->nat_from.source == UR_NAT_REMEMBERED;
	char from[UR_ENDPOINT_TEXT], to[UR_ENDPOINT_TEXT];

	ur_endpoint_text(pkt->family, nat->dst, nat->dport, from);
	ur_endpoint_text(pkt->family, pkt->dst, pkt->dport, to);
	ur_buf_add(out, "was %sDNATed from %s to %s", earlier ? "probably " : "", from, to);
	say_where(c, out);
	if (earlier)
		ur_buf_add(out, ", as a packet just before was");
}

void ur_why_socket_nat(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT];

	ur_buf_add(out, "no %s socket is on port %u", ur_proto_title(c->ev->packet.proto, buf),
		   c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ", where the packet ");
	ur_say_nat(c, out);
}

/* "`ip netns exec srv conntrack -L -p udp --orig-dst 192.0.2.1 --orig-port-dst 53`" */
static void say_conntrack(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_nat *nat = &c->ev->ev.nat;
	char addr[UR_ADDR_TEXT], proto[UR_NUMBER_TEXT];
	bool entered;

	ur_buf_add(out, "`");
	entered = c->ev->nat_from.netns.inum == c->ev->netns.inum ?
			  ur_say_enter(out, c->ev) :
			  ur_say_enter_netns(out, &c->ev->nat_from.netns);
	ur_buf_add(out, "conntrack -L%s -p %s --orig-dst %s --orig-port-dst %u`",
		   pkt->family == 6 ? " -f ipv6" : "", ur_proto_name(pkt->proto, proto),
		   ur_addr_text(pkt->family, nat->dst, addr), nat->dport);
	if (!entered)
		ur_say_in_netns(out, &c->ev->nat_from.netns);
}

void ur_advise_socket_nat(const struct ur_case *c, struct ur_buf *out)
{
	char buf[UR_NUMBER_TEXT], to[UR_ENDPOINT_TEXT];

	ur_buf_add(out, "start the service that should have %s port %u",
		   ur_proto_title(c->ev->packet.proto, buf), c->ev->packet.dport);
	ur_say_in_netns(out, &c->ev->netns);
	ur_buf_add(out, ", or correct the NAT rule that leads to %s; see such flows with ",
		   ur_endpoint_text(c->ev->packet.family, c->ev->packet.dst, c->ev->packet.dport,
				    to));
	say_conntrack(c, out);
}
