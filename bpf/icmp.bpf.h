/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* icmp.bpf.h - entry and exit of the functions that every generator passes.
 *
 * The entry is a kprobe on every kernel: only there is the return address to be had
 * for little (bpf_get_stack() costs ten times as much), and it is what proves who
 * asked. There the record is built, too, by record.bpf.c. The exit is fexit where the kernel
 * takes it, kretprobe otherwise; it adds what became of the answer and sends the record. It
 * finds out when the entry was skipped, and then sends the stack in place of a proof.
 */
#include "bpf/answer.bpf.h"
#include "bpf/claim.bpf.h"
#include "bpf/count.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/made.bpf.h"

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

/* Find out where the window @f on top is counted; true when it gets a record. @claim: the
 * reject hook's around it, or NULL. */
static __always_inline bool ur_count_window(struct ur_frame *f, const struct ur_frame *claim,
					    const __u8 family)
{
	const struct net *net = ur_skb_net((const struct sk_buff *)f->skb);
	const struct ur_layout *l = claim ? ur_layout_get() : NULL;
	__u64 rule = f->origin == UR_ORIGIN_UDP_MISS ? 0 : f->caller;
	__u32 generation = 0;

	if (!ur_wanted(net)) {
		f->built = UR_BUILT_SKIP;
		return false;
	}
	if (l) {
		rule = ur_claim_obj(l, claim);
		generation = ur_claim_generation(l, claim, net);
	}
	if (ur_count_frame(f, net, ur_count_what(UR_ANSWER_ICMP, family, f->type, f->code), rule,
			   generation))
		return true;
	f->built = UR_BUILT_ALIKE;
	return false;
}

/* The window @f on top was asked for: count it, and build its record. */
static __always_inline int ur_icmp_begin(struct pt_regs *ctx, struct ur_task *t, struct ur_frame *f,
					 __u64 skb, __u8 family)
{
	const struct ur_frame *claim = ur_claim_of(t, skb);

	f->origin = ur_origin_of(f, claim);
	if (!ur_count_window(f, claim, family))
		return 0;
	if (f->origin == UR_ORIGIN_UDP_MISS)
		ur_recent_note(skb, family);
	if (f->origin == UR_ORIGIN_UNKNOWN)
		ur_callers(f, ctx);
	bpf_tail_call(ctx, &builder, UR_BUILD_RECORD);
	return 0;
}

static __always_inline int ur_icmp_enter(struct pt_regs *ctx, __u64 skb, __u8 family, __u8 type,
					 __u8 code, __u32 mtu)
{
	struct ur_task *t = ur_task_new();
	struct ur_frame *f = t ? ur_frame_push_on(t, skb, UR_FRAME_ICMP, UR_ENTRY_SP(ctx)) : NULL;

	if (!f)
		return 0;
	f->family = family;
	f->type = type;
	f->code = code;
	f->mtu = mtu;
	f->caller = ur_return_address(ctx);
	if (ur_want_received)
		ur_made_note(skb, family);
	if (ur_want_filter) {
		bpf_tail_call(ctx, &builder, UR_BUILD_FILTER);
		return 0;
	}
	return ur_icmp_begin(ctx, t, f, skb, family);
}

/* Asked for by no rule and no port, and turned away at the door because nobody may be
 * answered: multicast, broadcast, no source address. Every interface that comes up makes
 * some (neighbour discovery before its route is there). */
static __always_inline bool ur_forbidden(const struct ur_frame *f, __u8 early)
{
	if (f->origin != UR_ORIGIN_UNKNOWN || f->window)
		return false;
	if (!f->nstack && f->built != UR_BUILT_ALIKE &&
	    !(ur_want_filter && f->built == UR_BUILT_OTHER))
		return false;
	return early == UR_EARLY_BROADCAST || early == UR_EARLY_SOURCE;
}

/* The same of a window without a record. */
UR_GLOBAL int ur_forbidden_alike(void)
{
	const struct ur_frame *f = ur_frame_below(0);

	return f && ur_forbidden(f, ur_early((const struct sk_buff *)f->skb, f->family));
}

/* The window @f on top ends, for which there is no record because of others. */
static __always_inline void ur_end_alike(const struct ur_frame *f, const struct ur_frame *claim)
{
	if (!claim && f->origin == UR_ORIGIN_UNKNOWN && !f->window && ur_forbidden_alike())
		ur_count(UR_STAT_FORBIDDEN);
	else
		ur_count_end(f, true);
}

