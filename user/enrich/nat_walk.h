/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nat_walk.h - a namespace's NAT rules, and what they can do to a flow that begins now. Pure.
 *
 * Each rule fits the flow, does not, or perhaps does. Of all ways through the rules that are
 * left, the question is whether one leads to what the flow's conntrack entry does. Only when
 * none does, the entry can't be of these rules.
 */
#include "user/base/cleanup.h"
#include "user/enrich/nat_words.h"

#define UR_NAT_TEXT_MAX 512

struct ur_nat_rules;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_nat_rules_new(struct ur_nat_rules **ret);
void ur_nat_rules_free(struct ur_nat_rules *rules);
UR_DEFINE_CLEANUP(struct ur_nat_rules, ur_nat_rules_free)

/* A table, of NFPROTO_* @family, the rules of which @read understands; what is added next is
 * of it. -E2BIG when there are too many of something, here and below. */
typedef void (*ur_nat_read_fn)(const char *text, const struct ur_nat_flow *flow,
			       struct ur_nat_step *step);
int ur_nat_rules_table(struct ur_nat_rules *rules, uint8_t family, ur_nat_read_fn read);

/* The table that was begun last is not to count. */
void ur_nat_rules_drop(struct ur_nat_rules *rules);

/* A chain of NF_INET_* @hook to begin at, and a rule at the end of a chain; "" just says that
 * the chain is there. */
int ur_nat_rules_base(struct ur_nat_rules *rules, const char *chain, uint32_t hook);
int ur_nat_rules_add(struct ur_nat_rules *rules, const char *chain, const char *text);

/* What happened to the flow. */
struct ur_nat_actual {
	bool translated; /* else the rest does not count */
	uint8_t dst[16];
	uint16_t dport;
};

/* Can the rules of @hook do to @flow what happened to it? When not, @text gets the first rule
 * that does something else, or "". */
bool ur_nat_rules_explain(const struct ur_nat_rules *rules, uint32_t hook,
			  const struct ur_nat_flow *flow, const struct ur_nat_actual *actual,
			  char text[UR_NAT_TEXT_MAX]);
