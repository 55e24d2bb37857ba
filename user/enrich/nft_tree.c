// SPDX-License-Identifier: GPL-2.0-only
/* nft_tree.c - line by line through a listing: which block we are in, and what it adds. */
#include "user/enrich/nft_tree.h"
#include <errno.h>
#include <string.h>
#include "user/enrich/nft_ending.h"
#include "user/enrich/nft_list.h"
#include "user/enrich/nft_token.h"

#define LINE_FIRST 4096
#define LINE_MAX   (64u << 10)
#define TAIL       64 /* enough for " # handle 18446744073709551615" */
#define OUTER_MAX  512

enum block { IN_NOTHING, IN_TABLE, IN_CHAIN, IN_ANONYMOUS, IN_SET, IN_OTHER, AFTER_TABLE };

struct ur_nft_reader {
	struct ur_tree *tree;
	enum block block;
	unsigned depth; /* of braces in IN_OTHER; of blocks within an anonymous chain */
	uint32_t chain;
	uint32_t anonymous;
	uint32_t set;
	bool in_elements;
	bool quoted;
	char outer[OUTER_MAX]; /* the rule that an anonymous chain is part of */
	size_t outer_len;
	char *line;
	size_t room;
	size_t len; /* of the whole line, of which the first LINE_MAX bytes are in line */
	char tail[TAIL];
};

/* A line without blanks around it, and without its handle. */
struct text {
	const char *at;
	size_t len;
	uint64_t handle; /* 0: none */
	bool cut;
};

int ur_nft_reader_new(struct ur_nft_reader **ret)
{
	ur_cleanup(ur_nft_reader_freep) struct ur_nft_reader *rd = calloc(1, sizeof(*rd));
	int r;

	if (!rd)
		return -ENOMEM;
	rd->room = LINE_FIRST;
	rd->line = malloc(rd->room);
	r = rd->line ? ur_tree_new(&rd->tree) : -ENOMEM;
	if (r)
		return r;
	*ret = ur_take(rd);
	return 0;
}

void ur_nft_reader_free(struct ur_nft_reader *rd)
{
	if (!rd)
		return;
	ur_tree_free(rd->tree);
	free(rd->line);
	free(rd);
}

static int add_leads(struct ur_tree *t, uint32_t rule, const struct ur_nft_ending *e,
		     const char *end)
{
	const char *at = e->inline_map;
	struct ur_token to;
	bool goes;
	int r = 0;

	if (e->end == UR_END_JUMP || e->end == UR_END_GOTO)
		return ur_tree_lead(t, rule, e->end == UR_END_GOTO, e->to.at, e->to.len);
	if (e->end != UR_END_VMAP)
		return 0;
	if (!at)
		return ur_tree_lead_by_map(t, rule, e->map.at + 1, e->map.len - 1);
	while (!r && ur_nft_next_lead(&at, end, &to, &goes))
		r = ur_tree_lead(t, rule, goes, to.at, to.len);
	return r;
}

static int add_rule(struct ur_nft_reader *rd, uint32_t chain, const struct text *s)
{
	struct ur_tree_rule rule = { .chain = chain, .handle = s->handle, .cut = s->cut };
	struct ur_nft_ending e;
	uint32_t index;
	int r;

	if (!ur_nft_find_ending(s->at, s->at + s->len, &e)) {
		if (!s->cut)
			return -EBADMSG;
		e.end = UR_END_OTHER;
	}
	rule.end = s->cut && e.end == UR_END_NONE ? UR_END_OTHER : e.end;
	rd->tree->mangles |= memmem(s->at, s->len, "addr set ", 9) ||
			     memmem(s->at, s->len, "port set ", 9);
	/* a jump, or an element that jumps, may stand in what was left out */
	rd->tree->vague |= s->cut && (rule.end == UR_END_OTHER || rule.end == UR_END_VMAP);
	r = ur_tree_rule(rd->tree, &rule, s->at, s->len, &index);
	return r ? r : add_leads(rd->tree, index, &e, s->at + s->len);
}

