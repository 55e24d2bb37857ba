// SPDX-License-Identifier: GPL-2.0-only
/* nft_msg.c - walking attributes; what is unknown is skipped. */
#include "user/enrich/nft_msg.h"
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <string.h>
#include "user/enrich/nfnl.h"

#define UDATA_COMMENT 0 /* NFTNL_UDATA_RULE_COMMENT of libnftnl/udata.h */

bool ur_nft_parse_table(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_table *ret)
{
	struct ur_nla nla;

	*ret = (struct ur_nft_table){ .family = family };
	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type == NFTA_TABLE_NAME)
			ur_nla_string(&nla, ret->name, sizeof(ret->name));
		else if (nla.type == NFTA_TABLE_HANDLE)
			ret->handle = ur_nla_be64(&nla);
	}
	return ret->name[0] != '\0';
}

static void parse_hook(const struct ur_nla *hook, struct ur_nft_chain *ret)
{
	const uint8_t *at = hook->data;
	size_t len = hook->len;
	struct ur_nla nla;

	ret->base = true;
	while (ur_nla_next(&at, &len, &nla)) {
		if (nla.type == NFTA_HOOK_HOOKNUM)
			ret->hook = ur_nla_be32(&nla);
		else if (nla.type == NFTA_HOOK_PRIORITY)
			ret->priority = (int32_t)ur_nla_be32(&nla);
	}
}

bool ur_nft_parse_chain(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_chain *ret)
{
	struct ur_nla nla;
	char type[16] = "";

	*ret = (struct ur_nft_chain){ .family = family };
	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type == NFTA_CHAIN_TABLE)
			ur_nla_string(&nla, ret->table, sizeof(ret->table));
		else if (nla.type == NFTA_CHAIN_NAME)
			ur_nla_string(&nla, ret->name, sizeof(ret->name));
		else if (nla.type == NFTA_CHAIN_HANDLE)
			ret->handle = ur_nla_be64(&nla);
		else if (nla.type == NFTA_CHAIN_HOOK)
			parse_hook(&nla, ret);
		else if (nla.type == NFTA_CHAIN_TYPE)
			ur_nla_string(&nla, type, sizeof(type));
	}
	ret->nat = ret->base && !strcmp(type, "nat");
	return ret->table[0] && ret->name[0];
}

/* User data is a list of (type, length, value), a byte each but the value. A comment
 * inside xtables' match is there before and stays. */
static void parse_userdata(const struct ur_nla *nla, struct ur_nft_rule *ret)
{
	size_t at = 0;

	while (at + 2 <= nla->len && at + 2 + nla->data[at + 1] <= nla->len) {
		uint8_t type = nla->data[at], len = nla->data[at + 1];

		if (type == UDATA_COMMENT && !ret->comment[0])
			memcpy(ret->comment, nla->data + at + 2, len);
		at += 2 + len;
	}
}

/* "match" carries struct xt_comment_info: an array of 256 bytes, terminated or full. */
static void parse_match(const uint8_t *attrs, size_t len, struct ur_nft_rule *ret)
{
	struct ur_nla nla, info = {};
	char name[32] = "";

	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type == NFTA_MATCH_NAME)
			ur_nla_string(&nla, name, sizeof(name));
		else if (nla.type == NFTA_MATCH_INFO)
			info = nla;
	}
	if (info.data && !strcmp(name, "comment"))
		ur_nla_string(&info, ret->comment, sizeof(ret->comment));
}

static void parse_target(const uint8_t *attrs, size_t len, struct ur_nft_rule *ret)
{
	struct ur_nla nla;
	char name[32];

	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type != NFTA_TARGET_NAME)
			continue;
		ur_nla_string(&nla, name, sizeof(name));
		ret->xt_reject |= !strcmp(name, "REJECT");
	}
}

static uint64_t digest(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ at[i]) * 0x100000001b3ull; /* FNV-1a */
	return sum;
}

/* These count packets, and say so. */
static bool counts(const char *name)
{
	return !strcmp(name, "counter") || !strcmp(name, "quota") || !strcmp(name, "last");
}

/* Sets without a name get the first of "__set%d", "__map%d" that is free: it may be given to
 * another one. */
static bool names_anonymous(const struct ur_nla *data)
{
	for (size_t i = 0; i + 5 <= data->len; i++)
		if (!memcmp(data->data + i, "__set", 5) || !memcmp(data->data + i, "__map", 5))
			return true;
	return false;
}

static void add_digest(const char *name, const struct ur_nla *data, struct ur_nft_rule *ret)
{
	ret->digest = digest(ret->digest, name, strlen(name) + 1);
	if (!counts(name))
		ret->digest = digest(ret->digest, data->data, data->len);
	ret->anonymous |= names_anonymous(data);
}

static void parse_expression(const struct ur_nla *elem, struct ur_nft_rule *ret)
{
	const uint8_t *at = elem->data;
	size_t len = elem->len;
	struct ur_nla nla, data = {};
	char name[32] = "";

	while (ur_nla_next(&at, &len, &nla)) {
		if (nla.type == NFTA_EXPR_NAME)
			ur_nla_string(&nla, name, sizeof(name));
		else if (nla.type == NFTA_EXPR_DATA)
			data = nla;
	}
	add_digest(name, &data, ret);
	if (!strcmp(name, "reject"))
		ret->reject = true;
	else if (!strcmp(name, "match"))
		parse_match(data.data, data.len, ret);
	else if (!strcmp(name, "target"))
		parse_target(data.data, data.len, ret);
}

static void parse_expressions(const struct ur_nla *list, struct ur_nft_rule *ret)
{
	const uint8_t *at = list->data;
	size_t len = list->len;
	struct ur_nla nla;

	while (ur_nla_next(&at, &len, &nla))
		if (nla.type == NFTA_LIST_ELEM)
			parse_expression(&nla, ret);
}

bool ur_nft_parse_rule(uint8_t family, const uint8_t *attrs, size_t len, struct ur_nft_rule *ret)
{
	struct ur_nla nla, userdata = {};

	*ret = (struct ur_nft_rule){ .family = family, .digest = 0xcbf29ce484222325ull };
	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type == NFTA_RULE_TABLE)
			ur_nla_string(&nla, ret->table, sizeof(ret->table));
		else if (nla.type == NFTA_RULE_CHAIN)
			ur_nla_string(&nla, ret->chain, sizeof(ret->chain));
		else if (nla.type == NFTA_RULE_HANDLE)
			ret->handle = ur_nla_be64(&nla);
		else if (nla.type == NFTA_RULE_EXPRESSIONS)
			parse_expressions(&nla, ret);
		else if (nla.type == NFTA_RULE_USERDATA)
			userdata = nla;
	}
	parse_userdata(&userdata, ret);
	ret->digest = ret->anonymous ? 0 : digest(ret->digest, userdata.data, userdata.len);
	return ret->table[0] && ret->chain[0] && ret->handle;
}

bool ur_nft_parse_generation(const uint8_t *attrs, size_t len, uint32_t *ret)
{
	struct ur_nla nla;

	while (ur_nla_next(&attrs, &len, &nla)) {
		if (nla.type != NFTA_GEN_ID)
			continue;
		*ret = ur_nla_be32(&nla);
		return true;
	}
	return false;
}
