// SPDX-License-Identifier: GPL-2.0-only
/* xt_blob.c - walking the entries, every length checked.
 *
 * A blob is the built-in chains in the order of their hooks, each ending with its policy;
 * then the user's chains, each starting with an entry whose target is ERROR and carries
 * the name, and ending with a return; then one more ERROR (translate_table()).
 */
#include "user/enrich/xt_blob.h"
#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_comment.h>
#include <string.h>
#include "bpf/abi.h"

#define HEADER sizeof(struct xt_entry_target) /* of targets, and the same of matches */
_Static_assert(HEADER == sizeof(struct xt_entry_match), "one header for both");

/* One rule of the blob. */
struct entry {
	size_t at;
	size_t matches; /* offsets in the blob */
	size_t target;
	size_t end;
	char name[XT_EXTENSION_MAXNAMELEN + 1]; /* of the target */
};

/* Where the walk is. */
struct walk {
	char chain[UR_XT_CHAIN_MAX];
	uint32_t number;
	bool found; /* the rest of the chain is walked to count it */
};

static const char *const builtin_names[UR_XT_HOOKS] = {
	"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING",
};

static uint16_t u16_at(const struct ur_xt_table *t, size_t at)
{
	uint16_t value;

	memcpy(&value, t->entries + at, sizeof(value));
	return value;
}

/* Read the entry at @at. False: it doesn't fit where it is. */
static bool read_entry(const struct ur_xt_table *t, size_t at, struct entry *e)
{
	size_t header = t->ipv6 ? sizeof(struct ip6t_entry) : sizeof(struct ipt_entry);
	size_t target = t->ipv6 ? offsetof(struct ip6t_entry, target_offset) :
				  offsetof(struct ipt_entry, target_offset);
	uint16_t target_offset, next_offset;

	if (t->size - at < header)
		return false;
	target_offset = u16_at(t, at + target);
	next_offset = u16_at(t, at + target + sizeof(uint16_t));
	if (next_offset > t->size - at || target_offset < header ||
	    target_offset + HEADER > next_offset)
		return false;
	e->at = at;
	e->matches = at + header;
	e->target = at + target_offset;
	e->end = at + next_offset;
	memcpy(e->name, t->entries + e->target + sizeof(uint16_t), XT_EXTENSION_MAXNAMELEN);
	e->name[XT_EXTENSION_MAXNAMELEN - 1] = '\0';
	return true;
}

