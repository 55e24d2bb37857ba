/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/aggregate/tally.h"

#define S      UINT64_C(1000000000)
#define KEPT   32
#define WITHIN 5 /* the kind that most tests count in */

static struct ur_kind_set kinds[UR_KIND_SETS + 1];
static struct ur_flow_cell flows[UR_FLOWS_MAX];
static struct ur_batch kept[KEPT];
static size_t nkept;

static void on_batch(void *arg, const struct ur_batch *batch)
{
	(void)arg;
	assert_true(nkept < KEPT);
	kept[nkept++] = *batch;
}

static struct ur_kind *kind_at(size_t i)
{
	return &kinds[i / UR_KIND_WAYS].kind[i % UR_KIND_WAYS];
}

static struct ur_tally *start(void)
{
	const struct ur_counts counts = { kinds, flows };
	struct ur_tally *t = NULL;

	memset(kinds, 0, sizeof(kinds));
	memset(flows, 0, sizeof(flows));
	nkept = 0;
	assert_int_equal(ur_tally_new(&counts, &t), 0);
	return t;
}

static size_t take(struct ur_tally *t)
{
	size_t n;

	nkept = 0;
	n = ur_tally_take(t, on_batch, NULL);
	assert_int_equal(n, nkept);
	return n;
}

/* As the kernel side does it. */
static void coalesce(struct ur_flow_cell *f, size_t kind, uint32_t out, uint32_t n, uint64_t now)
{
	struct ur_kind *k = kind_at(kind);

	k->count[out] += n;
	k->coalesced[out] += n;
	k->last_ns = now;
	if (!f)
		return;
	f->kind = kind;
	if (!f->open)
		f->first_ns = now;
	f->open = 1;
	f->last_ns = now;
	f->coalesced[out] += n;
}

static void nothing_is_nothing(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	assert_int_equal(take(t), 0);
	assert_int_equal(ur_tally_sum(t), 0);
}

static void once_only(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	flows[3].id = 77;
	kind_at(WITHIN)->key.dport = 8125;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 40, 2 * S);
	coalesce(&flows[3], WITHIN, UR_OUT_GLOBAL, 2, 3 * S);
	assert_int_equal(take(t), 2);
	assert_int_equal(kept[0].flow, 77);
	assert_int_equal(kept[0].kind, WITHIN + 1);
	assert_int_equal(kept[0].n, 40);
	assert_int_equal(kept[0].key.dport, 8125);
	assert_int_equal(kept[0].first_ns, 2 * S);
	assert_int_equal(kept[0].last_ns, 3 * S);
	assert_int_equal(kept[1].out, UR_OUT_GLOBAL);
	assert_int_equal(kept[1].n, 2);
	assert_int_equal(take(t), 0);
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 1, 9 * S);
	assert_int_equal(take(t), 1);
	assert_int_equal(kept[0].n, 1);
	assert_int_equal(kept[0].first_ns, 9 * S);
	assert_int_equal(ur_tally_sum(t), 43);
}

/* The first of the next ones may have been noted as part of the last ones. */
static void times_do_not_overlap(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	flows[3].id = 77;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 1, 2 * S);
	take(t);
	flows[3].open = 1;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 1, 3 * S);
	assert_int_equal(take(t), 1);
	assert_int_equal(kept[0].first_ns, 2 * S);
	assert_int_equal(kept[0].last_ns, 3 * S);
}

static void without_a_flow(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	flows[3].id = 77;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 5, 2 * S);
	coalesce(NULL, WITHIN, UR_OUT_SENT, 100, 3 * S);
	assert_int_equal(take(t), 2);
	assert_int_equal(kept[0].n, 5);
	assert_int_equal(kept[1].n, 100);
	assert_int_equal(kept[1].flow, 0);
	assert_int_equal(kept[1].kind, WITHIN + 1);
	assert_int_equal(take(t), 0);
}

/* A flow that lost its place: what it had not told is told of its kind. */
static void displaced(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	flows[3].id = 77;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 5, 2 * S);
	take(t);
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 6, 3 * S);
	memset(&flows[3], 0, sizeof(flows[3]));
	flows[3].id = 78;
	coalesce(&flows[3], WITHIN + 1, UR_OUT_SENT, 2, 4 * S);
	assert_int_equal(take(t), 2);
	assert_int_equal(kept[0].flow, 78);
	assert_int_equal(kept[0].n, 2);
	assert_int_equal(kept[1].flow, 0);
	assert_int_equal(kept[1].n, 6);
	/* And it came back between two looks. */
	memset(&flows[3], 0, sizeof(flows[3]));
	flows[3].id = 78;
	coalesce(&flows[3], WITHIN + 1, UR_OUT_SENT, 1, 5 * S);
	assert_int_equal(take(t), 1);
	assert_int_equal(kept[0].n, 1);
}

/* The flow is ahead of its kind when it is read: nothing is told twice. */
static void counted_in_between(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	flows[3].id = 77;
	coalesce(&flows[3], WITHIN, UR_OUT_SENT, 5, 2 * S);
	kind_at(WITHIN)->coalesced[UR_OUT_SENT] -= 2;
	assert_int_equal(take(t), 1);
	assert_int_equal(kept[0].n, 5);
	kind_at(WITHIN)->coalesced[UR_OUT_SENT] += 2;
	assert_int_equal(take(t), 0);
}

static void numbers_that_wrap(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	coalesce(NULL, WITHIN, UR_OUT_SENT, UINT32_MAX / 2, 2 * S);
	take(t);
	coalesce(NULL, WITHIN, UR_OUT_SENT, UINT32_MAX / 2, 2 * S);
	take(t);
	coalesce(NULL, WITHIN, UR_OUT_SENT, 7, 2 * S);
	assert_int_equal(take(t), 1);
	assert_int_equal(kept[0].n, 7);
}

