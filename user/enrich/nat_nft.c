// SPDX-License-Identifier: GPL-2.0-only
/* nat_nft.c - one NAT rule, as nft lists it. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/nat_words.h"

struct rule {
	const char *at;
	const struct ur_nat_flow *flow;
	struct ur_nat_step *step;
	char word[UR_NAT_WORD_MAX];
	bool pending; /* @word has been read, but is not used up */
};

/* One value against the flow. */
typedef enum ur_nat_fit (*fit_fn)(const struct ur_nat_flow *flow, const char *word);

static bool next(struct rule *r)
{
	if (r->pending) {
		r->pending = false;
		return true;
	}
	return ur_nat_word(&r->at, r->word);
}

static void limit(struct rule *r, enum ur_nat_fit fit)
{
	if (fit < r->step->fit)
		r->step->fit = fit;
}

/* The rest of the rule may mean anything. */
static void give_up(struct rule *r)
{
	limit(r, UR_NAT_MAYBE);
	r->step->act = UR_NAT_UNKNOWN;
	r->at = "";
	r->pending = false;
}

static enum ur_nat_fit fit_src(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_addr(word, f->family, f->src);
}

static enum ur_nat_fit fit_dst(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_addr(word, f->family, f->dst);
}

static enum ur_nat_fit fit_sport(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_port(word, f->sport);
}

static enum ur_nat_fit fit_dport(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_port(word, f->dport);
}

static enum ur_nat_fit fit_proto(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_proto(word, f->proto);
}

static enum ur_nat_fit fit_iif(const struct ur_nat_flow *f, const char *word)
{
	return ur_nat_fit_name(word, f->iif);
}

static enum ur_nat_fit fit_nfproto(const struct ur_nat_flow *f, const char *word)
{
	if (strcmp(word, "ipv4") && strcmp(word, "ipv6"))
		return UR_NAT_MAYBE;
	return strcmp(word, f->family == 4 ? "ipv4" : "ipv6") ? UR_NAT_NO : UR_NAT_YES;
}

static enum ur_nat_fit fit_local(const struct ur_nat_flow *f, const char *word)
{
	return strcmp(word, "local") ? UR_NAT_MAYBE : f->dst_local;
}

static enum ur_nat_fit fit_state(const struct ur_nat_flow *f, const char *word)
{
	(void)f;
	return strcmp(word, "new") ? UR_NAT_NO : UR_NAT_YES;
}

static enum ur_nat_fit fit_unknown(const struct ur_nat_flow *f, const char *word)
{
	(void)f;
	(void)word;
	return UR_NAT_MAYBE;
}

static enum ur_nat_fit better(enum ur_nat_fit a, enum ur_nat_fit b)
{
	return a > b ? a : b;
}

/* Elements up to the closing brace. An element of more than one word (of a map, or with a
 * timeout) makes the next words elements as well, which fit perhaps. */
static enum ur_nat_fit fit_set(struct rule *r, fit_fn fn)
{
	enum ur_nat_fit fit = UR_NAT_NO;

	while (next(r) && strcmp(r->word, "}"))
		fit = better(fit, fn(r->flow, r->word));
	return fit;
}

/* "53", "!= 53", "{ 53, 54 }", "new,established", "@set", "vmap @m" */
static void match(struct rule *r, fit_fn fn)
{
	bool not = false;
	enum ur_nat_fit fit;

	if (!next(r))
		return limit(r, UR_NAT_MAYBE);
	if (!strcmp(r->word, "!=") || !strcmp(r->word, "==")) {
		not = r->word[0] == '!';
		if (!next(r))
			return limit(r, UR_NAT_MAYBE);
	}
	/* A verdict from a map may be any; a concatenation is not taken apart. */
	if (!strcmp(r->word, "vmap") || !strcmp(r->word, "."))
		return give_up(r);
	if (r->word[0] == '@')
		fit = UR_NAT_MAYBE;
	else
		fit = strcmp(r->word, "{") ? fn(r->flow, r->word) : fit_set(r, fn);
	/* "established,new" without braces: any of them. */
	while (*r->at == ',' && next(r))
		fit = better(fit, fn(r->flow, r->word));
	limit(r, not ? ur_nat_not(fit) : fit);
}

static const struct {
	const char *base, *field;
	uint8_t family; /* 0: either */
	uint8_t proto;  /* 0: any */
	fit_fn fn;
} fields[] = {
	{ "ip", "saddr", 4, 0, fit_src },
	{ "ip", "daddr", 4, 0, fit_dst },
	{ "ip", "protocol", 4, 0, fit_proto },
	{ "ip6", "saddr", 6, 0, fit_src },
	{ "ip6", "daddr", 6, 0, fit_dst },
	{ "ip6", "nexthdr", 6, 0, fit_proto },
	{ "udp", "sport", 0, IPPROTO_UDP, fit_sport },
	{ "udp", "dport", 0, IPPROTO_UDP, fit_dport },
	{ "tcp", "sport", 0, IPPROTO_TCP, fit_sport },
	{ "tcp", "dport", 0, IPPROTO_TCP, fit_dport },
	{ "udplite", "dport", 0, IPPROTO_UDPLITE, fit_dport },
	{ "sctp", "dport", 0, IPPROTO_SCTP, fit_dport },
	{ "th", "sport", 0, 0, fit_sport },
	{ "th", "dport", 0, 0, fit_dport },
	{ "meta", "l4proto", 0, 0, fit_proto },
	{ "meta", "nfproto", 0, 0, fit_nfproto },
	{ "meta", "iifname", 0, 0, fit_iif },
	{ "ct", "state", 0, 0, fit_state },
};

