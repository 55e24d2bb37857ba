/* SPDX-License-Identifier: GPL-2.0-only */
/* route.c - packets that no route leads on, that one refuses, that are too large for
 * it, or whose next hop does not answer. */
#include "user/verdict/parts.h"

#include <linux/rtnetlink.h>
#include <string.h>
#include "user/base/addr.h"

/* ---- which one ---- */

bool ur_route_entry(const struct ur_evidence *ev)
{
	const struct ur_route *r = &ev->ev.route;

	return (r->flags & UR_ROUTE_ENTRY) &&
	       (r->type == RTN_UNREACHABLE || r->type == RTN_PROHIBIT);
}

enum ur_confidence ur_route_confidence(const struct ur_evidence *ev)
{
	return ur_route_entry(ev) || ev->refuser.unchanged ? UR_PROVEN : UR_LIKELY;
}

/* @cause is what the answer's code says: for 0 it says less than routes and rules do. */
enum ur_cause ur_route_cause(const struct ur_evidence *ev, enum ur_cause cause,
			     enum ur_confidence *confidence)
{
	const bool by_code = cause == UR_CAUSE_ROUTE_REJECTED;

	if (ur_route_entry(ev)) {
		*confidence = UR_PROVEN;
		return UR_CAUSE_ROUTE_REJECTED;
	}
	if (ev->refuser.looked == UR_FOUND) {
		*confidence = by_code ? UR_PROVEN : ur_route_confidence(ev);
		return UR_CAUSE_ROUTE_REJECTED;
	}
	if (ev->refuser.looked == UR_FOUND_NONE) {
		*confidence = ur_route_confidence(ev);
		return UR_CAUSE_ROUTE_NONE;
	}
	return cause;
}

/* ---- wording ---- */

static const char *type_name(uint8_t type)
{
	return type == RTN_PROHIBIT ? "prohibit" : "unreachable";
}

static void say_prefix(struct ur_buf *out, uint8_t version, const uint8_t addr[16], uint8_t len)
{
	char text[UR_ADDR_TEXT];

	if (len)
		ur_buf_add(out, "%s/%u", ur_addr_text(version, addr, text), len);
	else
		ur_buf_add(out, "default");
}

void ur_say_table(struct ur_buf *out, uint32_t table)
{
	switch (table) {
	case RT_TABLE_MAIN:
		ur_buf_add(out, "main");
		break;
	case RT_TABLE_LOCAL:
		ur_buf_add(out, "local");
		break;
	case RT_TABLE_DEFAULT:
		ur_buf_add(out, "default");
		break;
	default:
		ur_buf_add(out, "%u", table);
	}
}

struct ur_refuser ur_route_refuser(const struct ur_evidence *ev)
{
	const struct ur_route *r = &ev->ev.route;
	struct ur_refuser ret = ev->refuser;

	if (!ur_route_entry(ev))
		return ret;
	memset(&ret, 0, sizeof(ret));
	ret.looked = UR_FOUND;
	ret.unchanged = true;
	ret.type = r->type;
	ret.dst_len = r->dst_len;
	ret.src_len = r->src_len;
	memcpy(ret.dst, r->dst, sizeof(ret.dst));
	memcpy(ret.src, r->src, sizeof(ret.src));
	ret.table = r->table;
	ret.metric = r->metric;
	return ret;
}

/* "prohibit 198.51.100.0/24" */
static void say_route(struct ur_buf *out, const struct ur_refuser *r, uint8_t version)
{
	ur_buf_add(out, "%s ", type_name(r->type));
	say_prefix(out, version, r->dst, r->dst_len);
	if (r->src_len) {
		ur_buf_add(out, " from ");
		say_prefix(out, version, r->src, r->src_len);
	}
}

static void say_refuser(struct ur_buf *out, const struct ur_refuser *r, uint8_t version)
{
	if (r->rule) {
		ur_buf_add(out, "policy rule %u (", r->priority);
		ur_buf_add_safe(out, r->selector);
		ur_buf_add(out, " %s)", type_name(r->type));
		return;
	}
	ur_buf_add(out, "route ");
	say_route(out, r, version);
	ur_buf_add(out, " (table ");
	ur_say_table(out, r->table);
	if (r->metric)
		ur_buf_add(out, ", metric %u", r->metric);
	ur_buf_add(out, ")");
}

static void say_when(struct ur_buf *out, const struct ur_refuser *r)
{
	if (!r->unchanged)
		ur_buf_add(out, ", as read just after");
}

void ur_why_route_none(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	ur_buf_add(out, "no route leads to ");
	ur_say_target(out, ev);
	if (ev->refuser.looked == UR_FOUND_NONE)
		say_when(out, &ev->refuser);
	else
		ur_buf_add(out, ", or %s of type unreachable is in the way, which looks the same",
			   ev->ev.family == 6 && !(ev->ev.route.flags & UR_ROUTE_NULL) ?
				   "a route or policy rule" :
				   "a policy rule");
}

