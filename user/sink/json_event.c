/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_event.h"

#include <netinet/in.h>
#include <string.h>
#include "user/addr.h"
#include "user/escape.h"
#include "user/names.h"

#define STRING_MAX 8192 /* the longest of ours, each byte as U+FFFD */

/* An object under construction. One failure, and the whole event fails. */
struct node {
	json_t *object;
	bool *failed;
};

static struct node node_new(bool *failed)
{
	return (struct node){ json_object(), failed };
}

static void put(struct node n, const char *key, json_t *value)
{
	if (json_object_set_new(n.object, key, value))
		*n.failed = true;
}

static void append(struct node n, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		*n.failed = true;
}

static json_t *string(const char *text)
{
	char clean[STRING_MAX];

	ur_utf8_clean(clean, sizeof(clean), text);
	return json_string(clean);
}

static void put_string(struct node n, const char *key, const char *text)
{
	put(n, key, string(text));
}

/* null where the string is not known. */
static void put_known(struct node n, const char *key, const char *text)
{
	put(n, key, text && *text ? string(text) : json_null());
}

static void put_number(struct node n, const char *key, uint64_t number)
{
	put(n, key, json_integer((json_int_t)number));
}

static void put_address(struct node n, const char *key, uint8_t version, const uint8_t addr[16])
{
	char text[UR_ADDR_TEXT];

	put_string(n, key, ur_addr_text(version, addr, text));
}

/* ---- the packet and its answer ---- */

static void put_time(struct node n, const struct timespec *time)
{
	char day[32] = "1970-01-01T00:00:00", text[48];
	struct tm tm;

	if (gmtime_r(&time->tv_sec, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09ldZ", day, time->tv_nsec);
	put_string(n, "time", text);
}

static void put_answer(struct node n, const struct ur_evidence *ev, const struct ur_report *report)
{
	const char *by = ur_suppressed_name(report->suppressed_by);

	put_string(n, "answer", ev->ev.answer == UR_ANSWER_RST ? "rst" : "icmp");
	put_string(n, "outcome", ur_outcome_name(report->outcome));
	if (by)
		put_string(n, "suppressed_by", by);
}

static void put_icmp(struct node root, const struct ur_evidence *ev)
{
	struct node n;

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
	if (ur_origin(ev) == UR_ORIGIN_UDP_MISS)
		return "input";
	return ur_nf_hook_name(ev->ev.rule.pf, ev->ev.rule.hook);
}

static void put_packet(struct node root, const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	struct node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	if (!pkt->family) {
		json_decref(n.object);
		put(root, "packet", json_null());
		return;
	}
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
	if (ev->ev.iif)
		put_known(n, "iif", ev->ev.iifname);
	put_known(n, "path", path(ev));
	put(root, "packet", n.object);
}

/* "name" by how looking for it went. */
static void put_netns(struct node root, const struct ur_netns *netns)
{
	struct node n = node_new(root.failed);

	put_number(n, "inum", netns->inum);
	if (netns->looked == UR_FOUND)
		put_string(n, "name", netns->name);
	else if (netns->looked != UR_FOUND_NONE)
		put(n, "name", json_null());
	put(root, "netns", n.object);
}

/* ---- sockets ---- */

static void put_owners(struct node n, const struct ur_owners *owners)
{
	if (owners->looked == UR_FOUND_NONE)
		return;
	if (owners->looked != UR_FOUND || !owners->n) {
		put(n, "pid", json_null());
		put(n, "comm", json_null());
		return;
	}
	put_number(n, "pid", (uint64_t)owners->one[0].pid);
	put_string(n, "comm", owners->one[0].comm);
	if (owners->total > 1)
		put_number(n, "processes", owners->total);
}

static void put_flag(struct node n, const char *key, bool flag)
{
	if (flag)
		put(n, key, json_true());
}

static void put_device(struct node n, const struct ur_evidence *ev, int i)
{
	if (ev->ev.socks[i].bound_ifindex)
		put_known(n, "device", ev->bound_dev[i]);
}

static json_t *socket_object(struct node root, const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];
	uint8_t version = ur_ip_version(sk->family);
	struct node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(sk->proto, buf));
	put_string(n, "state", "open");
	put_known(n, "mismatch", ur_mismatch_name(sk->mismatch));
	put_address(n, "local", version, sk->local);
	put_number(n, "port", sk->port);
	if (sk->peer_port) {
		put_address(n, "peer", version, sk->peer);
		put_number(n, "peer_port", sk->peer_port);
	}
	put_device(n, ev, i);
	put_flag(n, "v6only", sk->flags & UR_SK_V6ONLY);
	put_flag(n, "reuseport", sk->flags & UR_SK_REUSEPORT);
	put_flag(n, "kernel", sk->flags & UR_SK_KERNEL);
	put_number(n, "uid", sk->uid);
	if (!(sk->flags & UR_SK_KERNEL))
		put_owners(n, &ev->socks[i]);
	put_string(n, "as_of", "event");
	return n.object;
}

