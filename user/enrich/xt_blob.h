/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_blob.h - the rules of a legacy iptables table, as IPT_SO_GET_ENTRIES gives them. Pure. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UR_XT_HOOKS       5   /* NF_INET_NUMHOOKS */
#define UR_XT_CHAIN_MAX   32  /* XT_FUNCTION_MAXNAMELEN and a terminator */
#define UR_XT_COMMENT_MAX 257 /* XT_MAX_COMMENT_LEN and a terminator */

struct ur_xt_table {
	const uint8_t *entries;
	size_t size;
	bool ipv6;
	uint32_t valid_hooks;             /* bit per NF_INET_* hook */
	uint32_t hook_entry[UR_XT_HOOKS]; /* where the built-in chains start */
};

struct ur_xt_rule {
	char chain[UR_XT_CHAIN_MAX];
	uint32_t number; /* in its chain: 1, 2, ..., as get_chainname_rulenum() counts */
	uint32_t count;  /* rules in that chain, without its policy or implied return */
	char target[UR_XT_CHAIN_MAX];
	char comment[UR_XT_COMMENT_MAX];
	uint64_t digest; /* ur_rule.xt_digest of it */
};

/* Find the rule whose target starts at @target_off in the blob. Returns 0; -ENOENT when no
 * rule's does; -EBADMSG when the blob isn't well-formed. */
int ur_xt_find(const struct ur_xt_table *table, uint64_t target_off, struct ur_xt_rule *ret);

/* Called with each rule whose target is REJECT, but for its count. */
typedef void (*ur_xt_reject_fn)(uint64_t target_off, const struct ur_xt_rule *rule, void *arg);

/* Walk over @table. Returns how many rules it has, policies and implied returns left out;
 * -EBADMSG when the blob isn't well-formed. */
int64_t ur_xt_each_reject(const struct ur_xt_table *table, ur_xt_reject_fn fn, void *arg);

/* The built-in chain of @hook (NF_INET_*); NULL for no such hook. A table has one for each
 * hook, so that is where a packet entered it. */
const char *ur_xt_builtin(unsigned hook);

/* A number for the table's content, counters left out: equal for equal rules, and hardly
 * ever for others (64 bits). Returns 0 when the blob isn't well-formed. */
uint64_t ur_xt_digest(const struct ur_xt_table *table);
