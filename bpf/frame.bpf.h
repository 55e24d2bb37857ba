/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* frame.bpf.h - what is under way in the current task, innermost last.
 *
 * A reject hook pushes a claim, the ICMP functions push a window, ip_error() a frame of its
 * own, and each pops its own at its exit. Decisions nest (an OUTPUT rule that rejects the ICMP error of another
 * decision; a softirq inside either), and on PREEMPT_RT they are preempted, so the key
 * is the task, never the CPU. A call's exit finds its frame by the stack pointer, so that
 * an exit whose entry the kernel skipped takes nobody else's. An exit that it skipped leaves
 * a frame behind: nothing is believed of a frame unless skb, kind and caller agree, and a
 * frame that the stack has been unwound past, or that is old, is dropped.
 */
#include "bpf/maps.bpf.h"

#define UR_PF_KTHREAD 0x00200000 /* include/linux/sched.h */

#define UR_FRAME_CLAIM 1
#define UR_FRAME_ICMP  2
#define UR_FRAME_RST   3 /* TCP sends a reset of its own: tcp.bpf.c */
#define UR_FRAME_ROUTE 4 /* ip_error() refuses: route.bpf.c */

/* No decision takes this long; a frame of that age lost its exit. */
#define UR_FRAME_STALE_NS 1000000000ULL

#define UR_TASK_FACTOR 0x9e3779b97f4a7c15ULL

/* Kernel stacks are this large, and aligned to it: addresses that differ in no higher bit
 * are of one stack. A softirq may run on a stack of its own in the middle of a call. */
#define UR_STACK_BYTES 16384

/* From a rejecting function's stack pointer to that of the ICMP function that it calls,
 * perhaps through nf_send_unreach(), and perhaps through some other tracer's trampoline. */
#define UR_CALL_BYTES 2048

/* The stack pointer at the entry of the function that a kprobe's @regs interrupt, and the
 * same at its exit, where x86 has taken the return address off. */
#define UR_ENTRY_SP(regs) ((__u64)PT_REGS_SP(regs))
#ifdef __TARGET_ARCH_arm64
#define UR_EXIT_SP(regs) ((__u64)PT_REGS_SP(regs))
#else
#define UR_EXIT_SP(regs) ((__u64)PT_REGS_SP(regs) - 8)
#endif

/* Return address at the entry of the function that @regs interrupt. */
static __always_inline __u64 ur_return_address(struct pt_regs *regs)
{
#ifdef __TARGET_ARCH_arm64
	return PT_REGS_RET(regs);
#else
	return ur_peek(__u64, PT_REGS_SP(regs));
#endif
}

/* From f->caller, who called the function that a kprobe's @regs interrupt, on up: f->stack. */
static __always_inline void ur_callers(struct ur_frame *f, struct pt_regs *regs)
{
	long n;

#ifdef __TARGET_ARCH_arm64
	/* The function has no frame yet, and the kernel doesn't look at the link register. */
	f->stack[0] = f->caller;
	n = bpf_get_stack(regs, &f->stack[1], sizeof(f->stack) - 8, 1);
	n = n > 0 ? n + 8 : 8;
#else
	n = bpf_get_stack(regs, f->stack, sizeof(f->stack), 1); /* skipping the function itself */
#endif
	f->nstack = n > 0 ? (__u64)n / 8 : 0;
}

static __always_inline struct ur_task *ur_task_place(__u64 task, __u32 try)
{
	__u32 index = ((task >> 6) * UR_TASK_FACTOR >> 32) + try;

	index &= UR_TASKS_MAX - 1;
	return (struct ur_task *)ur_tasks + index;
}

static __always_inline struct ur_task *ur_task_find(__u64 task)
{
	struct ur_task *home = ur_task_place(task, 0);

	if (home->task == task)
		return home;
	if (!home->away)
		return NULL;
	for (__u32 try = 1; try < UR_TASK_TRIES; try++) {
		struct ur_task *t = ur_task_place(task, try);

		if (t->task == task)
			return t;
	}
	return NULL;
}

static __always_inline struct ur_task *ur_task_get(void)
{
	return ur_task_find(bpf_get_current_task());
}

/* Nobody's, or of one that lost its exit. */
static __always_inline bool ur_task_free(const struct ur_task *t)
{
	__u32 top = t->depth - 1;

	if (!t->task)
		return true;
	if (top >= UR_FRAMES_MAX)
		return false;
	asm volatile("%0 &= %1" : "+r"(top) : "i"(UR_FRAMES_MAX - 1));
	return (__s64)(bpf_ktime_get_ns() - t->frames[top].ts_ns) > (__s64)UR_FRAME_STALE_NS;
}

/* Take @t, which is free, for @task; false when somebody else does. */
static __always_inline bool ur_task_take(struct ur_task *t, __u64 task)
{
	bool taken = false;

	__sync_fetch_and_add(&t->busy, 1);
	if (*(volatile __u64 *)&t->busy == 1 && ur_task_free(t)) {
		t->depth = 0;
		*(volatile __u64 *)&t->task = task;
		taken = true;
	}
	__sync_fetch_and_add(&t->busy, -1);
	return taken;
}

/* A place for @task that is not its first; NULL when there is none. */
static __always_inline struct ur_task *ur_task_away(struct ur_task *home, __u64 task)
{
	for (__u32 try = 1; try < UR_TASK_TRIES; try++) {
		struct ur_task *t = ur_task_place(task, try);

		if (ur_task_free(t) && ur_task_take(t, task)) {
			__sync_fetch_and_add(&home->away, 1);
			return t;
		}
	}
	return NULL;
}

