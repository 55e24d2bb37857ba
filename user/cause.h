/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* cause.h - the causes and notes that unreach can name.
 *
 * Slugs are a stable interface: documented in the manual, never renamed. The order of
 * the enum is free, the slug is what counts.
 */
#include <stdbool.h>
#include <stddef.h>

enum ur_cause {
	UR_CAUSE_UNKNOWN,
	UR_CAUSE_SOCKET_NONE,
	UR_CAUSE_SOCKET_RACE,
	UR_CAUSE_SOCKET_BPF,
	UR_CAUSE_SOCKET_CLOSED,
	UR_CAUSE_SOCKET_LATE_REPLY,
	UR_CAUSE_SOCKET_ADDRESS,
	UR_CAUSE_SOCKET_DEVICE,
	UR_CAUSE_SOCKET_PEER,
	UR_CAUSE_SOCKET_FAMILY,
	UR_CAUSE_SOCKET_PROTOCOL,
	UR_CAUSE_SOCKET_NETNS,
	UR_CAUSE_SOCKET_NAT,
	UR_CAUSE_SOCKET_STALE_NAT,
	UR_CAUSE_SOCKET_FLOW,
	UR_CAUSE_RULE_NFT,
	UR_CAUSE_RULE_IPTABLES_NFT,
	UR_CAUSE_RULE_IPTABLES,
	UR_CAUSE_ROUTE_NONE,
	UR_CAUSE_ROUTE_REJECTED,
	UR_CAUSE_NEIGHBOUR_FAILED,
	UR_CAUSE_MTU_EXCEEDED,
	UR_CAUSE_PROTOCOL_NONE,
	UR_CAUSE_IPVS_NO_DESTINATION,
	UR_CAUSE_IPVS_NO_CONNECTION,
	UR_CAUSE_TUNNEL_NO_ENDPOINT,
	UR_CAUSE_TUNNEL_ERROR,
	UR_CAUSE_XFRM_NO_STATE,
	UR_CAUSE_POLICY_SOURCE_ROUTE,
	UR_CAUSE_POLICY_SCOPE,
	UR_CAUSE_POLICY_LABEL,
	UR_CAUSE_BPF_ICMP_SEND,
	UR_CAUSE_TCP_CLOSED_WITH_DATA,
	UR_CAUSE_TCP_DATA_AFTER_CLOSE,
	UR_CAUSE_TCP_LINGER,
	UR_CAUSE_TCP_DISCONNECTED,
	UR_CAUSE_TCP_NOT_ACCEPTED,
	UR_CAUSE_TCP_OVERFLOW,
	UR_CAUSE_TCP_DESTROYED,
	UR_CAUSE_TCP_KEEPALIVE,
	UR_CAUSE_TCP_FIN_TIMEOUT,
	UR_CAUSE_TCP_MEMORY,
	UR_CAUSE_TCP_BAD_SEGMENT,
	UR_CAUSE_TCP_MPTCP,
	UR_CAUSE_MAX_,
};

enum ur_confidence { UR_UNKNOWN, UR_LIKELY, UR_PROVEN };

struct ur_cause_info {
	const char *slug;
	const char *meaning; /* one line for --help and the manual: "true when ..." */
};

/* The table row of @cause; an out-of-range value gets UR_CAUSE_UNKNOWN's. Never NULL. */
const struct ur_cause_info *ur_cause_info(enum ur_cause cause);

/* True when @slug is a cause ("socket.none") or a group of them ("socket"), and @cause
 * belongs to it. @len bytes of @slug count. */
bool ur_cause_matches(enum ur_cause cause, const char *slug, size_t len);

/* True when at least one cause matches @slug: for checking --cause. */
bool ur_cause_known(const char *slug, size_t len);

/* True when @cause matches one of the slugs and groups in @list, "socket.none,rule". */
bool ur_cause_listed(enum ur_cause cause, const char *list);

/* "proven", "likely" or "unknown". */
const char *ur_confidence_name(enum ur_confidence confidence);
