/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"

static const struct ur_words words[] = {
	[UR_CAUSE_UNKNOWN] = { ur_why_unknown, ur_advise_unknown },
	[UR_CAUSE_SOCKET_NONE] = { ur_why_socket_none, ur_advise_socket_none },
	[UR_CAUSE_SOCKET_RACE] = { ur_why_socket_race, ur_advise_socket_race },
	[UR_CAUSE_SOCKET_BPF] = { ur_why_socket_bpf, ur_advise_socket_bpf },
	[UR_CAUSE_SOCKET_CLOSED] = { ur_why_socket_closed, ur_advise_socket_closed },
	[UR_CAUSE_SOCKET_LATE_REPLY] = { ur_why_socket_late_reply, ur_advise_socket_late_reply },
	[UR_CAUSE_SOCKET_ADDRESS] = { ur_why_socket_address, ur_advise_socket_address },
	[UR_CAUSE_SOCKET_DEVICE] = { ur_why_socket_device, ur_advise_socket_device },
	[UR_CAUSE_SOCKET_PEER] = { ur_why_socket_peer, ur_advise_socket_peer },
	[UR_CAUSE_SOCKET_FAMILY] = { ur_why_socket_family, ur_advise_socket_family },
	[UR_CAUSE_SOCKET_PROTOCOL] = { ur_why_socket_protocol, ur_advise_socket_protocol },
	[UR_CAUSE_SOCKET_NETNS] = { ur_why_socket_netns, ur_advise_socket_netns },
	[UR_CAUSE_SOCKET_NAT] = { ur_why_socket_nat, ur_advise_socket_nat },
	[UR_CAUSE_SOCKET_STALE_NAT] = { ur_why_socket_stale_nat, ur_advise_socket_stale_nat },
	[UR_CAUSE_RULE_NFT] = { ur_why_rule, ur_advise_rule_nft },
	[UR_CAUSE_RULE_IPTABLES_NFT] = { ur_why_rule, ur_advise_rule_iptables_nft },
	[UR_CAUSE_RULE_IPTABLES] = { ur_why_rule, ur_advise_rule_iptables },
	[UR_CAUSE_ROUTE_NONE] = { ur_why_route_none, ur_advise_route },
	[UR_CAUSE_ROUTE_REJECTED] = { ur_why_route_rejected, ur_advise_route },
	[UR_CAUSE_NEIGHBOUR_FAILED] = { ur_why_neighbour_failed, ur_advise_neighbour_failed },
	[UR_CAUSE_MTU_EXCEEDED] = { ur_why_mtu_exceeded, ur_advise_mtu_exceeded },
	[UR_CAUSE_PROTOCOL_NONE] = { ur_why_protocol_none, ur_advise_protocol_none },
	[UR_CAUSE_IPVS_NO_DESTINATION] = { ur_why_ipvs, ur_advise_ipvs },
	[UR_CAUSE_IPVS_NO_CONNECTION] = { ur_why_ipvs, ur_advise_ipvs },
	[UR_CAUSE_TUNNEL_NO_ENDPOINT] = { ur_why_tunnel, ur_advise_tunnel },
	[UR_CAUSE_TUNNEL_ERROR] = { ur_why_tunnel_error, ur_advise_tunnel_error },
	[UR_CAUSE_XFRM_NO_STATE] = { ur_why_xfrm, ur_advise_xfrm },
	[UR_CAUSE_POLICY_SOURCE_ROUTE] = { ur_why_policy, ur_advise_policy },
	[UR_CAUSE_POLICY_SCOPE] = { ur_why_policy, ur_advise_policy },
	[UR_CAUSE_POLICY_LABEL] = { ur_why_policy, ur_advise_policy },
	[UR_CAUSE_BPF_ICMP_SEND] = { ur_why_bpf_icmp_send, ur_advise_bpf_icmp_send },
	[UR_CAUSE_SOCKET_FLOW] = { ur_why_socket_flow, ur_advise_socket_flow },
	[UR_CAUSE_TCP_CLOSED_WITH_DATA] = { ur_why_tcp_closed_with_data,
					    ur_advise_tcp_closed_with_data },
	[UR_CAUSE_TCP_DATA_AFTER_CLOSE] = { ur_why_tcp_data_after_close,
					    ur_advise_tcp_data_after_close },
	[UR_CAUSE_TCP_LINGER] = { ur_why_tcp_linger, ur_advise_tcp_linger },
	[UR_CAUSE_TCP_DISCONNECTED] = { ur_why_tcp_disconnected, ur_advise_tcp_disconnected },
	[UR_CAUSE_TCP_NOT_ACCEPTED] = { ur_why_tcp_not_accepted, ur_advise_tcp_not_accepted },
	[UR_CAUSE_TCP_OVERFLOW] = { ur_why_tcp_overflow, ur_advise_tcp_overflow },
	[UR_CAUSE_TCP_DESTROYED] = { ur_why_tcp_destroyed, ur_advise_tcp_destroyed },
	[UR_CAUSE_TCP_KEEPALIVE] = { ur_why_tcp_keepalive, ur_advise_tcp_keepalive },
	[UR_CAUSE_TCP_FIN_TIMEOUT] = { ur_why_tcp_fin_timeout, ur_advise_tcp_fin_timeout },
	[UR_CAUSE_TCP_MEMORY] = { ur_why_tcp_memory, ur_advise_tcp_memory },
	[UR_CAUSE_TCP_BAD_SEGMENT] = { ur_why_tcp_bad_segment, ur_advise_tcp_bad_segment },
	[UR_CAUSE_TCP_MPTCP] = { ur_why_tcp_mptcp, ur_advise_tcp_mptcp },
};
_Static_assert(sizeof(words) / sizeof(words[0]) == UR_CAUSE_MAX_, "word every cause");

