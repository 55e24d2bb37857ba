// SPDX-License-Identifier: GPL-2.0-only
/* nft_find.c - from the event's handles to table, chain, place and base chain. */
#include "user/enrich/nft_find.h"
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRIES 3

/* One look-up; @why is set where the answer needs words. */
struct finding {
	struct ur_nfnl *nl;
	const struct ur_rule *want;
	bool xt;
	struct ur_nft_place *place;
	unsigned candidates; /* rules that could be it */
	unsigned bases;      /* base chains on the event's hook */
	char *why;
	size_t why_len;
};

static int on_generation(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	(void)family;
	return ur_nft_parse_generation(attrs, len, arg) ? 0 : -EBADMSG;
}

int ur_nft_generation(struct ur_nfnl *nl, uint32_t *generation)
{
	return ur_nfnl_get(nl, NFT_MSG_GETGEN, 0, false, NULL, 0, on_generation, generation);
}

/* A name may be cut in the event; the handle never is. */
static int on_table(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct finding *f = arg;
	struct ur_nft_table t;

	if (!ur_nft_parse_table(family, attrs, len, &t) || t.family != f->want->table_family)
		return 0;
	if (f->want->table_handle ? t.handle != f->want->table_handle :
				    strcmp(t.name, f->want->table))
		return 0;
	f->place->table = t;
	return 1;
}

static int find_table(struct finding *f)
{
	int r = ur_nfnl_get(f->nl, NFT_MSG_GETTABLE, f->want->table_family, true, NULL, 0, on_table,
			    f);

	if (r || f->place->table.name[0])
		return r;
	snprintf(f->why, f->why_len, "table %s was deleted since, or made anew", f->want->table);
	return -ESTALE;
}

/* Rules are told by their handle; one that doesn't reject can't have fired. */
static bool fits(const struct finding *f, const struct ur_nft_rule *rule)
{
	return rule->handle == f->want->handle && (f->xt ? rule->xt_reject : rule->reject);
}

static int on_rule(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct finding *f = arg;
	struct ur_nft_rule rule;

	if (!ur_nft_parse_rule(family, attrs, len, &rule) || !fits(f, &rule))
		return 0;
	f->candidates++;
	f->place->rule = rule;
	return 0;
}

static int rule_is_gone(const struct finding *f)
{
	snprintf(f->why, f->why_len, "rule %" PRIu64 " was deleted or replaced since",
		 (uint64_t)f->want->handle);
	return -ESTALE;
}

/* Ask for the one rule with @nargs of 3, for all of the table with 1. */
static int get_rules(struct finding *f, size_t nargs)
{
	const struct ur_nft_table *t = &f->place->table;
	const struct ur_nfnl_arg args[] = {
		{ .type = NFTA_RULE_TABLE, .string = t->name },
		{ .type = NFTA_RULE_CHAIN, .string = f->want->chain },
		{ .type = NFTA_RULE_HANDLE, .be64 = f->want->handle },
	};

	return ur_nfnl_get(f->nl, NFT_MSG_GETRULE, t->family, nargs == 1, args, nargs, on_rule, f);
}

/* The chain's name may be cut or missing in the event, or have been changed since. */
static int find_in_table(struct finding *f)
{
	const bool whole = f->want->flags & UR_RULE_CHAIN && !(f->want->flags & UR_RULE_LONG_NAME);
	int r = whole ? get_rules(f, 3) : -ENOENT;

	if (r == -ENOENT)
		r = get_rules(f, 1);
	if (r == -ENOENT || (!r && !f->candidates))
		return rule_is_gone(f);
	return r;
}

/* The families whose base chains a packet of protocol @pf meets. */
static size_t families_of(uint8_t pf, uint8_t families[2])
{
	families[0] = pf;
	families[1] = NFPROTO_INET;
	return pf == NFPROTO_IPV4 || pf == NFPROTO_IPV6 ? 2 : 1;
}

static int on_named_table(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct finding *f = arg;
	struct ur_nft_table t;

	if (!ur_nft_parse_table(family, attrs, len, &t) || t.family != f->place->rule.family ||
	    strcmp(t.name, f->place->rule.table))
		return 0;
	f->place->table = t;
	return 1;
}

/* No table in the event: look through all that the packet could have met. */
static int find_anywhere(struct finding *f)
{
	uint8_t families[2];
	size_t n = families_of(f->want->pf, families);
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = ur_nfnl_get(f->nl, NFT_MSG_GETRULE, families[i], true, NULL, 0, on_rule, f);
	if (r)
		return r;
	if (!f->candidates)
		return rule_is_gone(f);
	if (f->candidates > 1) {
		snprintf(f->why, f->why_len, "rule %" PRIu64 " of %u different tables rejects",
			 (uint64_t)f->want->handle, f->candidates);
		return -ENOTUNIQ;
	}
	return ur_nfnl_get(f->nl, NFT_MSG_GETTABLE, f->place->rule.family, true, NULL, 0,
			   on_named_table, f);
}

