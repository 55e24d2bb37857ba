/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/record_fields.h"

#include "user/evidence.h"
#include "user/verdict/received.h"

/* A table is named after its structure, and its entries after the members of it. */
#define TABLE(type)                                                                        \
	static const struct ur_fields type##_fields = { #type, sizeof(struct type),        \
							sizeof(type##_entries) /           \
								sizeof(type##_entries[0]), \
							type##_entries }
#define SIZE(type, member) sizeof(((struct type *)0)->member)
#define ENTRY(type, member, kind, size, count, max, fields)                            \
	{                                                                              \
#member, kind, offsetof(struct type, member), size, count, max, fields \
	}

/* NOLINTBEGIN(bugprone-macro-parentheses): a member's name can't stand in them */
#define NUMBER(type, member) ENTRY(type, member, UR_FIELD_UINT, SIZE(type, member), 1, 0, NULL)
#define SIGNED(type, member) ENTRY(type, member, UR_FIELD_INT, SIZE(type, member), 1, 0, NULL)
#define BOOL(type, member)   ENTRY(type, member, UR_FIELD_BOOL, SIZE(type, member), 1, 0, NULL)
/* Counts elements, or is one of an enumeration; larger than @max is a broken record. */
#define UP_TO(type, member, max) \
	ENTRY(type, member, UR_FIELD_UINT, SIZE(type, member), 1, max, NULL)
#define LOOKED(type, member) UP_TO(type, member, UR_CHANGED)
#define NUMBERS(type, member, max)                                \
	ENTRY(type, member, UR_FIELD_UINT, SIZE(type, member[0]), \
	      SIZE(type, member) / SIZE(type, member[0]), max, NULL)
#define BYTES(type, member)  ENTRY(type, member, UR_FIELD_BYTES, SIZE(type, member), 1, 0, NULL)
#define STRING(type, member) ENTRY(type, member, UR_FIELD_STRING, SIZE(type, member), 1, 0, NULL)
#define LABEL(type, member)  ENTRY(type, member, UR_FIELD_LABEL, SIZE(type, member), 1, 0, NULL)
#define STRINGS(type, member)                                       \
	ENTRY(type, member, UR_FIELD_STRING, SIZE(type, member[0]), \
	      SIZE(type, member) / SIZE(type, member[0]), 0, NULL)
#define STRUCT(type, member, of) \
	ENTRY(type, member, UR_FIELD_STRUCT, SIZE(type, member), 1, 0, &of##_fields)
#define STRUCTS(type, member, of)                                   \
	ENTRY(type, member, UR_FIELD_STRUCT, SIZE(type, member[0]), \
	      SIZE(type, member) / SIZE(type, member[0]), 0, &of##_fields)
#define BLOCK(type, member) ENTRY(type, member, UR_FIELD_BLOCK, SIZE(type, member), 1, 0, NULL)
#define PAD(type, member)   ENTRY(type, member, UR_FIELD_PAD, SIZE(type, member), 1, 0, NULL)
/* NOLINTEND(bugprone-macro-parentheses) */

/* ---- what the kernel side carried ---- */

static const struct ur_field ur_sock_entries[] = {
	BYTES(ur_sock, local),  BYTES(ur_sock, peer),    NUMBER(ur_sock, cookie),
	NUMBER(ur_sock, inode), NUMBER(ur_sock, detail), NUMBER(ur_sock, bound_ifindex),
	NUMBER(ur_sock, uid),   NUMBER(ur_sock, port),   NUMBER(ur_sock, peer_port),
	NUMBER(ur_sock, proto), NUMBER(ur_sock, family), UP_TO(ur_sock, mismatch, UR_MM_MAX - 1),
	NUMBER(ur_sock, flags),
};
TABLE(ur_sock);

static const struct ur_field ur_closed_entries[] = {
	STRUCT(ur_closed, sk, ur_sock), NUMBER(ur_closed, ts_ns), NUMBER(ur_closed, tgid),
	SIGNED(ur_closed, exit_code),   NUMBER(ur_closed, how),   NUMBER(ur_closed, flags),
	NUMBER(ur_closed, times),       PAD(ur_closed, pad),      NUMBER(ur_closed, cgroup_id),
	STRING(ur_closed, comm),        LABEL(ur_closed, cgroup),
};
TABLE(ur_closed);

static const struct ur_field ur_rule_entries[] = {
	NUMBER(ur_rule, obj),
	NUMBER(ur_rule, handle),
	NUMBER(ur_rule, chain_handle),
	NUMBER(ur_rule, table_handle),
	NUMBER(ur_rule, xt_entry_off),
	NUMBER(ur_rule, xt_digest),
	NUMBER(ur_rule, xt_size),
	NUMBER(ur_rule, xt_number),
	NUMBER(ur_rule, generation),
	PAD(ur_rule, pad32),
	NUMBER(ur_rule, iif),
	NUMBER(ur_rule, oif),
	NUMBER(ur_rule, hook),
	NUMBER(ur_rule, pf),
	NUMBER(ur_rule, table_family),
	NUMBER(ur_rule, flags),
	NUMBER(ur_rule, reject),
	NUMBER(ur_rule, icmp_code),
	PAD(ur_rule, pad),
	STRING(ur_rule, iifname),
	STRING(ur_rule, oifname),
	STRING(ur_rule, table),
	STRING(ur_rule, chain),
};
TABLE(ur_rule);

static const struct ur_field ur_nat_entries[] = {
	BYTES(ur_nat, src),
	BYTES(ur_nat, dst),
	NUMBER(ur_nat, sport),
	NUMBER(ur_nat, dport),
	NUMBER(ur_nat, status),
	BYTES(ur_nat, reply_src),
	BYTES(ur_nat, reply_dst),
	NUMBER(ur_nat, reply_sport),
	NUMBER(ur_nat, reply_dport),
	NUMBER(ur_nat, is_reply),
	PAD(ur_nat, pad),
	NUMBER(ur_nat, entry),
};
TABLE(ur_nat);

static const struct ur_field ur_route_entries[] = {
	NUMBER(ur_route, changed_ns),  BYTES(ur_route, dst),    BYTES(ur_route, src),
	BYTES(ur_route, gateway),      NUMBER(ur_route, table), NUMBER(ur_route, metric),
	NUMBER(ur_route, oif),         NUMBER(ur_route, mark),  SIGNED(ur_route, error),
	NUMBER(ur_route, mtu),         NUMBER(ur_route, flags), UP_TO(ur_route, dst_len, 128),
	UP_TO(ur_route, src_len, 128), NUMBER(ur_route, type),  NUMBER(ur_route, protocol),
	UP_TO(ur_route, gw_family, 6), PAD(ur_route, pad),      STRING(ur_route, oifname),
};
TABLE(ur_route);

static const struct ur_field ur_reset_entries[] = {
	NUMBER(ur_reset, reason),      NUMBER(ur_reset, flags),    NUMBER(ur_reset, state),
	NUMBER(ur_reset, substate),    NUMBER(ur_reset, shutdown), NUMBER(ur_reset, backlog),
	NUMBER(ur_reset, backlog_max),
};
TABLE(ur_reset);

static const struct ur_field ur_answer_entries[] = {
	NUMBER(ur_answer, ts_ns), NUMBER(ur_answer, wire), UP_TO(ur_answer, len, UR_SNAP_MAX),
	PAD(ur_answer, pad),      BYTES(ur_answer, snap),
};
TABLE(ur_answer);

static const struct ur_field ur_event_entries[] = {
	NUMBER(ur_event, version),
	NUMBER(ur_event, len),
	NUMBER(ur_event, answer),
	NUMBER(ur_event, origin),
	NUMBER(ur_event, family),
	NUMBER(ur_event, type),
	NUMBER(ur_event, code),
	NUMBER(ur_event, window),
	UP_TO(ur_event, early, UR_EARLY_MAX - 1),
	BLOCK(ur_event, snap_len),
	UP_TO(ur_event, nsocks, UR_SOCKS_MAX),
	UP_TO(ur_event, nstack, UR_STACK_MAX),
	NUMBER(ur_event, flags),
	SIGNED(ur_event, push_ret),
	NUMBER(ur_event, netns_inum),
	NUMBER(ur_event, netns_cookie),
	NUMBER(ur_event, ts_ns),
	NUMBER(ur_event, caller),
	NUMBER(ur_event, history_ns),
	NUMBER(ur_event, iif),
	NUMBER(ur_event, pkt_len),
	NUMBER(ur_event, cur_tgid),
	NUMBER(ur_event, cpu),
	NUMBER(ur_event, sk_lookup_prog),
	NUMBERS(ur_event, sock_total, 0),
	NUMBER(ur_event, sdif),
	UP_TO(ur_event, nclosed, UR_CLOSED_MAX),
	PAD(ur_event, pad),
	NUMBER(ur_event, flow),
	NUMBER(ur_event, kind),
	PAD(ur_event, pad32),
	STRING(ur_event, cur_comm),
	STRING(ur_event, iifname),
	STRUCT(ur_event, reset, ur_reset),
	STRUCT(ur_event, answered, ur_answer),
	STRUCT(ur_event, nat, ur_nat),
	STRUCT(ur_event, sender, ur_sock),
	STRUCT(ur_event, rule, ur_rule),
	STRUCT(ur_event, route, ur_route),
	NUMBERS(ur_event, stack, 0),
	BLOCK(ur_event, snap),
	STRUCTS(ur_event, closed, ur_closed),
	STRUCTS(ur_event, socks, ur_sock),
};
TABLE(ur_event);

/* ---- what user space added ---- */

static const struct ur_field ur_packet_entries[] = {
	NUMBER(ur_packet, family),      NUMBER(ur_packet, proto),  NUMBER(ur_packet, ttl),
	BOOL(ur_packet, has_ports),     BOOL(ur_packet, fragment), NUMBER(ur_packet, tcp_flags),
	NUMBER(ur_packet, tcp_payload), NUMBER(ur_packet, sport),  NUMBER(ur_packet, dport),
	NUMBER(ur_packet, length),      BYTES(ur_packet, src),     BYTES(ur_packet, dst),
};
TABLE(ur_packet);

static const struct ur_field ur_place_entries[] = {
	LOOKED(ur_place, looked),    STRING(ur_place, unit),    STRING(ur_place, runtime),
	STRING(ur_place, container), STRING(ur_place, pod_uid), STRING(ur_place, name),
	STRING(ur_place, pod),
};
TABLE(ur_place);

static const struct ur_field ur_owner_entries[] = {
	SIGNED(ur_owner, pid),
	STRING(ur_owner, comm),
	STRUCT(ur_owner, place, ur_place),
};
TABLE(ur_owner);

static const struct ur_field ur_owners_entries[] = {
	LOOKED(ur_owners, looked),
	UP_TO(ur_owners, n, UR_OWNERS_MAX),
	NUMBER(ur_owners, total),
	STRUCTS(ur_owners, one, ur_owner),
};
TABLE(ur_owners);

static const struct ur_field ur_listener_entries[] = {
	NUMBER(ur_listener, family),
	BYTES(ur_listener, addr),
	NUMBER(ur_listener, port),
	NUMBER(ur_listener, inode),
	NUMBER(ur_listener, uid),
	BOOL(ur_listener, before),
	STRUCT(ur_listener, owners, ur_owners),
};
TABLE(ur_listener);

static const struct ur_field ur_listeners_entries[] = {
	LOOKED(ur_listeners, looked),
	UP_TO(ur_listeners, n, UR_LISTENERS_MAX),
	NUMBER(ur_listeners, total),
	STRING(ur_listeners, reason),
	STRUCTS(ur_listeners, one, ur_listener),
};
TABLE(ur_listeners);

static const struct ur_field ur_reader_entries[] = {
	UP_TO(ur_reader, kind, UR_READER_PACKET),
	NUMBER(ur_reader, family),
	NUMBER(ur_reader, ethertype),
	NUMBER(ur_reader, ifindex),
	NUMBER(ur_reader, inode),
	NUMBER(ur_reader, uid),
	STRUCT(ur_reader, owners, ur_owners),
};
TABLE(ur_reader);

static const struct ur_field ur_readers_entries[] = {
	LOOKED(ur_readers, looked), UP_TO(ur_readers, n, UR_READERS_MAX), NUMBER(ur_readers, total),
	STRING(ur_readers, reason), STRUCTS(ur_readers, one, ur_reader),
};
TABLE(ur_readers);

static const struct ur_field ur_elsewhere_entries[] = {
	LOOKED(ur_elsewhere, looked),      NUMBER(ur_elsewhere, netns_inum),
	STRING(ur_elsewhere, netns_name),  BYTES(ur_elsewhere, addr),
	NUMBER(ur_elsewhere, family),      STRUCT(ur_elsewhere, owners, ur_owners),
	UP_TO(ur_elsewhere, is_target, 1), STRING(ur_elsewhere, reason),
};
TABLE(ur_elsewhere);

static const struct ur_field ur_netns_entries[] = {
	LOOKED(ur_netns, looked),
	NUMBER(ur_netns, inum),
	STRING(ur_netns, name),
};
TABLE(ur_netns);

static const struct ur_field ur_nat_from_entries[] = {
	UP_TO(ur_nat_from, source, UR_NAT_REMEMBERED),
	STRUCT(ur_nat_from, netns, ur_netns),
};
TABLE(ur_nat_from);

static const struct ur_field ur_taken_entries[] = {
	LOOKED(ur_taken, looked),
	NUMBER(ur_taken, family),
	BYTES(ur_taken, addr),
	STRUCT(ur_taken, owners, ur_owners),
};
TABLE(ur_taken);

static const struct ur_field ur_nat_now_entries[] = {
	LOOKED(ur_nat_now, looked),
	BOOL(ur_nat_now, changed),
	STRING(ur_nat_now, rule),
	STRING(ur_nat_now, reason),
};
TABLE(ur_nat_now);

static const struct ur_field ur_refuser_entries[] = {
	LOOKED(ur_refuser, looked),      BOOL(ur_refuser, unchanged),
	BOOL(ur_refuser, rule),          NUMBER(ur_refuser, type),
	UP_TO(ur_refuser, dst_len, 128), UP_TO(ur_refuser, src_len, 128),
	BYTES(ur_refuser, dst),          BYTES(ur_refuser, src),
	NUMBER(ur_refuser, table),       NUMBER(ur_refuser, metric),
	NUMBER(ur_refuser, priority),    STRING(ur_refuser, selector),
	STRING(ur_refuser, reason),
};
TABLE(ur_refuser);

static const struct ur_field ur_pattern_entries[] = {
	NUMBER(ur_pattern, probes),  NUMBER(ur_pattern, ports), NUMBER(ur_pattern, lowest),
	NUMBER(ur_pattern, highest), NUMBER(ur_pattern, ns),    BOOL(ur_pattern, by_rule),
	BOOL(ur_pattern, told),
};
TABLE(ur_pattern);

static const struct ur_field ur_back_entries[] = {
	LOOKED(ur_back, looked), BOOL(ur_back, none), BOOL(ur_back, own),
	STRING(ur_back, dev),    STRING(ur_back, in),
};
TABLE(ur_back);

static const struct ur_field ur_setting_entries[] = {
	STRING(ur_setting, name),
	STRING(ur_setting, value),
	BOOL(ur_setting, of_host),
};
TABLE(ur_setting);

static const struct ur_field ur_limit_entries[] = {
	LOOKED(ur_limit, looked),
	STRUCTS(ur_limit, setting, ur_setting),
	STRING(ur_limit, reason),
};
TABLE(ur_limit);

static const struct ur_field ur_rule_text_entries[] = {
	LOOKED(ur_rule_text, looked),     BOOL(ur_rule_text, generation_same),
	NUMBER(ur_rule_text, number),     NUMBER(ur_rule_text, family),
	STRING(ur_rule_text, table),      STRING(ur_rule_text, chain),
	STRING(ur_rule_text, base_chain), SIGNED(ur_rule_text, priority),
	STRING(ur_rule_text, text),       BOOL(ur_rule_text, iptables_text),
	STRING(ur_rule_text, comment),    STRING(ur_rule_text, reason),
};
TABLE(ur_rule_text);

static const struct ur_field ur_step_entries[] = {
	STRING(ur_step, chain), NUMBER(ur_step, handle), NUMBER(ur_step, number),
	BOOL(ur_step, always),  BOOL(ur_step, goes),     STRING(ur_step, text),
};
TABLE(ur_step);

static const struct ur_field ur_matched_entries[] = {
	UP_TO(ur_matched, step, UR_STEPS_MAX),
	BOOL(ur_matched, map),
	BOOL(ur_matched, proven),
	STRING(ur_matched, set),
	STRING(ur_matched, element),
	STRING(ur_matched, comment),
};
TABLE(ur_matched);

static const struct ur_field ur_earlier_entries[] = {
	BOOL(ur_earlier, there),   NUMBER(ur_earlier, family), STRING(ur_earlier, table),
	STRING(ur_earlier, chain), NUMBER(ur_earlier, handle), STRING(ur_earlier, text),
};
TABLE(ur_earlier);

static const struct ur_field ur_tc_entries[] = {
	STRING(ur_tc, dev),  STRING(ur_tc, kind), STRING(ur_tc, name),
	NUMBER(ur_tc, prog), NUMBER(ur_tc, pref), BOOL(ur_tc, egress),
};
TABLE(ur_tc);

static const struct ur_field ur_dropper_entries[] = {
	LOOKED(ur_dropper, looked),           NUMBER(ur_dropper, could),  BOOL(ur_dropper, policy),
	STRUCT(ur_dropper, rule, ur_earlier), STRING(ur_dropper, reason), BOOL(ur_dropper, legacy),
	BOOL(ur_dropper, legacy_too),         NUMBER(ur_dropper, number), STRING(ur_dropper, dev),
	STRUCT(ur_dropper, tc, ur_tc),
};
TABLE(ur_dropper);

static const struct ur_field ur_way_entries[] = {
	BOOL(ur_way, known),
	BOOL(ur_way, proven),
	UP_TO(ur_way, nsteps, UR_STEPS_MAX),
	STRUCTS(ur_way, step, ur_step),
	NUMBER(ur_way, nways),
	BOOL(ur_way, more_ways),
	STRINGS(ur_way, ways),
	BOOL(ur_way, bare),
	BOOL(ur_way, catch_all),
	STRING(ur_way, policy),
	UP_TO(ur_way, nmatched, UR_MATCHED_MAX),
	STRUCTS(ur_way, matched, ur_matched),
	UP_TO(ur_way, chance, UR_CHANCE_MARK),
	STRING(ur_way, chance_words),
	STRING(ur_way, established),
	STRUCT(ur_way, accepted, ur_earlier),
	NUMBER(ur_way, marks),
	STRING(ur_way, reason),
};
TABLE(ur_way);

static const struct ur_field ur_like_entries[] = {
	UP_TO(ur_like, kind, UR_LIKE_KIND), NUMBER(ur_like, seq),        NUMBER(ur_like, all),
	NUMBER(ur_like, since_ns),          NUMBER(ur_like, first_ns),   NUMBER(ur_like, last_ns),
	NUMBER(ur_like, since_real),        NUMBER(ur_like, first_real), NUMBER(ur_like, last_real),
};
TABLE(ur_like);

static const struct ur_field evidence_entries[] = {
	STRUCT(ur_evidence, ev, ur_event),
	NUMBER(ur_evidence, seq),
	BLOCK(ur_evidence, time),
	NUMBER(ur_evidence, missing),
	STRUCT(ur_evidence, packet, ur_packet),
	STRUCT(ur_evidence, netns, ur_netns),
	STRUCT(ur_evidence, nat_from, ur_nat_from),
	STRUCT(ur_evidence, nat_now, ur_nat_now),
	STRUCT(ur_evidence, rule, ur_rule_text),
	STRUCT(ur_evidence, way, ur_way),
	STRUCTS(ur_evidence, socks, ur_owners),
	STRUCT(ur_evidence, sender, ur_owners),
	STRUCTS(ur_evidence, closers, ur_owners),
	STRUCT(ur_evidence, taken, ur_taken),
	STRUCT(ur_evidence, resetter, ur_owners),
	STRING(ur_evidence, reset_reason),
	STRUCT(ur_evidence, tcp, ur_listeners),
	STRUCT(ur_evidence, sibling, ur_listeners),
	STRUCT(ur_evidence, readers, ur_readers),
	STRUCT(ur_evidence, elsewhere, ur_elsewhere),
	STRUCT(ur_evidence, refuser, ur_refuser),
	STRUCT(ur_evidence, pattern, ur_pattern),
	STRUCT(ur_evidence, back, ur_back),
	STRUCT(ur_evidence, limit, ur_limit),
	STRUCT(ur_evidence, dropper, ur_dropper),
	NUMBERS(ur_evidence, local_here, UR_CHANGED),
	NUMBERS(ur_evidence, bound, UR_CHANGED),
	STRINGS(ur_evidence, bound_dev),
	STRINGS(ur_evidence, encap),
	STRING(ur_evidence, slave),
	STRINGS(ur_evidence, stack),
	NUMBER(ur_evidence, count),
	STRUCT(ur_evidence, like, ur_like),
};

const struct ur_fields ur_evidence_fields = {
	"ur_evidence",
	sizeof(struct ur_evidence),
	sizeof(evidence_entries) / sizeof(evidence_entries[0]),
	evidence_entries,
};

/* ---- errors that came ---- */

static const struct ur_field ur_received_entries[] = {
	NUMBER(ur_received, version),
	NUMBER(ur_received, len),
	NUMBER(ur_received, answer),
	NUMBER(ur_received, family),
	NUMBER(ur_received, type),
	NUMBER(ur_received, code),
	NUMBER(ur_received, flags),
	UP_TO(ur_received, ntold, UR_TOLD_MAX),
	BLOCK(ur_received, snap_len),
	NUMBER(ur_received, ttl),
	NUMBER(ur_received, tos),
	PAD(ur_received, pad),
	NUMBER(ur_received, frag),
	NUMBER(ur_received, id),
	PAD(ur_received, pad2),
	SIGNED(ur_received, tcp_ret),
	NUMBER(ur_received, netns_cookie),
	NUMBER(ur_received, ts_ns),
	NUMBER(ur_received, netns_inum),
	NUMBER(ur_received, iif),
	NUMBER(ur_received, made_ns),
	NUMBER(ur_received, made_netns),
	NUMBER(ur_received, quoted),
	BYTES(ur_received, from),
	BYTES(ur_received, to),
	STRING(ur_received, iifname),
	STRUCTS(ur_received, told, ur_sock),
	NUMBERS(ur_received, waiter, 0),
	STRINGS(ur_received, waiter_comm),
	STRUCT(ur_received, fit, ur_sock),
	BLOCK(ur_received, snap),
};
TABLE(ur_received);

static const struct ur_field receipt_entries[] = {
	STRUCT(ur_receipt, rec, ur_received),
	NUMBER(ur_receipt, seq),
	BLOCK(ur_receipt, time),
	STRUCT(ur_receipt, packet, ur_packet),
	STRUCT(ur_receipt, netns, ur_netns),
	STRUCT(ur_receipt, made, ur_netns),
	STRUCTS(ur_receipt, told, ur_owners),
	STRUCT(ur_receipt, fit, ur_owners),
	LOOKED(ur_receipt, from_here),
	STRUCT(ur_receipt, home, ur_netns),
	STRUCTS(ur_receipt, program, ur_tc),
	UP_TO(ur_receipt, nprograms, UR_TC_MAX),
	NUMBER(ur_receipt, missing),
};

const struct ur_fields ur_receipt_fields = {
	"ur_receipt",
	sizeof(struct ur_receipt),
	sizeof(receipt_entries) / sizeof(receipt_entries[0]),
	receipt_entries,
};