static const char *const outcomes[] = {
	[UR_OUTCOME_UNKNOWN] = "unknown",
	[UR_OUTCOME_SENT] = "sent",
	[UR_OUTCOME_SUPPRESSED] = "suppressed",
};

static const char *const suppressions[] = {
	[UR_SUPP_NONE] = NULL,
	[UR_SUPP_RATE_GLOBAL] = "rate-limit-global",
	[UR_SUPP_RATE_PEER] = "rate-limit-peer",
	[UR_SUPP_NO_ROUTE] = "no-route",
	[UR_SUPP_OUTPUT_RULE] = "output-rule",
	[UR_SUPP_FRAGMENT] = "fragment",
	[UR_SUPP_CHECKSUM] = "checksum",
	[UR_SUPP_BROADCAST] = "broadcast",
	[UR_SUPP_ICMP_ERROR] = "icmp-error",
	[UR_SUPP_OTHER] = "other",
};
_Static_assert(sizeof(suppressions) / sizeof(suppressions[0]) == UR_SUPP_MAX_,
	       "name every way to suppress");

static const enum ur_suppressed early_outs[] = {
	[UR_EARLY_NO_ROUTE] = UR_SUPP_NO_ROUTE, [UR_EARLY_BROADCAST] = UR_SUPP_BROADCAST,
	[UR_EARLY_FRAGMENT] = UR_SUPP_FRAGMENT, [UR_EARLY_ICMP_ERROR] = UR_SUPP_ICMP_ERROR,
	[UR_EARLY_SOURCE] = UR_SUPP_OTHER,      [UR_EARLY_CHECKSUM] = UR_SUPP_CHECKSUM,
	[UR_EARLY_RST] = UR_SUPP_OTHER,
};
_Static_assert(sizeof(early_outs) / sizeof(early_outs[0]) == UR_EARLY_MAX,
	       "say what every early way out comes to");

const struct ur_words *ur_words_of(enum ur_cause cause)
{
	return &words[(unsigned int)cause < UR_CAUSE_MAX_ ? cause : UR_CAUSE_UNKNOWN];
}

const char *ur_outcome_name(enum ur_outcome outcome)
{
	return outcomes[(unsigned int)outcome <= UR_OUTCOME_SUPPRESSED ? outcome :
									 UR_OUTCOME_UNKNOWN];
}

