/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/evidence.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <signal.h>
#include <string.h>
#include "user/base/addr.h"

#define IP4_HEADER_MIN   20
#define IP4_OFFSET_MASK  0x1fff /* IP_OFFSET, include/net/ip.h */
#define IP6_HEADER       40
#define IP6_OFFSET_MASK  0xfff8 /* IP6_OFFSET, include/uapi/linux/ipv6.h */
#define TCP_FLAGS_OFFSET 13
#define IPPROTO_SHIM6    140
#define IPPROTO_HIP      139

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool carries_ports(uint8_t proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_TCP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP;
}

/* @off is where the transport header starts; it may lie behind the end. */
static void parse_transport(struct ur_packet *pkt, const uint8_t *data, size_t len, size_t off)
{
	if (pkt->fragment || !carries_ports(pkt->proto) || off + 4 > len)
		return;
	pkt->has_ports = true;
	pkt->sport = be16(data + off);
	pkt->dport = be16(data + off + 2);
	if (pkt->proto != IPPROTO_TCP || off + TCP_FLAGS_OFFSET >= len)
		return;
	pkt->tcp_flags = data[off + TCP_FLAGS_OFFSET];
	off += (data[off + TCP_FLAGS_OFFSET - 1] >> 4) * 4u;
	pkt->tcp_payload = pkt->length > off ? pkt->length - (uint32_t)off : 0;
}

static size_t parse_ip4(struct ur_packet *pkt, const uint8_t *data, size_t len)
{
	size_t header = (data[0] & 0x0f) * 4u;

	if (len < IP4_HEADER_MIN || header < IP4_HEADER_MIN)
		return 0;
	pkt->family = 4;
	pkt->length = be16(data + 2);
	pkt->fragment = be16(data + 6) & IP4_OFFSET_MASK;
	pkt->ttl = data[8];
	pkt->proto = data[9];
	memcpy(pkt->src, data + 12, 4);
	memcpy(pkt->dst, data + 16, 4);
	parse_transport(pkt, data, len, header);
	return header;
}

/* Length of the IPv6 extension header @proto at @p, 0 when @proto is none of them. RFC 8200
 * section 4; AH: RFC 4302 section 2.2. @p has at least 2 bytes. */
static size_t extension_length(uint8_t proto, const uint8_t *p)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case IPPROTO_HIP:
	case IPPROTO_SHIM6:
		return (p[1] + 1u) * 8;
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_AH:
		return (p[1] + 2u) * 4;
	default:
		return 0;
	}
}

/* Walk the extension headers from @off on; returns where the transport header starts. A
 * chain that leaves the data ends with proto set to the header that could not be read. */
static size_t skip_extensions(struct ur_packet *pkt, const uint8_t *data, size_t len, size_t off)
{
	while (off + 8 <= len && !pkt->fragment) {
		size_t size = extension_length(pkt->proto, data + off);

		if (!size)
			break;
		if (pkt->proto == IPPROTO_FRAGMENT)
			pkt->fragment = be16(data + off + 2) & IP6_OFFSET_MASK;
		pkt->proto = data[off];
		off += size;
	}
	return off;
}

static size_t parse_ip6(struct ur_packet *pkt, const uint8_t *data, size_t len)
{
	size_t off;

	if (len < IP6_HEADER)
		return 0;
	pkt->family = 6;
	pkt->length = be16(data + 4) + IP6_HEADER;
	pkt->proto = data[6];
	pkt->ttl = data[7];
	memcpy(pkt->src, data + 8, 16);
	memcpy(pkt->dst, data + 24, 16);
	off = skip_extensions(pkt, data, len, IP6_HEADER);
	parse_transport(pkt, data, len, off);
	return off;
}

size_t ur_packet_parse(struct ur_packet *pkt, const uint8_t *data, size_t len)
{
	memset(pkt, 0, sizeof(*pkt));
	if (len && data[0] >> 4 == 4)
		return parse_ip4(pkt, data, len);
	if (len && data[0] >> 4 == 6)
		return parse_ip6(pkt, data, len);
	return 0;
}

/* A record may be cut short; the counts in it may not claim more than it holds. */
static bool counts_fit(const struct ur_event *ev, size_t valid)
{
	return ev->nsocks <= UR_SOCKS_MAX && ev->nstack <= UR_STACK_MAX &&
	       ev->snap_len <= UR_SNAP_MAX && ev->nclosed <= UR_CLOSED_MAX &&
	       (!ev->nclosed || offsetof(struct ur_event, closed[ev->nclosed]) <= valid) &&
	       (!ev->nsocks || offsetof(struct ur_event, socks[ev->nsocks]) <= valid) &&
	       (!ev->nstack || offsetof(struct ur_event, stack[ev->nstack]) <= valid) &&
	       (!ev->snap_len || offsetof(struct ur_event, snap[ev->snap_len]) <= valid);
}

