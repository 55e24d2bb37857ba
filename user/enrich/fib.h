/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* fib.h - policy rules and refusing routes as rtnetlink shows them, and which of them it was
 * that refused a packet.
 *
 * The kernel has said with which error it refused; so only what gives that error is looked
 * for, along the rules that the packet meets before (fib_rules_lookup()). A route that would
 * have led on stands in no table before it, or the packet had not been refused: hence routes
 * that lead on need not be read. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/evidence.h"

#define UR_FIB_RULES_MAX  512
#define UR_FIB_ROUTES_MAX 128 /* refusing routes of all tables that cover one address */

/* A policy rule. */
struct ur_fib_rule {
	uint32_t priority;
	uint32_t table;
	uint32_t target; /* of goto: a priority */
	uint32_t mark;
	uint32_t mask;
	uint32_t uid_first;
	uint32_t uid_last;
	uint16_t sport[2]; /* first and last, 0: any */
	uint16_t dport[2];
	uint8_t action; /* FR_ACT_* */
	uint8_t dst_len;
	uint8_t src_len;
	uint8_t tos;
	uint8_t proto;
	bool invert;
	bool l3mdev; /* its table is that of the VRF */
	bool uids;
	bool odd; /* it looks at something else, too */
	uint8_t dst[16];
	uint8_t src[16];
	char iif[UR_IFNAME_MAX];
	char oif[UR_IFNAME_MAX];
};

/* A route of a refusing type, or of type throw. */
struct ur_fib_route {
	uint32_t table;
	uint32_t metric;
	uint8_t type; /* RTN_* */
	uint8_t protocol;
	uint8_t tos;
	uint8_t dst_len;
	uint8_t src_len;
	uint8_t dst[16];
	uint8_t src[16];
};

/* The packet, and what may have refused it. */
struct ur_fib_query {
	const struct ur_packet *packet;
	uint8_t tos;        /* of IPv4: type of service, of IPv6: traffic class */
	uint8_t route_type; /* RTN_* that gives its error, 0: it was no route */
	uint8_t action;     /* FR_ACT_* likewise, 0: it was no rule */
	uint32_t mark;
	uint32_t vrf_table; /* of the VRF that it came in by, 0: by none */
	const char *iif;
};

struct ur_fib {
	size_t nrules;
	size_t nroutes;
	bool too_many; /* ...to be kept: nothing can be told */
	struct ur_fib_rule rules[UR_FIB_RULES_MAX];
	struct ur_fib_route routes[UR_FIB_ROUTES_MAX];
};

/* From a message of type RTM_NEWRULE, RTM_NEWROUTE: its payload. False: it is broken. */
bool ur_fib_read_rule(struct ur_fib_rule *rule, const uint8_t *payload, size_t len);
bool ur_fib_read_route(struct ur_fib_route *route, const uint8_t *payload, size_t len);

/* Does the route cover the packet's addresses? */
bool ur_fib_covers(const struct ur_fib_route *route, const struct ur_fib_query *q);

/* Does the rule look at what is behind the IP header? */
bool ur_fib_rule_ports(const struct ur_fib_rule *rule);

/* What refused the packet: fills all of *@ret but for what tells when it was read. UR_FOUND;
 * UR_FOUND_NONE: nothing did, so no route leads on; UR_CHANGED: the rules as they are would
 * not have; UR_COULD_NOT. */
void ur_fib_find(const struct ur_fib *fib, const struct ur_fib_query *q, struct ur_refuser *ret);

/* The rule's selectors as `ip rule` prints them: "from all to 192.0.2.0/24 fwmark 0x1". */
void ur_fib_rule_words(const struct ur_fib_rule *rule, uint8_t version, char *buf, size_t len);