const char *ur_suppressed_name(enum ur_suppressed suppressed)
{
	return suppressions[(unsigned int)suppressed < UR_SUPP_MAX_ ? suppressed : UR_SUPP_NONE];
}

const char *ur_rule_table(const struct ur_evidence *ev)
{
	return ev->rule.table[0] ? ev->rule.table : ev->ev.rule.table;
}

const char *ur_rule_chain(const struct ur_evidence *ev)
{
	return ev->rule.chain[0] ? ev->rule.chain : ev->ev.rule.chain;
}

const char *ur_rule_family(const struct ur_evidence *ev)
{
	return ur_nf_family_name(ev->rule.family ?: ev->ev.rule.table_family);
}

/* The destination before translation differs from the packet's own, and the packet goes
 * the connection's original way: a reply's addresses always differ from it. */
bool ur_nat_changed(const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	const struct ur_nat *nat = &ev->ev.nat;
	bool known = ev->ev.flags & (UR_EV_ENTRY | UR_EV_NAT) ||
		     ev->nat_from.source == UR_NAT_REMEMBERED;

	if (!known || !pkt->family || nat->is_reply)
		return false;
	return !ur_addr_equal(pkt->family, pkt->dst, nat->dst) ||
	       (pkt->has_ports && pkt->dport != nat->dport);
}

/* ---- the outcome ---- */

static void suppress(struct ur_report *report, enum ur_suppressed by)
{
	report->outcome = UR_OUTCOME_SUPPRESSED;
	report->suppressed_by = by;
}

static bool early_out(const struct ur_event *ev, struct ur_report *report)
{
	if (!ev->early || ev->early >= UR_EARLY_MAX)
		return false;
	suppress(report, early_outs[ev->early]);
	return true;
}

/* Rules of these families build ICMP and RST by themselves, past what the others pass. */
static bool by_hand(const struct ur_event *ev)
{
	return ev->origin == UR_ORIGIN_NFT &&
	       (ev->rule.pf == NFPROTO_BRIDGE || ev->rule.pf == NFPROTO_NETDEV);
}

static void decide_by_hand(const struct ur_evidence *ev, struct ur_report *report)
{
	if (ev->ev.window & UR_WIN_HAND_BUILT)
		report->outcome = UR_OUTCOME_SENT;
	else if (!early_out(&ev->ev, report) && !(ev->missing & UR_MISSING_OUTCOME_HAND))
		suppress(report, UR_SUPP_OTHER);
}

static void decide_rst(const struct ur_evidence *ev, struct ur_report *report)
{
	if (ev->ev.window & UR_WIN_RST_BUILT)
		report->outcome = UR_OUTCOME_SENT;
	else if (!early_out(&ev->ev, report) && !(ev->missing & UR_MISSING_RST))
		suppress(report, UR_SUPP_OTHER);
}

static bool by_tcp(const struct ur_event *ev)
{
	return ev->origin == UR_ORIGIN_TCP_MISS || ev->origin == UR_ORIGIN_TCP_SOCK;
}

/* LOCAL_OUT and POST_ROUTING drop with -EPERM (nf_hook_slow()); others are no rule's. */
static void decide_pushed(const struct ur_event *ev, struct ur_report *report)
{
	if (ev->push_ret >= 0)
		report->outcome = UR_OUTCOME_SENT;
	else
		suppress(report, ev->push_ret == -EPERM        ? UR_SUPP_OUTPUT_RULE :
				 ev->push_ret == -EHOSTUNREACH ? UR_SUPP_NO_ROUTE :
								 UR_SUPP_OTHER);
}

/* IPv4's answers pass the push function, or counters tell that they left, or they were not made:
 * without a route, or where a key is wanted that is not known (TCP-MD5, TCP-AO). Of the others
 * counters tell, or nothing does. */
