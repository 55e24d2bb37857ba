/* SPDX-License-Identifier: GPL-2.0-only */
/* record.bpf.c - where a record begins: who decided, about which packet.
 *
 * Other kprobe programs go on here (map "builder"), with what is to be told on top of the
 * task's frames: the window of an ICMP function that was just entered, whose exit will send
 * the record; ip_error(), whose exit will if it asks for no error; or the claim of a reject hook
 * that ends and that no ICMP function took (early return, or a TCP reset). Where there is a
 * claim, the record goes on to record_rule, by way of record_xt where the rule has a target;
 * then, unless nobody is known who decided, to record_sockets, which sends it if no exit will.
 *
 * These are four programs because what a kernel does to a program that it has verified takes
 * as long as the square of the program's length.
 */
#include "bpf/claim.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/route.bpf.h"

static __always_inline void ur_rule_hook(struct ur_rule *r, const struct nf_hook_state *st)
{
	const struct net_device *in = BPF_CORE_READ(st, in), *out = BPF_CORE_READ(st, out);

	r->hook = BPF_CORE_READ(st, hook);
	r->pf = BPF_CORE_READ(st, pf);
	if (in) {
		r->iif = BPF_CORE_READ(in, ifindex);
		BPF_CORE_READ_STR_INTO(&r->iifname, in, name);
	}
	if (out) {
		r->oif = BPF_CORE_READ(out, ifindex);
		BPF_CORE_READ_STR_INTO(&r->oifname, out, name);
	}
}

/* Begin what is to be known of the rule of @claim; the slot of what goes on with it. */
static __always_inline __u32 ur_begin_rule(struct ur_event *e, const struct ur_frame *claim)
{
	const struct ur_layout *l = ur_layout_get();

	e->origin = claim->origin;
	if (l && (claim->pkt ? l->ready : l->xt_ready))
		ur_rule_hook(&e->rule, ur_claim_state(l, claim));
	return claim->pkt ? UR_BUILD_RULE : UR_BUILD_XT;
}

/* The record of claim @f, which lies on top at @depth, and is counted. Returns the slot of what
 * goes on with it, UR_BUILD_MAX: there is none. */
static __always_inline __u32 ur_build_claim(const struct ur_frame *f, __u32 depth)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;
	struct ur_event *e;
	__u64 key;

	if (!l)
		return UR_BUILD_MAX;
	key = ur_scratch_key(depth);
	e = ur_scratch_new(key);
	if (!e) {
		ur_count(UR_STAT_RING_FULL);
		return UR_BUILD_MAX;
	}
	st = ur_claim_state(l, f);
	e->flow = f->flow;
	e->kind = f->counted;
	e->family = f->family;
	e->window = f->window &
		    (ur_by_hand(BPF_CORE_READ(st, pf)) ? UR_WIN_HAND_BUILT : UR_WIN_RST_BUILT);
	ur_fill_packet(key, f->skb, (__u64)BPF_CORE_READ(st, net));
	return ur_begin_rule(e, f);
}

/* The record of window @f on top, for which @claim asked, if any. Returns the same; UR_BUILD_MAX
 * also where there is no more to it. */
static __always_inline __u32 ur_build_window(struct ur_task *t, struct ur_frame *f,
					     const struct ur_frame *claim)
{
	__u64 skb = f->skb, key = ur_scratch_key(t->depth);
	const struct net *net = ur_skb_net((const struct sk_buff *)skb);
	struct ur_event *e = ur_record_begin(f, key, (__u64)net, 0);

	if (!e)
		return UR_BUILD_MAX;
	if (claim) {
		if (f->origin != claim->origin)
			e->flags |= UR_EV_CLAIM_ODD;
		return ur_begin_rule(e, claim);
	}
	if (f->origin != UR_ORIGIN_UNKNOWN)
		return UR_BUILD_SOCKETS;
	ur_fill_route(key, skb, (__u64)net);
	return UR_BUILD_MAX;
}

/* The record of ip_error() at frame @f on top, in case that its limit refuses the packet. */
static __always_inline void ur_build_refused(const struct ur_task *t, const struct ur_frame *f)
{
	__u64 skb = f->skb, key = ur_scratch_key(t->depth);
	__u64 net = (__u64)ur_skb_net((const struct sk_buff *)skb);
	struct ur_event *e = ur_scratch_new(key);

	if (!e)
		return;
	ur_copy_frame(e, f);
	e->window = UR_WIN_ERROR_DENY;
	ur_fill_packet(key, skb, net);
	ur_fill_route(key, skb, net);
}

SEC("kprobe")
int record_build(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	bool window = f && f->kind == UR_FRAME_ICMP;
	__u32 next;

	if (!f)
		return 0;
	if (f->kind == UR_FRAME_ROUTE) {
		ur_build_refused(t, f);
		return 0;
	}
	next = window ? ur_build_window(t, f, ur_claim_of(t, f->skb)) : ur_build_claim(f, t->depth);
	if (next == UR_BUILD_XT)
		bpf_tail_call(ctx, &builder, UR_BUILD_XT);
	else if (next == UR_BUILD_RULE)
		bpf_tail_call(ctx, &builder, UR_BUILD_RULE);
	else if (next == UR_BUILD_SOCKETS)
		bpf_tail_call(ctx, &builder, UR_BUILD_SOCKETS);
	if (!window)
		ur_frame_pop(t);
	return 0;
}
