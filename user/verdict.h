/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* verdict.h - from collected evidence to one answer.
 *
 * Pure: no I/O, no clock, no globals, so unit tests, replay and fuzzers link it
 * without libbpf. A sentence may only state what the evidence proves.
 */
#include "user/cause.h"
#include "user/evidence.h"

#define UR_WHY_MAX      1536
#define UR_ADVICE_MAX   512
#define UR_FINDINGS_MAX 28
#define UR_FINDING_MAX  512

enum ur_outcome { UR_OUTCOME_UNKNOWN, UR_OUTCOME_SENT, UR_OUTCOME_SUPPRESSED };

/* Names in JSON: rate-limit-global, rate-limit-peer, no-route, output-rule, fragment,
 * checksum, broadcast, icmp-error, other. */
enum ur_suppressed {
	UR_SUPP_NONE,
	UR_SUPP_RATE_GLOBAL,
	UR_SUPP_RATE_PEER,
	UR_SUPP_NO_ROUTE,
	UR_SUPP_OUTPUT_RULE,
	UR_SUPP_FRAGMENT,
	UR_SUPP_CHECKSUM,
	UR_SUPP_BROADCAST,
	UR_SUPP_ICMP_ERROR,
	UR_SUPP_OTHER,
	UR_SUPP_MAX_,
};

/* A further finding under the cause, for "also". */
struct ur_finding {
	char slug[48];
	char text[UR_FINDING_MAX];
	bool told; /* an earlier event's has said nearly the same: no news for a person */
};

struct ur_report {
	enum ur_cause cause;
	enum ur_confidence confidence;
	enum ur_outcome outcome;
	enum ur_suppressed suppressed_by;
	char why[UR_WHY_MAX];       /* one sentence, no newline, no full stop */
	char advice[UR_ADVICE_MAX]; /* "" when there is nothing to do */
	uint32_t nfindings;
	struct ur_finding findings[UR_FINDINGS_MAX];
};

/* Decide why the packet was refused, and what became of the answer. Always fills
 * *@report, at worst with UR_CAUSE_UNKNOWN: "cannot tell" is an answer, not an error. */
void ur_verdict_decide(const struct ur_evidence *ev, struct ur_report *report);

/* Only what became of the answer: fills report->outcome and ->suppressed_by. */
void ur_verdict_outcome(const struct ur_evidence *ev, struct ur_report *report);

/* "sent", "suppressed", "unknown"; and the names of enum ur_suppressed, NULL for none. */
const char *ur_outcome_name(enum ur_outcome outcome);
const char *ur_suppressed_name(enum ur_suppressed suppressed);

/* True when the packet was sent to another address or port (ev->ev.nat.dst, dport) than
 * it has now. */
bool ur_nat_changed(const struct ur_evidence *ev);

/* How sure that is: UR_PROVEN by the flow's own conntrack entry. */
enum ur_confidence ur_nat_confidence(const struct ur_evidence *ev);

/* UR_ORIGIN_*: who decided, as the kernel side proved it; where it could not, because a hook
 * was not attached yet, as the call chain shows it. */
uint8_t ur_origin(const struct ur_evidence *ev);

/* True when no socket took the packet, and that is why it was refused. */
bool ur_missed(const struct ur_evidence *ev);

/* True when a program's call led to the TCP reset: ev->resetter made it. */
bool ur_reset_by_program(const struct ur_evidence *ev);

/* True when a firewall rule refused the packet, known or not. */
bool ur_by_rule(const struct ur_evidence *ev);

/* What ur_evidence.refuser says, or, where it proves more, the packet's own route. */
struct ur_refuser ur_route_refuser(const struct ur_evidence *ev);

/* Is it the packet's own route that refused it? And how sure is ur_route_refuser()? */
bool ur_route_entry(const struct ur_evidence *ev);
enum ur_confidence ur_route_confidence(const struct ur_evidence *ev);

/* The next hop of the packet: its address at *@addr, and 4 or 6; 0 when it is not known. */
uint8_t ur_next_hop(const struct ur_evidence *ev, const uint8_t **addr);

/* The table and chain of the rule: what user space completed, else what the kernel side
 * carried; "" when not known. */
const char *ur_rule_table(const struct ur_evidence *ev);
const char *ur_rule_chain(const struct ur_evidence *ev);

/* The family of its table, as nft says it; NULL when not known. */
const char *ur_rule_family(const struct ur_evidence *ev);
