// SPDX-License-Identifier: GPL-2.0-only
/* nat_ipt.c - one NAT rule, as iptables-save prints it. */
#include <stdio.h>
#include <string.h>
#include "user/enrich/nat_words.h"

struct rule {
	const struct ur_nat_flow *flow;
	struct ur_nat_step *step;
	bool inverted; /* "!" stood before the option */
};

static void limit(struct rule *r, enum ur_nat_fit fit)
{
	if (r->inverted)
		fit = ur_nat_not(fit);
	if (fit < r->step->fit)
		r->step->fit = fit;
}

static bool one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

/* A target: what is no target of the kernel's is a chain. */
static void take_target(struct rule *r, const char *value, enum ur_nat_act act)
{
	static const char *const idle[] = { "LOG",      "MARK", "CONNMARK", "NFLOG",
					    "SET",      "ULOG", "TRACE",    "CONNSECMARK",
					    "CLASSIFY", "DSCP", NULL };
	struct ur_nat_step *step = r->step;

	if (one_of(value, idle)) {
		step->act = UR_NAT_NEXT;
	} else if (!strcmp(value, "ACCEPT")) {
		step->act = UR_NAT_END;
	} else if (!strcmp(value, "RETURN")) {
		step->act = UR_NAT_RETURN;
	} else if (!strcmp(value, "REDIRECT")) {
		step->act = UR_NAT_TO;
		step->redirect = true;
	} else if (!strcmp(value, "DNAT") || strlen(value) >= UR_NAT_CHAIN_MAX) {
		step->act = UR_NAT_UNKNOWN; /* until its option is read */
	} else {
		step->act = act;
		snprintf(step->chain, sizeof(step->chain), "%.*s", UR_NAT_CHAIN_MAX - 1, value);
	}
}

/* "53,5353,6000:6010": any of them. */
static enum ur_nat_fit fit_ports(const char *list, uint16_t port)
{
	enum ur_nat_fit fit = UR_NAT_NO, one;
	char word[UR_NAT_WORD_MAX];

	while (ur_nat_word(&list, word)) {
		one = ur_nat_fit_port(word, port);
		fit = one > fit ? one : fit;
	}
	return fit;
}

static bool take_condition(struct rule *r, const char *option, const char *value)
{
	const struct ur_nat_flow *f = r->flow;

	if (!strcmp(option, "-p"))
		limit(r, strcmp(value, "all") ? ur_nat_fit_proto(value, f->proto) : UR_NAT_YES);
	else if (!strcmp(option, "-s"))
		limit(r, ur_nat_fit_addr(value, f->family, f->src));
	else if (!strcmp(option, "-d"))
		limit(r, ur_nat_fit_addr(value, f->family, f->dst));
	else if (!strcmp(option, "-i"))
		limit(r, ur_nat_fit_name(value, f->iif));
	else if (!strcmp(option, "--dport") || !strcmp(option, "--dports"))
		limit(r, fit_ports(value, f->dport));
	else if (!strcmp(option, "--sport") || !strcmp(option, "--sports"))
		limit(r, fit_ports(value, f->sport));
	else if (!strcmp(option, "--dst-type"))
		limit(r, strcmp(value, "LOCAL") ? UR_NAT_MAYBE : f->dst_local);
	else if (!strcmp(option, "--ctstate") || !strcmp(option, "--state"))
		limit(r, strstr(value, "NEW") ? UR_NAT_YES : UR_NAT_NO);
	else
		return false;
	return true;
}

static void take(struct rule *r, const char *option, const char *value)
{
	static const char *const idle[] = { "-A",       "-m",           "--comment",
					    "--random", "--persistent", "--random-fully",
					    NULL };

	if (!strcmp(option, "-j"))
		take_target(r, value, UR_NAT_JUMP);
	else if (!strcmp(option, "-g"))
		take_target(r, value, UR_NAT_GOTO);
	else if (!strcmp(option, "--to-destination"))
		r->step->act = ur_nat_target(value, r->flow->family, r->step) ? UR_NAT_TO :
										UR_NAT_UNKNOWN;
	else if (!strcmp(option, "--to-ports")) {
		char target[UR_NAT_WORD_MAX + 1];

		snprintf(target, sizeof(target), ":%s", value);
		if (!ur_nat_target(target, r->flow->family, r->step))
			r->step->act = UR_NAT_UNKNOWN;
	} else if (!one_of(option, idle) && !take_condition(r, option, value))
		limit(r, UR_NAT_MAYBE);
}

/* What stands between quotes, \" and \\ as they are; such a word is never an option. */
static size_t quoted(const char *p)
{
	size_t n = 1;

	while (p[n] && p[n] != '"')
		n += 1 + (p[n] == '\\' && p[n + 1]);
	return n + (p[n] == '"');
}

/* As ur_nat_word(), but commas and quotes stay: a list is one value. */
static bool next(const char **at, char word[UR_NAT_WORD_MAX])
{
	const char *p = *at + strspn(*at, " \t\n");
	size_t n = *p == '"' ? quoted(p) : strcspn(p, " \t\n");

	*at = p + n;
	snprintf(word, UR_NAT_WORD_MAX, "%.*s", (int)(n < UR_NAT_WORD_MAX ? n : 0), p);
	return n;
}

void ur_nat_read_ipt(const char *text, const struct ur_nat_flow *flow, struct ur_nat_step *step)
{
	char option[UR_NAT_WORD_MAX] = "", word[UR_NAT_WORD_MAX], value[UR_NAT_WORD_MAX] = "";
	struct rule r = { .flow = flow, .step = step };
	size_t len = strlen(text);
	bool inverted = false;

	*step = (struct ur_nat_step){ .fit = UR_NAT_YES };
	if (len >= 3 && !strcmp(text + len - 3, "...")) {
		*step = (struct ur_nat_step){ .fit = UR_NAT_MAYBE, .act = UR_NAT_UNKNOWN };
		return;
	}
	while (next(&text, word)) {
		if (!strcmp(word, "!")) {
			inverted = true;
		} else if (word[0] == '-' && word[1]) {
			if (option[0])
				take(&r, option, value);
			r.inverted = inverted;
			inverted = false;
			strcpy(option, word);
			value[0] = '\0';
		} else {
			strcpy(value, word);
		}
	}
	if (option[0])
		take(&r, option, value);
}
