/* SPDX-License-Identifier: GPL-2.0-only */
/* nat.c - packets whose destination a NAT rule rewrote. */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

enum ur_confidence ur_nat_confidence(const struct ur_evidence *ev)
{
	return ev->nat_from.source >= UR_NAT_ONE_OF ? UR_LIKELY : UR_PROVEN;
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
	enum ur_nat_source source = c->ev->nat_from.source;
	char from[UR_ENDPOINT_TEXT], to[UR_ENDPOINT_TEXT];

	ur_endpoint_text(pkt->family, nat->dst, nat->dport, from);
	ur_endpoint_text(pkt->family, pkt->dst, pkt->dport, to);
	ur_buf_add(out, "was %sDNATed from %s to %s", source >= UR_NAT_ONE_OF ? "probably " : "",
		   from, to);
	say_where(c, out);
	if (source == UR_NAT_REMEMBERED)
		ur_buf_add(out, ", as a packet just before was");
	else if (source == UR_NAT_ONE_OF)
		ur_buf_add(out, "; another flow of the same addresses and ports was translated "
				"otherwise at that time");
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

/* "ip netns exec srv ", for the namespace that translated, or did not. */
static bool say_enter(const struct ur_case *c, struct ur_buf *out)
{
	return c->ev->nat_from.netns.inum == c->ev->netns.inum ?
		       ur_say_enter(out, c->ev) :
		       ur_say_enter_netns(out, &c->ev->nat_from.netns);
}

/* "`ip netns exec srv conntrack -L -p udp --orig-dst 192.0.2.1 --orig-port-dst 53`" */
static void say_conntrack(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_nat *nat = &c->ev->ev.nat;
	char addr[UR_ADDR_TEXT], proto[UR_NUMBER_TEXT];
	bool entered;

	ur_buf_add(out, "`");
	entered = say_enter(c, out);
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
	ur_buf_add(out, ", or correct the NAT rule that leads to %s",
		   ur_endpoint_text(c->ev->packet.family, c->ev->packet.dst, c->ev->packet.dport,
				    to));
	if (c->ev->packet.proto == IPPROTO_TCP) /* nf_conntrack_tcp_packet() forgets it */
		return;
	ur_buf_add(out, "; see such flows with ");
	say_conntrack(c, out);
}

/* ---- socket.stale-nat ---- */

bool ur_nat_stale(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (ev->nat_now.looked != UR_FOUND)
		return false;
	if (!ev->nat_now.changed && UR_LIKELY < *confidence)
		*confidence = UR_LIKELY;
	return true;
}

static void say_rule(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "`");
	ur_buf_add_safe(out, c->ev->nat_now.rule);
	ur_buf_add(out, "`");
}

/* The flow went past the rules: it is older than they are. */
static void say_bypass(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, ": its conntrack entry%s is %solder than the NAT rule ",
		   c->ev->nat_from.netns.inum == c->ev->netns.inum ? "" : " where it passed",
		   c->ev->nat_now.changed ? "" : "probably ");
	say_rule(c, out);
	say_where(c, out);
	ur_buf_add(out, ", which new flows meet");
}

/* The flow follows rules that are gone. */
static void say_left_behind(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, ", where the packet ");
	ur_say_nat(c, out);
	ur_buf_add(out, ", by a conntrack entry %solder than the NAT rules: ",
		   c->ev->nat_now.changed ? "" : "probably ");
	if (!c->ev->nat_now.rule[0]) {
		ur_buf_add(out, "none leads there now");
		return;
	}
	ur_buf_add(out, "new flows meet ");
	say_rule(c, out);
}

void ur_why_socket_stale_nat(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	char buf[UR_NUMBER_TEXT];

	ur_buf_add(out, "no %s socket is on port %u", ur_proto_title(pkt->proto, buf), pkt->dport);
	ur_say_in_netns(out, &c->ev->netns);
	if (ur_nat_changed(c->ev))
		say_left_behind(c, out);
	else
		say_bypass(c, out);
}

void ur_advise_socket_stale_nat(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_packet *pkt = &c->ev->packet;
	const struct ur_nat *nat = &c->ev->ev.nat;
	char from[UR_ADDR_TEXT], to[UR_ADDR_TEXT], proto[UR_NUMBER_TEXT];

	ur_buf_add(out, "delete the entry, so that the flow meets the rules: `");
	say_enter(c, out);
	ur_buf_add(out, "conntrack -D%s -p %s --orig-src %s --orig-dst %s",
		   pkt->family == 6 ? " -f ipv6" : "", ur_proto_name(pkt->proto, proto),
		   ur_addr_text(pkt->family, nat->src, from),
		   ur_addr_text(pkt->family, nat->dst, to));
	ur_buf_add(out, " --orig-port-src %u --orig-port-dst %u`", nat->sport, nat->dport);
}
