// SPDX-License-Identifier: GPL-2.0-only
/* nft_prefetch.c - one table after the other: which rules reject, then how they read.
 *
 * All that is kept of a table, until it is known to match the listing, is its rejecting
 * rules, in one array and one arena of strings.
 */
#include "user/enrich/nft_prefetch.h"
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_find.h"
#include "user/enrich/nft_list.h"
#include "user/enrich/nft_msg.h"

#define TABLES_MAX  256
#define RULES_MAX   65536
#define STRINGS_MAX (8u << 20)
#define TIMEOUT_MS  60000
#define ANONYMOUS   "__chain" /* nft lists such chains inside the rule that jumps there */
#define NO_TEXT     0

struct item {
	uint64_t handle;
	uint64_t digest;
	uint32_t number; /* in its chain */
	uint32_t chain;  /* offsets in strings */
	uint32_t comment;
	uint32_t text; /* NO_TEXT: not seen in a listing */
	bool xt;
	bool iptables_text;
};

struct tables {
	size_t n;
	struct ur_nft_table one[TABLES_MAX];
};

/* The table at hand. */
struct reading {
	const struct ur_nft_table *table;
	struct ur_rule_cache *cache;
	struct ur_rule_key key; /* but for the rule */
	uint32_t generation;
	struct item *items;
	size_t n;
	size_t room;
	char *strings; /* offset 0 holds "" */
	size_t used;
	size_t strings_room;
	uint32_t rules;                /* that the kernel showed */
	uint32_t anonymous;            /* of them in anonymous chains */
	uint32_t chain;                /* being read: offset of its name */
	uint32_t number;               /* the last rule's in it */
	uint32_t listed;               /* rules that the tool printed */
	bool xt;                       /* some reject through xtables */
	size_t at;                     /* the item that iptables-save comes to next */
	char current[UR_NFT_NAME_MAX]; /* the chain that it is in */
};

static void reading_clear(struct reading *rd)
{
	free(rd->items);
	free(rd->strings);
}

static int reserve(void **mem, size_t *room, size_t need, size_t size)
{
	size_t n = *room ? *room : 256;
	void *p;

	while (n < need)
		n *= 2;
	if (n == *room)
		return 0;
	p = realloc(*mem, n * size);
	if (!p)
		return -ENOMEM;
	*mem = p;
	*room = n;
	return 0;
}

static int add_string(struct reading *rd, const char *string, uint32_t *offset)
{
	size_t len = strlen(string) + 1;
	int r;

	if (rd->used + len > STRINGS_MAX)
		return -E2BIG;
	r = reserve((void **)&rd->strings, &rd->strings_room, rd->used + len, 1);
	if (r)
		return r;
	memcpy(rd->strings + rd->used, string, len);
	*offset = rd->used;
	rd->used += len;
	return 0;
}

static int add_item(struct reading *rd, const struct ur_nft_rule *rule)
{
	struct item *it;
	int r;

	if (rd->n == RULES_MAX)
		return -E2BIG;
	r = reserve((void **)&rd->items, &rd->room, rd->n + 1, sizeof(*rd->items));
	if (r)
		return r;
	it = &rd->items[rd->n];
	*it = (struct item){
		.handle = rule->handle,
		.digest = rule->digest,
		.number = rd->number,
		.chain = rd->chain,
		.xt = rule->xt_reject,
	};
	rd->xt |= it->xt;
	if (rule->comment[0])
		r = add_string(rd, rule->comment, &it->comment);
	rd->n += !r;
	return r;
}

/* Is it a rule that rejects, whose text isn't there yet? */
static bool is_wanted(struct reading *rd, const struct ur_nft_rule *rule)
{
	if (!rule->reject && !rule->xt_reject)
		return false;
	rd->key.rule = rule->handle;
	return !ur_rule_cache_confirm(rd->cache, &rd->key, rule->digest, rd->generation);
}

