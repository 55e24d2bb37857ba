/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* parts.h - what the files of the verdict share; nobody else includes it.
 *
 * verdict.c decides, verdict/socket.c, verdict/mismatch.c (of sockets that are there, but do
 * not fit), verdict/closed.c (of sockets that are gone, which verdict/history.c weighs),
 * verdict/nat.c (of translated packets) and verdict/rule.c word the causes, verdict/generator.c
 * those of what else sends these errors, verdict/route.c those of routes and next hops,
 * verdict/reset.c and verdict/tcp.c those of TCP's own resets, verdict/unknown.c the rest, verdict/origin.c who decided, verdict/also.c the further
 * findings, verdict/way.c those about the way to a rule, verdict/manager_words.c those about who wrote
 * it, verdict/pattern.c those that it takes several packets or the routes to see,
 * verdict/limit.c those about what kept the answer back,
 * verdict/words.c the phrases that all of them use. As pure as verdict.h says.
 */
#include "user/verdict/manager.h"
#include "user/base/strbuf.h"
#include "user/verdict.h"

#define UR_NO_SOCKET (-1)

/* TCP: does the segment ask for a new connection? Only a listener takes such. */
bool ur_segment_opens(const struct ur_evidence *ev);

/* Is it a SYN-ACK? */
bool ur_segment_answers(const struct ur_evidence *ev);

/* Was the call of ur_reset_by_program() one that disconnects? Is the listener's queue of
 * connections longer than it may be? */
bool ur_reset_disconnects(const struct ur_evidence *ev);
bool ur_backlog_full(const struct ur_evidence *ev);

/* Why TCP resets a segment, or a connection, for which it has a socket. */
enum ur_cause ur_reset_cause(const struct ur_evidence *ev, enum ur_confidence *confidence);

/* The evidence, and what the decision rests on. */
struct ur_case {
	const struct ur_evidence *ev;
	enum ur_cause cause; /* once it is decided */
	int nearest;         /* ev->ev.socks[] that comes nearest to fitting, or UR_NO_SOCKET */
	int closed;          /* ev->ev.closed[] that explains most, or UR_NO_SOCKET */
};

/* The words of one cause. Both append to a buffer; advice may append nothing. */
struct ur_words {
	void (*why)(const struct ur_case *c, struct ur_buf *out);
	void (*advice)(const struct ur_case *c, struct ur_buf *out);
};

/* The row of @cause, for the test that none is empty. */
const struct ur_words *ur_words_of(enum ur_cause cause);

/* ---- deciding ---- */

int ur_socket_nearest(const struct ur_evidence *ev);
enum ur_cause ur_socket_cause(const struct ur_case *c, enum ur_confidence *confidence);

/* A socket could be bound and closed between the kernel's look-up and our snapshot. */
#define UR_CLOSED_RACE_NS UINT64_C(1000000)

/* The closed socket that explains most, or UR_NO_SOCKET; how sure the cause is that it stands
 * for; how long before the miss it ended, 0 also for what ended only after it; whether
 * conntrack has the packet as a reply to what its very destination began. */
int ur_closed_best(const struct ur_evidence *ev);
enum ur_confidence ur_closed_confidence(const struct ur_evidence *ev, int i);
uint64_t ur_closed_age(const struct ur_evidence *ev, int i);
bool ur_closed_for_reply(const struct ur_evidence *ev);

/* The cause of a miss, which is @open as far as the open sockets show it: what was closed
 * before may explain more. */
enum ur_cause ur_history_cause(const struct ur_case *c, enum ur_cause open,
			       enum ur_confidence *confidence);

/* The cause that the function that asked for the error stands for, when it is neither UDP's
 * nor netfilter's. */
enum ur_cause ur_generator_cause(const struct ur_evidence *ev, enum ur_confidence *confidence);
/* That function, "func+0x1a/0x90 [module]"; "" when it was not seen. */
const char *ur_generator_symbol(const struct ur_evidence *ev);

/* The cause of an answer whose code stands for @cause, route.none or route.rejected. */
enum ur_cause ur_route_cause(const struct ur_evidence *ev, enum ur_cause cause,
			     enum ur_confidence *confidence);
enum ur_confidence ur_rule_confidence(const struct ur_evidence *ev);
/* Append the further findings to @report, as many as it holds. */
void ur_find_more(const struct ur_case *c, struct ur_report *report);