/* ---- chains ---- */

static int32_t priority_of(const struct ur_token *t)
{
	static const struct {
		const char *name;
		int32_t value;
	} names[] = { { "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 },
		      { "filter", 0 }, { "security", 50 }, { "srcnat", 100 } };
	char number[16] = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ur_token_is(t, names[i].name))
			return names[i].value;
	memcpy(number, t->at, t->len < sizeof(number) ? t->len : sizeof(number) - 1);
	return strtol(number, NULL, 10);
}

/* "filter", "filter - 5", "-5" */
static int32_t take_priority(const char **at, const char *end)
{
	struct ur_token t, sign, more;
	const char *back;
	int32_t priority;

	if (!ur_token_next(at, end, &t))
		return 0;
	priority = priority_of(&t);
	back = *at;
	if (ur_token_next(at, end, &sign) && sign.len == 1 && strchr("+-", *sign.at) &&
	    ur_token_next(at, end, &more))
		return *sign.at == '-' ? priority - priority_of(&more) :
					 priority + priority_of(&more);
	*at = back;
	return priority;
}

static uint8_t hook_of(const struct ur_token *t)
{
	static const char *const names[] = { "prerouting", "input",       "forward",
					     "output",     "postrouting", "ingress" };
	size_t i = 0;

	while (i < sizeof(names) / sizeof(*names) && !ur_token_is(t, names[i]))
		i++;
	return (uint8_t)i;
}

/* "type filter hook input priority filter - 5; policy drop;" */
static void declare_base(struct ur_tree_chain *c, const struct text *s)
{
	const char *at = s->at, *end = s->at + s->len;
	struct ur_token t;

	while (ur_token_next(&at, end, &t)) {
		if (ur_token_is(&t, "hook") && ur_token_next(&at, end, &t)) {
			c->hook = hook_of(&t);
			c->base = true;
		} else if (ur_token_is(&t, "priority")) {
			c->priority = take_priority(&at, end);
		} else if (ur_token_is(&t, "policy") && ur_token_next(&at, end, &t)) {
			c->policy = *t.at;
		}
	}
}

static bool starts(const struct text *s, const char *with)
{
	return s->len >= strlen(with) && !memcmp(s->at, with, strlen(with));
}

static bool opens(const struct text *s)
{
	return s->len && s->at[s->len - 1] == '{';
}

/* "ip daddr 1.2.3.4 jump {": the rule comes to its end, and its handle, with the chain's. */
static int begin_anonymous(struct ur_nft_reader *rd, const struct text *s)
{
	rd->outer_len = s->len < OUTER_MAX - 8 ? s->len : OUTER_MAX - 8;
	memcpy(rd->outer, s->at, rd->outer_len);
	memcpy(rd->outer + rd->outer_len, " ... }", 6);
	rd->block = IN_ANONYMOUS;
	rd->depth = 0;
	return ur_tree_chain(rd->tree, "", 0, &rd->anonymous);
}

static int end_anonymous(struct ur_nft_reader *rd, const struct text *s)
{
	struct ur_tree_rule rule = { .chain = rd->chain, .handle = s->handle };
	const char *words = rd->outer + (rd->outer_len > 6 ? rd->outer_len - 6 : 0);
	uint32_t index;
	int r;

	if (!s->handle)
		return -EBADMSG;
	rd->block = IN_CHAIN;
	rule.end = !memcmp(words, "goto {", 6) ? UR_END_GOTO : UR_END_JUMP;
	r = ur_tree_rule(rd->tree, &rule, rd->outer, rd->outer_len + 6, &index);
	if (r)
		return r;
	return ur_tree_lead_to(rd->tree, index, rule.end == UR_END_GOTO, rd->anonymous);
}

static int in_anonymous(struct ur_nft_reader *rd, const struct text *s)
{
	if (*s->at == '}' && rd->depth)
		return rd->depth--, 0;
	if (*s->at == '}')
		return end_anonymous(rd, s);
	if (opens(s)) { /* one within the other: not followed */
		rd->tree->vague = true;
		rd->depth++;
	}
	return rd->depth ? 0 : add_rule(rd, rd->anonymous, s);
}

