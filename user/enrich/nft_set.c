// SPDX-License-Identifier: GPL-2.0-only
/* nft_set.c - elements one by one; "*" takes what no other does. */
#include "user/enrich/nft_set.h"
#include <string.h>

/* Take what goes on after a value: ",ack", "/ syn", "-\"12:00\"". */
static bool take_more(const char **at, const char *end)
{
	static const char *const links[] = { "/", "|", "-" };
	const char *next = *at;
	struct ur_token t;
	bool more;

	if (!ur_token_next(&next, end, &t))
		return false;
	more = t.kind == UR_TOKEN_COMMA;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		more |= ur_token_is(&t, links[i]);
	if (!more || !ur_token_next(&next, end, &t))
		return false;
	*at = next;
	return true;
}

/* One field after the other, with dots between. */
static enum ur_fit take_fields(const char **at, const char *end, const struct ur_key *key,
			       const struct ur_flow *flow)
{
	enum ur_fit fit = UR_FIT_YES;
	struct ur_token t;

	for (unsigned i = 0; i < key->n; i++) {
		if (i && (!ur_token_next(at, end, &t) || !ur_token_is(&t, ".")))
			return UR_FIT_MAYBE;
		if (!ur_token_next(at, end, &t) ||
		    (t.kind != UR_TOKEN_WORD && t.kind != UR_TOKEN_STRING))
			return UR_FIT_MAYBE;
		fit = ur_fit_and(fit, ur_flow_fits(flow, key->field[i], t.at, t.len));
	}
	return fit;
}

enum ur_fit ur_nft_value_fits(const char **at, const char *end, const struct ur_key *key,
			      const struct ur_flow *flow)
{
	enum ur_fit fit = take_fields(at, end, key, flow);

	while (take_more(at, end))
		fit = UR_FIT_MAYBE;
	return fit;
}

/* The best so far of several elements. */
struct search {
	enum ur_fit fit;
	bool rest; /* an element "*" */
	size_t rest_index;
};

/* Does element @index, from @at to @end, settle it? */
static bool try(struct search *s, size_t index, const char *at, const char *end,
		const struct ur_key *key, const struct ur_flow *flow)
{
	const char *first = at;
	struct ur_token t;

	if (ur_token_next(&first, end, &t) && ur_token_is(&t, "*")) {
		s->rest = true;
		s->rest_index = index;
		return false;
	}
	s->fit = ur_fit_or(s->fit, take_fields(&at, end, key, flow));
	return s->fit == UR_FIT_YES;
}

enum ur_fit ur_nft_group_find(const char **at, const char *end, const struct ur_key *key,
			      const struct ur_flow *flow, struct ur_token *elem)
{
	struct search s = { .fit = UR_FIT_NO };
	const char *from = *at, *rest = NULL, *rest_end = NULL;
	struct ur_token t;
	bool done = false;

	while (ur_token_next(at, end, &t)) {
		if (t.kind != UR_TOKEN_COMMA && t.kind != UR_TOKEN_CLOSE)
			continue;
		if (!done && try(&s, 0, from, t.at, key, flow)) {
			done = true;
			if (elem)
				*elem = (struct ur_token){ .at = from, .len = t.at - from };
		}
		if (s.rest && !rest) {
			rest = from;
			rest_end = t.at;
		}
		from = *at;
		if (t.kind == UR_TOKEN_CLOSE)
			break;
	}
	if (s.fit != UR_FIT_NO || !rest)
		return s.fit;
	if (elem)
		*elem = (struct ur_token){ .at = rest, .len = rest_end - rest };
	return UR_FIT_YES;
}

enum ur_fit ur_nft_set_find(const struct ur_tree *t, const struct ur_token *name,
			    const struct ur_key *key, const struct ur_flow *flow, uint32_t *elem)
{
	struct search s = { .fit = UR_FIT_NO };
	const struct ur_tree_set *set;
	uint32_t index;

	*elem = UR_TREE_NONE;
	index = name->len > 1 ? ur_tree_find_set(t, name->at + 1, name->len - 1) : UR_TREE_NONE;
	if (index == UR_TREE_NONE)
		return UR_FIT_MAYBE;
	set = &t->sets[index];
	for (uint32_t i = set->first; i < set->first + set->n; i++) {
		const char *text = ur_tree_text(t, t->elems[i]);

		if (!try(&s, i, text, text + strlen(text), key, flow))
			continue;
		*elem = i;
		return UR_FIT_YES;
	}
	if (s.fit == UR_FIT_NO && s.rest && !set->partial) {
		*elem = s.rest_index;
		return UR_FIT_YES;
	}
	/* what isn't in it now may have been in it then */
	return s.fit == UR_FIT_NO && (set->partial || set->dynamic) ? UR_FIT_MAYBE : s.fit;
}
