// SPDX-License-Identifier: GPL-2.0-only
/* fib.c - fib_rules_lookup(), fib4_rule_match() and fib6_rule_match() over again. */
#include "user/enrich/fib.h"
#include <inttypes.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/enrich/nfnl.h"
#include "user/base/names.h"
#include "user/base/strbuf.h"

#define TOS_MASK 0x1c /* IPTOS_RT_MASK: what IPv4 routing looks at */

/* From here on (v6.13) attributes select, too, and we don't know how; but masks of ports
 * (v6.15), which the kernel always tells, mean nothing when they are full. */
#define FRA_UNKNOWN (FRA_DPORT_RANGE + 1)
#define SPORT_MASK  28 /* FRA_SPORT_MASK */
#define DPORT_MASK  29 /* FRA_DPORT_MASK */

enum match { NO, YES, MAYBE };

static uint32_t u32_of(const struct ur_nla *nla)
{
	uint32_t value = 0;

	memcpy(&value, nla->data, nla->len < sizeof(value) ? nla->len : sizeof(value));
	return value;
}

static void copy_address(uint8_t addr[16], const struct ur_nla *nla)
{
	memcpy(addr, nla->data, nla->len < 16 ? nla->len : 16);
}

static void read_ports(uint16_t range[2], const struct ur_nla *nla)
{
	if (nla->len == 2 * sizeof(uint16_t))
		memcpy(range, nla->data, 2 * sizeof(uint16_t));
}

static void read_uids(struct ur_fib_rule *rule, const struct ur_nla *nla)
{
	struct fib_rule_uid_range range;

	if (nla->len != sizeof(range))
		return;
	memcpy(&range, nla->data, sizeof(range));
	rule->uids = range.start != 0 || range.end != UINT32_MAX;
	rule->uid_first = range.start;
	rule->uid_last = range.end;
}

static void read_rule_attr(struct ur_fib_rule *rule, const struct ur_nla *nla)
{
	switch (nla->type) {
	case FRA_DST:
		copy_address(rule->dst, nla);
		break;
	case FRA_SRC:
		copy_address(rule->src, nla);
		break;
	case FRA_IIFNAME:
		ur_nla_string(nla, rule->iif, sizeof(rule->iif));
		break;
	case FRA_OIFNAME:
		ur_nla_string(nla, rule->oif, sizeof(rule->oif));
		break;
	case FRA_GOTO:
		rule->target = u32_of(nla);
		break;
	case FRA_PRIORITY:
		rule->priority = u32_of(nla);
		break;
	case FRA_FWMARK:
		rule->mark = u32_of(nla);
		break;
	case FRA_FWMASK:
		rule->mask = u32_of(nla);
		break;
	case FRA_TABLE:
		rule->table = u32_of(nla);
		break;
	case FRA_L3MDEV:
		rule->l3mdev = nla->len && nla->data[0];
		break;
	case FRA_UID_RANGE:
		read_uids(rule, nla);
		break;
	case FRA_IP_PROTO:
		rule->proto = nla->len ? nla->data[0] : 0;
		break;
	case FRA_SPORT_RANGE:
		read_ports(rule->sport, nla);
		break;
	case FRA_DPORT_RANGE:
		read_ports(rule->dport, nla);
		break;
	case FRA_TUN_ID:
		rule->odd = true;
		break;
	case SPORT_MASK:
	case DPORT_MASK:
		rule->odd |= nla->len != 2 || nla->data[0] != 0xff || nla->data[1] != 0xff;
		break;
	default: /* what remains of the known ones says what to do, not when */
		rule->odd |= nla->type >= FRA_UNKNOWN;
	}
}

bool ur_fib_read_rule(struct ur_fib_rule *rule, const uint8_t *payload, size_t len)
{
	const uint8_t *at = payload + NLMSG_ALIGN(sizeof(struct fib_rule_hdr));
	struct fib_rule_hdr hdr;
	struct ur_nla nla;

	memset(rule, 0, sizeof(*rule));
	if (len < NLMSG_ALIGN(sizeof(hdr)))
		return false;
	memcpy(&hdr, payload, sizeof(hdr));
	len -= NLMSG_ALIGN(sizeof(hdr));
	rule->action = hdr.action;
	rule->table = hdr.table;
	rule->dst_len = hdr.dst_len;
	rule->src_len = hdr.src_len;
	rule->tos = hdr.tos;
	rule->invert = hdr.flags & FIB_RULE_INVERT;
	while (ur_nla_next(&at, &len, &nla))
		read_rule_attr(rule, &nla);
	return rule->dst_len <= 128 && rule->src_len <= 128;
}