void ur_why_route_rejected(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const struct ur_refuser r = ur_route_refuser(ev);
	bool host = ev->ev.family == 4 && ev->ev.code == 1;

	if (r.looked == UR_FOUND)
		say_refuser(out, &r, ev->ev.family);
	else if (ev->ev.route.flags & UR_ROUTE_PROHIBIT)
		ur_buf_add(out, "a policy rule of type prohibit");
	else
		ur_buf_add(out, host ? "a route of type unreachable" :
				       "a route or policy rule of type prohibit");
	ur_buf_add(out, " refuses packets to ");
	ur_say_target(out, ev);
	if (r.looked == UR_FOUND)
		say_when(out, &r);
	ur_buf_add(out, "; no firewall is involved");
}

static void say_route_get(struct ur_buf *out, const struct ur_evidence *ev)
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

static void advise_route_get(const struct ur_case *c, struct ur_buf *out, const char *also)
{
	if (!c->ev->packet.family)
		return;
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	say_route_get(out, c->ev);
	ur_buf_add(out, "`%s", also);
}

void ur_advise_route(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_refuser r = ur_route_refuser(c->ev);

	if (r.looked != UR_FOUND) {
		advise_route_get(
			c, out,
			c->cause == UR_CAUSE_ROUTE_NONE && c->ev->refuser.looked == UR_FOUND_NONE ?
				": if it should be reached, add a route, or a default one" :
				", and `ip rule` for policy rules");
		return;
	}
	ur_buf_add(out, "see `");
	ur_say_enter(out, c->ev);
	ur_buf_add(out, "ip %s", c->ev->ev.family == 6 ? "-6 " : "");
	if (r.rule) {
		ur_buf_add(out, "rule show pref %u`: whoever set it wants this refused",
			   r.priority);
		return;
	}
	ur_buf_add(out, "route show table ");
	ur_say_table(out, r.table);
	ur_buf_add(out, " type %s`: whoever set it wants this refused", type_name(r.type));
}

/* ---- the next hop ---- */

/* The address that nobody answered for, and its version. */
uint8_t ur_next_hop(const struct ur_evidence *ev, const uint8_t **addr)
{
	const struct ur_route *r = &ev->ev.route;

	*addr = NULL;
	if (!(r->flags & UR_ROUTE_HERE) || !ev->packet.family)
		return 0;
	*addr = r->gw_family ? r->gateway : ev->packet.dst;
	return r->gw_family ?: ev->packet.family;
}

static void say_out_device(struct ur_buf *out, const struct ur_evidence *ev)
{
	if (!ev->ev.route.oifname[0])
		return;
	ur_buf_add(out, " on ");
	ur_buf_add_safe(out, ev->ev.route.oifname);
}

void ur_why_neighbour_failed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	char text[UR_ADDR_TEXT];
	const uint8_t *addr;
	uint8_t version = ur_next_hop(ev, &addr);
	uint8_t by = version ?: ev->ev.family;

	ur_buf_add(out, "%s of ", by == 6 ? "neighbour discovery" : "ARP");
	if (version)
		ur_buf_add(out, "%s", ur_addr_text(version, addr, text));
	else
		ur_buf_add(out, "the next hop");
	say_out_device(out, ev);
	if (version && !ev->ev.route.gw_family) {
		ur_say_in_netns(out, &ev->netns);
	} else {
		ur_buf_add(out, version ? ", the next hop to " : " to ");
		ur_say_target(out, ev);
		ur_buf_add(out, version ? "," : "");
	}
	ur_buf_add(out, " failed: nobody answered on that link");
}

void ur_advise_neighbour_failed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	char text[UR_ADDR_TEXT];
	const uint8_t *addr;
	uint8_t version = ur_next_hop(ev, &addr);

	ur_buf_add(out, "see `");
	ur_say_enter(out, ev);
	ur_buf_add(out, "ip neigh show ");
	if (version)
		ur_buf_add(out, "%s", ur_addr_text(version, addr, text));
	else
		ur_buf_add(out, "nud failed");
	if (version && ev->ev.route.oifname[0]) {
		ur_buf_add(out, " dev ");
		ur_say_shell_word(out, ev->ev.route.oifname);
	}
	ur_buf_add(out, "`: is that host up, and is its address on this link?");
}

/* ---- size ---- */

void ur_why_mtu_exceeded(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const char *symbol = ur_generator_symbol(ev);

	if (ev->packet.length)
		ur_buf_add(out, "the packet, %u bytes long,", ev->packet.length);
	else
		ur_buf_add(out, "the packet");
	ur_buf_add(out, " is larger than the MTU ");
	if (ev->ev.route.mtu)
		ur_buf_add(out, "%u ", ev->ev.route.mtu);
	ur_buf_add(out, "on the way to ");
	ur_say_target(out, ev);
	ur_buf_add(out, ", and may not be fragmented");
	if (symbol[0] && !ur_symbol_is(symbol, "ip_forward") && strncmp(symbol, "0x", 2) != 0)
		ur_buf_add(out, " (says %.*s())", (int)ur_symbol_length(symbol), symbol);
}

void ur_advise_mtu_exceeded(const struct ur_case *c, struct ur_buf *out)
{
	advise_route_get(c, out,
			 "; the sender should now send less: see that no firewall drops these "
			 "errors on their way back");
}