static int in_chain(struct ur_nft_reader *rd, const struct text *s)
{
	if (s->handle)
		return add_rule(rd, rd->chain, s);
	if (s->len == 1 && *s->at == '}')
		rd->block = IN_TABLE;
	else if (opens(s))
		return begin_anonymous(rd, s);
	else if (starts(s, "type "))
		declare_base(&rd->tree->chains[rd->chain], s);
	return 0;
}

/* ---- sets ---- */

/* "10.219.7.2 . udp . 5001 comment \"x\" : goto reject-chain" */
static int add_element(struct ur_nft_reader *rd, const char *at, const char *end)
{
	const char *from = at;
	struct ur_token to;
	bool goes;
	int r;

	while (end > at && strchr(" \t", end[-1]))
		end--;
	if (at == end)
		return 0;
	r = ur_tree_elem(rd->tree, rd->set, at, end - at);
	if (r || !rd->tree->sets[rd->set].map || !ur_nft_next_lead(&from, end, &to, &goes))
		return r;
	return ur_tree_lead_of_map(rd->tree, rd->set, goes, to.at, to.len);
}

/* One line of elements: whole ones, with a comma behind each but the last of all. */
static int take_elements(struct ur_nft_reader *rd, const struct text *s)
{
	const char *at = s->at, *end = s->at + s->len, *from = NULL;
	struct ur_token t;
	int r = 0;

	while (!r && ur_token_next(&at, end, &t)) {
		if (t.kind != UR_TOKEN_COMMA && t.kind != UR_TOKEN_CLOSE) {
			/* a string's token starts behind its quote */
			from = from ?: t.kind == UR_TOKEN_STRING ? t.at - 1 : t.at;
			continue;
		}
		if (from)
			r = add_element(rd, from, t.at);
		from = NULL;
		rd->in_elements = t.kind != UR_TOKEN_CLOSE;
	}
	if (s->cut) {
		rd->tree->sets[rd->set].partial = true;
		rd->tree->vague |= rd->tree->sets[rd->set].map;
	} else if (!r && from) {
		r = add_element(rd, from, end);
	}
	return r;
}

static int in_set(struct ur_nft_reader *rd, const struct text *s)
{
	static const char elements[] = "elements = {";
	struct ur_tree_set *set = &rd->tree->sets[rd->set];
	struct text rest = *s;

	if (rd->in_elements)
		return take_elements(rd, s);
	if (*s->at == '}') {
		rd->block = IN_TABLE;
	} else if (starts(s, "flags ")) {
		set->dynamic |= memmem(s->at, s->len, "dynamic", 7) ||
				memmem(s->at, s->len, "timeout", 7);
	} else if (starts(s, elements)) {
		rd->in_elements = true;
		rest.at += strlen(elements);
		rest.len -= strlen(elements);
		return take_elements(rd, &rest);
	}
	return 0;
}

/* ---- the table ---- */

/* The name in "chain NAME {". */
static bool block_name(const struct text *s, const char *kind, struct ur_token *name)
{
	const char *at = s->at + strlen(kind), *end = s->at + s->len;

	return starts(s, kind) && ur_token_next(&at, end, name) && name->kind == UR_TOKEN_WORD;
}

static int begin_set(struct ur_nft_reader *rd, const struct ur_token *name, bool map)
{
	rd->block = IN_SET;
	rd->in_elements = false;
	return ur_tree_set(rd->tree, name->at, name->len, map, &rd->set);
}

static int in_table(struct ur_nft_reader *rd, const struct text *s)
{
	struct ur_token name;

	if (s->len == 1 && *s->at == '}') {
		rd->block = AFTER_TABLE;
	} else if (!opens(s)) {
		return 0;
	} else if (block_name(s, "chain ", &name)) {
		rd->block = IN_CHAIN;
		return ur_tree_chain(rd->tree, name.at, name.len, &rd->chain);
	} else if (block_name(s, "set ", &name) || block_name(s, "meter ", &name)) {
		return begin_set(rd, &name, false);
	} else if (block_name(s, "map ", &name)) {
		return begin_set(rd, &name, true);
	} else {
		rd->block = IN_OTHER;
		rd->depth = 1;
	}
	return 0;
}

