// SPDX-License-Identifier: GPL-2.0-only
/* nft_token.c - cutting text into tokens. nft's strings know no escapes. */
#include "user/enrich/nft_token.h"
#include <string.h>

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

static bool ends_word(char ch)
{
	return is_blank(ch) || (ch && strchr("{},;\"", ch));
}

static bool take_string(const char **at, const char *end, struct ur_token *ret)
{
	const char *close = memchr(*at + 1, '"', end - *at - 1);

	ret->kind = UR_TOKEN_STRING;
	ret->at = *at + 1;
	ret->len = (close ? close : end) - ret->at;
	*at = close ? close + 1 : end;
	return true;
}

bool ur_token_next(const char **at, const char *end, struct ur_token *ret)
{
	static const char marks[] = "{},;";
	static const enum ur_token_kind kinds[] = { UR_TOKEN_OPEN, UR_TOKEN_CLOSE, UR_TOKEN_COMMA,
						    UR_TOKEN_SEMICOLON };
	const char *mark;

	while (*at < end && is_blank(**at))
		++*at;
	if (*at == end)
		return false;
	if (**at == '"')
		return take_string(at, end, ret);
	ret->at = *at;
	mark = **at ? strchr(marks, **at) : NULL;
	if (mark) {
		ret->kind = kinds[mark - marks];
		ret->len = 1;
		++*at;
		return true;
	}
	while (*at < end && !ends_word(**at))
		++*at;
	ret->len = *at - ret->at;
	ret->kind = ret->len == 1 && *ret->at == ':' ? UR_TOKEN_COLON : UR_TOKEN_WORD;
	return true;
}

bool ur_token_is(const struct ur_token *token, const char *word)
{
	return token->kind == UR_TOKEN_WORD && token->len == strlen(word) &&
	       !memcmp(token->at, word, token->len);
}