/* Copy bytes up to @end, or to a terminator before. */
static void copy_string(const struct ur_xt_table *t, size_t at, size_t end, char *to, size_t room)
{
	const char *from = (const char *)t->entries + at;
	size_t len = strnlen(from, end - at);

	len = len < room - 1 ? len : room - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

/* The text of the comment match, which is its whole payload. */
static void read_comment(const struct ur_xt_table *t, const struct entry *e, char *comment)
{
	size_t at = e->matches;

	*comment = '\0';
	while (e->target - at >= HEADER) {
		size_t len = u16_at(t, at);
		char name[XT_EXTENSION_MAXNAMELEN];

		if (len < HEADER || len > e->target - at)
			return;
		memcpy(name, t->entries + at + sizeof(uint16_t), sizeof(name));
		name[sizeof(name) - 1] = '\0';
		if (!strcmp(name, "comment")) {
			copy_string(t, at + HEADER, at + len, comment, UR_XT_COMMENT_MAX);
			return;
		}
		at += len;
	}
}

/* Does a chain start with the entry at @e? A user's starts behind its ERROR entry, so that
 * isn't one of its rules. Returns true when @e itself is no rule. */
static bool start_chain(const struct ur_xt_table *t, const struct entry *e, struct walk *w)
{
	for (unsigned hook = 0; hook < UR_XT_HOOKS; hook++) {
		if (!(t->valid_hooks & 1u << hook) || t->hook_entry[hook] != e->at)
			continue;
		*w = (struct walk){};
		strcpy(w->chain, builtin_names[hook]);
		return false;
	}
	if (strcmp(e->name, XT_ERROR_TARGET))
		return false;
	*w = (struct walk){};
	copy_string(t, e->target + HEADER, e->end, w->chain, sizeof(w->chain));
	return true;
}

static bool ends_chain(const struct ur_xt_table *t, const struct entry *e)
{
	for (unsigned hook = 0; hook < UR_XT_HOOKS; hook++)
		if (t->valid_hooks & 1u << hook && t->hook_entry[hook] == e->at)
			return true;
	return !strcmp(e->name, XT_ERROR_TARGET);
}

/* The words from @at to @end, the last one filled up with 0. */
static uint64_t digest_words(const struct ur_xt_table *t, size_t at, size_t end, uint64_t sum)
{
	for (; at < end; at += sizeof(uint64_t)) {
		uint64_t word = 0;

		memcpy(&word, t->entries + at, end - at < sizeof(word) ? end - at : sizeof(word));
		sum = ur_digest_step(sum, word);
	}
	return sum;
}

/* A match or target: its size without the header, its name with the revision, its data. */
static uint64_t digest_ext(const struct ur_xt_table *t, size_t at, size_t len, uint64_t sum)
{
	const size_t name = at + sizeof(uint16_t);

	sum = ur_digest_step(sum, len - HEADER);
	sum = digest_words(t, name, at + HEADER, sum);
	return digest_words(t, at + HEADER, at + len, sum);
}

/* What the kernel side makes of the same entry. 0: its matches don't fill their place. */
static uint64_t entry_digest(const struct ur_xt_table *t, const struct entry *e)
{
	size_t at = e->matches;
	uint64_t sum = digest_words(t, e->at, at - sizeof(struct xt_counters), UR_DIGEST_SEED);

	while (e->target - at >= HEADER) {
		size_t len = u16_at(t, at);

		if (len < HEADER || len > e->target - at)
			return 0;
		sum = digest_ext(t, at, len, sum);
		at += len;
	}
	return at == e->target ? digest_ext(t, at, e->end - at, sum) : 0;
}

static void found(const struct ur_xt_table *t, const struct entry *e, const struct walk *w,
		  struct ur_xt_rule *ret)
{
	*ret = (struct ur_xt_rule){ .number = w->number };
	strcpy(ret->chain, w->chain);
	strcpy(ret->target, e->name);
	read_comment(t, e, ret->comment);
	ret->digest = entry_digest(t, e);
}

int ur_xt_find(const struct ur_xt_table *table, uint64_t target_off, struct ur_xt_rule *ret)
{
	struct walk w = {};
	struct entry e;

	for (size_t at = 0; at < table->size; at = e.end) {
		if (!read_entry(table, at, &e))
			return -EBADMSG;
		if (w.found && ends_chain(table, &e))
			break;
		if (start_chain(table, &e, &w))
			continue;
		w.number++;
		if (e.target == target_off) {
			found(table, &e, &w, ret);
			w.found = true;
		}
	}
	if (!w.found || !w.number)
		return -ENOENT;
	ret->count = w.number - 1;
	/* the policy, or the implied return, is no rule of the user's */
	return ret->number <= ret->count ? 0 : -ENOENT;
}

/* Rules of the chain that ends here: the last one is its policy, or the implied return. */
static uint32_t rules_of(const struct walk *w)
{
	return w->number ? w->number - 1 : 0;
}

int64_t ur_xt_each_reject(const struct ur_xt_table *table, ur_xt_reject_fn fn, void *arg)
{
	struct ur_xt_rule rule;
	struct walk w = {};
	struct entry e;
	int64_t rules = 0;

	for (size_t at = 0; at < table->size; at = e.end) {
		if (!read_entry(table, at, &e))
			return -EBADMSG;
		if (ends_chain(table, &e))
			rules += rules_of(&w);
		if (start_chain(table, &e, &w))
			continue;
		w.number++;
		if (strcmp(e.name, "REJECT") != 0)
			continue;
		found(table, &e, &w, &rule);
		fn(e.target, &rule, arg);
	}
	return rules + rules_of(&w);
}

const char *ur_xt_builtin(unsigned hook)
{
	return hook < UR_XT_HOOKS ? builtin_names[hook] : NULL;
}

uint64_t ur_xt_digest(const struct ur_xt_table *table)
{
	size_t counters = table->ipv6 ? offsetof(struct ip6t_entry, counters) :
					offsetof(struct ipt_entry, counters);
	uint64_t sum = UR_DIGEST_SEED;
	struct entry e;

	for (size_t at = 0; at < table->size; at = e.end) {
		if (!read_entry(table, at, &e))
			return 0;
		sum = digest_words(table, at, at + counters, sum);
		sum = digest_words(table, e.matches, e.end, sum);
	}
	return sum ?: 1;
}
