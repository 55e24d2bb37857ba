/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <string.h>
#include "user/base/names.h"

static bool engine_nft(const struct ur_evidence *ev)
{
	return ur_origin(ev) == UR_ORIGIN_NFT || ur_origin(ev) == UR_ORIGIN_XT_NFT;
}

/* The rule is known: in nftables by table, chain and handle; in legacy iptables by its place
 * in the table's blob. What names it to people may still be missing. */
static bool rule_known(const struct ur_evidence *ev)
{
	if (!engine_nft(ev))
		return ev->ev.rule.flags & UR_RULE_XT;
	return (ev->ev.rule.flags & UR_RULE_HANDLE) && *ur_rule_table(ev) && *ur_rule_chain(ev);
}

enum ur_confidence ur_rule_confidence(const struct ur_evidence *ev)
{
	return rule_known(ev) && !(ev->ev.flags & UR_EV_CLAIM_ODD) ? UR_PROVEN : UR_LIKELY;
}

/* "iptables", or "ip6tables" for IPv6. */
static const char *xtables(const struct ur_evidence *ev)
{
	return ev->ev.family == 6 ? "ip6tables" : "iptables";
}

static void say_engine(struct ur_buf *out, const struct ur_evidence *ev)
{
	if (ur_origin(ev) == UR_ORIGIN_NFT)
		ur_buf_add(out, "nftables rule");
	else if (ur_origin(ev) == UR_ORIGIN_XT_NFT)
		ur_buf_add(out, "%s-nft rule", xtables(ev));
	else if (rule_known(ev))
		ur_buf_add(out, "legacy %s rule", xtables(ev));
	else /* then the kernel side could not tell nft_compat from ip_tables either */
		ur_buf_add(out, "%s rule", xtables(ev));
}

/* " inet filter input handle 7" */
static void say_place_nft(struct ur_buf *out, const struct ur_evidence *ev)
{
	const char *family = ur_rule_family(ev);

	if (*ur_rule_table(ev)) {
		if (family)
			ur_buf_add(out, " %s", family);
		ur_buf_add(out, " %s", ur_rule_table(ev));
	}
	if (*ur_rule_chain(ev))
		ur_buf_add(out, " %s", ur_rule_chain(ev));
	if (ev->ev.rule.flags & UR_RULE_HANDLE)
		ur_buf_add(out, " handle %llu", (unsigned long long)ev->ev.rule.handle);
}

/* " filter INPUT number 3" */
static void say_place_xt(struct ur_buf *out, const struct ur_evidence *ev)
{
	if (*ur_rule_table(ev))
		ur_buf_add(out, " %s", ur_rule_table(ev));
	if (*ur_rule_chain(ev))
		ur_buf_add(out, " %s", ur_rule_chain(ev));
	if (ev->rule.number)
		ur_buf_add(out, " number %u", ev->rule.number);
}

static const char *why_not_known(const struct ur_evidence *ev)
{
	if ((ev->missing & UR_MISSING_REJECT) || ev->ev.origin == UR_ORIGIN_UNKNOWN)
		return "the hook that tells was not attached when it fired";
	if (ev->ev.rule.flags & UR_RULE_GAVE_UP)
		return "the search for it was given up at its limit";
	return "this kernel did not show it";
}

static void say_text(struct ur_buf *out, const struct ur_evidence *ev)
{
	const struct ur_rule_text *rule = &ev->rule;

	if (rule->looked == UR_FOUND && rule->text[0]) {
		ur_buf_add(out, ": %s", rule->text);
		return;
	}
	if (rule->comment[0] && rule->looked != UR_CHANGED)
		ur_buf_add(out, " \"%s\"", rule->comment);
	if (rule->looked == UR_CHANGED)
		ur_buf_add(out, "; the rules have changed since, so its text is not shown");
	else if (rule->looked == UR_FOUND_NONE)
		ur_buf_add(out, "; the rule is gone, so its text is not known");
	else if (rule->looked == UR_COULD_NOT)
		ur_buf_add(out, "; its text is not available%s%s", rule->reason[0] ? ": " : "",
			   rule->reason);
}

