/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/answer.h"

#include <netinet/in.h>
#include <string.h>

#define IP4_MIN    20
#define IP4_SUM    10
#define IP6_SIZE   40
#define ICMP_SIZE  8
#define TCP_MIN    20
#define TCP_FLAGS  13
#define TCP_SUM    16
#define TCP_RST    0x04
#define LENGTH_MAX 65535

static void put16(uint8_t *at, uint32_t number)
{
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
}

/* RFC 1071: @sum and the @n bytes at @at, not folded. */
static uint32_t add(uint32_t sum, const uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

static uint32_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* The header of a packet of IPv4; returns its length, 0 when it makes no sense. */
static size_t complete4(struct ur_answer *a)
{
	const size_t size = (a->snap[0] & 15) * 4u;

	if (size < IP4_MIN || size > a->len || a->wire < size || a->wire > LENGTH_MAX)
		return 0;
	put16(a->snap + 2, a->wire);
	put16(a->snap + IP4_SUM, 0);
	put16(a->snap + IP4_SUM, fold(add(0, a->snap, size)));
	return size;
}

static size_t complete6(struct ur_answer *a)
{
	if (a->len < IP6_SIZE || a->wire < IP6_SIZE || a->wire - IP6_SIZE > LENGTH_MAX)
		return 0;
	put16(a->snap + 4, a->wire - IP6_SIZE);
	return IP6_SIZE;
}

static bool is_icmp(const struct ur_event *ev, const struct ur_answer *a, size_t at)
{
	const uint8_t proto = ev->family == 4 ? a->snap[9] : a->snap[6];

	return proto == (ev->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) &&
	       at + ICMP_SIZE <= a->len && a->snap[at] == ev->type && a->snap[at + 1] == ev->code;
}

/* A reset is seen whole, or it is none. Its checksum over IPv4 is left to the device. */
static bool complete_reset(const struct ur_event *ev, struct ur_answer *a, size_t at)
{
	const bool v4 = ev->family == 4;
	const size_t addresses = v4 ? 12 : 8;
	uint32_t sum = IPPROTO_TCP + (uint32_t)(a->len - at);

	if ((v4 ? a->snap[9] : a->snap[6]) != IPPROTO_TCP || a->wire != a->len ||
	    at + TCP_MIN > a->len || !(a->snap[at + TCP_FLAGS] & TCP_RST))
		return false;
	put16(a->snap + at + TCP_SUM, 0);
	sum = add(sum, a->snap + addresses, v4 ? 8 : 32);
	put16(a->snap + at + TCP_SUM, fold(add(sum, a->snap + at, a->len - at)));
	return true;
}

bool ur_answer_complete(const struct ur_event *ev, struct ur_answer *ret)
{
	size_t at;

	*ret = ev->answered;
	if (!ret->ts_ns || !ret->len || ret->len > UR_SNAP_MAX || ret->len > ret->wire ||
	    ret->snap[0] >> 4 != ev->family)
		return false;
	at = ev->family == 4 ? complete4(ret) : complete6(ret);
	if (!at)
		return false;
	return ev->answer == UR_ANSWER_RST ? complete_reset(ev, ret, at) : is_icmp(ev, ret, at);
}
