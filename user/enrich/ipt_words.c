// SPDX-License-Identifier: GPL-2.0-only
/* ipt_words.c - option by option through a rule of iptables-save's. */
#include <netinet/in.h>
#include <string.h>
#include "user/enrich/ipt_tree.h"
#include "user/enrich/rule_words.h"

struct options {
	const struct ur_flow *flow;
	const char *at;
	const char *end;
	bool inverted; /* a "!" stood before */
	bool state;    /* the options at hand are about the connection's state */
	struct ur_judged *ret;
};

static void join(struct options *o, enum ur_fit fit)
{
	o->ret->fit = ur_fit_and(o->ret->fit, o->inverted ? ur_fit_not(fit) : fit);
	o->ret->bare = false;
	o->ret->established = false;
	o->inverted = false;
}

/* Options that compare one field with one value. */
static enum ur_field field_of(const struct ur_ipt_word *w, uint8_t version)
{
	static const struct {
		const char *option;
		enum ur_field field4, field6;
	} known[] = {
		{ "-s", UR_FIELD_SADDR4, UR_FIELD_SADDR6 },
		{ "-d", UR_FIELD_DADDR4, UR_FIELD_DADDR6 },
		{ "-i", UR_FIELD_IIF, UR_FIELD_IIF },
		{ "-o", UR_FIELD_OIF, UR_FIELD_OIF },
		{ "-p", UR_FIELD_PROTO, UR_FIELD_PROTO },
		{ "--sport", UR_FIELD_SPORT, UR_FIELD_SPORT },
		{ "--dport", UR_FIELD_DPORT, UR_FIELD_DPORT },
		{ "--src-range", UR_FIELD_SADDR4, UR_FIELD_SADDR6 },
		{ "--dst-range", UR_FIELD_DADDR4, UR_FIELD_DADDR6 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ur_ipt_is(w, known[i].option))
			return version == 6 ? known[i].field6 : known[i].field4;
	return UR_FIELD_OTHER;
}

/* "53,1000:2000" */
static enum ur_fit fits_list(const struct options *o, enum ur_field field,
			     const struct ur_ipt_word *list)
{
	const char *at = list->at, *end = list->at + list->len;
	enum ur_fit fit = UR_FIT_NO;

	while (at < end) {
		const char *comma = memchr(at, ',', end - at) ?: end;

		fit = ur_fit_or(fit, ur_flow_fits(o->flow, field, at, comma - at));
		at = comma + 1;
	}
	return fit;
}

/* multiport's "--dports", "--sports", "--ports". */
static bool take_ports(struct options *o, const struct ur_ipt_word *w)
{
	const bool both = ur_ipt_is(w, "--ports");
	const bool src = both || ur_ipt_is(w, "--sports");
	struct ur_ipt_word list;
	enum ur_fit fit = UR_FIT_NO;

	if ((!src && !ur_ipt_is(w, "--dports")) || !ur_ipt_word(&o->at, o->end, &list))
		return false;
	if (src)
		fit = fits_list(o, UR_FIELD_SPORT, &list);
	if (both || !src)
		fit = ur_fit_or(fit, fits_list(o, UR_FIELD_DPORT, &list));
	join(o, fit);
	return true;
}

static void note_chance(struct options *o, enum ur_chance chance, const char *from)
{
	if (!chance || (o->ret->chance && o->ret->chance <= chance))
		return;
	o->ret->chance = chance;
	o->ret->chance_at = from;
	o->ret->chance_len = o->at - from;
}

/* "NEW,RELATED": false; "RELATED,ESTABLISHED": true */
static bool only_old(const struct ur_ipt_word *states)
{
	return memmem(states->at, states->len, "ESTABLISHED", 11) &&
	       !memmem(states->at, states->len, "NEW", 3) &&
	       !memmem(states->at, states->len, "INVALID", 7);
}

/* "--match-set NAME src,dst": the set is ipset's, its elements are not listed here. */
static void take_ipset(struct options *o)
{
	struct ur_ipt_word set, dirs;
	struct ur_judged *j = o->ret;

	if (!ur_ipt_word(&o->at, o->end, &set) || !ur_ipt_word(&o->at, o->end, &dirs))
		return;
	if (!o->inverted && j->nhits < UR_MATCHED_MAX)
		j->hits[j->nhits++] = (struct ur_hit){
			.set = set.at, .set_len = set.len, .elem = UR_TREE_NONE, .dynamic = true
		};
	o->inverted = false;
	join(o, UR_FIT_MAYBE);
}

/* The values of an option that isn't looked at. */
static void skip_values(struct options *o)
{
	struct ur_ipt_word w;
	const char *before = o->at;

	while (ur_ipt_word(&o->at, o->end, &w)) {
		if (!w.quoted && w.len && (*w.at == '-' || (w.len == 1 && *w.at == '!'))) {
			o->at = before;
			return;
		}
		before = o->at;
	}
}

/* What it is that a match's name makes uncertain. */
static enum ur_chance chance_of(const struct ur_ipt_word *match)
{
	static const struct {
		const char *match;
		enum ur_chance chance;
	} known[] = {
		{ "statistic", UR_CHANCE_RANDOM }, { "cpu", UR_CHANCE_RANDOM },
		{ "limit", UR_CHANCE_RATE },       { "hashlimit", UR_CHANCE_RATE },
		{ "quota", UR_CHANCE_RATE },       { "connlimit", UR_CHANCE_RATE },
		{ "recent", UR_CHANCE_RATE },      { "rateest", UR_CHANCE_RATE },
		{ "connbytes", UR_CHANCE_RATE },   { "time", UR_CHANCE_TIME },
		{ "conntrack", UR_CHANCE_STATE },  { "state", UR_CHANCE_STATE },
		{ "connmark", UR_CHANCE_STATE },   { "mark", UR_CHANCE_MARK },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ur_ipt_is(match, known[i].match))
			return known[i].chance;
	return UR_CHANCE_NONE;
}

/* "-m NAME" and the options that belong to it, as far as only the name counts. */
static void take_module(struct options *o, const char *from)
{
	struct ur_ipt_word name, option;
	const char *back;
	enum ur_chance chance;

	if (!ur_ipt_word(&o->at, o->end, &name))
		return;
	chance = chance_of(&name);
	o->state = ur_ipt_is(&name, "conntrack") || ur_ipt_is(&name, "state");
	if (!chance || o->state)
		return;
	for (back = o->at; ur_ipt_word(&o->at, o->end, &option); back = o->at) {
		if (ur_ipt_is(&option, "!"))
			continue;
		if (option.quoted || option.len < 3 || memcmp(option.at, "--", 2))
			break;
		skip_values(o);
	}
	o->at = back;
	join(o, UR_FIT_MAYBE);
	note_chance(o, chance, from);
}

/* "--ctstate RELATED,ESTABLISHED" */
static bool take_state(struct options *o, const struct ur_ipt_word *w, const char *from)
{
	const bool bare = o->ret->bare;
	struct ur_ipt_word states;
	bool old;

	if (!ur_ipt_is(w, "--ctstate") && !ur_ipt_is(w, "--state"))
		return false;
	if (!ur_ipt_word(&o->at, o->end, &states))
		return true;
	old = !o->inverted && bare && only_old(&states);
	o->inverted = false;
	join(o, UR_FIT_MAYBE);
	o->ret->established = old;
	note_chance(o, UR_CHANCE_STATE, from);
	return true;
}

static bool take_field(struct options *o, const struct ur_ipt_word *w)
{
	const enum ur_field field = field_of(w, o->flow->pkt->family);
	struct ur_ipt_word value;

	if (field == UR_FIELD_OTHER || !ur_ipt_word(&o->at, o->end, &value))
		return false;
	join(o, ur_flow_fits(o->flow, field, value.at, value.len));
	return true;
}

/* "--icmp-type 3", "3/3", "any": of the code nothing is known. */
static bool take_icmp_type(struct options *o, const struct ur_ipt_word *w)
{
	struct ur_ipt_word value;
	const char *slash;
	enum ur_fit fit;

	if (!o->flow->icmp || (!ur_ipt_is(w, "--icmp-type") && !ur_ipt_is(w, "--icmpv6-type")) ||
	    !ur_ipt_word(&o->at, o->end, &value))
		return false;
	slash = memchr(value.at, '/', value.len);
	if (ur_ipt_is(&value, "any"))
		fit = UR_FIT_YES;
	else
		fit = ur_flow_fits(o->flow, UR_FIELD_ICMP_TYPE, value.at,
				   slash ? (size_t)(slash - value.at) : value.len);
	join(o, slash ? ur_fit_and(fit, UR_FIT_MAYBE) : fit);
	return true;
}

/* Take one option and its values. */
static void take_option(struct options *o, const struct ur_ipt_word *w, const char *from)
{
	struct ur_ipt_word comment;

	if (ur_ipt_is(w, "!")) {
		o->inverted = true;
		return;
	}
	if (ur_ipt_is(w, "-m")) {
		take_module(o, from);
	} else if (ur_ipt_is(w, "--comment")) {
		ur_ipt_word(&o->at, o->end, &comment);
	} else if (ur_ipt_is(w, "--match-set")) {
		take_ipset(o);
	} else if (!take_state(o, w, from) && !take_ports(o, w) && !take_field(o, w) &&
		   !take_icmp_type(o, w)) {
		if (ur_ipt_takes_any(w))
			ur_ipt_word(&o->at, o->end, &comment);
		skip_values(o);
		o->inverted = false;
		join(o, UR_FIT_MAYBE);
		if (o->state)
			note_chance(o, UR_CHANCE_STATE, from);
	}
}

void ur_judge_ipt(const char *text, const struct ur_flow *flow, struct ur_judged *ret)
{
	struct options o = { .flow = flow, .at = text, .end = text + strlen(text), .ret = ret };
	struct ur_ipt_word w;
	const char *from;

	*ret = (struct ur_judged){ .fit = UR_FIT_YES, .bare = true };
	/* "-A CHAIN" */
	if (!ur_ipt_word(&o.at, o.end, &w) || !ur_ipt_word(&o.at, o.end, &w))
		return;
	for (from = o.at; ur_ipt_word(&o.at, o.end, &w); from = o.at) {
		if (ur_ipt_is(&w, "-j") || ur_ipt_is(&w, "-g"))
			return;
		while (*from == ' ')
			from++;
		take_option(&o, &w, from);
	}
}
