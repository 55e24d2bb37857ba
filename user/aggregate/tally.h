/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* tally.h - what the kernel side counted without a record, read from the maps that it shares.
 *
 * Reading is plain loads from memory: a map system call would make the kernel skip kprobes
 * on that processor for as long as it runs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bpf/abi.h"
#include "user/base/cleanup.h"

#define UR_KINDS_MAX ((UR_KIND_SETS + 1) * UR_KIND_WAYS)

/* Memory shared with the kernel side. */
struct ur_counts {
	struct ur_kind_set *kinds;  /* UR_KIND_SETS + 1 */
	struct ur_flow_cell *flows; /* UR_FLOWS_MAX */
};

/* Decisions that were like others, with one outcome. */
struct ur_batch {
	uint64_t flow; /* ur_event.flow; 0: of several flows, or of one that is not known any more */
	uint32_t kind; /* ur_event.kind */
	uint32_t out;  /* UR_OUT_* */
	uint64_t n;
	uint64_t first_ns, last_ns; /* CLOCK_MONOTONIC */
	struct ur_kind_key key;     /* of the kind */
};

typedef void (*ur_batch_fn)(void *arg, const struct ur_batch *batch);

struct ur_tally;

/* 0 and *@ret to the caller, or -ENOMEM. @counts is borrowed for as long as that lives. */
int ur_tally_new(const struct ur_counts *counts, struct ur_tally **ret);
void ur_tally_free(struct ur_tally *t);
UR_DEFINE_CLEANUP(struct ur_tally, ur_tally_free)

/* Hand to @fn what was coalesced since the last call; returns how many batches that was. None
 * is handed out twice, and none is forgotten. */
size_t ur_tally_take(struct ur_tally *t, ur_batch_fn fn, void *arg);

/* @n more decisions of kind @key came to @out (UR_OUT_*), the last of the kind at @last_ns. False:
 * they are to be told again. */
typedef bool (*ur_count_fn)(void *arg, const struct ur_kind_key *key, uint32_t out, uint64_t n,
			    uint64_t last_ns);

/* Hand to @fn all decisions since the last call, with a record or without. Once it was called,
 * nothing makes room that was not handed out. */
void ur_tally_count(struct ur_tally *t, ur_count_fn fn, void *arg);

/* Make room where the kernel side has none left: kinds of which nothing was heard for a minute
 * before @now_ns are taken out. What they counted stays in ur_tally_gone(). */
void ur_tally_make_room(struct ur_tally *t, uint64_t now_ns);

/* What was counted of kinds that were taken out, by origin and UR_OUT_*. */
uint64_t ur_tally_gone(const struct ur_tally *t, uint32_t origin, uint32_t out);

/* All decisions, those of kinds that were taken out included, by UR_OUT_*. */
void ur_tally_outcomes(const struct ur_tally *t, uint64_t ret[UR_OUT_MAX]);

/* The sum of everything counted, which is the number of all decisions. */
uint64_t ur_tally_sum(const struct ur_tally *t);
