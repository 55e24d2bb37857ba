/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* frame.bpf.h - what is under way in the current task, innermost last.
 *
 * A reject hook pushes a claim, the ICMP functions push a window, and each pops its own
 * at its exit. Decisions nest (an OUTPUT rule that rejects the ICMP error of another
 * decision; a softirq inside either), and on PREEMPT_RT they are preempted, so the key
 * is the task, never the CPU. An exit that the kernel skipped leaves a frame behind:
 * nothing is believed of a frame unless skb, kind and caller agree, and old ones are
 * dropped.
 */
#include "bpf/maps.bpf.h"

#define UR_FRAME_CLAIM 1
#define UR_FRAME_ICMP  2

/* No decision takes this long; a frame of that age lost its exit. */
#define UR_FRAME_STALE_NS 1000000000ULL

static __always_inline struct ur_task *ur_task_get(void)
{
	__u64 key = bpf_get_current_task();

	return bpf_map_lookup_elem(&tasks, &key);
}

static __always_inline void ur_task_put(struct ur_task *t)
{
	__u64 key = bpf_get_current_task();

	if (t->depth == 0)
		bpf_map_delete_elem(&tasks, &key);
}

/* The frame @below the innermost one; NULL when there is none. */
static __always_inline struct ur_frame *ur_frame_at(struct ur_task *t, __u32 below)
{
	__u64 i = (__u64)t->depth - 1 - below;

	if (i >= UR_FRAMES_MAX)
		return NULL;
	/* The bound, on this very register. */
	asm volatile("%0 &= %1" : "+r"(i) : "i"(UR_FRAMES_MAX - 1));
	return &t->frames[i];
}

static __always_inline struct ur_frame *ur_frame_below(__u32 below)
{
	struct ur_task *t = ur_task_get();

	return t ? ur_frame_at(t, below) : NULL;
}

/* A new innermost frame, with skb, kind and time set and the rest 0. NULL, and counted,
 * when there is no room. */
static __always_inline struct ur_frame *ur_frame_push(__u64 skb, __u8 kind)
{
	__u64 key = bpf_get_current_task(), now = bpf_ktime_get_ns();
	struct ur_task *t = bpf_map_lookup_elem(&tasks, &key);
	struct ur_frame *f;

	if (!t) {
		bpf_map_update_elem(&tasks, &key, &ur_zeros, BPF_NOEXIST);
		t = bpf_map_lookup_elem(&tasks, &key);
	}
	if (!t) {
		ur_count(UR_STAT_FRAME_LOST);
		return NULL;
	}
	f = ur_frame_at(t, 0);
	if (f && now - f->ts_ns > UR_FRAME_STALE_NS)
		t->depth = 0;
	t->depth++;
	f = ur_frame_at(t, 0);
	if (!f) {
		t->depth = UR_FRAMES_MAX;
		ur_count(UR_STAT_FRAME_LOST);
		return NULL;
	}
	f->skb = skb;
	f->ts_ns = now;
	f->kind = kind;
	f->caller = 0;
	f->obj = 0;
	f->pkt = 0;
	f->push_ret = 0;
	f->origin = UR_ORIGIN_UNKNOWN;
	f->type = 0;
	f->code = 0;
	f->family = 0;
	f->window = 0;
	f->nstack = 0;
	f->used = 0;
	return f;
}

static __always_inline void ur_frame_pop(struct ur_task *t)
{
	if (t->depth)
		t->depth--;
	ur_task_put(t);
}

/* The innermost claim for @skb that lies under the window on top. */
static __always_inline struct ur_frame *ur_claim_of(struct ur_task *t, __u64 skb)
{
	struct ur_frame *f = ur_frame_at(t, 1);

	return f && f->kind == UR_FRAME_CLAIM && f->skb == skb ? f : NULL;
}

/* The window on top, if it is one: what rate limits and push functions report to. */
static __always_inline struct ur_frame *ur_window(__u8 family)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	return f && f->kind == UR_FRAME_ICMP && (!family || f->family == family) ? f : NULL;
}

/* The scratch record of @key, NULL when there is none. */
static __always_inline struct ur_event *ur_scratch_at(__u64 key)
{
	return bpf_map_lookup_elem(&scratch, &key);
}

/* A zeroed scratch record for the frame at depth @depth of this task: a softirq can build
 * one in the middle of ours. 0 in *@key, and counted, when there is no room. */
static __always_inline struct ur_event *ur_scratch_new(__u32 depth, __u64 *key)
{
	*key = bpf_get_current_task() + depth; /* tasks are aligned: no two share it */
	if (bpf_map_update_elem(&scratch, key, &ur_zeros, BPF_ANY)) {
		ur_count(UR_STAT_RING_FULL);
		return NULL;
	}
	return ur_scratch_at(*key);
}