/* Finders: each appends its sentence and returns its slug, or does nothing and returns NULL. */
const char *ur_find_way(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_ways(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_matched(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_catch_all(const struct ur_case *c, struct ur_buf *out);
/* "the BPF program x (id 5) at tc ingress of s0" */
void ur_say_tc(struct ur_buf *out, const struct ur_tc *tc);

const char *ur_find_dropper(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_limit(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_varies(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_accepted(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_manager(const struct ur_case *c, struct ur_buf *out);

/* What this packet and others show together, and whether its source is credible. */
const char *ur_find_trace(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_scan(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_spoofed(const struct ur_case *c, struct ur_buf *out);

/* All sockets on the port, also those that the event does not carry. */
unsigned int ur_sockets_total(const struct ur_evidence *ev);

/* No socket fits, but a BPF sk_lookup program was asked: it can drop the packet before, and
 * it can hand packets to sockets that don't fit. */
bool ur_sk_lookup_may(const struct ur_case *c);

/* UR_MISSING_* that may hide more than a port with no socket on it. */
uint32_t ur_miss_unseen(const struct ur_evidence *ev);
/* A finding about what was on the port before, about an open socket where a closed one is the
 * cause, and about who has the port again: appends a sentence and returns its slug, or does
 * nothing and returns NULL. */
const char *ur_find_closed(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_open_beside(const struct ur_case *c, struct ur_buf *out);
const char *ur_find_taken(const struct ur_case *c, struct ur_buf *out);

/* ---- wording ---- */

void ur_why_socket_none(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_race(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_bpf(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_closed(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_late_reply(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_address(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_device(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_peer(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_family(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_protocol(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_netns(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_nat(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_stale_nat(const struct ur_case *c, struct ur_buf *out);
void ur_why_rule(const struct ur_case *c, struct ur_buf *out);
void ur_why_route_none(const struct ur_case *c, struct ur_buf *out);
void ur_why_route_rejected(const struct ur_case *c, struct ur_buf *out);
void ur_why_neighbour_failed(const struct ur_case *c, struct ur_buf *out);
void ur_why_mtu_exceeded(const struct ur_case *c, struct ur_buf *out);
void ur_why_protocol_none(const struct ur_case *c, struct ur_buf *out);
void ur_why_ipvs(const struct ur_case *c, struct ur_buf *out);
void ur_why_tunnel(const struct ur_case *c, struct ur_buf *out);
void ur_why_tunnel_error(const struct ur_case *c, struct ur_buf *out);
void ur_why_xfrm(const struct ur_case *c, struct ur_buf *out);
void ur_why_policy(const struct ur_case *c, struct ur_buf *out);
void ur_why_bpf_icmp_send(const struct ur_case *c, struct ur_buf *out);
void ur_why_socket_flow(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_closed_with_data(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_data_after_close(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_linger(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_disconnected(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_not_accepted(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_overflow(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_destroyed(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_keepalive(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_fin_timeout(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_memory(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_bad_segment(const struct ur_case *c, struct ur_buf *out);
void ur_why_tcp_mptcp(const struct ur_case *c, struct ur_buf *out);
void ur_why_unknown(const struct ur_case *c, struct ur_buf *out);

void ur_advise_socket_none(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_race(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_bpf(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_closed(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_late_reply(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_address(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_device(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_peer(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_family(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_protocol(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_netns(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_nat(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_stale_nat(const struct ur_case *c, struct ur_buf *out);
void ur_advise_rule_nft(const struct ur_case *c, struct ur_buf *out);
void ur_advise_rule_iptables_nft(const struct ur_case *c, struct ur_buf *out);
void ur_advise_rule_iptables(const struct ur_case *c, struct ur_buf *out);
void ur_advise_route(const struct ur_case *c, struct ur_buf *out);
void ur_advise_neighbour_failed(const struct ur_case *c, struct ur_buf *out);
void ur_advise_mtu_exceeded(const struct ur_case *c, struct ur_buf *out);
void ur_advise_protocol_none(const struct ur_case *c, struct ur_buf *out);
void ur_advise_ipvs(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tunnel(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tunnel_error(const struct ur_case *c, struct ur_buf *out);
void ur_advise_xfrm(const struct ur_case *c, struct ur_buf *out);
void ur_advise_policy(const struct ur_case *c, struct ur_buf *out);
void ur_advise_bpf_icmp_send(const struct ur_case *c, struct ur_buf *out);
void ur_advise_socket_flow(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_closed_with_data(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_data_after_close(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_linger(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_disconnected(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_not_accepted(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_overflow(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_destroyed(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_keepalive(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_fin_timeout(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_memory(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_bad_segment(const struct ur_case *c, struct ur_buf *out);
void ur_advise_tcp_mptcp(const struct ur_case *c, struct ur_buf *out);
void ur_advise_unknown(const struct ur_case *c, struct ur_buf *out);

/* ---- phrases ---- */

/* ", nor was one in the last 5 min": how far back the history of the port is known, when
 * nothing was closed on it since; nothing where that is not known. */
void ur_say_never(const struct ur_evidence *ev, struct ur_buf *out);

/* "statsd (pid 812)", "nginx (pid 7, container 0123456789ab) and 3 more", or false and
 * nothing when no process is known. */
bool ur_say_owners(struct ur_buf *out, const struct ur_owners *owners);

/* Who has ev->ev.socks[i]: as above, or "the kernel's VXLAN socket", or "a socket of uid
 * 33". */
void ur_say_socket(struct ur_buf *out, const struct ur_evidence *ev, int i);

/* The packet's ends, and those of a socket: "10.0.0.5:53", "[fd00::5]:53". */
void ur_say_dst(struct ur_buf *out, const struct ur_evidence *ev);
void ur_say_src(struct ur_buf *out, const struct ur_evidence *ev);
void ur_say_local(struct ur_buf *out, const struct ur_sock *sk);
void ur_say_peer(struct ur_buf *out, const struct ur_sock *sk);

/* "UDP", "UDP-Lite": the packet's protocol. */
void ur_say_proto(struct ur_buf *out, const struct ur_evidence *ev);

/* Is the flow's conntrack entry not of the NAT rules as they are now? When it is, *@confidence
 * is lowered to what is known of that. */
bool ur_nat_stale(const struct ur_evidence *ev, enum ur_confidence *confidence);

/* That the packet was DNATed, from where to where; for ur_nat_changed(). */
void ur_say_nat(const struct ur_case *c, struct ur_buf *out);

/* Who has that TCP listener, likewise. */
void ur_say_listener(struct ur_buf *out, const struct ur_listener *listener);

/* "ufw's ", or nothing. */
void ur_say_manager(struct ur_buf *out, const struct ur_evidence *ev);

/* What to type, in the words of the program that wrote the rule; false, and nothing, when none
 * is known to have. */
bool ur_advise_manager(const struct ur_case *c, struct ur_buf *out);

/* " (hook input, reached from input > zone)": which way the packet was going, and how it came
 * to the rule. */
void ur_say_way(struct ur_buf *out, const struct ur_evidence *ev);

/* The program's name for an advice: "statsd", or @otherwise. */
void ur_say_program(struct ur_buf *out, const struct ur_owners *owners, const char *otherwise);

/* " in netns srv"; nothing for the host's own namespace. */
void ur_say_in_netns(struct ur_buf *out, const struct ur_netns *netns);

/* Where the packet was going: its destination, and the namespace. */
void ur_say_target(struct ur_buf *out, const struct ur_evidence *ev);

/* As ur_say_in_netns(), of the namespace of @there. */
void ur_say_elsewhere(struct ur_buf *out, const struct ur_elsewhere *there);

/* "ip netns exec srv ", or nothing in the host's namespace: what a command needs in front.
 * False, and nothing, when no such words are known for the namespace. */
bool ur_say_enter(struct ur_buf *out, const struct ur_evidence *ev);

/* The same for a namespace that need not be the packet's. */
bool ur_say_enter_netns(struct ur_buf *out, const struct ur_netns *netns);

/* "`ss -uanp 'sport = :53'`", run in the right namespace. */
void ur_say_ss(struct ur_buf *out, const struct ur_evidence *ev);

/* Bytes of the function's name in "func.isra.0+0x1a/0x90 [module]". */
size_t ur_symbol_length(const char *symbol);
bool ur_symbol_is(const char *symbol, const char *func);

/* @word as the shell takes it for one word; false, and nothing, when it can't be shown so. */
bool ur_say_shell_word(struct ur_buf *out, const char *word);
