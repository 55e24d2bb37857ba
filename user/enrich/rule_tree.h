/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rule_tree.h - the rules of one table, and which of them lead to which chain. Pure.
 *
 * Built while a tool's listing streams by (nft_tree.h, ipt_tree.h), then finished, then
 * only read. Strings are offsets into one arena: 0 is "". What doesn't fit the bounds ends
 * the building with -E2BIG, but for the text of rules that lead nowhere: past a first part
 * of the arena it is left out, and such a rule is one that can't be judged.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

#define UR_TREE_NONE        UINT32_MAX
#define UR_TREE_STRINGS_MAX (16u << 20)
#define UR_TREE_RULES_MAX   (256u << 10)
#define UR_TREE_ELEMS_MAX   (256u << 10)
#define UR_TREE_CHAINS_MAX  (64u << 10)
#define UR_TREE_SETS_MAX    (4u << 10)

/* How a rule ends. */
enum ur_end {
	UR_END_NONE,   /* it only matches, counts, marks: the next rule comes */
	UR_END_ACCEPT, /* ends the base chain */
	UR_END_DROP,
	UR_END_REJECT,
	UR_END_RETURN,
	UR_END_JUMP,
	UR_END_GOTO,
	UR_END_VMAP, /* what a verdict map says, if it has an element */
	UR_END_OTHER /* queue and such: not known to go on */
};

struct ur_tree_chain {
	uint32_t name;
	uint32_t first; /* rule, or UR_TREE_NONE */
	uint32_t last;
	uint32_t n;
	int32_t priority; /* valid with base */
	uint8_t hook;     /* NF_INET_*, valid with base */
	bool base;
	bool anonymous;
	char policy; /* 'a'ccept, 'd'rop, 0: none */
};

struct ur_tree_rule {
	uint64_t handle; /* 0: not listed */
	uint32_t chain;
	uint32_t next;   /* in the chain, or UR_TREE_NONE */
	uint32_t number; /* in the chain, from 1 */
	uint32_t text;   /* 0: not kept */
	uint32_t to;     /* once finished: chain of a jump, or UR_TREE_NONE */
	uint8_t end;     /* enum ur_end */
	bool cut;        /* the line was too long: the end of its text is missing */
};

struct ur_tree_set {
	uint32_t name;
	uint32_t first; /* element */
	uint32_t n;
	bool map;
	bool dynamic; /* rules, or time, change it without a new generation */
	bool partial; /* not all elements were read */
};

/* A way from a rule to a chain. */
struct ur_tree_edge {
	uint32_t rule;
	uint32_t to;  /* chain */
	uint32_t set; /* the map whose element says so; UR_TREE_NONE: the rule's own text */
	bool goes;
};

/* The same by name, until all names are known. */
struct ur_tree_target {
	uint32_t rule; /* UR_TREE_NONE: an element of map @set */
	uint32_t name; /* of the chain; 0: what map of name @set says */
	uint32_t set;
	bool goes;
};

struct ur_tree {
	char *strings;
	struct ur_tree_chain *chains;
	struct ur_tree_rule *rules;
	struct ur_tree_set *sets;
	uint32_t *elems;                /* text of each, as listed */
	struct ur_tree_edge *edges;     /* once finished: by target, then by rule */
	uint32_t *names;                /* once finished: chains by name */
	struct ur_tree_target *targets; /* until finished */
	size_t nstrings, nchains, nrules, nsets, nelems, nedges, ntargets;
	size_t strings_room, chains_room, rules_room, sets_room, elems_room, edges_room;
	size_t targets_room;
	uint32_t nanonymous; /* rules in anonymous chains */
	bool iptables;       /* rules are in iptables' words */
	bool mangles;        /* a rule changes addresses or ports: others may have seen others */
	bool vague;          /* something led on that could not be read: ways may be missing */
};

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_tree_new(struct ur_tree **ret);
void ur_tree_free(struct ur_tree *t);
UR_DEFINE_CLEANUP(struct ur_tree, ur_tree_free)

/* Bytes that it holds. */
size_t ur_tree_size(const struct ur_tree *t);

/* ---- building ---- each returns 0, or -ENOMEM, -E2BIG */

int ur_tree_string(struct ur_tree *t, const char *text, size_t len, uint32_t *ret);

/* Begin a chain; @len 0: one without a name. Returns -EBADMSG when it was begun before. */
int ur_tree_chain(struct ur_tree *t, const char *name, size_t len, uint32_t *ret);

/* Add a rule to the end of chain rule->chain; next, number and text are filled in. */
int ur_tree_rule(struct ur_tree *t, const struct ur_tree_rule *rule, const char *text, size_t len,
		 uint32_t *ret);

/* Rule @rule leads to the chain of that name, or to chain @to, or to where map @map says; an
 * element of set @set leads to the chain of that name. */
int ur_tree_lead(struct ur_tree *t, uint32_t rule, bool goes, const char *chain, size_t len);
int ur_tree_lead_to(struct ur_tree *t, uint32_t rule, bool goes, uint32_t to);
int ur_tree_lead_by_map(struct ur_tree *t, uint32_t rule, const char *map, size_t len);
int ur_tree_lead_of_map(struct ur_tree *t, uint32_t set, bool goes, const char *chain, size_t len);

int ur_tree_set(struct ur_tree *t, const char *name, size_t len, bool map, uint32_t *ret);
/* The elements of one set must come one after the other. */
int ur_tree_elem(struct ur_tree *t, uint32_t set, const char *text, size_t len);

/* All chains were begun: from here on they are found by name. -EBADMSG: two of one name. */
int ur_tree_index(struct ur_tree *t);

/* Nothing more comes: resolve names. -EBADMSG when one is not there, or stands for two. */
int ur_tree_finish(struct ur_tree *t);

/* ---- reading, once finished ---- */

static inline const char *ur_tree_text(const struct ur_tree *t, uint32_t offset)
{
	return t->strings + offset;
}

/* The chain of that name, or UR_TREE_NONE. */
uint32_t ur_tree_find_chain(const struct ur_tree *t, const char *name);

/* The set or map of that name, or UR_TREE_NONE. */
uint32_t ur_tree_find_set(const struct ur_tree *t, const char *name, size_t len);

/* The rule of that handle; that number in a chain; or UR_TREE_NONE. */
uint32_t ur_tree_find_handle(const struct ur_tree *t, uint64_t handle);
uint32_t ur_tree_find_number(const struct ur_tree *t, uint32_t chain, uint32_t number);

/* The chain that @rule's own text leads to; UR_TREE_NONE: none, or one of several. */
uint32_t ur_tree_only_target(const struct ur_tree *t, uint32_t rule);

/* The edges that lead to @chain: the first, and how many in *@n. */
const struct ur_tree_edge *ur_tree_edges_to(const struct ur_tree *t, uint32_t chain, size_t *n);