bool ur_fib_read_route(struct ur_fib_route *route, const uint8_t *payload, size_t len)
{
	const uint8_t *at = payload + NLMSG_ALIGN(sizeof(struct rtmsg));
	struct rtmsg rtm;
	struct ur_nla nla;

	memset(route, 0, sizeof(*route));
	if (len < NLMSG_ALIGN(sizeof(rtm)))
		return false;
	memcpy(&rtm, payload, sizeof(rtm));
	len -= NLMSG_ALIGN(sizeof(rtm));
	route->type = rtm.rtm_type;
	route->table = rtm.rtm_table;
	route->protocol = rtm.rtm_protocol;
	route->tos = rtm.rtm_tos;
	route->dst_len = rtm.rtm_dst_len;
	route->src_len = rtm.rtm_src_len;
	while (ur_nla_next(&at, &len, &nla)) {
		if (nla.type == RTA_DST)
			copy_address(route->dst, &nla);
		else if (nla.type == RTA_SRC)
			copy_address(route->src, &nla);
		else if (nla.type == RTA_TABLE)
			route->table = u32_of(&nla);
		else if (nla.type == RTA_PRIORITY)
			route->metric = u32_of(&nla);
	}
	return route->dst_len <= 128 && route->src_len <= 128;
}

/* Are the first @bits bits of two addresses the same? */
static bool same_prefix(const uint8_t a[16], const uint8_t b[16], unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return !rest || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool same_tos(uint8_t wanted, const struct ur_fib_query *q)
{
	return !wanted || wanted == (q->packet->family == 4 ? q->tos & TOS_MASK : q->tos);
}

bool ur_fib_covers(const struct ur_fib_route *route, const struct ur_fib_query *q)
{
	return same_prefix(route->dst, q->packet->dst, route->dst_len) &&
	       same_prefix(route->src, q->packet->src, route->src_len) && same_tos(route->tos, q);
}

static bool any_port(const uint16_t range[2])
{
	return !range[0] && !range[1];
}

static bool in_range(const uint16_t range[2], uint16_t port)
{
	return any_port(range) || (port >= range[0] && port <= range[1]);
}

bool ur_fib_rule_ports(const struct ur_fib_rule *rule)
{
	return rule->proto || !any_port(rule->sport) || !any_port(rule->dport);
}

/* Selectors that tell for sure that the rule is not meant. */
static bool excluded(const struct ur_fib_rule *r, const struct ur_fib_query *q)
{
	const struct ur_packet *pkt = q->packet;

	return !same_prefix(r->dst, pkt->dst, r->dst_len) ||
	       !same_prefix(r->src, pkt->src, r->src_len) || ((r->mark ^ q->mark) & r->mask) ||
	       !same_tos(r->tos, q) || (r->proto && r->proto != pkt->proto) ||
	       (r->l3mdev && !q->vrf_table) ||
	       (r->iif[0] && !q->vrf_table && strcmp(r->iif, q->iif)) ||
	       (r->oif[0] && !q->vrf_table) ||
	       (pkt->has_ports &&
		(!in_range(r->sport, pkt->sport) || !in_range(r->dport, pkt->dport)));
}

/* Those of which it can't be told. Which device counts inside a VRF differs by kernel; the uid
 * that a packet from outside is taken for is that of the namespace's root. */
static bool doubtful(const struct ur_fib_rule *r, const struct ur_fib_query *q)
{
	return r->odd || r->uids || (q->vrf_table && (r->iif[0] || r->oif[0])) ||
	       (!q->packet->has_ports && !(any_port(r->sport) && any_port(r->dport)));
}

static enum match rule_match(const struct ur_fib_rule *r, const struct ur_fib_query *q)
{
	if (excluded(r, q))
		return r->invert ? YES : NO;
	if (doubtful(r, q))
		return MAYBE;
	return r->invert ? NO : YES;
}

/* The route of table @table that the packet meets: the longest prefix, and of those the
 * lowest metric. NULL: none that refuses, or one that sends it on to the next rule. */
static const struct ur_fib_route *refusing_route(const struct ur_fib *fib, uint32_t table,
						 const struct ur_fib_query *q)
{
	const struct ur_fib_route *best = NULL;

	for (size_t i = 0; q->route_type && i < fib->nroutes; i++) {
		const struct ur_fib_route *r = &fib->routes[i];

		if (r->table != table || !ur_fib_covers(r, q))
			continue;
		if (!best || r->dst_len > best->dst_len ||
		    (r->dst_len == best->dst_len && r->tos > best->tos) ||
		    (r->dst_len == best->dst_len && r->tos == best->tos &&
		     r->metric < best->metric))
			best = r;
	}
	return best && best->type == q->route_type ? best : NULL;
}

static void take_route(struct ur_refuser *ret, const struct ur_fib_route *r)
{
	ret->looked = UR_FOUND;
	ret->rule = false;
	ret->type = r->type;
	ret->dst_len = r->dst_len;
	ret->src_len = r->src_len;
	memcpy(ret->dst, r->dst, sizeof(ret->dst));
	memcpy(ret->src, r->src, sizeof(ret->src));
	ret->table = r->table;
	ret->metric = r->metric;
}

static void take_rule(struct ur_refuser *ret, const struct ur_fib_rule *r, uint8_t version)
{
	ret->looked = UR_FOUND;
	ret->rule = true;
	ret->type = r->action == FR_ACT_PROHIBIT ? RTN_PROHIBIT : RTN_UNREACHABLE;
	ret->priority = r->priority;
	ur_fib_rule_words(r, version, ret->selector, sizeof(ret->selector));
}

static void give_up(struct ur_refuser *ret, enum ur_looked looked, const char *reason)
{
	memset(ret, 0, sizeof(*ret));
	ret->looked = looked;
	snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
}

/* Would @rule refuse the packet as it was refused? Then *@ret says so. */
static bool refuses(const struct ur_fib *fib, const struct ur_fib_rule *rule,
		    const struct ur_fib_query *q, struct ur_refuser *ret)
{
	const struct ur_fib_route *route;

	if (rule->action == FR_ACT_TO_TBL) {
		route = refusing_route(fib, rule->l3mdev ? q->vrf_table : rule->table, q);
		if (route)
			take_route(ret, route);
		return route;
	}
	if (!q->action || rule->action != q->action)
		return false;
	take_rule(ret, rule, q->packet->family);
	return true;
}

/* Would it have ended otherwise here? */
static bool ends_otherwise(const struct ur_fib_rule *rule)
{
	return rule->action == FR_ACT_BLACKHOLE || rule->action == FR_ACT_UNREACHABLE ||
	       rule->action == FR_ACT_PROHIBIT;
}

static size_t rule_at(const struct ur_fib *fib, size_t from, uint32_t priority)
{
	for (size_t i = from; i < fib->nrules; i++)
		if (fib->rules[i].priority == priority)
			return i;
	return from;
}

static const char changed[] = "the routes and rules that are there now would not have refused it";
static const char unsure[] = "a policy rule looks at what is not known of the packet";

void ur_fib_find(const struct ur_fib *fib, const struct ur_fib_query *q, struct ur_refuser *ret)
{
	size_t next;

	memset(ret, 0, sizeof(*ret));
	if (fib->too_many) {
		give_up(ret, UR_COULD_NOT, "there are too many policy rules to look through");
		return;
	}
	for (size_t i = 0; i < fib->nrules; i = next) {
		const struct ur_fib_rule *rule = &fib->rules[i];
		enum match match = rule_match(rule, q);

		next = i + 1;
		if (match == NO || rule->action == FR_ACT_NOP)
			continue;
		if (match == MAYBE && (rule->action == FR_ACT_GOTO || refuses(fib, rule, q, ret))) {
			give_up(ret, UR_COULD_NOT, unsure);
			return;
		}
		if (match == MAYBE)
			continue;
		if (rule->action == FR_ACT_GOTO) {
			next = rule_at(fib, next, rule->target);
			continue;
		}
		if (refuses(fib, rule, q, ret))
			return;
		if (ends_otherwise(rule)) {
			give_up(ret, UR_CHANGED, changed);
			return;
		}
	}
	if (q->action == FR_ACT_UNREACHABLE)
		ret->looked = UR_FOUND_NONE;
	else
		give_up(ret, UR_CHANGED, changed);
}

static void say_prefix(struct ur_buf *out, const char *word, uint8_t version,
		       const uint8_t addr[16], uint8_t len)
{
	char text[UR_ADDR_TEXT];

	if (!len)
		return;
	ur_buf_add(out, " %s %s", word, ur_addr_text(version, addr, text));
	if (len != (version == 4 ? 32 : 128))
		ur_buf_add(out, "/%u", len);
}

static void say_device(struct ur_buf *out, const char *word, const char *name)
{
	if (!name[0])
		return;
	ur_buf_add(out, " %s ", word);
	ur_buf_add_safe(out, name);
}

static void say_ports(struct ur_buf *out, const char *word, const uint16_t range[2])
{
	if (any_port(range))
		return;
	ur_buf_add(out, " %s %u", word, range[0]);
	if (range[1] != range[0])
		ur_buf_add(out, "-%u", range[1]);
}

void ur_fib_rule_words(const struct ur_fib_rule *rule, uint8_t version, char *buf, size_t len)
{
	struct ur_buf out = ur_buf_over(buf, len);
	char number[UR_NUMBER_TEXT];

	ur_buf_add(&out, "%s", rule->invert ? "not" : "");
	if (rule->src_len)
		say_prefix(&out, "from", version, rule->src, rule->src_len);
	else
		ur_buf_add(&out, " from all");
	say_prefix(&out, "to", version, rule->dst, rule->dst_len);
	if (rule->tos)
		ur_buf_add(&out, " tos 0x%02x", rule->tos);
	if (rule->mark || rule->mask)
		ur_buf_add(&out, " fwmark 0x%" PRIx32, rule->mark);
	if (rule->mask && rule->mask != UINT32_MAX)
		ur_buf_add(&out, "/0x%" PRIx32, rule->mask);
	say_device(&out, "iif", rule->iif);
	say_device(&out, "oif", rule->oif);
	if (rule->uids)
		ur_buf_add(&out, " uidrange %" PRIu32 "-%" PRIu32, rule->uid_first, rule->uid_last);
	if (rule->proto)
		ur_buf_add(&out, " ipproto %s", ur_proto_name(rule->proto, number));
	say_ports(&out, "sport", rule->sport);
	say_ports(&out, "dport", rule->dport);
	if (buf[0] == ' ')
		memmove(buf, buf + 1, strlen(buf));
}
