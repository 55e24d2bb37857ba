/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_cursor.h - going through the words of a rule one by one. Pure. */
#include "user/enrich/nft_token.h"

struct ur_cursor {
	const char *at;
	const char *end;
};

/* The next token, left where it is, or taken; false at the end. */
bool ur_cursor_peek(const struct ur_cursor *c, struct ur_token *tok);
bool ur_cursor_take(struct ur_cursor *c, struct ur_token *tok);

/* Take the next token if it is @word, or one of @n words. */
bool ur_cursor_take_word(struct ur_cursor *c, const char *word);
bool ur_cursor_take_any_of(struct ur_cursor *c, const char *const list[], size_t n);

/* Take @n tokens; false when there are fewer. */
bool ur_cursor_skip(struct ur_cursor *c, unsigned n);

/* Take all up to the "}" of the group whose "{" was taken. */
bool ur_cursor_skip_group(struct ur_cursor *c);

/* Take a value that isn't looked at: "new,established", "syn / syn,ack", "{ ... }", "@set",
 * "\"10:00\"-\"12:00\"". */
bool ur_cursor_skip_value(struct ur_cursor *c);
