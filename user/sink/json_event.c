/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_event.h"

#include <netinet/in.h>
#include <string.h>
#include "user/base/names.h"
#include "user/sink/json_node.h"
#include "user/sink/json_route.h"
#include "user/sink/json_rule.h"
#include "user/sink/json_socket.h"

/* ---- the packet and its answer ---- */

void ur_json_time_as(struct ur_node n, const char *key, const struct timespec *time)
{
	char day[32] = "1970-01-01T00:00:00", text[48];
	struct tm tm;

	if (gmtime_r(&time->tv_sec, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09ldZ", day, time->tv_nsec);
	put_string(n, key, text);
}

static void put_answer(struct ur_node n, const struct ur_evidence *ev,
		       const struct ur_report *report)
{
	const char *by = ur_suppressed_name(report->suppressed_by);

	put_string(n, "answer", ev->ev.answer == UR_ANSWER_RST ? "rst" : "icmp");
	put_string(n, "outcome", ur_outcome_name(report->outcome));
	if (by)
		put_string(n, "suppressed_by", by);
}

static void put_icmp(struct ur_node root, const struct ur_evidence *ev)
{
	struct ur_node n;

	if (ev->ev.answer == UR_ANSWER_RST)
		return;
	n = node_new(root.failed);
	put_number(n, "version", ev->ev.family);
	put_number(n, "type", ev->ev.type);
	put_number(n, "code", ev->ev.code);
	put_string(n, "name", ur_icmp_name(ev->ev.family, ev->ev.type, ev->ev.code));
	if (ev->packet.family)
		put_address(n, "to", ev->packet.family, ev->packet.src);
	put(root, "icmp", n.object);
}

static const char *path(const struct ur_evidence *ev)
{
	if (ev->ev.reset.flags & UR_RST_ACTIVE)
		return "output";
	if (ur_missed(ev) || ur_origin(ev) == UR_ORIGIN_TCP_SOCK)
		return "input";
	return ur_nf_hook_name(ev->ev.rule.pf, ev->ev.rule.hook);
}

/* A reset that answers no segment has none. */
static void put_flags(struct ur_node n, const struct ur_evidence *ev)
{
	json_t *flags;

	if (ev->packet.proto != IPPROTO_TCP || !ev->packet.has_ports || !ev->packet.length)
		return;
	flags = json_array();
	for (unsigned int i = 0; i < 8; i++)
		if (ev->packet.tcp_flags >> i & 1)
			append(n, flags, json_string(ur_tcp_flag_name(i)));
	put(n, "flags", flags);
}

static void put_proto(struct ur_node n, const struct ur_packet *pkt)
{
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(pkt->proto, buf));
}

static void put_packet(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	struct ur_node n = node_new(root.failed);

	if (!pkt->family) {
		json_decref(n.object);
		put(root, "packet", json_null());
		return;
	}
	put_proto(n, pkt);
	put_address(n, "src", pkt->family, pkt->src);
	if (pkt->has_ports)
		put_number(n, "sport", pkt->sport);
	put_address(n, "dst", pkt->family, pkt->dst);
	if (pkt->has_ports)
		put_number(n, "dport", pkt->dport);
	put_number(n, "length", pkt->length);
	if (pkt->length)
		put_number(n, "ttl", pkt->ttl);
	put_flags(n, ev);
	if (pkt->fragment)
		put(n, "fragment", json_true());
	if (ev->ev.iif)
		put_known(n, "iif", ev->ev.iifname);
	if (ev->ev.sdif && ev->ev.sdif != ev->ev.iif)
		put_known(n, "slave", ev->slave);
	put_known(n, "path", path(ev));
	put(root, "packet", n.object);
}

void ur_json_netns(struct ur_node root, const char *key, const struct ur_netns *netns)
{
	struct ur_node n = node_new(root.failed);

	put_number(n, "inum", netns->inum);
	if (netns->looked == UR_FOUND)
		put_string(n, "name", netns->name);
	else if (netns->looked != UR_FOUND_NONE)
		put(n, "name", json_null());
	put(root, key, n.object);
}

void ur_json_tc_fill(struct ur_node n, const struct ur_tc *tc)
{
	put_string(n, "device", tc->dev);
	put_string(n, "kind", tc->kind);
	put_known(n, "name", tc->name);
	if (tc->prog)
		put_number(n, "prog_id", tc->prog);
	if (strcmp(tc->kind, "xdp") != 0) {
		put_string(n, "hook", tc->egress ? "tc-egress" : "tc-ingress");
		put_number(n, "pref", tc->pref);
	}
}

/* ---- a reset of TCP's own ---- */

static void put_reset(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_reset *reset = &ev->ev.reset;
	const char *state = ur_tcp_state_name(reset->state);
	struct ur_node n;

	if (ur_origin(ev) != UR_ORIGIN_TCP_MISS && ur_origin(ev) != UR_ORIGIN_TCP_SOCK)
		return;
	n = node_new(root.failed);
	if (reset->flags & UR_RST_REASON)
		put_known(n, "reason", ev->reset_reason);
	put(n, "unasked", json_boolean(reset->flags & UR_RST_ACTIVE));
	if (state)
		put_string(n, "state", state);
	if (reset->flags & UR_RST_LISTENER) {
		put_number(n, "backlog", reset->backlog);
		put_number(n, "backlog_max", reset->backlog_max);
	}
	if (ur_reset_by_program(ev))
		ur_json_owners(n, &ev->resetter);
	put(root, "reset", n.object);
}

/* ---- NAT, and the rest ---- */

/* The rule that dropped the answer on its way out. */
static void put_dropper(struct ur_node root, const struct ur_dropper *d)
{
	struct ur_node n;

	if (d->looked != UR_FOUND) {
		if (d->looked != UR_NOT_ASKED)
			put(root, "dropped_by", json_null());
		return;
	}
	n = node_new(root.failed);
	put_string(n, "confidence", ur_confidence_name(UR_LIKELY));
	put_string(n, "engine", d->legacy ? "iptables" : "nft");
	put_known(n, "family", ur_nf_family_name(d->rule.family) ?: "");
	put_string(n, "table", d->rule.table);
	put_string(n, "chain", d->rule.chain);
	if (d->policy) {
		put_flag(n, "policy", true);
	} else {
		if (d->legacy)
			put_number(n, "number", d->number);
		else
			put_number(n, "handle", d->rule.handle);
		put_string(n, "text", d->rule.text);
	}
	put(root, "dropped_by", n.object);
}

static void put_filter(struct ur_node root, const struct ur_tc *tc)
{
	struct ur_node n = node_new(root.failed);

	ur_json_tc_fill(n, tc);
	put(root, "filter", n.object);
}

/* tc and the queue of the device that dropped it. */
static void put_dropped_at(struct ur_node root, const struct ur_dropper *d)
{
	struct ur_node n = node_new(root.failed);

	put_string(n, "device", d->dev);
	put_number(n, "filters", d->could);
	if (d->looked == UR_FOUND)
		put_filter(n, &d->tc);
	put(root, "dropped_at", n.object);
}

/* The settings of the limit that kept the answer back. */
static void put_limit(struct ur_node root, const struct ur_limit *limit)
{
	json_t *array;

	if (limit->looked != UR_FOUND) {
		if (limit->looked != UR_NOT_ASKED)
			put(root, "limit", json_null());
		return;
	}
	array = json_array();
	for (int i = 0; i < UR_SETTINGS_MAX; i++) {
		struct ur_node n;

		if (!limit->setting[i].name[0])
			continue;
		n = node_new(root.failed);
		put_string(n, "name", limit->setting[i].name);
		put_string(n, "value", limit->setting[i].value);
		put_flag(n, "of_host", limit->setting[i].of_host);
		append(root, array, n.object);
	}
	put(root, "limit", array);
}

static void put_nat(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_nat *nat = &ev->ev.nat;
	const bool changed = ur_nat_changed(ev), stale = ev->nat_now.looked == UR_FOUND;
	struct ur_node n;

	if (!changed && !stale)
		return;
	n = node_new(root.failed);
	put_address(n, "original_dst", ev->ev.family, nat->dst);
	put_number(n, "original_dport", nat->dport);
	put_address(n, "original_src", ev->ev.family, nat->src);
	put_number(n, "original_sport", nat->sport);
	if (changed)
		put_address(n, "translated_dst", ev->ev.family, ev->packet.dst);
	if (changed && ev->packet.has_ports)
		put_number(n, "translated_dport", ev->packet.dport);
	put_string(n, "confidence", ur_confidence_name(ur_nat_confidence(ev)));
	if (ev->nat_from.netns.inum)
		ur_json_netns(n, "netns", &ev->nat_from.netns);
	if (stale) {
		put(n, "stale", json_true());
		put(n, "rule_now", ev->nat_now.rule[0] ? string(ev->nat_now.rule) : json_null());
		put(n, "rules_changed", json_boolean(ev->nat_now.changed));
	}
	put(root, "nat", n.object);
}

static void put_stack(struct ur_node root, const struct ur_evidence *ev,
		      const struct ur_report *report)
{
	json_t *array;

	if (!ev->ev.nstack) {
		if (report->cause == UR_CAUSE_UNKNOWN)
			put(root, "stack", json_null());
		return;
	}
	array = json_array();
	for (int i = 0; i < ev->ev.nstack; i++)
		append(root, array,
		       ev->stack[i][0] ?
			       string(ev->stack[i]) :
			       json_sprintf("0x%llx", (unsigned long long)ev->ev.stack[i]));
	put(root, "stack", array);
}

void ur_json_also(struct ur_node root, const struct ur_report *report)
{
	json_t *array;

	if (!report->nfindings)
		return;
	array = json_array();
	for (uint32_t i = 0; i < report->nfindings; i++) {
		struct ur_node n = node_new(root.failed);

		put_string(n, "slug", report->findings[i].slug);
		put_string(n, "text", report->findings[i].text);
		append(root, array, n.object);
	}
	put(root, "also", array);
}

static void put_ns(struct ur_node n, const char *key, uint64_t ns)
{
	const struct timespec time = { ns / 1000000000, ns % 1000000000 };

	ur_json_time_as(n, key, &time);
}

/* What an event that stands for several adds to its count. */
static void put_like(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_like *like = &ev->like;
	struct ur_node n;

	if (!like->kind)
		return;
	put_ns(root, "first", like->first_real);
	put_ns(root, "last", like->last_real);
	if (like->seq)
		put_number(root, "like", like->seq);
	if (like->kind != UR_LIKE_KIND)
		return;
	n = node_new(root.failed);
	put_proto(n, &ev->packet);
	if (ev->packet.has_ports)
		put_number(n, "dport", ev->packet.dport);
	put(root, "several", n.object);
}

static void put_verdict(struct ur_node root, const struct ur_report *report)
{
	put_string(root, "cause", ur_cause_info(report->cause)->slug);
	put_string(root, "confidence", ur_confidence_name(report->confidence));
	put_string(root, "why", report->why);
	if (report->advice[0])
		put_string(root, "advice", report->advice);
}

json_t *ur_json_event(const struct ur_evidence *ev, const struct ur_report *report)
{
	bool failed = false;
	struct ur_node root = node_new(&failed);

	put_number(root, "schema", UR_JSON_SCHEMA);
	ur_json_time_as(root, "time", &ev->time);
	put_number(root, "seq", ev->seq);
	put_answer(root, ev, report);
	put_icmp(root, ev);
	put_packet(root, ev);
	ur_json_netns(root, "netns", &ev->netns);
	put_verdict(root, report);
	ur_json_sockets(root, ev);
	ur_json_rule(root, ev);
	ur_json_route(root, ev, report);
	put_nat(root, ev);
	put_limit(root, &ev->limit);
	if (ev->dropper.dev[0])
		put_dropped_at(root, &ev->dropper);
	else
		put_dropper(root, &ev->dropper);
	put_reset(root, ev);
	put_stack(root, ev, report);
	ur_json_also(root, report);
	put_number(root, "count", ev->count);
	put_like(root, ev);
	if (!failed)
		return root.object;
	json_decref(root.object);
	return NULL;
}
