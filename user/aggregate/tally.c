/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/tally.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define S        UINT64_C(1000000000)
#define IDLE_NS  (60 * S) /* a kind of which nothing was heard for so long may go */
#define GRACE_NS (2 * S)  /* no program of the kernel side runs for so long */
#define ORIGINS  UR_KIND_WAYS

/* What was read last. */
struct seen_kind {
	uint32_t coalesced[UR_OUT_MAX];
};

struct seen_flow {
	uint64_t id;
	uint64_t last_ns;
	uint32_t coalesced[UR_OUT_MAX];
};

struct ur_tally {
	struct ur_counts counts;
	uint64_t leaving_ns[UR_KINDS_MAX]; /* since when it is taken out, 0: it is not */
	struct seen_kind kinds[UR_KINDS_MAX];
	struct seen_flow flows[UR_FLOWS_MAX];
	uint32_t now[UR_KINDS_MAX][UR_OUT_MAX]; /* of the kinds, at the start of a reading */
	uint64_t gone[ORIGINS][UR_OUT_MAX];
	bool counts_all; /* ur_tally_count() is in use */
	uint32_t counted[UR_KINDS_MAX][UR_OUT_MAX];
};

int ur_tally_new(const struct ur_counts *counts, struct ur_tally **ret)
{
	struct ur_tally *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->counts = *counts;
	*ret = t;
	return 0;
}

void ur_tally_free(struct ur_tally *t)
{
	free(t);
}

static struct ur_kind *kind_at(const struct ur_tally *t, size_t i)
{
	return &t->counts.kinds[i / UR_KIND_WAYS].kind[i % UR_KIND_WAYS];
}

/* The kernel side writes while we read: each word is read once, whole. */
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)

static void emit(ur_batch_fn fn, void *arg, const struct ur_kind *kind, struct ur_batch *batch)
{
	batch->key = kind->key;
	fn(arg, batch);
}

/* How many more there are of one flow. A flow may lose its place to another and get it back,
 * and counts from 0 then. */
static uint32_t grown(uint32_t was, uint32_t is)
{
	return is - was > UINT32_MAX / 2 ? is : is - was;
}

static size_t take_flow(struct ur_tally *t, size_t i, ur_batch_fn fn, void *arg)
{
	struct ur_flow_cell *cell = &t->counts.flows[i];
	struct seen_flow *seen = &t->flows[i];
	uint64_t id = LOAD(cell->id), first = LOAD(cell->first_ns), last = LOAD(cell->last_ns);
	uint32_t kind = LOAD(cell->kind);
	size_t batches = 0;

	if (!id || kind >= UR_KINDS_MAX)
		return 0;
	if (id != seen->id)
		*seen = (struct seen_flow){ .id = id };
	__atomic_store_n(&cell->open, 0, __ATOMIC_RELAXED);
	for (uint32_t out = 0; out < UR_OUT_MAX; out++) {
		uint32_t is = LOAD(cell->coalesced[out]), n = grown(seen->coalesced[out], is);
		struct ur_batch b = { .flow = id,
				      .kind = kind + 1,
				      .out = out,
				      .n = n,
				      .first_ns = first > seen->last_ns ? first : seen->last_ns,
				      .last_ns = last };

		seen->coalesced[out] = is;
		if (!n)
			continue;
		t->kinds[kind].coalesced[out] += n;
		emit(fn, arg, kind_at(t, kind), &b);
		batches++;
	}
	if (batches)
		seen->last_ns = last;
	return batches;
}

/* What is left of a kind when its flows are taken. It was read before them, so there may be
 * less than they had: then the next reading has it. */
static size_t take_rest(struct ur_tally *t, size_t i, ur_batch_fn fn, void *arg)
{
	const struct ur_kind *kind = kind_at(t, i);
	uint64_t last = LOAD(kind->last_ns);
	size_t batches = 0;

	for (uint32_t out = 0; out < UR_OUT_MAX; out++) {
		uint32_t n = t->now[i][out] - t->kinds[i].coalesced[out];
		struct ur_batch b = { .kind = i + 1,
				      .out = out,
				      .n = n,
				      .first_ns = last > S ? last - S : last,
				      .last_ns = last };

		if (!n || n > UINT32_MAX / 2)
			continue;
		t->kinds[i].coalesced[out] += n;
		emit(fn, arg, kind, &b);
		batches++;
	}
	return batches;
}

size_t ur_tally_take(struct ur_tally *t, ur_batch_fn fn, void *arg)
{
	size_t batches = 0;

	for (size_t i = 0; i < UR_KINDS_MAX; i++)
		for (uint32_t out = 0; out < UR_OUT_MAX; out++)
			t->now[i][out] = LOAD(kind_at(t, i)->coalesced[out]);
	for (size_t i = 0; i < UR_FLOWS_MAX; i++)
		batches += take_flow(t, i, fn, arg);
	for (size_t i = 0; i < UR_KINDS_MAX; i++)
		batches += take_rest(t, i, fn, arg);
	return batches;
}