static void fill_set(size_t set, uint64_t last)
{
	for (size_t way = 0; way < UR_KIND_WAYS; way++) {
		kinds[set].id[way] = 1000 + way;
		kinds[set].kind[way].key.origin = UR_ORIGIN_UDP_MISS;
		kinds[set].kind[way].count[UR_OUT_SENT] = 10;
		kinds[set].kind[way].last_ns = last;
	}
}

static void room_is_made(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();
	uint64_t outcomes[UR_OUT_MAX];

	(void)state;
	fill_set(0, 2 * S);
	kinds[0].kind[1].last_ns = 70 * S;
	flows[9].id = 5;
	flows[9].kind = 2;
	ur_tally_make_room(t, 30 * S);
	assert_int_equal(kinds[0].id[0], 1000);
	ur_tally_make_room(t, 80 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_LEAVING);
	assert_int_equal(kinds[0].id[1], 1001);
	assert_int_equal(flows[9].id, 0);
	kinds[0].kind[0].count[UR_OUT_SENT]++; /* by one that had found it before */
	ur_tally_make_room(t, 81 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_LEAVING);
	assert_int_equal(ur_tally_sum(t), 81);
	ur_tally_make_room(t, 83 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_FREE);
	assert_int_equal(kinds[0].kind[0].count[UR_OUT_SENT], 0);
	assert_int_equal(ur_tally_gone(t, UR_ORIGIN_UDP_MISS, UR_OUT_SENT), 71);
	assert_int_equal(ur_tally_sum(t), 81);
	kinds[9].kind[2].count[UR_OUT_PEER] = 4;
	ur_tally_outcomes(t, outcomes);
	assert_int_equal(outcomes[UR_OUT_SENT], 81);
	assert_int_equal(outcomes[UR_OUT_PEER], 4);
	assert_int_equal(outcomes[UR_OUT_RULE], 0);
	ur_tally_make_room(t, 200 * S); /* there is room: the last one stays */
	assert_int_equal(kinds[0].id[1], 1001);
}

static void no_room_for_what_waits(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	fill_set(0, 2 * S);
	kinds[0].kind[4].coalesced[UR_OUT_SENT] = 3;
	ur_tally_make_room(t, 80 * S);
	assert_int_equal(kinds[0].id[4], 1004);
	assert_int_equal(kinds[0].id[5], UR_KIND_LEAVING);
}

/* The places of those that found none are never taken out. */
static void overflow_stays(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();

	(void)state;
	coalesce(NULL, UR_KIND_SETS * UR_KIND_WAYS + UR_ORIGIN_NFT, UR_OUT_SENT, 9, 2 * S);
	assert_int_equal(take(t), 1);
	ur_tally_make_room(t, 800 * S);
	ur_tally_make_room(t, 900 * S);
	assert_int_equal(ur_tally_sum(t), 9);
	assert_int_equal(ur_tally_gone(t, UR_ORIGIN_NFT, UR_OUT_SENT), 0);
	assert_int_equal(ur_tally_gone(t, 99, UR_OUT_SENT), 0);
}

struct told {
	uint64_t n[UR_OUT_MAX];
	unsigned int calls;
	bool refuse;
};

static bool on_count(void *arg, const struct ur_kind_key *key, uint32_t out, uint64_t n,
		     uint64_t last_ns)
{
	struct told *told = arg;

	told->calls++;
	if (told->refuse)
		return false;
	assert_true(key->origin == UR_ORIGIN_UDP_MISS || !key->family);
	assert_true(last_ns <= 900 * S);
	told->n[out] += n;
	return true;
}

/* All of them, once, also those of a kind whose place is needed, and past 32 bits. */
static void all_are_told(void **state)
{
	ur_cleanup(ur_tally_freep) struct ur_tally *t = start();
	struct told told = { .refuse = true };

	(void)state;
	fill_set(0, 2 * S);
	ur_tally_count(t, on_count, &told);
	assert_int_equal(told.calls, UR_KIND_WAYS);
	ur_tally_make_room(t, 80 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_LEAVING);
	ur_tally_make_room(t, 83 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_LEAVING); /* nobody has taken what it counted */
	told.refuse = false;
	ur_tally_count(t, on_count, &told);
	assert_int_equal(told.n[UR_OUT_SENT], ur_tally_sum(t));
	ur_tally_make_room(t, 84 * S);
	assert_int_equal(kinds[0].id[0], UR_KIND_FREE);
	kinds[0].kind[0].key.origin = UR_ORIGIN_UDP_MISS;
	kinds[0].kind[0].count[UR_OUT_SENT] = 3; /* another kind, counted anew */
	ur_tally_count(t, on_count, &told);
	assert_int_equal(told.n[UR_OUT_SENT], ur_tally_sum(t));
	kinds[0].kind[0].count[UR_OUT_SENT] += UINT32_MAX - 1;
	ur_tally_count(t, on_count, &told);
	kinds[0].kind[0].count[UR_OUT_SENT] += UINT32_MAX - 1;
	ur_tally_count(t, on_count, &told);
	assert_int_equal(told.n[UR_OUT_SENT], ur_tally_sum(t));
	told.calls = 0;
	ur_tally_count(t, on_count, &told);
	assert_int_equal(told.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(once_only),
		cmocka_unit_test(times_do_not_overlap),
		cmocka_unit_test(without_a_flow),
		cmocka_unit_test(displaced),
		cmocka_unit_test(counted_in_between),
		cmocka_unit_test(numbers_that_wrap),
		cmocka_unit_test(room_is_made),
		cmocka_unit_test(no_room_for_what_waits),
		cmocka_unit_test(overflow_stays),
		cmocka_unit_test(all_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
