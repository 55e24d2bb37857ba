// SPDX-License-Identifier: GPL-2.0-only
/* ipt_save.c - finding the right iptables-save, running it, counting its rules. */
#include "user/enrich/ipt_save.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/host/exec.h"

#define TIMEOUT_MS 5000

void ur_ipt_line_text(const struct ur_line *line, char text[UR_RULE_TEXT_MAX])
{
	if (line->len < UR_RULE_TEXT_MAX) {
		strcpy(text, line->head);
		return;
	}
	memcpy(text, line->head, UR_RULE_TEXT_MAX - 4);
	strcpy(text + UR_RULE_TEXT_MAX - 4, "...");
}

int ur_ipt_scan_line(const struct ur_line *line, void *scan)
{
	struct ur_ipt_scan *s = scan;
	size_t len = strlen(s->rule->chain);

	if (strncmp(line->head, "-A ", 3) || strncmp(line->head + 3, s->rule->chain, len) ||
	    (line->head[3 + len] != ' ' && line->head[3 + len]))
		return 0;
	if (++s->seen == s->rule->number)
		ur_ipt_line_text(line, s->text);
	return 0;
}

/* Does "--version" of @path say @want? "iptables-save v1.8.9 (nf_tables)" */
struct version {
	struct ur_lines lines;
	const char *want;
	bool found;
};

static int on_version(const struct ur_line *line, void *arg)
{
	struct version *v = arg;

	v->found |= !!strstr(line->head, v->want);
	return 0;
}

static bool version_says(const char *path, const char *want)
{
	const char *const argv[] = { path, "--version", NULL };
	struct version v = { .lines.fn = on_version, .want = want };
	char why[UR_REASON_MAX];

	v.lines.arg = &v;
	return !ur_exec_run(argv, TIMEOUT_MS, ur_lines_feed, &v.lines, why, sizeof(why)) && v.found;
}

/* The tool of the wanted kind: under its own name, or as what the host's plain name leads
 * to. Before 1.8 there was only legacy, and its version names no kind. */
static int find_tool(const struct ur_ipt_rule *rule, char path[UR_EXEC_PATH_MAX])
{
	const char *base = rule->ipv6 ? "ip6tables" : "iptables";
	char name[32];

	snprintf(name, sizeof(name), "%s-%s-save", base, rule->nft ? "nft" : "legacy");
	if (!ur_exec_find(name, path))
		return 0;
	snprintf(name, sizeof(name), "%s-save", base);
	if (ur_exec_find(name, path))
		return -ENOENT;
	return version_says(path, "(nf_tables)") == rule->nft ? 0 : -ENOENT;
}

bool ur_ipt_is_table(const char *table)
{
	static const char *const known[] = { "filter", "nat", "mangle", "raw", "security" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i], table))
			return true;
	return false;
}

int ur_ipt_save_lines(const struct ur_ipt_rule *rule, unsigned timeout_ms, ur_line_fn fn, void *arg,
		      char *why, size_t why_len)
{
	char path[UR_EXEC_PATH_MAX];
	const char *const argv[] = { path, "-t", rule->table, NULL };
	struct ur_lines lines = { .quoting = UR_QUOTES_IPTABLES, .fn = fn, .arg = arg };

	if (!ur_ipt_is_table(rule->table)) {
		snprintf(why, why_len, "iptables has no table of that name");
		return -EINVAL;
	}
	if (find_tool(rule, path)) {
		snprintf(why, why_len, "%s-save of the %s kind is not installed here",
			 rule->ipv6 ? "ip6tables" : "iptables", rule->nft ? "nft" : "legacy");
		return -ENOENT;
	}
	return ur_exec_run(argv, timeout_ms, ur_lines_feed, &lines, why, why_len);
}

/* Is what the tool printed the chain that the kernel showed? A string made to look like
 * more rules can only add to their number. */
static int check(const struct ur_ipt_scan *scan, char *why, size_t why_len)
{
	if (scan->seen == scan->rule->count && scan->text[0])
		return 0;
	snprintf(why, why_len, "iptables-save lists %u rules in the chain, the kernel %u",
		 scan->seen, scan->rule->count);
	return -ESTALE;
}

int ur_ipt_save(const struct ur_ipt_rule *rule, char text[UR_RULE_TEXT_MAX], char *why,
		size_t why_len)
{
	struct ur_ipt_scan scan = { .rule = rule };
	int r;

	r = ur_ipt_save_lines(rule, TIMEOUT_MS, ur_ipt_scan_line, &scan, why, why_len);
	if (!r)
		r = check(&scan, why, why_len);
	if (!r)
		strcpy(text, scan.text);
	return r;
}