/* A kind has its count for as long as it has its place, and 32 bits of it do for what comes in
 * between two readings. */
void ur_tally_count(struct ur_tally *t, ur_count_fn fn, void *arg)
{
	t->counts_all = true;
	for (size_t i = 0; i < UR_KINDS_MAX; i++) {
		const struct ur_kind *kind = kind_at(t, i);

		for (uint32_t out = 0; out < UR_OUT_MAX; out++) {
			uint32_t is = (uint32_t)LOAD(kind->count[out]);
			uint32_t n = is - t->counted[i][out];

			if (n && fn(arg, &kind->key, out, n, LOAD(kind->last_ns)))
				t->counted[i][out] = is;
		}
	}
}

static bool is_counted(const struct ur_tally *t, size_t i)
{
	for (uint32_t out = 0; t->counts_all && out < UR_OUT_MAX; out++)
		if ((uint32_t)LOAD(kind_at(t, i)->count[out]) != t->counted[i][out])
			return false;
	return true;
}

/* ---- room ---- */

static void forget_flows(struct ur_tally *t, size_t kind)
{
	for (size_t i = 0; i < UR_FLOWS_MAX; i++)
		if (LOAD(t->counts.flows[i].kind) == kind)
			__atomic_store_n(&t->counts.flows[i].id, 0, __ATOMIC_RELAXED);
}

/* It is not found any more; programs that found it before may still count there. */
static void begin_leaving(struct ur_tally *t, struct ur_kind_set *set, size_t i, uint64_t now)
{
	__atomic_store_n(&set->id[i % UR_KIND_WAYS], UR_KIND_LEAVING, __ATOMIC_SEQ_CST);
	t->leaving_ns[i] = now;
	forget_flows(t, i);
}

/* Nobody counts there any more. */
static void end_leaving(struct ur_tally *t, struct ur_kind_set *set, size_t i)
{
	struct ur_kind *kind = kind_at(t, i);

	forget_flows(t, i);
	for (uint32_t out = 0; out < UR_OUT_MAX; out++) /* not even one in between is lost */
		t->gone[kind->key.origin % ORIGINS][out] +=
			__atomic_exchange_n(&kind->count[out], 0, __ATOMIC_SEQ_CST);
	memset(kind, 0, sizeof(*kind));
	t->kinds[i] = (struct seen_kind){};
	memset(t->counted[i], 0, sizeof(t->counted[i]));
	t->leaving_ns[i] = 0;
	__atomic_store_n(&set->id[i % UR_KIND_WAYS], UR_KIND_FREE, __ATOMIC_SEQ_CST);
}

/* All that it coalesced was handed out. */
static bool is_taken(const struct ur_tally *t, size_t i)
{
	for (uint32_t out = 0; out < UR_OUT_MAX; out++)
		if (LOAD(kind_at(t, i)->coalesced[out]) != t->kinds[i].coalesced[out])
			return false;
	return true;
}

static bool is_full(const struct ur_kind_set *set)
{
	for (size_t way = 0; way < UR_KIND_WAYS; way++)
		if (LOAD(set->id[way]) == UR_KIND_FREE)
			return false;
	return true;
}

static bool is_idle(const struct ur_tally *t, size_t i, uint64_t now)
{
	return LOAD(kind_at(t, i)->last_ns) + IDLE_NS < now && is_taken(t, i);
}

void ur_tally_make_room(struct ur_tally *t, uint64_t now)
{
	for (size_t i = 0; i < UR_KIND_SETS * UR_KIND_WAYS; i++) {
		struct ur_kind_set *set = &t->counts.kinds[i / UR_KIND_WAYS];

		if (t->leaving_ns[i]) {
			if (t->leaving_ns[i] + GRACE_NS < now && is_taken(t, i) && is_counted(t, i))
				end_leaving(t, set, i);
		} else if (is_full(set) && is_idle(t, i, now)) {
			begin_leaving(t, set, i, now);
		}
	}
}

uint64_t ur_tally_gone(const struct ur_tally *t, uint32_t origin, uint32_t out)
{
	return origin < ORIGINS && out < UR_OUT_MAX ? t->gone[origin][out] : 0;
}

void ur_tally_outcomes(const struct ur_tally *t, uint64_t ret[UR_OUT_MAX])
{
	for (uint32_t out = 0; out < UR_OUT_MAX; out++) {
		ret[out] = 0;
		for (size_t i = 0; i < UR_KINDS_MAX; i++)
			ret[out] += LOAD(kind_at(t, i)->count[out]);
		for (uint32_t origin = 0; origin < ORIGINS; origin++)
			ret[out] += t->gone[origin][out];
	}
}

uint64_t ur_tally_sum(const struct ur_tally *t)
{
	uint64_t out[UR_OUT_MAX], sum = 0;

	ur_tally_outcomes(t, out);
	for (uint32_t i = 0; i < UR_OUT_MAX; i++)
		sum += out[i];
	return sum;
}