static json_t *listener_object(struct node root, const struct ur_evidence *ev, uint32_t i)
{
	const struct ur_listener *tcp = &ev->tcp.one[i];
	struct node n = node_new(root.failed);

	put_string(n, "proto", "tcp");
	put_string(n, "state", "listen");
	if (ev->packet.proto != IPPROTO_TCP)
		put_string(n, "mismatch", "protocol");
	put_address(n, "local", ur_ip_version(tcp->family), tcp->addr);
	put_number(n, "port", tcp->port);
	put_number(n, "uid", tcp->uid);
	put_owners(n, &tcp->owners);
	put_string(n, "as_of", "after-event");
	return n.object;
}

/* Whose answer the sockets are: nobody's, a snapshot, or a failed look-up. */
static enum ur_looked sockets_looked(const struct ur_evidence *ev)
{
	if ((ev->ev.flags & UR_EV_SOCKS) || ev->tcp.looked == UR_FOUND ||
	    ev->tcp.looked == UR_FOUND_NONE)
		return UR_FOUND;
	if (ur_origin(ev) == UR_ORIGIN_UDP_MISS || ev->tcp.looked == UR_COULD_NOT)
		return UR_COULD_NOT;
	return UR_NOT_ASKED;
}

static void put_sockets(struct node root, const struct ur_evidence *ev)
{
	enum ur_looked looked = sockets_looked(ev);
	json_t *array;

	if (looked == UR_COULD_NOT)
		put(root, "sockets", json_null());
	if (looked != UR_FOUND)
		return;
	array = json_array();
	for (int i = 0; i < ev->ev.nsocks; i++)
		append(root, array, socket_object(root, ev, i));
	for (uint32_t i = 0; ev->tcp.looked == UR_FOUND && i < ev->tcp.n; i++)
		append(root, array, listener_object(root, ev, i));
	put(root, "sockets", array);
	put_flag(root, "sockets_partial", ev->ev.flags & UR_EV_SOCKS_PARTIAL);
}

static void put_elsewhere(struct node root, const struct ur_evidence *ev)
{
	const struct ur_elsewhere *there = &ev->elsewhere;
	struct node n, netns;

	if (there->looked == UR_COULD_NOT)
		put(root, "elsewhere", json_null());
	if (there->looked != UR_FOUND)
		return;
	n = node_new(root.failed);
	netns = node_new(root.failed);
	put_number(netns, "inum", there->netns_inum);
	if (there->netns_name[0])
		put_string(netns, "name", there->netns_name);
	put(n, "netns", netns.object);
	put_address(n, "local", ur_ip_version(there->family), there->addr);
	put_number(n, "port", ev->packet.dport);
	put_owners(n, &there->owners);
	put_string(n, "as_of", "after-event");
	put(root, "elsewhere", n.object);
}

static void put_sender(struct node root, const struct ur_evidence *ev)
{
	const struct ur_sock *sk = &ev->ev.sender;
	struct node n;

	if (!(ev->ev.flags & (UR_EV_SENDER | UR_EV_CURRENT)))
		return;
	n = node_new(root.failed);
	if (ev->ev.flags & UR_EV_SENDER) {
		put_address(n, "local", ur_ip_version(sk->family), sk->local);
		put_number(n, "port", sk->port);
		put_number(n, "uid", sk->uid);
	}
	put_owners(n, &ev->sender);
	put(root, "sender", n.object);
}

/* ---- the rule, NAT, and the rest ---- */

static const char *engine(const struct ur_evidence *ev)
{
	return ur_origin(ev) == UR_ORIGIN_NFT    ? "nft" :
	       ur_origin(ev) == UR_ORIGIN_XT_NFT ? "iptables-nft" :
						   "iptables";
}

static const char *rule_family(const struct ur_evidence *ev)
{
	if (ur_origin(ev) == UR_ORIGIN_XT)
		return ev->ev.family == 6 ? "ip6" : "ip";
	return ur_nf_family_name(ev->ev.rule.table_family);
}