static void terminate_strings(struct ur_event *ev)
{
	ev->cur_comm[UR_COMM_MAX - 1] = '\0';
	ev->iifname[UR_IFNAME_MAX - 1] = '\0';
	ev->rule.iifname[UR_IFNAME_MAX - 1] = '\0';
	ev->rule.oifname[UR_IFNAME_MAX - 1] = '\0';
	ev->route.oifname[UR_IFNAME_MAX - 1] = '\0';
	ev->rule.table[UR_TABLE_MAX - 1] = '\0';
	ev->rule.chain[UR_CHAIN_MAX - 1] = '\0';
	for (int i = 0; i < UR_CLOSED_MAX; i++)
		ev->closed[i].comm[UR_COMM_MAX - 1] = '\0';
}

/* No segment, but a connection: as its peer sees it. IPv4 over an IPv6 socket is IPv4. */
static void packet_of_connection(struct ur_packet *pkt, const struct ur_sock *sk)
{
	memset(pkt, 0, sizeof(*pkt));
	pkt->proto = IPPROTO_TCP;
	pkt->has_ports = true;
	pkt->sport = sk->peer_port;
	pkt->dport = sk->port;
	ur_addr_plain(sk->family, sk->peer, pkt->src);
	pkt->family = ur_addr_plain(sk->family, sk->local, pkt->dst);
}

int ur_evidence_from_event(struct ur_evidence *ev, const void *record, size_t len)
{
	const size_t head = offsetof(struct ur_event, nat); /* what every record has */
	struct ur_event in = {};
	size_t valid;

	if (len < head)
		return -EPROTO;
	memcpy(&in, record, head);
	valid = in.len;
	if (in.answer != UR_ANSWER_ICMP && in.answer != UR_ANSWER_RST)
		return -EPROTO;
	if (in.version < UR_EVENT_VERSION || valid < head || valid > len || !counts_fit(&in, valid))
		return -EPROTO;
	memcpy(&in, record, valid < sizeof(in) ? valid : sizeof(in));
	terminate_strings(&in);
	memset(ev, 0, sizeof(*ev));
	ev->ev = in;
	ev->count = 1;
	ev->netns.inum = ev->nat_from.netns.inum = in.netns_inum;
	ur_packet_parse(&ev->packet, in.snap, in.snap_len);
	if (in.reset.flags & UR_RST_ACTIVE && in.nsocks) {
		packet_of_connection(&ev->packet, &in.socks[0]);
		ev->ev.family = ev->packet.family;
		return 0;
	}
	/* 0 in the header: a packet of more than 64 KiB (BIG TCP, RFC 2675). */
	if (ev->packet.length == 0 || (ev->packet.family == 6 && ev->packet.length == IP6_HEADER))
		ev->packet.length = in.pkt_len ?: ev->packet.length;
	return 0;
}

bool ur_closed_by_oom(const struct ur_closed *closed)
{
	return closed->how == UR_END_EXIT && (closed->flags & UR_CL_OOM) &&
	       (closed->exit_code & 0x7f) == SIGKILL;
}

uint32_t ur_event_out(const struct ur_event *ev)
{
	if (ev->window & (UR_WIN_RST_BUILT | UR_WIN_HAND_BUILT))
		return UR_OUT_SENT;
	if (ev->window & UR_WIN_PUSHED)
		return ev->push_ret >= 0      ? UR_OUT_SENT :
		       ev->push_ret == -EPERM ? UR_OUT_RULE :
						UR_OUT_OUTPUT;
	if (ev->origin == UR_ORIGIN_TCP_MISS || ev->origin == UR_ORIGIN_TCP_SOCK)
		return ev->family == 4 && !(ev->reset.flags & UR_RST_ACTIVE) &&
				       !(ev->window & UR_WIN_UNTOLD) ?
			       UR_OUT_EARLY :
			       UR_OUT_UNSEEN;
	if (ev->window & UR_WIN_GLOBAL_DENY)
		return UR_OUT_GLOBAL;
	return ev->window & UR_WIN_PEER_DENY ? UR_OUT_PEER : UR_OUT_EARLY;
}