/* The kernel dumps chain by chain (nf_tables_dump_rules()). */
static int on_rule(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct reading *rd = arg;
	struct ur_nft_rule rule;
	int r = 0;

	if (!ur_nft_parse_rule(family, attrs, len, &rule) || strcmp(rule.table, rd->table->name) ||
	    family != rd->table->family)
		return 0;
	if (strcmp(rd->strings + rd->chain, rule.chain)) {
		r = add_string(rd, rule.chain, &rd->chain);
		rd->number = 0;
	}
	rd->rules++;
	rd->number++;
	rd->anonymous += !strncmp(rule.chain, ANONYMOUS, strlen(ANONYMOUS));
	return !r && is_wanted(rd, &rule) ? add_item(rd, &rule) : r;
}

static int by_handle(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->handle < y->handle ? -1 : x->handle > y->handle;
}

static int set_text(struct reading *rd, struct item *it, const char *text, bool iptables)
{
	it->iptables_text = iptables;
	return add_string(rd, text, &it->text);
}

static int on_listed(uint64_t handle, const struct ur_line *line, const char *text, void *arg)
{
	struct reading *rd = arg;
	const struct item want = { .handle = handle };
	struct item *it = bsearch(&want, rd->items, rd->n, sizeof(want), by_handle);

	rd->listed++;
	if (!it || ur_nft_list_is_end(line))
		return 0;
	return set_text(rd, it, text, false);
}

static bool in_chain(const struct reading *rd, size_t i)
{
	return !strcmp(rd->strings + rd->items[i].chain, rd->current);
}

/* Go to the first item of the chain that the listing has come to. It mostly is the next. */
static void enter_chain(struct reading *rd, const char *chain, size_t len)
{
	size_t start = rd->at;

	memcpy(rd->current, chain, len);
	rd->current[len] = '\0';
	rd->number = 0;
	for (size_t k = 0; k < rd->n; k++) {
		rd->at = (start + k) % rd->n;
		if (in_chain(rd, rd->at) && (!rd->at || !in_chain(rd, rd->at - 1)))
			return;
	}
}

/* Rules of iptables-save come chain by chain as well, but the chains in another order. */
static int on_saved(const struct ur_line *line, void *arg)
{
	struct reading *rd = arg;
	const char *chain = line->head + 3;
	size_t len = strcspn(chain, " ");
	char text[UR_RULE_TEXT_MAX];
	struct item *it;

	if (strncmp(line->head, "-A ", 3) || len >= sizeof(rd->current))
		return 0;
	if (strncmp(rd->current, chain, len) || rd->current[len])
		enter_chain(rd, chain, len);
	rd->listed++;
	rd->number++;
	it = &rd->items[rd->at];
	if (!in_chain(rd, rd->at) || it->number != rd->number)
		return 0;
	rd->at = (rd->at + 1) % rd->n;
	if (!it->xt)
		return 0;
	ur_ipt_line_text(line, text);
	return set_text(rd, it, text, true);
}

/* How the listing went, @r being the tool's result. Forgets texts that can't be trusted: it
 * didn't come to its end, or it isn't of the rules that the kernel has. */
static int check_listing(struct reading *rd, int r)
{
	if (!r && rd->listed != rd->rules && rd->listed != rd->rules - rd->anonymous)
		r = -ESTALE;
	for (size_t i = 0; i < rd->n && r; i++)
		rd->items[i].text = NO_TEXT;
	return r;
}

static int list_nft(struct reading *rd)
{
	const struct ur_nft_list list = {
		.family = rd->table->family,
		.table = rd->table->name,
		.timeout_ms = TIMEOUT_MS,
	};
	char why[UR_REASON_MAX];
	int r;

	qsort(rd->items, rd->n, sizeof(*rd->items), by_handle);
	rd->listed = 0;
	r = ur_nft_list_run(&list, on_listed, rd, why, sizeof(why));
	return check_listing(rd, r);
}

