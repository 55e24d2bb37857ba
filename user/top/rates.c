/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/top/rates.h"

#include <string.h>

static struct ur_rate *find(const struct ur_rates *r, enum ur_digest_kind kind, const char *key)
{
	for (size_t i = 0; i < r->table[kind].n; i++)
		if (!strcmp(r->table[kind].one[i].key, key))
			return (struct ur_rate *)&r->table[kind].one[i];
	return NULL;
}

static bool is_there(const struct ur_digest_table *t, const char *key)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->entry[i].key, key))
			return true;
	return false;
}

/* What had to make room in the digest goes here, too. */
static void forget(struct ur_rates *r, enum ur_digest_kind kind, const struct ur_digest_table *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->table[kind].n; i++)
		if (is_there(t, r->table[kind].one[i].key))
			r->table[kind].one[kept++] = r->table[kind].one[i];
	r->table[kind].n = kept;
}

static void note(struct ur_rates *r, enum ur_digest_kind kind, const struct ur_digest_entry *e)
{
	struct ur_rate *one = find(r, kind, e->key);

	if (!one) {
		one = &r->table[kind].one[r->table[kind].n++];
		memset(one, 0, sizeof(*one));
		memcpy(one->key, e->key, sizeof(one->key));
	}
	if (e->count < one->count) { /* it had to go, and came back */
		memset(one->was, 0, sizeof(one->was));
		one->count = 0;
	}
	memmove(&one->was[1], &one->was[0], sizeof(one->was) - sizeof(one->was[0]));
	one->was[0] = one->count;
	one->count = e->count;
}

void ur_rates_tick(struct ur_rates *r, const struct ur_digest *digest)
{
	r->ticks++;
	for (int kind = 0; kind < UR_DIGEST_KINDS; kind++) {
		const struct ur_digest_table *t = &digest->table[kind];

		forget(r, kind, t);
		for (size_t i = 0; i < t->n; i++)
			note(r, kind, &t->entry[i]);
	}
}

uint64_t ur_rates_tenths(const struct ur_rates *r, enum ur_digest_kind kind, const char *key)
{
	const struct ur_rate *one = find(r, kind, key);
	uint64_t s = r->ticks < UR_RATE_SECONDS ? r->ticks : UR_RATE_SECONDS;

	return one && s ? (one->count - one->was[s - 1]) * 10 / s : 0;
}
