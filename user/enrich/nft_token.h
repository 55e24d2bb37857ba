/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_token.h - the words of what nft prints. Pure. */
#include <stdbool.h>
#include <stddef.h>

enum ur_token_kind {
	UR_TOKEN_WORD,
	UR_TOKEN_STRING, /* what stood between quotes */
	UR_TOKEN_OPEN,   /* { */
	UR_TOKEN_CLOSE,  /* } */
	UR_TOKEN_COMMA,
	UR_TOKEN_COLON, /* on its own, as between key and value */
	UR_TOKEN_SEMICOLON,
};

struct ur_token {
	enum ur_token_kind kind;
	const char *at; /* not terminated */
	size_t len;
};

/* Take the next token of the text from *@at to @end; false at its end. */
bool ur_token_next(const char **at, const char *end, struct ur_token *ret);

/* Is it that word? */
bool ur_token_is(const struct ur_token *token, const char *word);
