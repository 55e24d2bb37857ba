/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* icmp.bpf.h - entry and exit of the functions that every generator passes.
 *
 * The entry is a kprobe on every kernel: only there is the return address to be had
 * for little (bpf_get_stack() costs ten times as much), and it is what proves who
 * asked. The exit is fexit where the kernel takes it, kretprobe otherwise; it finds out
 * when the entry was skipped, and then sends the stack in place of a proof.
 */
#include "bpf/emit.bpf.h"

/* Return address at the entry of the function that @regs interrupt. */
static __always_inline __u64 ur_return_address(struct pt_regs *regs)
{
#ifdef __TARGET_ARCH_arm64
	return PT_REGS_RET(regs);
#else
	return ur_peek(__u64, PT_REGS_SP(regs));
#endif
}

/* Is @caller in the rejecting function that @ip lies in? Or in the one that sends for all of
 * them, where the compiler made a call of what mostly is a jump. */
UR_GLOBAL int ur_claim_called(__u64 ip, __u64 caller)
{
	if (ur_in_range(UR_FN_NF_SEND_UNREACH, caller) ||
	    ur_in_range(UR_FN_NF_SEND_UNREACH6, caller))
		return 1;
	for (__u32 fn = UR_FN_REJECT_FIRST; fn <= UR_FN_REJECT_LAST; fn++)
		if (ur_in_range(fn, ip))
			return ur_in_range(fn, caller);
	return 0;
}

/* Which code is calling, judged by where the call returns to: a claim only counts where the
 * function that made it is calling. */
static __always_inline __u8 ur_origin_of(const struct ur_frame *f, const struct ur_frame *claim)
{
	if (ur_in_range(UR_FN_UDP4_RCV, f->caller) || ur_in_range(UR_FN_UDP6_RCV, f->caller))
		return UR_ORIGIN_UDP_MISS;
	if (claim && ur_claim_called(claim->ip, f->caller))
		return claim->origin;
	return UR_ORIGIN_UNKNOWN;
}

static __always_inline int ur_icmp_enter(struct pt_regs *ctx, __u64 skb, __u8 family, __u8 type,
					 __u8 code)
{
	struct ur_frame *f = ur_frame_push(skb, UR_FRAME_ICMP, UR_ENTRY_SP(ctx));
	struct ur_task *t = ur_task_get();
	long n;

	if (!f || !t)
		return 0;
	f->family = family;
	f->type = type;
	f->code = code;
	f->caller = ur_return_address(ctx);
	f->origin = ur_origin_of(f, ur_claim_of(t, skb));
	if (f->origin == UR_ORIGIN_UDP_MISS)
		ur_recent_note(skb, family);
	if (f->origin == UR_ORIGIN_UNKNOWN) { /* skipping the function itself */
		n = bpf_get_stack(ctx, f->stack, sizeof(f->stack), 1);
		f->nstack = n > 0 ? (__u64)n / 8 : 0;
	}
	return 0;
}

/* Asked for by no rule and no port, and turned away at the door because nobody may be
 * answered: multicast, broadcast, no source address. Every interface that comes up makes
 * some (neighbour discovery before its route is there). */
static __always_inline bool ur_forbidden(const struct ur_frame *f, __u64 skb)
{
	__u8 early;

	if (f->origin != UR_ORIGIN_UNKNOWN || f->window || !f->nstack)
		return false;
	early = ur_early((const struct sk_buff *)skb, f->family);
	return early == UR_EARLY_BROADCAST || early == UR_EARLY_SOURCE;
}

static __always_inline void ur_copy_frame(struct ur_event *e, const struct ur_frame *f)
{
	e->answer = UR_ANSWER_ICMP;
	e->family = f->family;
	e->type = f->type;
	e->code = f->code;
	e->origin = f->origin;
	e->caller = f->caller;
	e->window = f->window;
	e->push_ret = f->push_ret;
	e->nstack = f->nstack;
	for (int i = 0; i < UR_STACK_MAX; i++)
		e->stack[i] = f->stack[i];
	if (f->nat.entry) {
		e->nat = f->nat;
		e->flags |= UR_EV_ENTRY;
	}
}

/* An ICMP function ends: @f is its window, at depth @depth, and @claim the reject hook's
 * around it, or NULL. @flags: UR_EV_NO_ENTRY when the entry was missed. */
static __always_inline void ur_emit_icmp(const struct ur_frame *f, const struct ur_frame *claim,
					 __u32 depth, __u16 flags)
{
	__u64 skb = f->skb, key;
	const struct net *net = ur_skb_net((const struct sk_buff *)skb);
	struct ur_event *e;

	if (!ur_wanted(net))
		return;
	if (!claim && ur_forbidden(f, skb)) {
		ur_count(UR_STAT_FORBIDDEN);
		return;
	}
	ur_count(UR_STAT_DECIDED);
	e = ur_scratch_new(depth, &key);
	if (!e)
		return;
	e->flags = flags;
	ur_copy_frame(e, f);
	ur_fill_packet(key, skb, (__u64)net);
	if (claim) {
		if (f->origin != claim->origin)
			e->flags |= UR_EV_CLAIM_ODD;
		ur_fill_rule(key, 1);
		ur_fill_local(key, skb);
	}
	if (e->origin != UR_ORIGIN_UNKNOWN)
		ur_fill_sockets(key, skb, (__u64)net);
	ur_event_send(key, e);
}

static __always_inline bool ur_is_window(const struct ur_frame *f, __u64 skb, __u8 type, __u8 code)
{
	return f && f->kind == UR_FRAME_ICMP && f->skb == skb && f->type == type && f->code == code;
}

/* The exit of the call that refused @skb with @type and @code. Where its entry was skipped,
 * a window is made up that knows of the caller what the stack still shows. */
static __always_inline int ur_icmp_exit(void *ctx, __u64 skb, __u8 family, __u8 type, __u8 code)
{
	struct ur_frame *f = ur_frame_below(0), *claim;
	struct ur_task *t;
	__u16 flags = 0;
	long n;

	if (!ur_is_window(f, skb, type, code)) {
		ur_count(UR_STAT_NO_ENTRY);
		f = ur_frame_push(skb, UR_FRAME_ICMP, 0);
		if (!f)
			return 0;
		f->family = family;
		f->type = type;
		f->code = code;
		flags = UR_EV_NO_ENTRY;
		n = bpf_get_stack(ctx, f->stack, sizeof(f->stack), 0);
		f->nstack = n > 0 ? (__u64)n / 8 : 0;
	}
	t = ur_task_get();
	if (!t)
		return 0;
	claim = ur_claim_of(t, skb);
	if (claim) /* one decision is one record, also when the claim goes unproven */
		claim->used = 1;
	ur_emit_icmp(f, flags ? NULL : claim, t->depth, flags);
	ur_frame_pop(t);
	return 0;
}

/* The same where the exit has no arguments: the window on top is ours. */
static __always_inline int ur_icmp_exit_return(void *ctx, __u8 family)
{
	struct ur_frame *f = ur_window(family);

	return f ? ur_icmp_exit(ctx, f->skb, family, f->type, f->code) : 0;
}
