/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* flow.h - the refused packet, as the words of a rule see it. Pure. */
#include "user/evidence.h"

/* Does the packet match? Rules ask for more than an event carries. */
enum ur_fit { UR_FIT_NO, UR_FIT_MAYBE, UR_FIT_YES };

struct ur_flow {
	const struct ur_packet *pkt;
	const char *iif; /* "": it has none; NULL: not known */
	const char *oif;
	bool any_src; /* its source address is not known */
	bool icmp;    /* the next one is: */
	uint8_t icmp_type;
};

/* What a match compares. */
enum ur_field {
	UR_FIELD_OTHER, /* nothing that an event carries */
	UR_FIELD_SADDR4,
	UR_FIELD_DADDR4,
	UR_FIELD_SADDR6,
	UR_FIELD_DADDR6,
	UR_FIELD_SPORT,
	UR_FIELD_DPORT,
	UR_FIELD_PROTO,
	UR_FIELD_FAMILY,
	UR_FIELD_IIF,
	UR_FIELD_OIF,
	UR_FIELD_ICMP_TYPE,
};

/* The flow of an event. */
struct ur_flow ur_flow_of(const struct ur_evidence *ev);

/* Compare with @len bytes at @text: a value, "10.0.0.0/8", "1-3", "1:3", "s0*", "tcp". */
enum ur_fit ur_flow_fits(const struct ur_flow *flow, enum ur_field field, const char *text,
			 size_t len);

/* Is the packet of that protocol (IPPROTO_*), has it that IP version? */
enum ur_fit ur_flow_proto(const struct ur_flow *flow, uint8_t proto);
enum ur_fit ur_flow_version(const struct ur_flow *flow, uint8_t version);

/* The IPPROTO_* of that name, as the tools print it; -1 for another. */
int ur_flow_proto_number(const char *name, size_t len);

static inline enum ur_fit ur_fit_not(enum ur_fit fit)
{
	return UR_FIT_YES - fit;
}

static inline enum ur_fit ur_fit_and(enum ur_fit a, enum ur_fit b)
{
	return a < b ? a : b;
}

static inline enum ur_fit ur_fit_or(enum ur_fit a, enum ur_fit b)
{
	return a > b ? a : b;
}
