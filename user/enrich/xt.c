// SPDX-License-Identifier: GPL-2.0-only
/* xt.c - from an event to the rule, through getsockopt() and iptables-save. */
#include "user/enrich/xt.h"
/* libc's in.h goes before the kernel's, which then leaves out what both define */
#include <netinet/in.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "user/enrich/ipt_save.h"
#include "user/enrich/rule_cache.h"
#include "user/enrich/rule_trees.h"
#include "user/enrich/xt_blob.h"
#include "user/enrich/xt_way.h"

#define CACHE_BYTES (1u << 20)
#define TREES_BYTES (16u << 20)
#define BLOB_MAX    (64u << 20)
#define TRIES       3
#define TABLES      64
#define REST_NS     60000000000ull /* after the tool ran into its timeout */

/* When a table of a namespace was first seen as it was last. */
struct seen {
	uint32_t netns; /* 0: free */
	bool ipv6;
	uint64_t cookie;
	uint64_t digest;
	uint64_t at_ns;
};

struct ur_xt {
	struct ur_rule_cache *cache; /* by namespace, digest and offset */
	struct ur_trees *trees;      /* by namespace, digest and family */
	struct ur_rule_key tree;     /* that of the last rule, table 0: not found */
	uint64_t rest_until;         /* ns */
	unsigned next;               /* the slot to reuse */
	struct seen seen[TABLES];
};

/* One reading of one table. The structures of IPv6 are the same as those of IPv4. */
struct blob {
	struct ipt_getinfo info;
	struct ipt_get_entries *entries;
	struct ur_xt_table table;
	uint64_t digest;
};
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "one struct for both");
_Static_assert(offsetof(struct ipt_get_entries, entrytable) ==
		       offsetof(struct ip6t_get_entries, entrytable),
	       "one struct for both");
_Static_assert(IPT_SO_GET_INFO == IP6T_SO_GET_INFO && IPT_SO_GET_ENTRIES == IP6T_SO_GET_ENTRIES,
	       "one number for both");

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

int ur_xt_new(struct ur_xt **ret)
{
	ur_cleanup(ur_xt_freep) struct ur_xt *xt = calloc(1, sizeof(*xt));
	int r;

	if (!xt)
		return -ENOMEM;
	r = ur_rule_cache_new(CACHE_BYTES, &xt->cache) ?: ur_trees_new(TREES_BYTES, &xt->trees);
	if (r)
		return r;
	*ret = ur_take(xt);
	return 0;
}

void ur_xt_free(struct ur_xt *xt)
{
	if (!xt)
		return;
	ur_trees_free(xt->trees);
	ur_rule_cache_free(xt->cache);
	free(xt);
}

static void blob_clear(struct blob *b)
{
	free(b->entries);
	b->entries = NULL;
}

/* The tables that this namespace has: xt_find_table_lock() would make any other. */
static bool table_exists(const char *table, bool ipv6)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(ipv6 ? "/proc/thread-self/net/ip6_tables_names" :
						      "/proc/thread-self/net/ip_tables_names",
					       "re");
	char line[XT_TABLE_MAXNAMELEN + 2];

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, table))
			return true;
	}
	return false;
}

static int get_entries(int fd, int level, struct blob *b)
{
	socklen_t len = sizeof(*b->entries) + b->info.size;

	if (b->info.size > BLOB_MAX)
		return -E2BIG;
	b->entries = calloc(1, len);
	if (!b->entries)
		return -ENOMEM;
	memcpy(b->entries->name, b->info.name, sizeof(b->entries->name));
	b->entries->size = b->info.size;
	if (getsockopt(fd, level, IPT_SO_GET_ENTRIES, b->entries, &len))
		return -errno;
	b->table.entries = (const uint8_t *)b->entries->entrytable;
	b->table.size = b->info.size;
	return 0;
}

/* Read table @name as get_info() and get_entries() of the kernel show it. Returns -EAGAIN
 * when it was replaced between the two. */
static int blob_read(const char *name, bool ipv6, struct blob *b)
{
	const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
	ur_cleanup(ur_closep) int fd =
		socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	socklen_t len = sizeof(b->info);
	int r;

	if (fd < 0)
		return -errno;
	snprintf(b->info.name, sizeof(b->info.name), "%s", name);
	if (getsockopt(fd, level, IPT_SO_GET_INFO, &b->info, &len))
		return -errno;
	r = get_entries(fd, level, b);
	if (r)
		return r;
	b->table.ipv6 = ipv6;
	b->table.valid_hooks = b->info.valid_hooks;
	for (unsigned i = 0; i < UR_XT_HOOKS; i++)
		b->table.hook_entry[i] = b->info.hook_entry[i];
	b->digest = ur_xt_digest(&b->table);
	return b->digest ? 0 : -EBADMSG;
}

/* Is the table, as it is now, surely what it was at @ts_ns, in the past? */
static bool stood_still(struct ur_xt *xt, const struct ur_rule_key *key, bool ipv6, uint64_t ts_ns)
{
	struct seen *s, *end = xt->seen + TABLES;

	for (s = xt->seen; s < end; s++)
		if (s->netns == key->netns && s->cookie == key->cookie && s->ipv6 == ipv6)
			break;
	if (s == end) {
		s = &xt->seen[xt->next++ % TABLES];
		*s = (struct seen){ .netns = key->netns, .cookie = key->cookie, .ipv6 = ipv6 };
	}
	if (s->digest != key->table) {
		s->digest = key->table;
		s->at_ns = now_ns();
	}
	return s->at_ns <= ts_ns;
}

