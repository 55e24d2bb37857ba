/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* way.h - how the packet came to the rule that refused it, as the rules' own text shows it.
 *
 * Part of the evidence: by value, of fixed size, strings terminated and cut to fit, holding
 * any byte that the authors of the rules put there.
 */
#include <stdbool.h>
#include <stdint.h>

#define UR_STEPS_MAX     16  /* NFT_JUMP_STACK_SIZE */
#define UR_WAYS_MAX      4   /* shown where several remain */
#define UR_MATCHED_MAX   4   /* elements named per event */
#define UR_WAY_CHAIN_MAX 256 /* as ur_rule_text.chain */
#define UR_STEP_TEXT_MAX 256
#define UR_WORDS_MAX     128

/* One rule that led on: it stands in @chain, and sent the packet to the next step's, or from
 * the last step to the chain of the rule that fired. */
struct ur_step {
	char chain[UR_WAY_CHAIN_MAX];
	uint64_t handle; /* nft: 0 when not known */
	uint32_t number; /* in its chain, from 1 */
	bool always;     /* it has no match of its own */
	bool goes;       /* goto: there is no way back */
	char text[UR_STEP_TEXT_MAX];
};

/* The element of a named set or map that the packet matched. */
struct ur_matched {
	uint8_t step; /* whose rule asked for it; UR_STEPS_MAX: the rule that fired */
	bool map;
	bool proven; /* the set was surely the same when the rule fired */
	char set[UR_WORDS_MAX];
	char element[UR_WORDS_MAX]; /* "" when the set's content can't be read */
	char comment[UR_WORDS_MAX];
};

/* Why the same packet may be treated otherwise the next time. */
enum ur_chance {
	UR_CHANCE_NONE,
	UR_CHANCE_RANDOM, /* numgen, statistic */
	UR_CHANCE_RATE,   /* limit, quota, hashlimit, a number of connections */
	UR_CHANCE_TIME,   /* hours, days */
	UR_CHANCE_STATE,  /* of its connection: ct state */
	UR_CHANCE_MARK,   /* a mark that something else put on it */
};

/* A rule in an earlier base chain on the same hook. */
struct ur_earlier {
	bool there;
	uint8_t family; /* NFPROTO_* */
	char table[UR_WORDS_MAX];
	char chain[UR_WAY_CHAIN_MAX];
	uint64_t handle;
	char text[UR_STEP_TEXT_MAX];
};

/* Who writes such rules shows in chains beside the rule's. */
#define UR_MARK_SHOREWALL (1u << 0) /* the table has a chain "shorewall" */

struct ur_way {
	bool known;  /* step[0] is in the base chain; nsteps 0: so is the rule itself */
	bool proven; /* no other way leads there, and the rules were surely the same */
	uint32_t nsteps;
	struct ur_step step[UR_STEPS_MAX];
	uint32_t nways; /* that remain possible, when not known; 0: could not look */
	bool more_ways; /* nways is where counting was given up */
	char ways[UR_WAYS_MAX][UR_WAY_CHAIN_MAX]; /* "input\nzone_a" */
	bool bare;                                /* the rule that fired has no match of its own */
	bool catch_all; /* it, or what always leads to it, ends the base chain */
	char policy[8]; /* of the base chain: "accept", "drop"; "" unknown */
	uint32_t nmatched;
	struct ur_matched matched[UR_MATCHED_MAX];
	enum ur_chance chance;
	char chance_words[UR_WORDS_MAX];    /* "numgen inc mod 2 0" */
	char established[UR_STEP_TEXT_MAX]; /* a rule before it that lets known connections pass */
	struct ur_earlier accepted;         /* likely: found by evaluating the rules again */
	uint32_t marks;                     /* UR_MARK_* */
	char reason[160];                   /* why it could not be looked up */
};
