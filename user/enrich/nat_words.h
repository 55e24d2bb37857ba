/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nat_words.h - the words of a NAT rule's text, and whether they fit a flow. Pure.
 *
 * What is not understood fits perhaps: a rule may match more than is known of it, and do
 * something else. So what a rule set can do to a flow is never told too narrowly.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UR_NAT_WORD_MAX  256
#define UR_NAT_CHAIN_MAX 128

/* Ordered: a rule fits as its worst condition does. */
enum ur_nat_fit { UR_NAT_NO, UR_NAT_MAYBE, UR_NAT_YES };

enum ur_nat_act {
	UR_NAT_NEXT, /* the next rule is looked at */
	UR_NAT_END,  /* the base chain is left, untranslated */
	UR_NAT_RETURN,
	UR_NAT_JUMP,
	UR_NAT_GOTO,
	UR_NAT_TO,      /* translated */
	UR_NAT_UNKNOWN, /* anything */
};

/* The first packet of a flow, as it comes to the NAT rules. */
struct ur_nat_flow {
	uint8_t family; /* 4 or 6 */
	uint8_t proto;
	uint16_t sport;
	uint16_t dport;
	uint8_t src[16];
	uint8_t dst[16];
	enum ur_nat_fit dst_local; /* @dst is an address of this host */
	char iif[16];              /* "": not known */
};

/* What one rule does to a flow. */
struct ur_nat_step {
	enum ur_nat_fit fit;
	enum ur_nat_act act;
	char chain[UR_NAT_CHAIN_MAX]; /* to jump or go to */
	bool has_addr;                /* else the address stays, or becomes one of this host */
	bool has_port;
	bool redirect; /* to the host itself */
	uint8_t addr[16];
	uint16_t port;
};

/* The next word at *@at: up to a blank or comma, or what stands between quotes. Braces are
 * words. False at the end. One that is too long comes cut. */
bool ur_nat_word(const char **at, char word[UR_NAT_WORD_MAX]);

/* Does the address or port fit @word: one, a prefix, a range from-to? */
enum ur_nat_fit ur_nat_fit_addr(const char *word, uint8_t family, const uint8_t addr[16]);
enum ur_nat_fit ur_nat_fit_port(const char *word, uint16_t port);
enum ur_nat_fit ur_nat_fit_proto(const char *word, uint8_t proto);
enum ur_nat_fit ur_nat_fit_name(const char *word, const char *name);

enum ur_nat_fit ur_nat_not(enum ur_nat_fit fit);

/* "10.0.0.5", "10.0.0.5:53", ":53", "[fd00::5]:53", "fd00::5" into @step. False for all else,
 * ranges too: which of them it is nobody knows. */
bool ur_nat_target(const char *word, uint8_t family, struct ur_nat_step *step);

/* Is it where nft begins to show a match or a target of xtables, which it can't read? */
bool ur_nat_is_xt(const char *word);

/* What the rule does to @flow: as nft lists it, "udp dport 53 dnat to 10.0.0.5", or as
 * iptables-save prints it, "-A PREROUTING -p udp -j DNAT ...". */
void ur_nat_read_nft(const char *text, const struct ur_nat_flow *flow, struct ur_nat_step *step);
void ur_nat_read_ipt(const char *text, const struct ur_nat_flow *flow, struct ur_nat_step *step);
