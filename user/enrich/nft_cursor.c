// SPDX-License-Identifier: GPL-2.0-only
/* nft_cursor.c - a place among the words of a rule. */
#include "user/enrich/nft_cursor.h"

bool ur_cursor_peek(const struct ur_cursor *c, struct ur_token *tok)
{
	const char *at = c->at;

	return ur_token_next(&at, c->end, tok);
}

bool ur_cursor_take(struct ur_cursor *c, struct ur_token *tok)
{
	return ur_token_next(&c->at, c->end, tok);
}

bool ur_cursor_take_word(struct ur_cursor *c, const char *word)
{
	struct ur_token tok;

	return ur_cursor_peek(c, &tok) && ur_token_is(&tok, word) && ur_cursor_take(c, &tok);
}

bool ur_cursor_take_any_of(struct ur_cursor *c, const char *const list[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ur_cursor_take_word(c, list[i]))
			return true;
	return false;
}

bool ur_cursor_skip(struct ur_cursor *c, unsigned n)
{
	struct ur_token tok;

	while (n--)
		if (!ur_cursor_take(c, &tok))
			return false;
	return true;
}

bool ur_cursor_skip_group(struct ur_cursor *c)
{
	struct ur_token tok;
	unsigned depth = 1;

	while (depth && ur_cursor_take(c, &tok)) {
		depth += tok.kind == UR_TOKEN_OPEN;
		depth -= tok.kind == UR_TOKEN_CLOSE;
	}
	return !depth;
}

bool ur_cursor_skip_value(struct ur_cursor *c)
{
	struct ur_token tok;

	if (!ur_cursor_take(c, &tok))
		return false;
	if (tok.kind == UR_TOKEN_OPEN)
		return ur_cursor_skip_group(c);
	while (ur_cursor_peek(c, &tok) && (tok.kind == UR_TOKEN_COMMA || ur_token_is(&tok, "/") ||
					   ur_token_is(&tok, "|") || ur_token_is(&tok, "-")))
		if (!ur_cursor_skip(c, 2))
			return false;
	return true;
}