static void in_other(struct ur_nft_reader *rd, const struct text *s)
{
	const char *at = s->at, *end = s->at + s->len;
	struct ur_token t;

	while (rd->depth && ur_token_next(&at, end, &t)) {
		rd->depth += t.kind == UR_TOKEN_OPEN;
		rd->depth -= t.kind == UR_TOKEN_CLOSE;
	}
	if (!rd->depth)
		rd->block = IN_TABLE;
}

static int on_text(struct ur_nft_reader *rd, const struct text *s)
{
	switch (rd->block) {
	case IN_NOTHING:
		if (starts(s, "#")) /* nft's warning about tables of iptables-nft */
			return 0;
		rd->block = IN_TABLE;
		/* "table inet firewalld { # handle 3 progname firewalld" */
		return starts(s, "table ") && memchr(s->at, '{', s->len) ? 0 : -EBADMSG;
	case IN_TABLE:
		return in_table(rd, s);
	case IN_CHAIN:
		return in_chain(rd, s);
	case IN_ANONYMOUS:
		return in_anonymous(rd, s);
	case IN_SET:
		return in_set(rd, s);
	case IN_OTHER:
		in_other(rd, s);
		return 0;
	default:
		return -EBADMSG;
	}
}

static int on_line(struct ur_nft_reader *rd)
{
	struct text s = { .at = rd->line,
			  .len = rd->len < LINE_MAX ? rd->len : LINE_MAX,
			  .cut = rd->len > LINE_MAX };
	const char *end = s.cut ? rd->tail : s.at;
	const size_t nend = s.cut ? TAIL : s.len;
	const char *suffix = ur_nft_list_handle(end, nend, &s.handle);

	if (suffix && rd->len - (end + nend - suffix) < s.len)
		s.len = rd->len - (end + nend - suffix);
	while (s.len && strchr(" \t", *s.at)) {
		s.at++;
		s.len--;
	}
	return s.len ? on_text(rd, &s) : 0;
}

/* Past what a line may hold only its last bytes are kept: the handle stands there. */
static void append_to_tail(struct ur_nft_reader *rd, char ch)
{
	if (rd->len == LINE_MAX)
		memcpy(rd->tail, rd->line + LINE_MAX - TAIL, TAIL);
	memmove(rd->tail, rd->tail + 1, TAIL - 1);
	rd->tail[TAIL - 1] = ch;
}

static int append(struct ur_nft_reader *rd, char ch)
{
	if (rd->len == rd->room && rd->room < LINE_MAX) {
		/* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): at least LINE_FIRST */
		char *p = realloc(rd->line, rd->room * 2);

		if (!p)
			return -ENOMEM;
		rd->line = p;
		rd->room *= 2;
	}
	if (rd->len < LINE_MAX)
		rd->line[rd->len] = ch;
	else
		append_to_tail(rd, ch);
	rd->len++;
	return 0;
}

int ur_nft_reader_feed(const char *data, size_t len, void *reader)
{
	struct ur_nft_reader *rd = reader;
	int r = 0;

	for (size_t i = 0; !r && i < len; i++) {
		if (data[i] == '"')
			rd->quoted = !rd->quoted;
		if (data[i] != '\n' || rd->quoted) {
			r = append(rd, data[i]);
			continue;
		}
		r = on_line(rd);
		rd->len = 0;
	}
	return r;
}

int ur_nft_reader_end(struct ur_nft_reader *rd, struct ur_tree **ret)
{
	int r = rd->block == AFTER_TABLE && !rd->len ? ur_tree_finish(rd->tree) : -EBADMSG;

	if (!r)
		*ret = ur_take(rd->tree);
	return r;
}