static void decide_tcp(const struct ur_evidence *ev, struct ur_report *report)
{
	const struct ur_event *e = &ev->ev;

	if (e->window & UR_WIN_PUSHED)
		decide_pushed(e, report);
	else if (!(e->reset.flags & UR_RST_ACTIVE) && e->family == 4 &&
		 !(e->window & UR_WIN_UNTOLD) && !(ev->missing & UR_MISSING_OUTCOME_PUSH))
		suppress(report, UR_SUPP_OTHER);
}

/* Past the first tests, and nobody's limit said no: then the answer found no route, or no
 * memory. */
static void decide_unseen(const struct ur_evidence *ev, struct ur_report *report)
{
	const uint32_t blind = UR_MISSING_OUTCOME_GLOBAL | UR_MISSING_OUTCOME_PEER |
			       UR_MISSING_OUTCOME_PUSH |
			       (ev->ev.family == 6 ? UR_MISSING_ICMP6 : UR_MISSING_ICMP4);

	if (!early_out(&ev->ev, report) && !(ev->missing & blind))
		suppress(report, ev->back.none ? UR_SUPP_NO_ROUTE : UR_SUPP_OTHER);
}

void ur_verdict_outcome(const struct ur_evidence *ev, struct ur_report *report)
{
	const struct ur_event *e = &ev->ev;

	if (e->flags & UR_EV_NO_ENTRY)
		return;
	if (by_hand(e))
		decide_by_hand(ev, report);
	else if (by_tcp(e))
		decide_tcp(ev, report);
	else if (e->answer == UR_ANSWER_RST)
		decide_rst(ev, report);
	else if (e->window & UR_WIN_PUSHED)
		decide_pushed(e, report);
	else if (e->window & UR_WIN_GLOBAL_DENY)
		suppress(report, UR_SUPP_RATE_GLOBAL);
	else if (e->window & (UR_WIN_PEER_DENY | UR_WIN_ERROR_DENY))
		suppress(report, UR_SUPP_RATE_PEER);
	else
		decide_unseen(ev, report);
}

/* ---- the cause ---- */

static void decide_cause(const struct ur_case *c, struct ur_report *report)
{
	static const enum ur_cause rules[] = {
		[UR_ORIGIN_NFT] = UR_CAUSE_RULE_NFT,
		[UR_ORIGIN_XT_NFT] = UR_CAUSE_RULE_IPTABLES_NFT,
		[UR_ORIGIN_XT] = UR_CAUSE_RULE_IPTABLES,
	};
	uint8_t origin = ur_origin(c->ev);

	switch (origin) {
	case UR_ORIGIN_TCP_MISS:
		if (!ur_segment_opens(c->ev)) {
			report->cause = UR_CAUSE_SOCKET_FLOW;
			report->confidence = UR_PROVEN;
			break;
		}
		/* fall through */
	case UR_ORIGIN_UDP_MISS:
		report->cause = ur_socket_cause(c, &report->confidence);
		report->cause = ur_history_cause(c, report->cause, &report->confidence);
		break;
	case UR_ORIGIN_NFT:
	case UR_ORIGIN_XT_NFT:
	case UR_ORIGIN_XT:
		report->cause = rules[origin];
		report->confidence = ur_rule_confidence(c->ev);
		break;
	case UR_ORIGIN_TCP_SOCK:
		report->cause = ur_reset_cause(c->ev, &report->confidence);
		break;
	default:
		report->cause = ur_generator_cause(c->ev, &report->confidence);
	}
}

void ur_verdict_decide(const struct ur_evidence *ev, struct ur_report *report)
{
	struct ur_case c = { .ev = ev,
			     .nearest = ur_socket_nearest(ev),
			     .closed = ur_closed_best(ev) };
	struct ur_buf why, advice;

	memset(report, 0, sizeof(*report));
	why = UR_BUF(report->why);
	advice = UR_BUF(report->advice);
	ur_verdict_outcome(ev, report);
	decide_cause(&c, report);
	c.cause = report->cause;
	ur_words_of(report->cause)->why(&c, &why);
	ur_words_of(report->cause)->advice(&c, &advice);
	ur_find_more(&c, report);
}
