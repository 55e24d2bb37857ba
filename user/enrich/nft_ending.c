// SPDX-License-Identifier: GPL-2.0-only
/* nft_ending.c - looking for the verdict among the words of a rule. */
#include "user/enrich/nft_ending.h"

static bool ends_plainly(const struct ur_token *t, enum ur_end *end)
{
	static const struct {
		const char *word;
		enum ur_end end;
	} words[] = {
		{ "accept", UR_END_ACCEPT }, { "drop", UR_END_DROP },
		{ "reject", UR_END_REJECT }, { "return", UR_END_RETURN },
		{ "continue", UR_END_NONE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!ur_token_is(t, words[i].word))
			continue;
		*end = words[i].end;
		return true;
	}
	return false;
}

/* Words that end a rule in a way that isn't followed here, or mean something in a match, as
 * in "ct status dnat accept". */
static bool ends_otherwise(const struct ur_token *t)
{
	static const char *const words[] = { "queue",    "dnat", "snat", "masquerade", "redirect",
					     "synproxy", "fwd",  "xt",   "#",          "tproxy" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (ur_token_is(t, words[i]))
			return true;
	return false;
}

bool ur_nft_find_ending(const char *at, const char *end, struct ur_nft_ending *ret)
{
	struct ur_token t;
	unsigned depth = 0;
	bool goes;

	*ret = (struct ur_nft_ending){ .end = UR_END_NONE };
	while (ur_token_next(&at, end, &t)) {
		depth += t.kind == UR_TOKEN_OPEN;
		depth -= t.kind == UR_TOKEN_CLOSE && depth;
		if (depth || t.kind != UR_TOKEN_WORD)
			continue;
		goes = ur_token_is(&t, "goto");
		if (ends_plainly(&t, &ret->end))
			return true;
		if (goes || ur_token_is(&t, "jump")) {
			ret->end = goes ? UR_END_GOTO : UR_END_JUMP;
			return ur_token_next(&at, end, &ret->to);
		}
		if (ur_token_is(&t, "vmap")) {
			ret->end = UR_END_VMAP;
			if (!ur_token_next(&at, end, &t))
				return false;
			ret->inline_map = t.kind == UR_TOKEN_OPEN ? at : NULL;
			ret->map = t;
			return t.kind == UR_TOKEN_OPEN || (t.len > 1 && *t.at == '@');
		}
		if (ends_otherwise(&t))
			ret->end = UR_END_OTHER;
	}
	return true;
}

bool ur_nft_next_lead(const char **at, const char *end, struct ur_token *to, bool *goes)
{
	struct ur_token t;
	bool value = false;

	while (ur_token_next(at, end, &t) && t.kind != UR_TOKEN_CLOSE) {
		if (t.kind == UR_TOKEN_COMMA)
			value = false;
		else if (t.kind == UR_TOKEN_COLON)
			value = true;
		else if (value && (ur_token_is(&t, "jump") || ur_token_is(&t, "goto"))) {
			*goes = ur_token_is(&t, "goto");
			return ur_token_next(at, end, to);
		}
	}
	return false;
}