void ur_why_rule(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	ur_buf_add(out, rule_known(ev) ? "rejected by " : "rejected by an ");
	if (rule_known(ev))
		ur_say_manager(out, ev);
	say_engine(out, ev);
	if (engine_nft(ev))
		say_place_nft(out, ev);
	else
		say_place_xt(out, ev);
	ur_say_way(out, ev);
	if (rule_known(ev))
		say_text(out, ev);
	else
		ur_buf_add(out, "; which one is not known: %s", why_not_known(ev));
}

/* ---- advice: always to look first; a changed rule set is for the reader to decide ---- */

/* Start "see the rule with `[enter] "; the caller adds the command and end_look(). */
static bool start_look(struct ur_buf *out, const struct ur_evidence *ev, const char *what)
{
	ur_buf_add(out, "see %s with `", what);
	return ur_say_enter(out, ev);
}

static void end_look(struct ur_buf *out, const struct ur_evidence *ev, bool entered)
{
	ur_buf_add(out, "`");
	if (!entered)
		ur_say_in_netns(out, &ev->netns);
}

/* Table and chain as one command takes them; false when they can't be typed. */
static bool say_names(struct ur_buf *out, const char *table, const char *between, const char *chain)
{
	char text[UR_NAME_MAX * 4];
	struct ur_buf names = UR_BUF(text);
	bool typed = ur_say_shell_word(&names, table);

	ur_buf_add(&names, "%s", between);
	typed = typed && ur_say_shell_word(&names, chain) && !names.cut;
	if (typed)
		ur_buf_add(out, "%s", text);
	return typed;
}

void ur_advise_rule_nft(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const char *family = ur_rule_family(ev);
	char text[UR_NAME_MAX * 4];
	struct ur_buf names = UR_BUF(text);
	bool typed = family && say_names(&names, ur_rule_table(ev), " ", ur_rule_chain(ev));
	bool entered;

	if (rule_known(ev) && ur_advise_manager(c, out))
		return;
	entered = start_look(out, ev, typed ? "the rule" : "the rules");

	if (typed)
		ur_buf_add(out, "nft -a list chain %s %s", family, text);
	else
		ur_buf_add(out, "nft -a list ruleset");
	end_look(out, ev, entered);
}

/* @tool is "iptables-nft" and the like; the chain only, or all where it is not known. */
static void advise_xtables(const struct ur_evidence *ev, struct ur_buf *out, const char *variant)
{
	char text[UR_NAME_MAX * 4];
	struct ur_buf names = UR_BUF(text);
	bool typed = say_names(&names, ur_rule_table(ev), " -S ", ur_rule_chain(ev));
	bool entered = start_look(out, ev, typed ? "the rule" : "the rules");

	if (!typed) {
		ur_buf_add(out, "%s-%s-save", xtables(ev), variant);
	} else {
		ur_buf_add(out, "%s-%s -t %s", xtables(ev), variant, text);
		if (ev->rule.number && ur_origin(ev) == UR_ORIGIN_XT)
			ur_buf_add(out, " %u", ev->rule.number);
	}
	end_look(out, ev, entered);
}

void ur_advise_rule_iptables_nft(const struct ur_case *c, struct ur_buf *out)
{
	if (!rule_known(c->ev) || !ur_advise_manager(c, out))
		advise_xtables(c->ev, out, "nft");
}

void ur_advise_rule_iptables(const struct ur_case *c, struct ur_buf *out)
{
	if (!rule_known(c->ev)) {
		ur_buf_add(out, "look for REJECT in %s-nft-save and %s-legacy-save", xtables(c->ev),
			   xtables(c->ev));
		return;
	}
	if (ur_advise_manager(c, out))
		return;
	advise_xtables(c->ev, out, "legacy");
	ur_buf_add(out, "; nft does not list it");
}
