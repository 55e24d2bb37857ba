/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/headers.h"

#include <stdbool.h>
#include <netinet/in.h>
#include "user/evidence.h"

#define DEPTH_MAX  4 /* packets in packets */
#define TCP_OFFSET 12
#define TCP_MIN    20
#define DCCP_MIN   12
#define ICMP_SIZE  8

/* RFC 792: these quote a packet. */
static bool icmp4_quotes(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* RFC 4443: the upper half only informs. */
static bool icmp6_quotes(uint8_t type)
{
	return type < 128;
}

/* Bytes of the header of @proto at @data, and in *@inner whether a packet follows it. */
static size_t transport_length(uint8_t proto, const uint8_t *data, size_t len, bool *inner)
{
	size_t size;

	*inner = false;
	switch (proto) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return 8;
	case IPPROTO_TCP:
		size = len > TCP_OFFSET ? (data[TCP_OFFSET] >> 4) * 4u : 0;
		return size < TCP_MIN ? TCP_MIN : size;
	case IPPROTO_SCTP:
		return 12;
	case IPPROTO_DCCP:
		size = len > 4 ? data[4] * 4u : 0;
		return size < DCCP_MIN ? DCCP_MIN : size;
	case IPPROTO_ICMP:
		*inner = len && icmp4_quotes(data[0]);
		return ICMP_SIZE;
	case IPPROTO_ICMPV6:
		*inner = len && icmp6_quotes(data[0]);
		return ICMP_SIZE;
	case IPPROTO_ESP:
		return 8;
	case IPPROTO_GRE:
		return 4;
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
		*inner = true;
		return 0;
	default:
		return 0;
	}
}

size_t ur_headers_length(const uint8_t *data, size_t len)
{
	size_t end = 0;
	bool inner = true;

	for (int depth = 0; inner && depth < DEPTH_MAX; depth++) {
		struct ur_packet pkt;
		size_t off = ur_packet_parse(&pkt, data + end, len - end);

		end += off;
		if (!off || pkt.fragment || end >= len)
			break;
		end += transport_length(pkt.proto, data + end, len - end, &inner);
		if (end >= len)
			break;
	}
	return end < len ? end : len;
}
