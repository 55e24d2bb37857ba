/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_event.h"

#include "user/base/names.h"
#include "user/sink/json_socket.h"

#define IP_DF 0x4000

static void put_icmp(struct ur_node root, const struct ur_received *rec)
{
	struct ur_node n = node_new(root.failed);

	put_number(n, "version", rec->family);
	put_number(n, "type", rec->type);
	put_number(n, "code", rec->code);
	put_string(n, "name", ur_icmp_name(rec->family, rec->type, rec->code));
	put_address(n, "from", rec->family, rec->from);
	put_address(n, "to", rec->family, rec->to);
	put_number(n, "ttl", rec->ttl);
	put_number(n, "tos", rec->tos);
	if (rec->family == 4) {
		put(n, "df", json_boolean(rec->frag & IP_DF));
		put_number(n, "id", rec->id);
	}
	put_known(n, "iif", rec->iifname);
	put(root, "icmp", n.object);
}

static void put_quoted(struct ur_node root, const struct ur_packet *pkt)
{
	struct ur_node n;
	char buf[UR_NUMBER_TEXT];

	if (!pkt->family) {
		put(root, "packet", json_null());
		return;
	}
	n = node_new(root.failed);
	put_string(n, "proto", ur_proto_name(pkt->proto, buf));
	put_address(n, "src", pkt->family, pkt->src);
	if (pkt->has_ports)
		put_number(n, "sport", pkt->sport);
	put_address(n, "dst", pkt->family, pkt->dst);
	if (pkt->has_ports)
		put_number(n, "dport", pkt->dport);
	put_number(n, "length", pkt->length);
	put_number(n, "ttl", pkt->ttl);
	if (pkt->fragment)
		put(n, "fragment", json_true());
	put(root, "packet", n.object);
}

static void put_socket(struct ur_node root, json_t *array, const struct ur_sock *sk,
		       const struct ur_owners *owners)
{
	struct ur_node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(sk->proto, buf));
	put_number(n, "uid", sk->uid);
	if (sk->cookie)
		put_number(n, "cookie", sk->cookie);
	put_flag(n, "kernel", sk->flags & UR_SK_KERNEL);
	if (!(sk->flags & UR_SK_KERNEL))
		ur_json_owners(n, owners);
	append(root, array, n.object);
}

/* Who was told, or else who has the socket. */
static void put_sockets(struct ur_node root, const struct ur_receipt *r)
{
	json_t *array;

	if (!r->rec.ntold && !(r->rec.flags & UR_RC_FIT))
		return;
	array = json_array();
	for (int i = 0; i < r->rec.ntold; i++)
		put_socket(root, array, &r->rec.told[i], &r->told[i]);
	if (!r->rec.ntold)
		put_socket(root, array, &r->rec.fit, &r->fit);
	put(root, "recipients", array);
}

static void put_programs(struct ur_node root, const struct ur_receipt *r)
{
	json_t *array = r->nprograms ? json_array() : NULL;

	for (uint32_t i = 0; i < r->nprograms && i < UR_TC_MAX; i++) {
		struct ur_node n = node_new(root.failed);

		ur_json_tc_fill(n, &r->program[i]);
		append(root, array, n.object);
	}
	if (array)
		put(root, "bpf_programs", array);
}

static void put_made(struct ur_node root, const struct ur_receipt *r)
{
	bool made = r->rec.flags & UR_RC_MADE;

	put(root, "generated_here", ur_receipt_maker_seen(r) ? json_boolean(made) : json_null());
	if (made)
		ur_json_netns(root, "generated_in", &r->made);
	else if (r->from_here == UR_COULD_NOT)
		put(root, "from_own_address", json_null());
	else
		put_flag(root, "from_own_address", r->from_here == UR_FOUND);
	if (r->home.inum)
		ur_json_netns(root, "from_netns", &r->home);
	put_programs(root, r);
}

json_t *ur_json_received(const struct ur_receipt *r, const struct ur_report *report)
{
	bool failed = false;
	struct ur_node root = node_new(&failed);

	put_number(root, "schema", UR_JSON_SCHEMA);
	ur_json_time_as(root, "time", &r->time);
	put_number(root, "seq", r->seq);
	put_string(root, "answer", "received");
	put_icmp(root, &r->rec);
	put_quoted(root, &r->packet);
	ur_json_netns(root, "netns", &r->netns);
	put_string(root, "delivery", ur_delivery_name(ur_delivery_of(r)));
	put_sockets(root, r);
	put_made(root, r);
	put_string(root, "why", report->why);
	if (report->advice[0])
		put_string(root, "advice", report->advice);
	ur_json_also(root, report);
	put_number(root, "count", 1);
	if (!failed)
		return root.object;
	json_decref(root.object);
	return NULL;
}
