// SPDX-License-Identifier: GPL-2.0-only
/* nft_key.c - a table of the header fields and meta keys that nft prints. */
#include "user/enrich/nft_key.h"
#include <netinet/in.h>
#include <string.h>
#include "user/enrich/nft_token.h"

#define ANY_FIELD NULL
#define ANY_PROTO (-1)

/* A first word and a second one; of several that fit, the first counts. */
struct row {
	const char *first;
	const char *second; /* ANY_FIELD: one that has no meaning here */
	enum ur_field field;
	uint8_t version; /* implied, 0: none */
	int proto;       /* implied, or ANY_PROTO */
	enum ur_chance chance;
};

#define L4(name, number)                                                      \
	{ name, "sport", UR_FIELD_SPORT, 0, number, UR_CHANCE_NONE },         \
		{ name, "dport", UR_FIELD_DPORT, 0, number, UR_CHANCE_NONE }, \
	{                                                                     \
		name, ANY_FIELD, UR_FIELD_OTHER, 0, number, UR_CHANCE_NONE    \
	}

static const struct row rows[] = {
	{ "ip", "saddr", UR_FIELD_SADDR4, 4, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip", "daddr", UR_FIELD_DADDR4, 4, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip", "protocol", UR_FIELD_PROTO, 4, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip", ANY_FIELD, UR_FIELD_OTHER, 4, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip6", "saddr", UR_FIELD_SADDR6, 6, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip6", "daddr", UR_FIELD_DADDR6, 6, ANY_PROTO, UR_CHANCE_NONE },
	{ "ip6", ANY_FIELD, UR_FIELD_OTHER, 6, ANY_PROTO, UR_CHANCE_NONE },
	L4("tcp", IPPROTO_TCP),
	L4("udp", IPPROTO_UDP),
	L4("udplite", IPPROTO_UDPLITE),
	L4("sctp", IPPROTO_SCTP),
	L4("dccp", IPPROTO_DCCP),
	L4("th", ANY_PROTO),
	{ "icmp", "type", UR_FIELD_ICMP_TYPE, 0, IPPROTO_ICMP, UR_CHANCE_NONE },
	{ "icmpv6", "type", UR_FIELD_ICMP_TYPE, 0, IPPROTO_ICMPV6, UR_CHANCE_NONE },
	{ "icmp", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_ICMP, UR_CHANCE_NONE },
	{ "icmpv6", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_ICMPV6, UR_CHANCE_NONE },
	{ "esp", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_ESP, UR_CHANCE_NONE },
	{ "ah", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_AH, UR_CHANCE_NONE },
	{ "comp", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_COMP, UR_CHANCE_NONE },
	{ "igmp", ANY_FIELD, UR_FIELD_OTHER, 0, IPPROTO_IGMP, UR_CHANCE_NONE },
	{ "ether", ANY_FIELD, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "vlan", ANY_FIELD, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "socket", ANY_FIELD, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_STATE },
	{ "meta", "l4proto", UR_FIELD_PROTO, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "nfproto", UR_FIELD_FAMILY, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "protocol", UR_FIELD_FAMILY, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "iifname", UR_FIELD_IIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "oifname", UR_FIELD_OIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "iif", UR_FIELD_IIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "oif", UR_FIELD_OIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "meta", "mark", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_MARK },
	{ "meta", "random", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_RANDOM },
	{ "meta", "cpu", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_RANDOM },
	{ "meta", "time", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_TIME },
	{ "meta", "hour", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_TIME },
	{ "meta", "day", UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_TIME },
	{ "meta", ANY_FIELD, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
};

/* Those of meta that stand alone. */
static const struct row alone[] = {
	{ "iifname", NULL, UR_FIELD_IIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "oifname", NULL, UR_FIELD_OIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "iif", NULL, UR_FIELD_IIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "oif", NULL, UR_FIELD_OIF, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "mark", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_MARK },
	{ "skuid", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "skgid", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "pkttype", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "iifgroup", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
	{ "oifgroup", NULL, UR_FIELD_OTHER, 0, ANY_PROTO, UR_CHANCE_NONE },
};

static const struct row *find_alone(const struct ur_token *t)
{
	for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
		if (ur_token_is(t, alone[i].first))
			return &alone[i];
	return NULL;
}

static const struct row *find_pair(const struct ur_token *a, const struct ur_token *b)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (ur_token_is(a, rows[i].first) &&
		    (rows[i].second == ANY_FIELD || ur_token_is(b, rows[i].second)))
			return &rows[i];
	return NULL;
}

static const struct row *take_one(const char **at, const char *end)
{
	struct ur_token a, b;
	const struct row *row;

	if (!ur_token_next(at, end, &a))
		return NULL;
	row = find_alone(&a);
	if (row)
		return row;
	return ur_token_next(at, end, &b) && b.kind == UR_TOKEN_WORD ? find_pair(&a, &b) : NULL;
}

static void imply(struct ur_key *key, const struct row *row, const struct ur_flow *flow)
{
	if (row->version)
		key->implied = ur_fit_and(key->implied, ur_flow_version(flow, row->version));
	if (row->proto != ANY_PROTO)
		key->implied = ur_fit_and(key->implied, ur_flow_proto(flow, (uint8_t)row->proto));
	if (row->chance && (!key->chance || row->chance < key->chance))
		key->chance = row->chance;
}

bool ur_nft_key_take(const char **at, const char *end, const struct ur_flow *flow,
		     struct ur_key *key)
{
	const struct row *row;
	struct ur_token dot;
	const char *next;

	*key = (struct ur_key){ .implied = UR_FIT_YES };
	do {
		row = take_one(at, end);
		if (!row || key->n == UR_KEY_FIELDS)
			return false;
		key->field[key->n++] = row->field;
		imply(key, row, flow);
		next = *at;
		if (!ur_token_next(&next, end, &dot) || !ur_token_is(&dot, "."))
			return true;
		*at = next;
	} while (true);
}
