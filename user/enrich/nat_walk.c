// SPDX-License-Identifier: GPL-2.0-only
/* nat_walk.c - from chain to chain, along all ways that a flow may take. */
#include "user/enrich/nat_walk.h"
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#define TABLES_MAX 16
#define BASES_MAX  32
#define RULES_MAX  8192
#define BYTES_MAX  (1u << 20)
#define DEPTH_MAX  16
#define STEPS_MAX  1000000

struct table {
	uint8_t family;
	ur_nat_read_fn read;
};

struct base {
	unsigned table;
	uint32_t hook;
	char chain[UR_NAT_CHAIN_MAX];
};

struct rule {
	unsigned table;
	size_t chain, text; /* where in bytes[] */
};

struct ur_nat_rules {
	unsigned ntables, nbases, nrules;
	size_t nbytes, room, rules_room;
	struct table tables[TABLES_MAX];
	struct base bases[BASES_MAX];
	struct rule *rules;
	char *bytes;
};

struct walk {
	const struct ur_nat_rules *rules;
	const struct ur_nat_flow *flow;
	const struct ur_nat_actual *actual;
	unsigned table;
	unsigned steps;
	bool anything;   /* something is not understood */
	bool led_there;  /* a rule does what happened */
	bool left_alone; /* accepted untranslated */
	char *other;
};

enum way { WAY_ON, WAY_ENDS };

