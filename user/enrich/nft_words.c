// SPDX-License-Identifier: GPL-2.0-only
/* nft_words.c - statement by statement through a rule of nft's. */
#include <string.h>
#include "user/enrich/nft_cursor.h"
#include "user/enrich/nft_key.h"
#include "user/enrich/nft_set.h"
#include "user/enrich/nft_token.h"
#include "user/enrich/rule_words.h"

/* The place in the text, and what has come out so far. */
struct words {
	struct ur_cursor c;
	const struct ur_tree *t;
	const struct ur_flow *flow;
	struct ur_judged *ret;
};

static void join(struct words *w, enum ur_fit fit)
{
	w->ret->fit = ur_fit_and(w->ret->fit, fit);
	w->ret->bare = false;
	w->ret->established = false;
}

/* The words from @from on make the rule one that doesn't always do the same. Chance and
 * rates matter more than state, which most rule sets begin with. */
static void note_chance(struct words *w, enum ur_chance chance, const char *from)
{
	if (w->ret->chance && w->ret->chance <= chance)
		return;
	w->ret->chance = chance;
	w->ret->chance_at = from;
	w->ret->chance_len = w->c.at - from;
}

/* ---- values ---- */

/* Masks and shifts before the comparison: "& (fin | syn) ==", "& 0xff ==". */
static bool skip_arithmetic(struct words *w)
{
	static const char *const ops[] = { "&", "|", "^", "<<", ">>", "and", "or", "xor" };
	static const char *const ends[] = { "==", "!=", "<", ">", "<=", ">=" };
	struct ur_token tok;

	if (!ur_cursor_take_any_of(&w->c, ops, sizeof(ops) / sizeof(*ops)))
		return true;
	while (ur_cursor_peek(&w->c, &tok) && tok.kind == UR_TOKEN_WORD) {
		for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
			if (ur_token_is(&tok, ends[i]))
				return true;
		ur_cursor_take(&w->c, &tok);
	}
	return false;
}

static void note_hit(struct words *w, const struct ur_token *name, uint32_t elem, bool map)
{
	struct ur_judged *j = w->ret;
	uint32_t set = ur_tree_find_set(w->t, name->at + 1, name->len - 1);

	if (j->nhits == UR_MATCHED_MAX)
		return;
	j->hits[j->nhits++] = (struct ur_hit){
		.set = name->at + 1,
		.set_len = name->len - 1,
		.elem = elem,
		.map = map,
		.dynamic = set == UR_TREE_NONE || w->t->sets[set].dynamic,
	};
}

/* "@banned" */
static enum ur_fit fits_named(struct words *w, const struct ur_key *key,
			      const struct ur_token *name, bool inverted)
{
	uint32_t elem;
	enum ur_fit fit = ur_nft_set_find(w->t, name, key, w->flow, &elem);

	if (!inverted)
		note_hit(w, name, elem, false);
	return fit;
}

/* What follows a key: an operator, and a value. False: not understood. */
static bool compare(struct words *w, const struct ur_key *key)
{
	const bool inverted = ur_cursor_take_word(&w->c, "!=");
	struct ur_token tok;
	enum ur_fit fit;

	if (!inverted)
		ur_cursor_take_word(&w->c, "==");
	if (!ur_cursor_take(&w->c, &tok))
		return false;
	if (tok.kind == UR_TOKEN_OPEN) {
		fit = ur_nft_group_find(&w->c.at, w->c.end, key, w->flow, NULL);
	} else if (tok.kind == UR_TOKEN_WORD && *tok.at == '@') {
		fit = fits_named(w, key, &tok, inverted);
	} else {
		w->c.at = tok.kind == UR_TOKEN_STRING ? tok.at - 1 : tok.at;
		fit = ur_nft_value_fits(&w->c.at, w->c.end, key, w->flow);
	}
	fit = inverted ? ur_fit_not(fit) : fit;
	join(w, ur_fit_and(fit, key->implied));
	return true;
}

/* ---- verdict maps ---- */