/* A condition of two words and a value. False when the first word begins none. */
static bool read_field(struct rule *r)
{
	char base[UR_NAT_WORD_MAX];
	bool begun = false;

	strcpy(base, r->word);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (strcmp(fields[i].base, base))
			continue;
		if (!begun && !next(r)) {
			limit(r, UR_NAT_MAYBE);
			return true;
		}
		begun = true;
		if (strcmp(fields[i].field, r->word))
			continue;
		if ((fields[i].family && fields[i].family != r->flow->family) ||
		    (fields[i].proto && fields[i].proto != r->flow->proto)) {
			match(r, fit_unknown);
			limit(r, UR_NAT_NO);
		} else {
			match(r, fields[i].fn);
		}
		return true;
	}
	if (begun)
		limit(r, UR_NAT_MAYBE);
	return begun;
}

/* "fib daddr type local" */
static void read_fib(struct rule *r)
{
	bool daddr = next(r) && !strcmp(r->word, "daddr");

	if (daddr && next(r) && !strcmp(r->word, "type"))
		match(r, fit_local);
	else
		limit(r, UR_NAT_MAYBE);
}

/* "dnat ip to 10.0.0.5:53", "redirect to :15053", "redirect"; from maps, anything. */
static void read_target(struct rule *r, bool redirect)
{
	struct ur_nat_step *step = r->step;

	step->act = redirect ? UR_NAT_TO : UR_NAT_UNKNOWN;
	step->redirect = redirect;
	if (!next(r))
		return;
	if (!strcmp(r->word, "ip") || !strcmp(r->word, "ip6")) {
		if ((r->flow->family == 4) != !r->word[2])
			limit(r, UR_NAT_NO); /* it holds for that family only */
		if (!next(r))
			return;
	}
	if (strcmp(r->word, "to")) {
		r->pending = true;
		return;
	}
	if (!next(r) || !ur_nat_target(r->word, r->flow->family, step))
		return give_up(r);
	step->act = UR_NAT_TO;
}

static void read_jump(struct rule *r, enum ur_nat_act act)
{
	r->step->act = next(r) && strlen(r->word) < UR_NAT_CHAIN_MAX ? act : UR_NAT_UNKNOWN;
	if (r->step->act == act)
		snprintf(r->step->chain, sizeof(r->step->chain), "%.*s", UR_NAT_CHAIN_MAX - 1,
			 r->word);
}

static bool read_verdict(struct rule *r)
{
	static const struct {
		const char *word;
		enum ur_nat_act act;
	} plain[] = {
		{ "accept", UR_NAT_END },         { "return", UR_NAT_RETURN },
		{ "continue", UR_NAT_NEXT },      { "drop", UR_NAT_UNKNOWN },
		{ "masquerade", UR_NAT_UNKNOWN }, { "snat", UR_NAT_UNKNOWN },
		{ "queue", UR_NAT_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (!strcmp(r->word, plain[i].word)) {
			r->step->act = plain[i].act;
			return true;
		}
	if (!strcmp(r->word, "dnat") || !strcmp(r->word, "redirect"))
		read_target(r, r->word[0] == 'r');
	else if (!strcmp(r->word, "jump"))
		read_jump(r, UR_NAT_JUMP);
	else if (!strcmp(r->word, "goto"))
		read_jump(r, UR_NAT_GOTO);
	else
		return false;
	return true;
}

/* What changes nothing, with its values. */
static bool read_idle(struct rule *r)
{
	static const char *const flags[] = { "random", "fully-random", "persistent" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (!strcmp(r->word, flags[i]))
			return true;
	if (!strcmp(r->word, "comment"))
		return next(r) || true;
	if (strcmp(r->word, "counter"))
		return false;
	while (next(r))
		if ((strcmp(r->word, "packets") && strcmp(r->word, "bytes")) || !next(r)) {
			r->pending = true;
			break;
		}
	return true;
}

bool ur_nat_is_xt(const char *word)
{
	return !strcmp(word, "xt") || word[0] == '#';
}

void ur_nat_read_nft(const char *text, const struct ur_nat_flow *flow, struct ur_nat_step *step)
{
	struct rule r = { .at = text, .flow = flow, .step = step };
	size_t len = strlen(text);

	*step = (struct ur_nat_step){ .fit = UR_NAT_YES };
	if (len >= 3 && !strcmp(text + len - 3, "...")) {
		*step = (struct ur_nat_step){ .fit = UR_NAT_MAYBE, .act = UR_NAT_UNKNOWN };
		return;
	}
	while (next(&r)) {
		if (read_idle(&r) || read_verdict(&r))
			continue;
		if (!strcmp(r.word, "iifname") || !strcmp(r.word, "iif"))
			match(&r, fit_iif);
		else if (!strcmp(r.word, "fib"))
			read_fib(&r);
		else if (ur_nat_is_xt(r.word))
			give_up(&r);
		else if (!read_field(&r))
			limit(&r, UR_NAT_MAYBE);
	}
}