static int list_iptables(struct reading *rd)
{
	const struct ur_ipt_rule which = {
		.nft = true,
		.ipv6 = rd->table->family == NFPROTO_IPV6,
		.table = rd->table->name,
	};
	char why[UR_REASON_MAX];
	int r;

	if (rd->table->family != NFPROTO_IPV4 && rd->table->family != NFPROTO_IPV6)
		return -EINVAL;
	rd->listed = 0;
	r = ur_ipt_save_lines(&which, TIMEOUT_MS, on_saved, rd, why, sizeof(why));
	return check_listing(rd, r);
}

/* Only now is it known that texts and rules are of one rule set. The place in the
 * chain is looked up again when an event asks. */
static void keep(const struct reading *rd)
{
	struct ur_rule_key key = rd->key;
	struct ur_rule_text text;

	for (size_t i = 0; i < rd->n; i++) {
		const struct item *it = &rd->items[i];
		struct ur_nft_place place = {};

		if (it->text == NO_TEXT)
			continue;
		strcpy(place.rule.table, rd->table->name);
		strcpy(place.rule.chain, rd->strings + it->chain);
		strcpy(place.rule.comment, rd->strings + it->comment);
		text = (struct ur_rule_text){ .looked = UR_FOUND };
		ur_nft_describe(&place, &text);
		strcpy(text.text, rd->strings + it->text);
		text.iptables_text = it->iptables_text;
		key.rule = it->handle;
		ur_rule_cache_put(rd->cache, &key, &text,
				  &(struct ur_rule_span){ .first = rd->generation,
							  .last = rd->generation,
							  .digest = it->digest });
	}
}

static int read_table(struct ur_nfnl *nl, struct reading *rd)
{
	const struct ur_nfnl_arg args[] = {
		{ .type = NFTA_RULE_TABLE, .string = rd->table->name },
	};
	uint32_t empty;
	int r = add_string(rd, "", &empty);

	if (!r)
		r = ur_nfnl_get(nl, NFT_MSG_GETRULE, rd->table->family, true, args, 1, on_rule, rd);
	if (r || !rd->n)
		return r;
	r = rd->xt ? list_iptables(rd) : -EINVAL;
	return r ? list_nft(rd) : 0;
}

static int on_table(uint8_t family, const uint8_t *attrs, size_t len, void *arg)
{
	struct tables *t = arg;

	if (t->n == TABLES_MAX)
		return 1;
	if (ur_nft_parse_table(family, attrs, len, &t->one[t->n]))
		t->n++;
	return 0;
}

static int prefetch_table(struct ur_nfnl *nl, const struct ur_nft_table *table,
			  struct ur_rule_cache *cache, const struct ur_rule_key *base,
			  uint32_t generation)
{
	ur_cleanup(reading_clear) struct reading rd = {
		.table = table, .cache = cache, .key = *base, .generation = generation
	};
	uint32_t now;
	int r;

	rd.key.table = table->handle;
	r = read_table(nl, &rd);

	if (r == -EINTR || r == -ENOMEM || r == -ETIMEDOUT || r == -ECANCELED)
		return r;
	r = ur_nft_generation(nl, &now);
	if (r || now != generation)
		return r ? r : -EINTR;
	keep(&rd);
	return 0;
}

int ur_nft_prefetch_run(struct ur_rule_cache *cache, const struct ur_rule_key *base,
			uint32_t generation)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	ur_cleanup(ur_freep) struct tables *tables = calloc(1, sizeof(*tables));
	int r = tables ? ur_nfnl_open(&nl) : -ENOMEM;

	if (!r)
		r = ur_nfnl_get(&nl, NFT_MSG_GETTABLE, NFPROTO_UNSPEC, true, NULL, 0, on_table,
				tables);
	for (size_t i = 0; !r && i < tables->n; i++)
		r = prefetch_table(&nl, &tables->one[i], cache, base, generation);
	return r;
}