/* What an element of a verdict map says behind its colon. */
static void take_verdict(struct ur_judged *j, const char *at, const char *end)
{
	struct ur_token tok;

	while (ur_token_next(&at, end, &tok) && tok.kind != UR_TOKEN_COLON)
		;
	if (!ur_token_next(&at, end, &tok))
		return;
	j->chosen = true;
	j->goes = ur_token_is(&tok, "goto");
	j->end = ur_token_is(&tok, "accept") ? UR_END_ACCEPT :
		 ur_token_is(&tok, "drop")   ? UR_END_DROP :
		 ur_token_is(&tok, "return") ? UR_END_RETURN :
					       UR_END_NONE;
	if (!j->goes && !ur_token_is(&tok, "jump"))
		return;
	j->end = j->goes ? UR_END_GOTO : UR_END_JUMP;
	if (ur_token_next(&at, end, &tok)) {
		j->to.at = tok.at;
		j->to.len = tok.len;
	}
}

/* "vmap @m", "vmap { ... }": an element that matches is a match of the rule's. */
static void choose(struct words *w, const struct ur_key *key)
{
	struct ur_token tok, elem = {};
	uint32_t index = UR_TREE_NONE;
	enum ur_fit fit = UR_FIT_MAYBE;

	if (!ur_cursor_take(&w->c, &tok))
		return;
	if (tok.kind == UR_TOKEN_OPEN) {
		fit = ur_nft_group_find(&w->c.at, w->c.end, key, w->flow, &elem);
	} else if (tok.kind == UR_TOKEN_WORD && *tok.at == '@') {
		fit = ur_nft_set_find(w->t, &tok, key, w->flow, &index);
		note_hit(w, &tok, index, true);
		if (index != UR_TREE_NONE) {
			elem.at = ur_tree_text(w->t, w->t->elems[index]);
			elem.len = strlen(elem.at);
		}
	}
	join(w, ur_fit_and(fit, key->implied));
	w->ret->end = UR_END_VMAP;
	if (fit == UR_FIT_YES && elem.at)
		take_verdict(w->ret, elem.at, elem.at + elem.len);
}

/* ---- matches ---- */

/* "ct state established,related": that and no other state but those of an old connection? */
static bool only_old(const char *at, const char *end)
{
	struct ur_token tok;
	bool old = false;

	while (ur_token_next(&at, end, &tok)) {
		if (ur_token_is(&tok, "established"))
			old = true;
		else if (tok.kind == UR_TOKEN_WORD && !ur_token_is(&tok, "related") &&
			 !ur_token_is(&tok, "untracked"))
			return false;
	}
	return old;
}

/* "{ established : accept, invalid : drop }" */
static bool accepts_old(const char *at, const char *end)
{
	struct ur_token tok;
	bool old = false;

	while (ur_token_next(&at, end, &tok)) {
		if (old && ur_token_is(&tok, "accept"))
			return true;
		old = ur_token_is(&tok, "established") || (old && tok.kind == UR_TOKEN_COLON);
	}
	return false;
}

/* Behind "ct": "state ...", "original ip saddr ...", "count over 10", "mark set 1". */
static bool take_ct(struct words *w, const char *from)
{
	const bool bare = w->ret->bare, count = ur_cursor_take_word(&w->c, "count");
	bool state, old;
	const char *value;

	if (count) {
		ur_cursor_take_word(&w->c, "over");
		join(w, UR_FIT_MAYBE);
		if (!ur_cursor_skip(&w->c, 1))
			return false;
		note_chance(w, UR_CHANCE_RATE, from);
		return true;
	}
	if (ur_cursor_take_word(&w->c, "original") || ur_cursor_take_word(&w->c, "reply"))
		if (!ur_cursor_take_word(&w->c, "ip"))
			ur_cursor_take_word(&w->c, "ip6");
	state = ur_cursor_take_word(&w->c, "state");
	if ((!state && !ur_cursor_skip(&w->c, 1)) || ur_cursor_take_word(&w->c, "set") ||
	    !skip_arithmetic(w))
		return false;
	if (ur_cursor_take_word(&w->c, "vmap")) {
		value = w->c.at;
		choose(w, &(struct ur_key){ .n = 1, .implied = UR_FIT_YES });
		w->ret->established = bare && state && accepts_old(value, w->c.at);
		return true;
	}
	ur_cursor_take_word(&w->c, "==");
	old = !ur_cursor_take_word(&w->c, "!=");
	value = w->c.at;
	if (!ur_cursor_skip_value(&w->c))
		return false;
	join(w, UR_FIT_MAYBE);
	w->ret->established = bare && state && old && only_old(value, w->c.at);
	note_chance(w, UR_CHANCE_STATE, from);
	return true;
}

