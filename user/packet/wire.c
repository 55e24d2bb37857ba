/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/wire.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

#define ICMP_SIZE   8
#define ICMP4_TYPE  3
#define ICMP6_TYPE  1
#define IP4_DF      0x40
#define TOS_CONTROL 0xc0 /* IPTOS_PREC_INTERNETCONTROL, which icmp_send() sets */
#define CODE_MTU    4
#define HOPS_MAX    32

/* Why a Linux host sends this code: RFC 1812, RFC 4443, and what its rules may ask for. */
static const char *const reasons4[] = {
	"it has no route, or a rule says so",
	"its neighbour does not answer, a route says so, or a rule",
	"nobody takes that protocol there, or a rule says so",
	"no socket takes it, or a rule says so: the packet can't tell",
	"it is too large for the way, and may not be fragmented",
	"its source route failed",
	"a rule, or another system than Linux, says so",
	"a rule, or another system than Linux, says so",
	"a rule, or another system than Linux, says so",
	"a rule says so",
	"a rule says so",
	"another system than Linux says so",
	"another system than Linux says so",
	"a rule, or a route of type prohibit, says so",
};

static const char *const reasons6[] = {
	"it has no route, a route says so, or a rule",
	"a rule, or a route of type prohibit, says so",
	"its source address is not valid that far",
	"its neighbour does not answer, a route says so, or a rule",
	"no socket takes it, or a rule says so: the packet can't tell",
	"a policy, or a rule, says so",
	"a route of type reject, or a rule, says so",
};
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

bool ur_wire_parse(struct ur_wire *ret, const uint8_t *packet, size_t len)
{
	const size_t at = ur_packet_parse(&ret->outer, packet, len);
	const bool v4 = ret->outer.family == 4;

	if (!at || ret->outer.fragment || at + ICMP_SIZE >= len ||
	    ret->outer.proto != (v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) ||
	    packet[at] != (v4 ? ICMP4_TYPE : ICMP6_TYPE))
		return false;
	ret->type = packet[at];
	ret->code = packet[at + 1];
	ret->tos = v4 ? packet[1] : 0;
	ret->dont_fragment = v4 && packet[6] & IP4_DF;
	ret->outer_id = v4 ? be16(packet + 4) : 0;
	ur_packet_parse(&ret->quoted, packet + at + ICMP_SIZE, len - at - ICMP_SIZE);
	ret->id = ret->quoted.family == 4 ? be16(packet + at + ICMP_SIZE + 4) : 0;
	return ret->quoted.family == ret->outer.family;
}

static bool same(const struct ur_wire *w, const uint8_t a[16], const uint8_t b[16])
{
	return !memcmp(a, b, w->outer.family == 4 ? 4 : 16);
}

static void say_packet(struct ur_buf *out, const struct ur_packet *pkt)
{
	char from[UR_ENDPOINT_TEXT], to[UR_ENDPOINT_TEXT], proto[UR_NUMBER_TEXT];

	if (pkt->has_ports)
		ur_buf_add(out, "%s > %s",
			   ur_endpoint_text(pkt->family, pkt->src, pkt->sport, from),
			   ur_endpoint_text(pkt->family, pkt->dst, pkt->dport, to));
	else
		ur_buf_add(out, "%s > %s", ur_addr_text(pkt->family, pkt->src, from),
			   ur_addr_text(pkt->family, pkt->dst, to));
	ur_buf_add(out, " %s", ur_proto_name(pkt->proto, proto));
}

/* The routers that a packet has passed: systems start with one of these. -1: can't be told. */
static int hops(uint8_t ttl)
{
	const int start = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;

	return !ttl || start - ttl > HOPS_MAX ? -1 : start - ttl;
}

/* Linux takes one off before a rule of the forward hook sees the packet; so where the answer
 * has come as far as the packet got, it was no router's. */
static void say_place(struct ur_buf *out, const struct ur_wire *w)
{
	const int there = hops(w->quoted.ttl), back = hops(w->outer.ttl);

	if (there < 0 || back < 0)
		return;
	ur_buf_add(out, "\nrouters passed: %d by the packet, %d by this answer", there, back);
	if (there == back + 1)
		ur_buf_add(out,
			   "; captured at the sender, that is likely a packet refused while it "
			   "was being forwarded%s",
			   same(w, w->outer.src, w->quoted.dst) ? ", behind NAT" : "");
}

static void say_maker(struct ur_buf *out, const struct ur_wire *w)
{
	char from[UR_ADDR_TEXT], dst[UR_ADDR_TEXT];

	ur_addr_text(w->outer.family, w->outer.src, from);
	ur_addr_text(w->quoted.family, w->quoted.dst, dst);
	ur_buf_add(out, "\nwho: ");
	if (same(w, w->outer.src, w->quoted.dst))
		ur_buf_add(out, "%s, which it was for, or something that speaks for it", from);
	else if (same(w, w->outer.src, w->outer.dst))
		ur_buf_add(out, "%s, its own sender, likely by a rule for what it sends", from);
	else
		ur_buf_add(out, "%s, not %s, which it was for: a router or firewall on the way",
			   from, dst);
	if (w->outer.family != 4)
		return;
	if (w->tos >= TOS_CONTROL && !w->dont_fragment)
		ur_buf_add(out, "; TOS and flags are those of the ICMP of Linux");
	else if (w->code != CODE_MTU && w->tos < TOS_CONTROL && w->dont_fragment)
		ur_buf_add(out, "; TOS 0x%02x and DF are not those of the ICMP of Linux: likely %s",
			   w->tos,
			   w->outer_id ? "written by a program, or another system" :
					 "a firewall's bridge or netdev rule, a program, or "
					 "another system");
}

void ur_wire_say(struct ur_buf *out, const struct ur_wire *wire)
{
	const bool v4 = wire->outer.family == 4;
	const char *const *reasons = v4 ? reasons4 : reasons6;
	const size_t n = v4 ? ROWS(reasons4) : ROWS(reasons6);

	ur_buf_add(out, "%s: ", ur_icmp_name(wire->outer.family, wire->type, wire->code));
	say_packet(out, &wire->quoted);
	ur_buf_add(out, " was refused: %s [from this packet alone]",
		   wire->code < n ? reasons[wire->code] : "why can't be told");
	say_maker(out, wire);
	say_place(out, wire);
}