/* The place of @task, found or taken; NULL when there is none. */
static __always_inline struct ur_task *ur_task_make(__u64 task)
{
	struct ur_task *home = ur_task_place(task, 0), *t = ur_task_find(task);

	if (t)
		return t;
	if (ur_task_free(home) && ur_task_take(home, task))
		return home;
	return ur_task_away(home, task);
}

static __always_inline void ur_task_put(struct ur_task *t)
{
	struct ur_task *home;

	if (t->depth)
		return;
	home = ur_task_place(t->task, 0);
	if (home != t)
		__sync_fetch_and_add(&home->away, -1);
	*(volatile __u64 *)&t->task = 0;
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

/* Was the frame's call over when another entered with @sp? */
static __always_inline bool ur_frame_over(const struct ur_frame *f, __u64 sp)
{
	return sp && f->sp && f->sp <= sp && (f->sp ^ sp) < UR_STACK_BYTES;
}

/* The current task, which has frames from now on; NULL, and counted, when there is no room. */
static __always_inline struct ur_task *ur_task_new(void)
{
	struct ur_task *t = ur_task_make(bpf_get_current_task());

	if (!t)
		ur_count(UR_STAT_FRAME_LOST);
	return t;
}

/* A new innermost frame of @t, with skb, kind, @sp and time set and the rest 0. NULL, and
 * counted, when there is no room. */
static __always_inline struct ur_frame *ur_frame_push_on(struct ur_task *t, __u64 skb, __u8 kind,
							 __u64 sp)
{
	__u64 now = bpf_ktime_get_ns();
	struct ur_frame *f;

	f = ur_frame_at(t, 0);
	if (f && now - f->ts_ns > UR_FRAME_STALE_NS)
		t->depth = 0;
	else if (f && ur_frame_over(f, sp))
		t->depth--;
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
	f->sp = sp;
	f->ip = 0;
	f->caller = 0;
	f->obj = 0;
	f->pkt = 0;
	f->regs = 0;
	f->push_ret = 0;
	f->origin = UR_ORIGIN_UNKNOWN;
	f->type = 0;
	f->code = 0;
	f->family = 0;
	f->window = 0;
	f->nstack = 0;
	f->used = 0;
	f->built = UR_BUILT_NOT;
	f->mtu = 0;
	f->counted = 0;
	f->flow = 0;
	f->nat.entry = 0;
	return f;
}

static __always_inline struct ur_frame *ur_frame_push(__u64 skb, __u8 kind, __u64 sp)
{
	struct ur_task *t = ur_task_new();

	return t ? ur_frame_push_on(t, skb, kind, sp) : NULL;
}

static __always_inline void ur_frame_pop(struct ur_task *t)
{
	if (t->depth)
		t->depth--;
	ur_task_put(t);
}

/* Take the frames above that of the call which was entered with @sp off, and return it;
 * NULL, and nothing is taken, when that call left no frame. */
static __always_inline struct ur_frame *ur_frame_unwind(struct ur_task *t, __u64 sp)
{
	for (int below = 0; below < UR_FRAMES_MAX; below++) {
		struct ur_frame *f = ur_frame_at(t, below);

		if (f && f->sp == sp) {
			t->depth -= below;
			return f;
		}
	}
	return NULL;
}

/* Does a call that was entered with stack pointer @sp lie within that of @claim? Where @sp
 * was not seen, nothing says no. */
static __always_inline bool ur_claim_calls(const struct ur_frame *claim, __u64 sp)
{
	return !sp || (sp < claim->sp && claim->sp - sp < UR_CALL_BYTES);
}

/* The claim for @skb that lies under the window on top, and whose function is under way. */
static __always_inline struct ur_frame *ur_claim_of(struct ur_task *t, __u64 skb)
{
	const struct ur_frame *window = ur_frame_at(t, 0);
	struct ur_frame *f = ur_frame_at(t, 1);

	if (!f || !window || f->kind != UR_FRAME_CLAIM || f->skb != skb)
		return NULL;
	return ur_claim_calls(f, window->sp) ? f : NULL;
}

/* The window on top answers for a packet that ip_error() is about: nobody else needs to. */
static __always_inline void ur_error_answered(struct ur_task *t, __u64 skb)
{
	struct ur_frame *f = ur_frame_at(t, 1);

	if (f && f->kind == UR_FRAME_ROUTE && f->skb == skb)
		f->used = 1;
}

/* The window on top, if it is one: what rate limits and push functions report to. */
static __always_inline struct ur_frame *ur_window(__u8 family)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f || (f->kind != UR_FRAME_ICMP && f->kind != UR_FRAME_RST))
		return NULL;
	return !family || f->family == family ? f : NULL;
}

/* The scratch entry of @key, NULL when there is none. */
static __always_inline struct ur_scratch *ur_work_at(__u64 key)
{
	return bpf_map_lookup_elem(&scratch, &key);
}

/* The record in it. */
static __always_inline struct ur_event *ur_scratch_at(__u64 key)
{
	return (struct ur_event *)ur_work_at(key);
}

/* The key of the scratch entry for the frame at depth @depth of this task: a softirq can
 * build a record in the middle of ours. Tasks are aligned: no two share a key. */
static __always_inline __u64 ur_scratch_key(__u32 depth)
{
	return bpf_get_current_task() + depth;
}

/* A zeroed scratch record, NULL when there is no room. */
static __always_inline struct ur_event *ur_scratch_new(__u64 key)
{
	if (bpf_map_update_elem(&scratch, &key, &ur_zeros, BPF_ANY))
		return NULL;
	return ur_scratch_at(key);
}