/* Behind a key: arithmetic, then a comparison or a map; or what it is set to. */
static bool take_match(struct words *w, struct ur_key *key, const char *from)
{
	const char *before = w->c.at;

	if (ur_cursor_take_word(&w->c, "set"))
		return ur_cursor_skip_value(&w->c);
	if (!skip_arithmetic(w))
		return false;
	for (unsigned i = 0; w->c.at != before && i < key->n; i++)
		key->field[i] = UR_FIELD_OTHER;
	if (ur_cursor_take_word(&w->c, "vmap")) {
		choose(w, key);
		return true;
	}
	if (!compare(w, key))
		return false;
	if (key->chance)
		note_chance(w, key->chance, from);
	return true;
}

/* "numgen inc mod 2 offset 1 != 0" */
static bool take_numgen(struct words *w, const char *from)
{
	struct ur_token tok;

	if (!ur_cursor_skip(&w->c, 3)) /* inc mod 2 */
		return false;
	if (ur_cursor_take_word(&w->c, "offset") && !ur_cursor_skip(&w->c, 1))
		return false;
	join(w, UR_FIT_MAYBE);
	if (ur_cursor_peek(&w->c, &tok) &&
	    (ur_token_is(&tok, "vmap") || ur_token_is(&tok, "map"))) {
		note_chance(w, UR_CHANCE_RANDOM, from);
		return false;
	}
	if (!ur_cursor_take_word(&w->c, "!=") && !ur_cursor_take_word(&w->c, "<"))
		ur_cursor_take_word(&w->c, "==");
	if (!ur_cursor_skip_value(&w->c))
		return false;
	note_chance(w, UR_CHANCE_RANDOM, from);
	return true;
}

/* "rate over 3/second burst 3 packets", "rate 10 mbytes/second", "name \"x\"" */
static bool take_limit(struct words *w, const char *from)
{
	struct ur_token tok;

	if (ur_cursor_take_word(&w->c, "rate")) {
		ur_cursor_take_word(&w->c, "over");
		if (!ur_cursor_take(&w->c, &tok))
			return false;
		if (!memchr(tok.at, '/', tok.len) && !ur_cursor_skip(&w->c, 1))
			return false;
		if (ur_cursor_take_word(&w->c, "burst") && !ur_cursor_skip(&w->c, 2))
			return false;
	} else if (!ur_cursor_skip(&w->c, 2)) {
		return false;
	}
	join(w, UR_FIT_MAYBE);
	note_chance(w, UR_CHANCE_RATE, from);
	return true;
}

/* "over 10 mbytes used 3 bytes", "name \"x\"" */
static bool take_quota(struct words *w, const char *from)
{
	bool ok;

	if (ur_cursor_take_word(&w->c, "name")) {
		ok = ur_cursor_skip(&w->c, 1);
	} else {
		if (!ur_cursor_take_word(&w->c, "over"))
			ur_cursor_take_word(&w->c, "until");
		ok = ur_cursor_skip(&w->c, 2) &&
		     (!ur_cursor_take_word(&w->c, "used") || ur_cursor_skip(&w->c, 2));
	}
	join(w, UR_FIT_MAYBE);
	note_chance(w, UR_CHANCE_RATE, from);
	return ok;
}

/* "fib daddr . iif type != { local, broadcast }", "fib saddr . mark oif missing" */
static bool take_fib(struct words *w)
{
	static const char *const results[] = { "type", "oif", "oifname", "check" };

	do {
		if (!ur_cursor_skip(&w->c, 1))
			return false;
	} while (ur_cursor_take_word(&w->c, "."));
	if (!ur_cursor_take_any_of(&w->c, results, sizeof(results) / sizeof(*results)))
		return false;
	if (ur_cursor_take_word(&w->c, "vmap"))
		return false;
	ur_cursor_take_word(&w->c, "!=");
	join(w, UR_FIT_MAYBE);
	return ur_cursor_skip_value(&w->c);
}

