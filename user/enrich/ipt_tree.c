// SPDX-License-Identifier: GPL-2.0-only
/* ipt_tree.c - iptables-save's lines: chains first, then the rules chain by chain. */
#include "user/enrich/ipt_tree.h"
#include <errno.h>
#include <string.h>

bool ur_ipt_word(const char **at, const char *end, struct ur_ipt_word *ret)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		++*at;
	if (*at == end)
		return false;
	ret->quoted = **at == '"';
	ret->at = *at += ret->quoted;
	while (*at < end && **at != (ret->quoted ? '"' : ' '))
		*at += ret->quoted && **at == '\\' && *at + 1 < end ? 2 : 1;
	ret->len = *at - ret->at;
	*at += ret->quoted && *at < end;
	return true;
}

bool ur_ipt_is(const struct ur_ipt_word *word, const char *text)
{
	return !word->quoted && word->len == strlen(text) && !memcmp(word->at, text, word->len);
}

bool ur_ipt_takes_any(const struct ur_ipt_word *option)
{
	static const char *const options[] = {
		"-i",         "-o",           "--comment",     "--string",
		"--name",     "--helper",     "--hex-string",  "--match-set",
		"--set-name", "--physdev-in", "--physdev-out", "--hashlimit-name",
		"--genre",    "--u32",        "--path",        "--cgroup",
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (ur_ipt_is(option, options[i]))
			return true;
	return false;
}

/* Where tables hook in: enum nf_ip_hook_priorities. */
static int32_t priority_of(const char *table, uint8_t hook)
{
	if (!strcmp(table, "raw"))
		return -300;
	if (!strcmp(table, "mangle"))
		return -150;
	if (!strcmp(table, "security"))
		return 50;
	if (!strcmp(table, "nat"))
		return hook == 1 || hook == 4 ? 100 : -100;
	return 0;
}

/* ":INPUT ACCEPT [0:0]", ":mine - [0:0]" */
static int add_chain(struct ur_ipt_reader *rd, const struct ur_line *line)
{
	static const char *const builtin[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT",
					       "POSTROUTING" };
	const char *at = line->head + 1, *end = line->head + strlen(line->head);
	struct ur_ipt_word name, policy;
	struct ur_tree_chain *c;
	uint32_t index;
	int r;

	if (!ur_ipt_word(&at, end, &name) || !ur_ipt_word(&at, end, &policy) || !name.len ||
	    (!ur_ipt_is(&policy, "ACCEPT") && !ur_ipt_is(&policy, "DROP") &&
	     !ur_ipt_is(&policy, "-")))
		return -EBADMSG;
	r = ur_tree_chain(rd->tree, name.at, name.len, &index);
	if (r || *policy.at == '-')
		return r;
	c = &rd->tree->chains[index];
	c->base = true;
	c->policy = *policy.at == 'A' ? 'a' : 'd';
	for (c->hook = 0; c->hook < sizeof(builtin) / sizeof(*builtin); c->hook++)
		if (ur_ipt_is(&name, builtin[c->hook]))
			break;
	c->priority = priority_of(rd->table, c->hook);
	return 0;
}

/* How a rule with that target ends, if it isn't a chain of the table's. */
static enum ur_end end_of(const struct ur_ipt_word *target)
{
	static const struct {
		const char *target;
		enum ur_end end;
	} known[] = {
		{ "ACCEPT", UR_END_ACCEPT },  { "DROP", UR_END_DROP },
		{ "REJECT", UR_END_REJECT },  { "RETURN", UR_END_RETURN },
		{ "QUEUE", UR_END_OTHER },    { "NFQUEUE", UR_END_OTHER },
		{ "DNAT", UR_END_OTHER },     { "SNAT", UR_END_OTHER },
		{ "REDIRECT", UR_END_OTHER }, { "MASQUERADE", UR_END_OTHER },
		{ "NETMAP", UR_END_OTHER },   { "TPROXY", UR_END_OTHER },
		{ "SYNPROXY", UR_END_OTHER },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ur_ipt_is(target, known[i].target))
			return known[i].end;
	return UR_END_NONE; /* LOG, MARK, ... */
}

/* Find "-j TARGET" or "-g CHAIN". */
static bool find_target(const char *at, const char *end, struct ur_ipt_word *target, bool *goes)
{
	struct ur_ipt_word w;

	while (ur_ipt_word(&at, end, &w)) {
		*goes = ur_ipt_is(&w, "-g");
		if (*goes || ur_ipt_is(&w, "-j"))
			return ur_ipt_word(&at, end, target);
		if (ur_ipt_takes_any(&w))
			ur_ipt_word(&at, end, &w);
	}
	return false;
}

static bool is_chain(const struct ur_ipt_reader *rd, const struct ur_ipt_word *word)
{
	char name[UR_LINE_HEAD + 1];

	memcpy(name, word->at, word->len);
	name[word->len] = '\0';
	return ur_tree_find_chain(rd->tree, name) != UR_TREE_NONE;
}

/* Chains stand in the same order above and here. */
static bool enter_chain(struct ur_ipt_reader *rd, const struct ur_ipt_word *name)
{
	const struct ur_tree *t = rd->tree;

	for (size_t n = 0; n < t->nchains; n++) {
		uint32_t i = (rd->chain + n) % t->nchains;

		if (ur_ipt_is(name, ur_tree_text(t, t->chains[i].name))) {
			rd->chain = i;
			return true;
		}
	}
	return false;
}

/* "-A INPUT -p udp -m udp --dport 53 -j REJECT --reject-with icmp-port-unreachable" */
static int add_rule(struct ur_ipt_reader *rd, const struct ur_line *line)
{
	const char *at = line->head + 3, *end = line->head + strlen(line->head);
	struct ur_tree_rule rule = { .cut = line->len > UR_LINE_HEAD };
	struct ur_ipt_word name, target;
	bool goes = false, leads = false;
	uint32_t index;
	int r = ur_tree_index(rd->tree);

	if (r || !ur_ipt_word(&at, end, &name) || !enter_chain(rd, &name))
		return r ? r : -EBADMSG;
	rule.chain = rd->chain;
	rule.end = rule.cut ? UR_END_OTHER : UR_END_NONE;
	if (find_target(at, end, &target, &goes)) {
		leads = is_chain(rd, &target);
		if (goes && !leads)
			return -EBADMSG;
		rule.end = goes ? UR_END_GOTO : leads ? UR_END_JUMP : end_of(&target);
	}
	rd->tree->vague |= rule.cut && !leads;
	r = ur_tree_rule(rd->tree, &rule, line->head, strlen(line->head), &index);
	if (!r && leads)
		r = ur_tree_lead(rd->tree, index, goes, target.at, target.len);
	return r;
}

int ur_ipt_reader_line(const struct ur_line *line, void *reader)
{
	struct ur_ipt_reader *rd = reader;
	const char *s = line->head;

	rd->tree->iptables = true;
	if (!*s || *s == '#')
		return 0;
	if (rd->inside && !strncmp(s, "-A ", 3))
		return add_rule(rd, line);
	if (rd->inside && *s == ':')
		return rd->tree->names ? -EBADMSG : add_chain(rd, line);
	if (rd->inside && !strcmp(s, "COMMIT")) {
		rd->inside = false;
		rd->complete = true;
		return 0;
	}
	if (rd->inside || rd->complete || *s != '*' || strcmp(s + 1, rd->table))
		return -EBADMSG;
	rd->inside = true;
	return 0;
}
