// SPDX-License-Identifier: GPL-2.0-only
/* flow.c - comparing one field of the packet with one value of a rule. */
#include "user/enrich/flow.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 128

struct ur_flow ur_flow_of(const struct ur_evidence *ev)
{
	const struct ur_rule *r = &ev->ev.rule;

	return (struct ur_flow){
		.pkt = &ev->packet,
		.iif = r->iif && !r->iifname[0] ? NULL : r->iifname,
		.oif = r->oif && !r->oifname[0] ? NULL : r->oifname,
	};
}

enum ur_fit ur_flow_proto(const struct ur_flow *flow, uint8_t proto)
{
	if (!flow->pkt->family)
		return UR_FIT_MAYBE;
	return flow->pkt->proto == proto ? UR_FIT_YES : UR_FIT_NO;
}

enum ur_fit ur_flow_version(const struct ur_flow *flow, uint8_t version)
{
	if (!flow->pkt->family)
		return UR_FIT_MAYBE;
	return flow->pkt->family == version ? UR_FIT_YES : UR_FIT_NO;
}

int ur_flow_proto_number(const char *name, size_t len)
{
	static const struct {
		const char *name;
		int number;
	} known[] = {
		{ "tcp", IPPROTO_TCP },       { "udp", IPPROTO_UDP },
		{ "icmp", IPPROTO_ICMP },     { "ipv6-icmp", IPPROTO_ICMPV6 },
		{ "icmpv6", IPPROTO_ICMPV6 }, { "udplite", IPPROTO_UDPLITE },
		{ "sctp", IPPROTO_SCTP },     { "dccp", IPPROTO_DCCP },
		{ "esp", IPPROTO_ESP },       { "ah", IPPROTO_AH },
		{ "gre", IPPROTO_GRE },       { "igmp", IPPROTO_IGMP },
		{ "ipencap", IPPROTO_IPIP },  { "ipv6", IPPROTO_IPV6 },
		{ "comp", IPPROTO_COMP },
	};
	char text[8] = "";
	unsigned long n;
	char *end;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == len && !memcmp(name, known[i].name, len))
			return known[i].number;
	if (!len || len >= sizeof(text) || !isdigit((unsigned char)*name))
		return -1;
	memcpy(text, name, len);
	n = strtoul(text, &end, 10);
	return *end || n > UINT8_MAX ? -1 : (int)n;
}

/* ---- values ---- */

static bool parse_addr(uint8_t version, const char *text, uint8_t addr[16])
{
	return inet_pton(version == 6 ? AF_INET6 : AF_INET, text, addr) == 1;
}

/* The first @bits of both are the same. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned long bits)
{
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return !memcmp(a, b, bits / 8) && (!(bits % 8) || !((a[bits / 8] ^ b[bits / 8]) & mask));
}

/* A mask may be a number of bits or, in iptables, an address. */
static enum ur_fit fits_prefix(uint8_t version, const uint8_t *own, const char *text,
			       const char *mask)
{
	const size_t size = version == 6 ? 16 : 4;
	uint8_t addr[16], bytes[16];
	unsigned long bits;
	char *end;

	if (!parse_addr(version, text, addr) || !isxdigit((unsigned char)*mask))
		return UR_FIT_MAYBE;
	if (parse_addr(version, mask, bytes)) {
		for (size_t i = 0; i < size; i++)
			if ((own[i] ^ addr[i]) & bytes[i])
				return UR_FIT_NO;
		return UR_FIT_YES;
	}
	bits = strtoul(mask, &end, 10);
	if (*end || bits > size * 8)
		return UR_FIT_MAYBE;
	return same_bits(own, addr, bits) ? UR_FIT_YES : UR_FIT_NO;
}

/* An address, a prefix, a range. @text is cut apart. */
static enum ur_fit fits_addr(uint8_t version, const uint8_t *own, char *text)
{
	const size_t size = version == 6 ? 16 : 4;
	char *slash = strchr(text, '/'), *dash = strchr(text, '-');
	uint8_t low[16], high[16];

	if (slash) {
		*slash = '\0';
		return fits_prefix(version, own, text, slash + 1);
	}
	if (dash)
		*dash = '\0';
	if (!parse_addr(version, text, low) || !parse_addr(version, dash ? dash + 1 : text, high))
		return UR_FIT_MAYBE;
	return memcmp(own, low, size) >= 0 && memcmp(own, high, size) <= 0 ? UR_FIT_YES : UR_FIT_NO;
}