int ur_nat_rules_new(struct ur_nat_rules **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void ur_nat_rules_free(struct ur_nat_rules *rules)
{
	if (!rules)
		return;
	free(rules->rules);
	free(rules->bytes);
	free(rules);
}

int ur_nat_rules_table(struct ur_nat_rules *rules, uint8_t family, ur_nat_read_fn read)
{
	if (rules->ntables == TABLES_MAX)
		return -E2BIG;
	rules->tables[rules->ntables++] = (struct table){ family, read };
	return 0;
}

void ur_nat_rules_drop(struct ur_nat_rules *rules)
{
	if (rules->ntables)
		rules->tables[rules->ntables - 1].family = NFPROTO_UNSPEC;
}

int ur_nat_rules_base(struct ur_nat_rules *rules, const char *chain, uint32_t hook)
{
	struct base *b = &rules->bases[rules->nbases];

	if (!rules->ntables || rules->nbases == BASES_MAX || strlen(chain) >= sizeof(b->chain))
		return -E2BIG;
	rules->nbases++;
	*b = (struct base){ .table = rules->ntables - 1, .hook = hook };
	strcpy(b->chain, chain);
	return 0;
}

static int make_room(struct ur_nat_rules *rules, size_t bytes)
{
	size_t room = rules->room ?: 4096, rows = rules->rules_room ?: 64;
	void *p;

	while (room < rules->nbytes + bytes)
		room *= 2;
	if (rules->nrules == rows)
		rows *= 2;
	if (room > BYTES_MAX || rows > RULES_MAX)
		return -E2BIG;
	if (room != rules->room) {
		p = realloc(rules->bytes, room);
		if (!p)
			return -ENOMEM;
		rules->bytes = p;
		rules->room = room;
	}
	if (rows != rules->rules_room) {
		p = realloc(rules->rules, rows * sizeof(*rules->rules));
		if (!p)
			return -ENOMEM;
		rules->rules = p;
		rules->rules_room = rows;
	}
	return 0;
}

static size_t put(struct ur_nat_rules *rules, const char *text)
{
	size_t at = rules->nbytes, n = strlen(text) + 1;

	memcpy(rules->bytes + at, text, n);
	rules->nbytes += n;
	return at;
}

int ur_nat_rules_add(struct ur_nat_rules *rules, const char *chain, const char *text)
{
	int r = make_room(rules, strlen(chain) + strlen(text) + 2);
	struct rule *rule;

	if (r || !rules->ntables)
		return r ?: -EINVAL;
	rule = &rules->rules[rules->nrules++];
	rule->table = rules->ntables - 1;
	rule->chain = put(rules, chain);
	rule->text = put(rules, text);
	return 0;
}

/* ---- */

/* Where the rule leads may be @dst: REDIRECT leads to some address of the host. */
static bool may_lead(const struct walk *w, const struct ur_nat_step *step, const uint8_t dst[16],
		     uint16_t dport)
{
	const uint8_t *addr = step->has_addr ? step->addr : w->flow->dst;
	uint16_t port = step->has_port ? step->port : w->flow->dport;

	if (port != dport)
		return false;
	return step->redirect || !memcmp(addr, dst, w->flow->family == 4 ? 4 : 16);
}

static void take_target(struct walk *w, const struct ur_nat_step *step, const char *text)
{
	const struct ur_nat_actual *a = w->actual;

	if (may_lead(w, step, w->flow->dst, w->flow->dport))
		w->left_alone = true;
	if (a->translated && may_lead(w, step, a->dst, a->dport))
		w->led_there = true;
	else if (!w->other[0])
		snprintf(w->other, UR_NAT_TEXT_MAX, "%s", text);
}

static enum way walk_chain(struct walk *w, const char *chain, unsigned depth);

/* A jump, or a goto, to a chain: does it end there, for a packet that takes it? */
static enum way follow(struct walk *w, const struct ur_nat_step *step, unsigned depth)
{
	char chain[UR_NAT_CHAIN_MAX];

	strcpy(chain, step->chain);
	return walk_chain(w, chain, depth + 1);
}

/* WAY_ENDS: a packet that fits this rule goes no further in its chain, and @*ends says
 * whether it goes on in none. */
static bool take_rule(struct walk *w, const char *text, const struct ur_nat_step *step,
		      unsigned depth, enum way *way)
{
	*way = WAY_ENDS;
	switch (step->act) {
	case UR_NAT_TO:
		take_target(w, step, text);
		return true;
	case UR_NAT_END:
		w->left_alone = true;
		return true;
	case UR_NAT_RETURN:
		*way = WAY_ON;
		return true;
	case UR_NAT_JUMP:
		return follow(w, step, depth) == WAY_ENDS;
	case UR_NAT_GOTO:
		*way = follow(w, step, depth);
		return true;
	case UR_NAT_NEXT:
		return false;
	case UR_NAT_UNKNOWN:
		break;
	}
	w->anything = true;
	return true;
}

/* WAY_ENDS: no packet that enters the chain comes out of it again. */
static enum way walk_chain(struct walk *w, const char *chain, unsigned depth)
{
	const struct ur_nat_rules *rules = w->rules;
	struct ur_nat_step step;
	bool found = depth == 0;
	enum way way;

	for (unsigned i = 0; i < rules->nrules && !w->anything; i++) {
		const struct rule *rule = &rules->rules[i];
		const char *text = rules->bytes + rule->text;

		if (depth > DEPTH_MAX || ++w->steps > STEPS_MAX) {
			w->anything = true;
			break;
		}
		if (rule->table != w->table || strcmp(rules->bytes + rule->chain, chain))
			continue;
		found = true;
		if (!*text)
			continue;
		rules->tables[w->table].read(text, w->flow, &step);
		if (step.fit != UR_NAT_NO && take_rule(w, text, &step, depth, &way) &&
		    step.fit == UR_NAT_YES)
			return way;
	}
	/* It is none of the table's chains but a target that nobody here knows. */
	w->anything |= !found;
	return WAY_ON;
}

static bool meets(uint8_t table, uint8_t flow)
{
	return table == NFPROTO_INET || (table == NFPROTO_IPV4 && flow == 4) ||
	       (table == NFPROTO_IPV6 && flow == 6);
}

bool ur_nat_rules_explain(const struct ur_nat_rules *rules, uint32_t hook,
			  const struct ur_nat_flow *flow, const struct ur_nat_actual *actual,
			  char text[UR_NAT_TEXT_MAX])
{
	struct walk w = { .rules = rules, .flow = flow, .actual = actual, .other = text };
	bool untouched = true; /* by every base chain, perhaps */

	text[0] = '\0';
	for (unsigned i = 0; i < rules->nbases; i++) {
		const struct base *b = &rules->bases[i];

		if (b->hook != hook || !meets(rules->tables[b->table].family, flow->family))
			continue;
		w.table = b->table;
		w.left_alone = false;
		if (walk_chain(&w, b->chain, 0) == WAY_ENDS && !w.left_alone)
			untouched = false;
	}
	return w.anything || (actual->translated ? w.led_there : untouched);
}