/* Find the entry that fired: it lies where it lay then, and says what it said. */
static int locate(const struct ur_rule *want, const struct blob *b, struct ur_xt_rule *rule)
{
	int r = -ESTALE;

	if (b->info.size == want->xt_size && b->info.num_entries == want->xt_number)
		r = ur_xt_find(&b->table, want->xt_entry_off, rule);
	if (!r && want->xt_digest && want->xt_digest != rule->digest)
		r = -ESTALE;
	return r == -ENOENT || (!r && strcmp(rule->target, "REJECT")) ? -ESTALE : r;
}

static void describe(const struct ur_rule *want, const struct ur_xt_rule *rule,
		     struct ur_rule_text *ret)
{
	snprintf(ret->table, sizeof(ret->table), "%s", want->table);
	snprintf(ret->chain, sizeof(ret->chain), "%s", rule->chain);
	snprintf(ret->comment, sizeof(ret->comment), "%s", rule->comment);
	ret->number = rule->number;
	if (ur_xt_builtin(want->hook))
		strcpy(ret->base_chain, ur_xt_builtin(want->hook));
}

static void read_text(struct ur_xt *xt, const struct ur_rule *want, const struct blob *b,
		      const struct ur_xt_rule *rule, struct ur_tree **tree,
		      struct ur_rule_text *ret)
{
	const struct ur_ipt_rule which = {
		.ipv6 = b->table.ipv6,
		.table = want->table,
		.chain = rule->chain,
		.number = rule->number,
		.count = rule->count,
	};
	int r;

	if (now_ns() < xt->rest_until) {
		snprintf(ret->reason, sizeof(ret->reason),
			 "listing the rules took too long before");
		return;
	}
	r = ur_xt_read(&which, tree, ret->text, ret->reason, sizeof(ret->reason));
	if (r == -E2BIG || r == -EBADMSG) /* no tree, but the one rule may do */
		r = ur_ipt_save(&which, ret->text, ret->reason, sizeof(ret->reason));
	if (r == -ETIMEDOUT)
		xt->rest_until = now_ns() + REST_NS;
	ret->iptables_text = !r;
	ret->looked = r ? UR_COULD_NOT : UR_FOUND;
}

static int say(struct ur_rule_text *ret, enum ur_looked looked, const char *reason)
{
	ret->looked = looked;
	snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
	return 0;
}

static struct ur_rule_key table_key(const struct ur_event *ev, uint64_t cookie, uint64_t digest)
{
	return (struct ur_rule_key){ ev->netns_inum, cookie, digest, ev->family };
}

/* One attempt. Returns -EAGAIN when the table was replaced meanwhile. */
static int read_rule(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev,
		     struct ur_rule_text *ret)
{
	const bool ipv6 = ev->family == 6;
	ur_cleanup(blob_clear) struct blob b = {};
	ur_cleanup(blob_clear) struct blob after = {};
	struct ur_rule_key key = { ev->netns_inum, cookie, 0, ev->rule.xt_entry_off };
	struct ur_xt_rule rule;
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	struct ur_rule_span span;
	int r = blob_read(ev->rule.table, ipv6, &b);

	*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
	if (!r)
		r = locate(&ev->rule, &b, &rule);
	if (r == -ESTALE)
		return say(ret, UR_CHANGED, "the table was replaced since");
	if (r)
		return r;
	key.table = b.digest;
	if (!ur_rule_cache_get(xt->cache, &key, ret, &span)) {
		describe(&ev->rule, &rule, ret);
		read_text(xt, &ev->rule, &b, &rule, &tree, ret);
		blob_clear(&b); /* its digest stays; a table can be large */
		r = blob_read(ev->rule.table, ipv6, &after);
		if (r || after.digest != b.digest)
			return r ? r : -EAGAIN;
		if (ret->looked == UR_FOUND)
			ur_rule_cache_put(xt->cache, &key, ret, &(struct ur_rule_span){});
	}
	ret->generation_same = stood_still(xt, &key, ipv6, ev->ts_ns);
	xt->tree = table_key(ev, cookie, b.digest);
	if (tree)
		ur_trees_put(xt->trees, &xt->tree, 0, ur_take(tree));
	return 0;
}

static void find_rule(struct ur_xt *xt, uint64_t cookie, const struct ur_event *ev,
		      struct ur_rule_text *ret)
{
	int r = -EAGAIN;

	*ret = (struct ur_rule_text){ .looked = UR_COULD_NOT };
	if (!(ev->rule.flags & UR_RULE_XT)) {
		say(ret, UR_COULD_NOT, "the kernel side could not tell which rule it was");
		return;
	}
	if (!table_exists(ev->rule.table, ev->family == 6)) {
		say(ret, UR_CHANGED, "the table is gone since");
		return;
	}
	for (int i = 0; i < TRIES && r == -EAGAIN; i++)
		r = read_rule(xt, cookie, ev, ret);
	if (!r)
		return;
	*ret = (struct ur_rule_text){};
	say(ret, UR_COULD_NOT, r == -EAGAIN ? "the table keeps changing" : strerror(-r));
}

void ur_xt_rule(struct ur_xt *xt, uint64_t cookie, struct ur_evidence *ev)
{
	const struct ur_tree *tree;
	uint32_t generation;

	xt->tree = (struct ur_rule_key){};
	find_rule(xt, cookie, &ev->ev, &ev->rule);
	tree = xt->tree.table ? ur_trees_get(xt->trees, &xt->tree, &generation) : NULL;
	if (tree)
		ur_xt_fill_way(tree, ev);
	else
		snprintf(ev->way.reason, sizeof(ev->way.reason), "%s", ev->rule.reason);
}