/* Digits only: a service by its name depends on the host that printed it. */
static bool parse_port(const char *text, size_t len, unsigned long *port)
{
	*port = 0;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]) || i == 5)
			return false;
		*port = *port * 10 + (unsigned long)(text[i] - '0');
	}
	return len;
}

/* "53", nft's "1-3", iptables' "1:3", ":3", "1:" */
static enum ur_fit fits_port(const struct ur_packet *pkt, uint16_t own, const char *text)
{
	const size_t first = strcspn(text, "-:"), len = strlen(text);
	unsigned long low = 0, high = UINT16_MAX;

	if (!pkt->has_ports)
		return UR_FIT_MAYBE;
	if (first == len) {
		if (!parse_port(text, len, &low))
			return UR_FIT_MAYBE;
		high = low;
	} else if ((first && !parse_port(text, first, &low)) ||
		   (first + 1 < len && !parse_port(text + first + 1, len - first - 1, &high))) {
		return UR_FIT_MAYBE;
	}
	return own >= low && own <= high ? UR_FIT_YES : UR_FIT_NO;
}

/* nft ends a prefix of a name with "*", iptables with "+". */
static enum ur_fit fits_name(const char *own, const char *text)
{
	size_t len = strlen(text);

	if (!own)
		return UR_FIT_MAYBE;
	if (len && strchr("*+", text[len - 1]))
		return strncmp(own, text, len - 1) ? UR_FIT_NO : UR_FIT_YES;
	return strcmp(own, text) ? UR_FIT_NO : UR_FIT_YES;
}

static enum ur_fit fits_version(const struct ur_flow *flow, const char *text)
{
	if (!strcmp(text, "ipv4") || !strcmp(text, "ip"))
		return ur_flow_version(flow, 4);
	if (!strcmp(text, "ipv6") || !strcmp(text, "ip6"))
		return ur_flow_version(flow, 6);
	return UR_FIT_MAYBE;
}

static enum ur_fit fits_own_addr(const struct ur_flow *flow, enum ur_field field, char *text)
{
	const bool src = field == UR_FIELD_SADDR4 || field == UR_FIELD_SADDR6;
	const uint8_t version = field == UR_FIELD_SADDR6 || field == UR_FIELD_DADDR6 ? 6 : 4;
	const enum ur_fit fit = ur_flow_version(flow, version);

	if (fit != UR_FIT_YES)
		return fit;
	if (src && flow->any_src)
		return UR_FIT_MAYBE;
	return fits_addr(version, src ? flow->pkt->src : flow->pkt->dst, text);
}

/* nft prints the names that it has for types, and numbers for others. */
static enum ur_fit fits_icmp_type(const struct ur_flow *flow, const char *text, size_t len)
{
	const uint8_t unreachable = flow->pkt->family == 6 ? 1 : 3;
	unsigned long type;

	if (!flow->icmp)
		return UR_FIT_MAYBE;
	if (!strcmp(text, "destination-unreachable"))
		return flow->icmp_type == unreachable ? UR_FIT_YES : UR_FIT_NO;
	if (isalpha((unsigned char)*text) && flow->icmp_type == unreachable)
		return UR_FIT_NO;
	if (!parse_port(text, len, &type))
		return UR_FIT_MAYBE;
	return type == flow->icmp_type ? UR_FIT_YES : UR_FIT_NO;
}

enum ur_fit ur_flow_fits(const struct ur_flow *flow, enum ur_field field, const char *text,
			 size_t len)
{
	char value[VALUE_MAX];
	int proto;

	if (!len || len >= sizeof(value) || memchr(text, '\0', len))
		return UR_FIT_MAYBE;
	memcpy(value, text, len);
	value[len] = '\0';
	switch (field) {
	case UR_FIELD_SADDR4:
	case UR_FIELD_DADDR4:
	case UR_FIELD_SADDR6:
	case UR_FIELD_DADDR6:
		return fits_own_addr(flow, field, value);
	case UR_FIELD_SPORT:
		return fits_port(flow->pkt, flow->pkt->sport, value);
	case UR_FIELD_DPORT:
		return fits_port(flow->pkt, flow->pkt->dport, value);
	case UR_FIELD_PROTO:
		proto = ur_flow_proto_number(value, len);
		return proto < 0 ? UR_FIT_MAYBE : ur_flow_proto(flow, (uint8_t)proto);
	case UR_FIELD_FAMILY:
		return fits_version(flow, value);
	case UR_FIELD_IIF:
		return fits_name(flow->iif, value);
	case UR_FIELD_ICMP_TYPE:
		return fits_icmp_type(flow, value, len);
	case UR_FIELD_OIF:
		return fits_name(flow->oif, value);
	default:
		return UR_FIT_MAYBE;
	}
}