/* ---- statements that let every packet pass ---- */

static bool take_counter(struct words *w)
{
	if (ur_cursor_take_word(&w->c, "packets"))
		return ur_cursor_skip(&w->c, 1) && ur_cursor_take_word(&w->c, "bytes") &&
		       ur_cursor_skip(&w->c, 1);
	return !ur_cursor_take_word(&w->c, "name") || ur_cursor_skip(&w->c, 1);
}

static bool take_log(struct words *w)
{
	static const char *const options[] = { "prefix", "group", "level", "snaplen",
					       "queue-threshold" };
	static const char *const layers[] = { "tcp", "ip" }; /* "flags tcp sequence,options" */
	bool flags;

	while ((flags = ur_cursor_take_word(&w->c, "flags")) ||
	       ur_cursor_take_any_of(&w->c, options, sizeof(options) / sizeof(*options))) {
		if (flags)
			ur_cursor_take_any_of(&w->c, layers, sizeof(layers) / sizeof(*layers));
		if (!ur_cursor_skip_value(&w->c))
			return false;
	}
	return true;
}

/* "add @set { ip saddr timeout 5m }"; one with a limit in it is a match of its own. */
static bool take_set_update(struct words *w, const char *from)
{
	const char *group;
	struct ur_token tok;

	if (!ur_cursor_take(&w->c, &tok) || *tok.at != '@' || !ur_cursor_take(&w->c, &tok) ||
	    tok.kind != UR_TOKEN_OPEN)
		return false;
	group = w->c.at;
	if (!ur_cursor_skip_group(&w->c))
		return false;
	while (ur_token_next(&group, w->c.at, &tok)) {
		if (!ur_token_is(&tok, "limit") && !ur_token_is(&tok, "quota") &&
		    !ur_token_is(&tok, "ct"))
			continue;
		join(w, UR_FIT_MAYBE);
		note_chance(w, UR_CHANCE_RATE, from);
		break;
	}
	return true;
}

/* ---- the rule ---- */

static bool at_verdict(struct words *w)
{
	static const char *const verdicts[] = { "accept", "drop", "reject",   "return",
						"jump",   "goto", "continue", "comment" };
	struct ur_token tok;

	if (!ur_cursor_peek(&w->c, &tok))
		return true;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (ur_token_is(&tok, verdicts[i]))
			return true;
	return false;
}

/* Take one statement or match. False: not understood. */
static bool take_statement(struct words *w)
{
	struct ur_token tok;
	struct ur_key key;
	const char *from;

	ur_cursor_peek(&w->c, &tok);
	from = tok.at;
	if (ur_cursor_take_word(&w->c, "counter"))
		return take_counter(w);
	if (ur_cursor_take_word(&w->c, "log"))
		return take_log(w);
	if (ur_cursor_take_word(&w->c, "add") || ur_cursor_take_word(&w->c, "update") ||
	    ur_cursor_take_word(&w->c, "delete"))
		return take_set_update(w, from);
	if (ur_cursor_take_word(&w->c, "ct"))
		return take_ct(w, from);
	if (ur_cursor_take_word(&w->c, "limit"))
		return take_limit(w, from);
	if (ur_cursor_take_word(&w->c, "quota"))
		return take_quota(w, from);
	if (ur_cursor_take_word(&w->c, "numgen"))
		return take_numgen(w, from);
	if (ur_cursor_take_word(&w->c, "fib"))
		return take_fib(w);
	if (ur_cursor_take_word(&w->c, "notrack") || ur_cursor_take_word(&w->c, "last"))
		return true;
	return ur_nft_key_take(&w->c.at, w->c.end, w->flow, &key) && take_match(w, &key, from);
}

void ur_judge_nft(const struct ur_tree *t, const char *text, const struct ur_flow *flow,
		  struct ur_judged *ret)
{
	struct words w = { { text, text + strlen(text) }, t, flow, ret };

	*ret = (struct ur_judged){ .fit = UR_FIT_YES, .bare = true };
	while (!at_verdict(&w) && ret->end != UR_END_VMAP && !ret->chosen) {
		if (take_statement(&w))
			continue;
		join(&w, UR_FIT_MAYBE);
		return;
	}
}
