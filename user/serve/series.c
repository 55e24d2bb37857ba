/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/series.h"

#include <stdbool.h>
#include <string.h>
#include "user/base/escape.h"

#define IDLE_NS    (3600 * UINT64_C(1000000000))
#define CANDIDATES 256
#define FNV_BASIS  UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)

/* One that is not counted often enough yet. */
struct candidate {
	uint64_t hash; /* 0: none */
	uint64_t count;
	uint64_t used_ns;
};

struct ur_series_set {
	size_t labels, max, n;
	uint64_t least;
	struct candidate candidate[CANDIDATES];
	struct ur_series at[]; /* the other, and max more */
};

/* FNV-1a, with the end of each label in it; never 0. */
static uint64_t hash_of(const struct ur_series *s, size_t labels)
{
	uint64_t hash = FNV_BASIS;

	for (size_t i = 0; i < labels; i++) {
		for (const char *c = s->label[i]; *c; c++)
			hash = (hash ^ (unsigned char)*c) * FNV_PRIME;
		hash = (hash ^ 0xff) * FNV_PRIME;
	}
	return hash ?: 1;
}

int ur_series_new(size_t labels, size_t max, uint64_t least, struct ur_series_set **ret)
{
	struct ur_series_set *set = calloc(1, sizeof(*set) + (max + 1) * sizeof(set->at[0]));

	if (!set)
		return -ENOMEM;
	set->labels = labels < UR_LABELS_MAX ? labels : UR_LABELS_MAX;
	set->max = max;
	set->least = least;
	set->n = 1;
	for (size_t i = 0; i < set->labels; i++)
		strcpy(set->at[0].label[i], UR_OTHER);
	set->at[0].hash = hash_of(&set->at[0], set->labels);
	*ret = set;
	return 0;
}

void ur_series_free(struct ur_series_set *set)
{
	free(set);
}

static struct ur_series *find(struct ur_series_set *set, const struct ur_series *wanted)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->at[i].hash == wanted->hash &&
		    !memcmp(set->at[i].label, wanted->label, sizeof(wanted->label)))
			return &set->at[i];
	return NULL;
}

/* True when @hash has been counted often enough to have a series. */
static bool is_frequent(struct ur_series_set *set, uint64_t hash, uint64_t n, uint64_t now)
{
	struct candidate *place = &set->candidate[0];

	if (n >= set->least)
		return true;
	for (size_t i = 0; i < CANDIDATES; i++) {
		struct candidate *c = &set->candidate[i];

		if (c->hash == hash) {
			place = c;
			break;
		}
		if (c->count < place->count ||
		    (c->count == place->count && c->used_ns < place->used_ns))
			place = c;
	}
	if (place->hash != hash)
		*place = (struct candidate){ .hash = hash };
	place->count += n;
	place->used_ns = now;
	if (place->count < set->least)
		return false;
	*place = (struct candidate){};
	return true;
}

/* A place for a new series, NULL: there is none. */
static struct ur_series *place_for(struct ur_series_set *set, uint64_t now)
{
	struct ur_series *oldest = &set->at[1];

	if (set->n <= set->max)
		return &set->at[set->n++];
	for (size_t i = 2; i < set->n; i++)
		if (set->at[i].used_ns < oldest->used_ns)
			oldest = &set->at[i];
	return set->max && oldest->used_ns + IDLE_NS < now ? oldest : NULL;
}

void ur_series_add(struct ur_series_set *set, const char *const labels[], uint64_t n, uint64_t now)
{
	struct ur_series wanted = {}, *s;

	for (size_t i = 0; i < set->labels; i++)
		ur_escape(wanted.label[i], sizeof(wanted.label[i]), labels[i]);
	wanted.hash = hash_of(&wanted, set->labels);
	s = find(set, &wanted);
	if (!s && is_frequent(set, wanted.hash, n, now)) {
		s = place_for(set, now);
		if (s)
			*s = wanted;
	}
	if (!s)
		s = &set->at[0];
	s->count += n;
	s->used_ns = now;
}

const struct ur_series *ur_series_at(const struct ur_series_set *set, size_t i)
{
	return i < set->n ? &set->at[i] : NULL;
}
