/* SPDX-License-Identifier: GPL-2.0-only */
/* reject.bpf.c - the netfilter code that refuses packets: claims.
 *
 * All of it is in modules, which fentry would pin, so these are kprobes everywhere.
 * Each program is attached to several functions of the same signature.
 */
#include "bpf/answer.bpf.h"
#include "bpf/claim_count.bpf.h"
#include "bpf/made.bpf.h"

static __always_inline struct ur_frame *ur_claim_push(struct pt_regs *regs, __u64 skb)
{
	struct ur_frame *f = ur_frame_push(skb, UR_FRAME_CLAIM, UR_ENTRY_SP(regs));

	if (f)
		f->ip = PT_REGS_IP(regs);
	return f;
}

/* void nft_reject_{ipv4,ipv6,inet,bridge,netdev}_eval(expr, regs, pkt) */
SEC("kprobe")
int BPF_KPROBE(nft_reject_enter, void *expr, void *regs, void *pkt)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_frame *f;

	if (!l || !l->ready)
		return 0;
	f = ur_claim_push(ctx, ur_peek(__u64, (__u64)pkt + l->pktinfo_skb));
	if (f) {
		f->origin = UR_ORIGIN_NFT;
		f->obj = (__u64)expr;
		f->pkt = (__u64)pkt;
		f->regs = (__u64)regs;
	}
	return 0;
}

/* unsigned int reject_tg(skb, par), reject_tg6(skb, par) */
SEC("kprobe")
int BPF_KPROBE(xt_reject_enter, struct sk_buff *skb, void *par)
{
	struct ur_frame *f = ur_claim_push(ctx, (__u64)skb);

	if (f) {
		f->origin = UR_ORIGIN_XT;
		f->obj = (__u64)par;
	}
	return 0;
}

SEC("kretprobe")
int reject_exit(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_unwind(t, UR_EXIT_SP(ctx)) : NULL;

	if (!f || f->kind != UR_FRAME_CLAIM)
		return 0;
	if (ur_want_filter && !f->used) {
		bpf_tail_call(ctx, &builder, UR_BUILD_FILTER);
	} else if (!f->used && ur_count_claim()) {
		bpf_tail_call(ctx, &builder, UR_BUILD_RECORD);
		ur_count(UR_STAT_RING_FULL); /* there is no such program */
	}
	ur_frame_pop(t);
	return 0;
}

/* A rule that answers by hand has built its answer; @skb is what it refuses, 0: not known. */
static __always_inline int ur_hand_built(__u64 skb)
{
	struct ur_frame *f = ur_frame_below(0);

	if (!f || f->kind != UR_FRAME_CLAIM || (skb && f->skb != skb))
		return 0;
	f->window |= UR_WIN_HAND_BUILT;
	if (ur_want_received)
		ur_made_note(f->skb, 0);
	return 0;
}

/* struct sk_buff *nf_reject_skb_v{4,6}_{unreach,tcp_reset}(...), v5.11 on: NULL for no
 * answer, which else goes right to the device. */
SEC("kretprobe")
int BPF_KRETPROBE(hand_built_exit, void *answer)
{
	if (!answer)
		return 0;
	ur_hand_built(0);
	if (ur_want_answers)
		ur_answer_see((__u64)answer);
	return 0;
}

/* struct iphdr *nf_reject_iphdr_put(nskb, oldskb, ...), nf_reject_ip6hdr_put(): in v5.10
 * nothing that a bridge rule does after that can fail. */
SEC("kprobe")
int BPF_KPROBE(hand_built_enter, void *answer, struct sk_buff *skb)
{
	return ur_hand_built((__u64)skb);
}