/* The text and what belongs to it: never of another rule than the one that fired. */
static void put_rule_text(struct node n, const struct ur_rule_text *rule)
{
	bool found = rule->looked == UR_FOUND;

	put_known(n, "text", found ? rule->text : NULL);
	if (rule->comment[0] && rule->looked != UR_CHANGED)
		put_string(n, "comment", rule->comment);
	else if (!found)
		put(n, "comment", json_null());
	if (!found && rule->reason[0])
		put_string(n, "reason", rule->reason);
}

static void put_rule_number(struct node n, const struct ur_evidence *ev)
{
	if (ur_origin(ev) != UR_ORIGIN_XT)
		put(n, "handle",
		    ev->ev.rule.flags & UR_RULE_HANDLE ?
			    json_integer((json_int_t)ev->ev.rule.handle) :
			    json_null());
	if (ev->rule.number)
		put_number(n, "number", ev->rule.number);
	else if (ur_origin(ev) == UR_ORIGIN_XT)
		put(n, "number", json_null());
}

/* How the packet came to the chain: known where the base chain itself holds the rule. */
static void put_rule_path(struct node n, const struct ur_evidence *ev)
{
	const char *base = ev->rule.base_chain;
	json_t *array;

	put_known(n, "base_chain", base);
	if (!*base || strcmp(base, ur_rule_chain(ev)) != 0) {
		put(n, "path", json_null());
		return;
	}
	put(n, "priority", json_integer(ev->rule.priority));
	array = json_array();
	append(n, array, string(base));
	put(n, "path", array);
}

static bool rule_seen(const struct ur_evidence *ev)
{
	return ev->ev.rule.flags & (UR_RULE_HANDLE | UR_RULE_CHAIN | UR_RULE_TABLE | UR_RULE_XT);
}

static void put_rule(struct node root, const struct ur_evidence *ev)
{
	const struct ur_rule *rule = &ev->ev.rule;
	struct node n;

	if (!ur_by_rule(ev))
		return;
	if (!rule_seen(ev)) {
		put(root, "rule", json_null());
		return;
	}
	n = node_new(root.failed);
	put_string(n, "engine", engine(ev));
	put_known(n, "family", rule_family(ev));
	put_known(n, "table", ur_rule_table(ev));
	put_known(n, "chain", ur_rule_chain(ev));
	put_rule_number(n, ev);
	put_rule_text(n, &ev->rule);
	put_known(n, "hook", ur_nf_hook_name(rule->pf, rule->hook));
	put_rule_path(n, ev);
	if (rule->iif)
		put_known(n, "iif", rule->iifname);
	if (rule->oif)
		put_known(n, "oif", rule->oifname);
	put(root, "rule", n.object);
}

static void put_nat(struct node root, const struct ur_evidence *ev)
{
	const struct ur_nat *nat = &ev->ev.nat;
	struct node n;

	if (!ur_nat_changed(ev))
		return;
	n = node_new(root.failed);
	put_address(n, "original_dst", ev->ev.family, nat->dst);
	put_number(n, "original_dport", nat->dport);
	put_address(n, "original_src", ev->ev.family, nat->src);
	put_number(n, "original_sport", nat->sport);
	put(root, "nat", n.object);
}

static void put_stack(struct node root, const struct ur_evidence *ev,
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

static void put_also(struct node root, const struct ur_report *report)
{
	json_t *array;

	if (!report->nfindings)
		return;
	array = json_array();
	for (uint32_t i = 0; i < report->nfindings; i++) {
		struct node n = node_new(root.failed);

		put_string(n, "slug", report->findings[i].slug);
		put_string(n, "text", report->findings[i].text);
		append(root, array, n.object);
	}
	put(root, "also", array);
}

static void put_verdict(struct node root, const struct ur_report *report)
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
	struct node root = node_new(&failed);

	put_number(root, "schema", UR_JSON_SCHEMA);
	put_time(root, &ev->time);
	put_number(root, "seq", ev->seq);
	put_answer(root, ev, report);
	put_icmp(root, ev);
	put_packet(root, ev);
	put_netns(root, &ev->netns);
	put_verdict(root, report);
	put_sockets(root, ev);
	put_elsewhere(root, ev);
	put_sender(root, ev);
	put_rule(root, ev);
	put_nat(root, ev);
	put_stack(root, ev, report);
	put_also(root, report);
	put_number(root, "count", ev->count);
	if (!failed)
		return root.object;
	json_decref(root.object);
	return NULL;
}
