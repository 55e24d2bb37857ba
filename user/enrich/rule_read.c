// SPDX-License-Identifier: GPL-2.0-only
/* rule_read.c - running the tools, and finding the rule in what they say. */
#include "user/enrich/rule_read.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/ipt_tree.h"
#include "user/enrich/nft_tree.h"

static int explain(int r, char *why, size_t why_len)
{
	if (r == -EBADMSG)
		snprintf(why, why_len, "the listing of the table is not understood");
	else if (r == -E2BIG)
		snprintf(why, why_len, "the table is too large");
	return r;
}

int ur_rule_read_nft(const struct ur_nft_list *list, struct ur_tree **ret, char *why,
		     size_t why_len)
{
	ur_cleanup(ur_nft_reader_freep) struct ur_nft_reader *rd = NULL;
	int r = ur_nft_reader_new(&rd);

	if (!r)
		r = ur_nft_list_raw(list, ur_nft_reader_feed, rd, why, why_len);
	if (!r)
		r = ur_nft_reader_end(rd, ret);
	return explain(r, why, why_len);
}

int ur_rule_read_ipt(const struct ur_ipt_rule *table, unsigned timeout_ms, struct ur_tree **ret,
		     char *why, size_t why_len)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	struct ur_ipt_reader rd = { .table = table->table };
	int r = ur_tree_new(&t);

	if (r)
		return r;
	rd.tree = t;
	r = ur_ipt_save_lines(table, timeout_ms, ur_ipt_reader_line, &rd, why, why_len);
	if (!r)
		r = rd.complete ? ur_tree_finish(t) : -EBADMSG;
	if (!r)
		*ret = ur_take(t);
	return explain(r, why, why_len);
}

static bool fits(const struct ur_tree *t, uint32_t rule, const struct ur_rule_place *place)
{
	const struct ur_tree_rule *r = &t->rules[rule];
	const struct ur_tree_chain *c = &t->chains[r->chain];

	return r->end == UR_END_REJECT && c->anonymous == place->anonymous &&
	       (c->anonymous || !strcmp(ur_tree_text(t, c->name), place->chain)) &&
	       (!place->count || c->n == place->count) &&
	       (!place->number || r->number == place->number);
}

/* The one anonymous chain that it can be in. */
static uint32_t find_anonymous(const struct ur_tree *t, const struct ur_rule_place *place)
{
	uint32_t found = UR_TREE_NONE;

	if (!place->number || !place->count)
		return UR_TREE_NONE;
	for (size_t i = 0; i < t->nrules; i++) {
		if (!fits(t, i, place))
			continue;
		if (found != UR_TREE_NONE)
			return UR_TREE_NONE;
		found = i;
	}
	return found;
}

uint32_t ur_rule_find(const struct ur_tree *t, const struct ur_rule_place *place)
{
	uint32_t chain, rule;

	if (place->anonymous)
		return find_anonymous(t, place);
	if (place->handle && !t->iptables) {
		rule = ur_tree_find_handle(t, place->handle);
	} else {
		chain = ur_tree_find_chain(t, place->chain);
		if (chain == UR_TREE_NONE || !place->number)
			return UR_TREE_NONE;
		rule = ur_tree_find_number(t, chain, place->number);
	}
	return rule != UR_TREE_NONE && fits(t, rule, place) ? rule : UR_TREE_NONE;
}

void ur_rule_copy_text(const struct ur_tree *t, uint32_t rule, char text[UR_RULE_TEXT_MAX])
{
	const char *from = ur_tree_text(t, t->rules[rule].text);
	const bool whole = strlen(from) < UR_RULE_TEXT_MAX && !t->rules[rule].cut;

	if (whole)
		strcpy(text, from);
	else
		snprintf(text, UR_RULE_TEXT_MAX, "%.*s...", UR_RULE_TEXT_MAX - 4, from);
}
