// SPDX-License-Identifier: GPL-2.0-only
/* nft_list.c - running nft, and reading what it lists. */
#include "user/enrich/nft_list.h"
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/evidence.h"

#define SUFFIX " # handle "

static const char *const families[] = {
	[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",       [NFPROTO_ARP] = "arp",
	[NFPROTO_NETDEV] = "netdev", [NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
};

struct listing {
	struct ur_lines lines;
	ur_nft_list_fn fn;
	void *arg;
	char text[UR_RULE_TEXT_MAX];
};

const char *ur_nft_list_handle(const char *text, size_t len, uint64_t *handle)
{
	const char *suffix;
	size_t digits = 0;

	while (digits < len && text[len - 1 - digits] >= '0' && text[len - 1 - digits] <= '9')
		digits++;
	if (!digits || digits > 19 || len - digits < strlen(SUFFIX))
		return NULL;
	suffix = text + len - digits - strlen(SUFFIX);
	if (strncmp(suffix, SUFFIX, strlen(SUFFIX)))
		return NULL;
	*handle = 0;
	for (size_t i = len - digits; i < len; i++)
		*handle = *handle * 10 + (uint64_t)(text[i] - '0');
	return suffix;
}

bool ur_nft_list_parse(const struct ur_line *line, uint64_t *handle, char *text, size_t len)
{
	const char *suffix = ur_nft_list_handle(line->tail, strlen(line->tail), handle);
	size_t body, indent = strspn(line->head, "\t ");

	if (!suffix || suffix == line->tail || suffix[-1] == '{')
		return false;
	body = line->len - strlen(suffix);
	if (body <= indent)
		return false;
	body -= indent;
	if (body < len && indent + body <= UR_LINE_HEAD) {
		memcpy(text, line->head + indent, body);
		text[body] = '\0';
		return true;
	}
	body = UR_LINE_HEAD - indent < len - 4 ? UR_LINE_HEAD - indent : len - 4;
	memcpy(text, line->head + indent, body);
	strcpy(text + body, "...");
	return true;
}

bool ur_nft_list_is_end(const struct ur_line *line)
{
	return line->head[strspn(line->head, "\t ")] == '}';
}

static int on_line(const struct ur_line *line, void *arg)
{
	struct listing *l = arg;
	uint64_t handle;

	if (!ur_nft_list_parse(line, &handle, l->text, sizeof(l->text)))
		return 0;
	return l->fn(handle, line, l->text, l->arg);
}

/* nft puts its arguments together and parses that, so a name is an identifier of its
 * language or isn't passed at all. */
static bool is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t rest;

	if (!*name || !strchr(letters, *name))
		return false;
	rest = strspn(name, letters);
	while (name[rest] && strchr("0123456789/-.", name[rest]))
		rest += 1 + strspn(name + rest + 1, letters);
	return !name[rest];
}

int ur_nft_list_raw(const struct ur_nft_list *list, ur_exec_fn fn, void *arg, char *why,
		    size_t why_len)
{
	const char *family =
		list->family < sizeof(families) / sizeof(*families) ? families[list->family] : NULL;
	char nft[UR_EXEC_PATH_MAX];
	const char *argv[] = {
		nft,    "-a",        "-s",        "list", list->chain ? "chain" : "table",
		family, list->table, list->chain, NULL
	};

	if (!family || !is_plain(list->table) || (list->chain && !is_plain(list->chain))) {
		snprintf(why, why_len, "nft can't be asked for a name like that");
		return -EINVAL;
	}
	if (ur_exec_find("nft", nft)) {
		snprintf(why, why_len, "nft is not installed here");
		return -ENOENT;
	}
	return ur_exec_run(argv, list->timeout_ms, fn, arg, why, why_len);
}

int ur_nft_list_run(const struct ur_nft_list *list, ur_nft_list_fn fn, void *arg, char *why,
		    size_t why_len)
{
	struct listing l = {
		.lines.quoting = UR_QUOTES_NFT, .lines.fn = on_line, .fn = fn, .arg = arg
	};

	l.lines.arg = &l;
	return ur_nft_list_raw(list, ur_lines_feed, &l.lines, why, why_len);
}
