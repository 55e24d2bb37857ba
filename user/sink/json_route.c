/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_route.h"

#include <linux/rtnetlink.h>

static void put_prefix(struct ur_node n, const char *key, uint8_t version, const uint8_t addr[16],
		       uint8_t len)
{
	char text[UR_ADDR_TEXT], prefix[UR_ADDR_TEXT + 8];

	snprintf(prefix, sizeof(prefix), "%s/%u", ur_addr_text(version, addr, text), len);
	put_string(n, key, prefix);
}

static void put_refuser(struct ur_node n, const struct ur_refuser *r, uint8_t version)
{
	put_string(n, "type", r->type == RTN_PROHIBIT ? "prohibit" : "unreachable");
	if (r->rule) {
		put_number(n, "priority", r->priority);
		put_string(n, "selector", r->selector);
		return;
	}
	put_prefix(n, "prefix", version, r->dst, r->dst_len);
	if (r->src_len)
		put_prefix(n, "from", version, r->src, r->src_len);
	put_number(n, "table", r->table);
	put_number(n, "metric", r->metric);
}

static void put_route(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_refuser r = ur_route_refuser(ev);
	struct ur_node n;

	if (r.looked != UR_FOUND && r.looked != UR_FOUND_NONE) {
		put(root, "route", json_null());
		return;
	}
	n = node_new(root.failed);
	if (r.looked == UR_FOUND_NONE)
		put_string(n, "kind", "none");
	else
		put_string(n, "kind", r.rule ? "rule" : "route");
	if (r.looked == UR_FOUND)
		put_refuser(n, &r, ev->ev.family);
	put_string(n, "confidence", ur_confidence_name(ur_route_confidence(ev)));
	put_string(n, "as_of", ur_route_entry(ev) ? "event" : "after-event");
	put(root, "route", n.object);
}

static void put_neighbour(struct ur_node root, const struct ur_evidence *ev)
{
	const uint8_t *addr;
	uint8_t version = ur_next_hop(ev, &addr);
	struct ur_node n;

	if (!version) {
		put(root, "neighbour", json_null());
		return;
	}
	n = node_new(root.failed);
	put_address(n, "address", version, addr);
	put_known(n, "device", ev->ev.route.oifname);
	put_flag(n, "gateway", ev->ev.route.gw_family);
	put(root, "neighbour", n.object);
}

void ur_json_route(struct ur_node root, const struct ur_evidence *ev,
		   const struct ur_report *report)
{
	switch (report->cause) {
	case UR_CAUSE_ROUTE_NONE:
	case UR_CAUSE_ROUTE_REJECTED:
		put_route(root, ev);
		break;
	case UR_CAUSE_NEIGHBOUR_FAILED:
		put_neighbour(root, ev);
		break;
	case UR_CAUSE_MTU_EXCEEDED:
		if (ev->ev.route.mtu)
			put_number(root, "mtu", ev->ev.route.mtu);
		else
			put(root, "mtu", json_null());
		break;
	default:
		break;
	}
}