/* The same where that is because the filter does not match. */
static __always_inline void ur_end_other(const struct ur_frame *f, const struct ur_frame *claim)
{
	if (!claim && f->origin == UR_ORIGIN_UNKNOWN && !f->window && ur_forbidden_alike())
		ur_count(UR_STAT_FORBIDDEN);
	else
		ur_count_other(f);
}

static __always_inline bool ur_is_window(const struct ur_frame *f, __u64 skb, __u8 type, __u8 code)
{
	return f && f->kind == UR_FRAME_ICMP && f->skb == skb && f->type == type && f->code == code;
}

/* A window for an exit whose entry was skipped, and its record: what the packet and the stack
 * still tell. It is counted with those that have no place of their own: to find one takes the
 * verifier longer than all the rest of the exit. */
static __always_inline struct ur_frame *ur_window_late(struct ur_task *t, void *ctx, __u64 skb,
						       __u8 family, __u8 type, __u8 code)
{
	const struct net *net = ur_skb_net((const struct sk_buff *)skb);
	struct ur_frame *f = ur_frame_push_on(t, skb, UR_FRAME_ICMP, 0);
	long n;

	ur_count(UR_STAT_NO_ENTRY);
	if (!f)
		return NULL;
	f->family = family;
	f->type = type;
	f->code = code;
	n = bpf_get_stack(ctx, f->stack, sizeof(f->stack), 0);
	f->nstack = n > 0 ? (__u64)n / 8 : 0;
	ur_record_begin(f, ur_scratch_key(t->depth), (__u64)net, UR_EV_NO_ENTRY);
	return f;
}

/* The window @f on top ends; @claim is the reject hook's around it, or NULL. */
static __always_inline void ur_emit_window(const struct ur_frame *f, const struct ur_frame *claim,
					   __u32 depth)
{
	struct ur_event *e;
	__u64 key;

	if (f->built == UR_BUILT_ALIKE) {
		ur_end_alike(f, claim);
		return;
	}
	if (f->built == UR_BUILT_SKIP)
		return;
	if (ur_want_filter && f->built == UR_BUILT_OTHER) {
		ur_end_other(f, claim);
		return;
	}
	key = ur_scratch_key(depth);
	e = f->built == UR_BUILT_DONE ? ur_scratch_at(key) : NULL;
	if (e && !claim && ur_forbidden(f, e->early)) {
		ur_count(UR_STAT_FORBIDDEN);
		bpf_map_delete_elem(&scratch, &key);
		return;
	}
	ur_count_end(f, false);
	if (!e) {
		ur_count(UR_STAT_RING_FULL);
		return;
	}
	e->window = f->window;
	e->push_ret = f->push_ret;
	e->flow = f->flow;
	e->kind = f->counted;
	if (f->nat.entry) {
		e->nat = f->nat;
		e->flags |= UR_EV_ENTRY;
	}
	if (ur_want_answers)
		ur_answer_take(key, f->ts_ns);
	ur_event_send(key, e);
}

/* The exit of the call that refused @skb with @type and @code. Where its entry was skipped,
 * a window is made up that knows of the caller what the stack still shows. */
static __always_inline int ur_icmp_exit(void *ctx, __u64 skb, __u8 family, __u8 type, __u8 code)
{
	struct ur_task *t = ur_task_new();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL, *claim;

	if (t && !ur_is_window(f, skb, type, code))
		f = ur_window_late(t, ctx, skb, family, type, code);
	if (!t || !f) {
		ur_count_unseen(UR_ORIGIN_UNKNOWN);
		if (t)
			ur_task_put(t);
		return 0;
	}
	if (ur_want_received && !(f->window & UR_WIN_PUSHED && f->push_ret >= 0))
		ur_made_forget(*(const volatile __u64 *)&f->skb, family); /* as a number */
	ur_error_answered(t, skb);
	claim = ur_claim_of(t, skb);
	if (claim) /* one decision is one record, also when the claim goes unproven */
		claim->used = 1;
	ur_emit_window(f, claim, t->depth);
	ur_frame_pop(t);
	return 0;
}

/* The same where the exit has no arguments: the window on top is ours. */
static __always_inline int ur_icmp_exit_return(void *ctx, __u8 family)
{
	struct ur_frame *f = ur_window(family);

	return f && f->kind == UR_FRAME_ICMP ? ur_icmp_exit(ctx, f->skb, family, f->type, f->code) :
					       0;
}