static int on_neighbour(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct ur_nft_place *place = arg;
	struct ur_nft_rule rule;

	/* filtered by the kernel (nf_tables_dump_rules()), and to be sure here */
	if (!ur_nft_parse_rule(family, attrs, len, &rule) ||
	    strcmp(rule.chain, place->rule.chain) || strcmp(rule.table, place->rule.table) ||
	    rule.family != place->rule.family)
		return 0;
	place->count++;
	if (rule.handle == place->rule.handle)
		place->number = place->count;
	return 0;
}

static int find_number(struct finding *f)
{
	const struct ur_nfnl_arg args[] = {
		{ .type = NFTA_RULE_TABLE, .string = f->place->rule.table },
		{ .type = NFTA_RULE_CHAIN, .string = f->place->rule.chain },
	};

	return ur_nfnl_get(f->nl, NFT_MSG_GETRULE, f->place->rule.family, true, args, 2,
			   on_neighbour, f->place);
}

/* Jumps stay within the table, so the only base chain there on the event's hook is the
 * one; the rule's own chain is, if it is a base chain. */
static int on_chain(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct finding *f = arg;
	const struct ur_nft_rule *rule = &f->place->rule;
	struct ur_nft_chain c;

	if (!ur_nft_parse_chain(family, attrs, len, &c) || !c.base || c.family != rule->family ||
	    strcmp(c.table, rule->table))
		return 0;
	if (!strcmp(c.name, rule->chain)) {
		f->place->base = c;
		f->bases = 1;
		return 1;
	}
	if (c.hook != f->want->hook)
		return 0;
	if (!f->bases++)
		f->place->base = c;
	return 0;
}

static int find_base(struct finding *f)
{
	int r = ur_nfnl_get(f->nl, NFT_MSG_GETCHAIN, f->place->rule.family, true, NULL, 0, on_chain,
			    f);

	if (f->bases > 1)
		f->place->base = (struct ur_nft_chain){};
	return r;
}

static int find_once(struct finding *f)
{
	int r = ur_nft_generation(f->nl, &f->place->generation);

	if (!r && f->want->flags & UR_RULE_TABLE)
		r = find_table(f);
	if (r)
		return r;
	r = f->place->table.name[0] ? find_in_table(f) : find_anywhere(f);
	if (!r)
		r = find_number(f);
	return r ? r : find_base(f);
}

/* Did the rule set stay as it was while we looked? */
static int check_generation(struct finding *f)
{
	uint32_t now;
	int r = ur_nft_generation(f->nl, &now);

	return r ? r : now == f->place->generation ? 0 : -EINTR;
}

int ur_nft_find(struct ur_nfnl *nl, const struct ur_rule *want, bool xt, struct ur_nft_place *ret,
		char *why, size_t why_len)
{
	int r = -EINTR;

	if (!(want->flags & UR_RULE_HANDLE)) {
		snprintf(why, why_len, "the kernel side could not tell which rule it was");
		return -ENODATA;
	}
	for (int i = 0; i < TRIES && r == -EINTR; i++) {
		struct finding f = {
			.nl = nl,
			.want = want,
			.xt = xt,
			.place = ret,
			.why = why,
			.why_len = why_len,
		};

		*ret = (struct ur_nft_place){};
		*why = '\0';
		r = find_once(&f);
		if (!r)
			r = check_generation(&f);
	}
	if (r && !*why)
		snprintf(why, why_len, "nf_tables: %s",
			 r == -EINTR ? "the rule set keeps changing" : strerror(-r));
	return r;
}

bool ur_nft_is_anonymous(const char *chain)
{
	return !strncmp(chain, "__chain", 7);
}

/* Copy a name, cut to fit. */
static void copy(char *to, const char *from, size_t room)
{
	size_t len = strnlen(from, room - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

void ur_nft_describe(const struct ur_nft_place *place, struct ur_rule_text *text)
{
	copy(text->table, place->rule.table, sizeof(text->table));
	copy(text->chain, place->rule.chain, sizeof(text->chain));
	copy(text->base_chain, place->base.name, sizeof(text->base_chain));
	copy(text->comment, place->rule.comment, sizeof(text->comment));
	text->family = place->rule.family;
	text->priority = place->base.priority;
	text->number = place->rule.xt_reject ? place->number : 0;
}
