/* SPDX-License-Identifier: GPL-2.0-only */
/* reject.bpf.c - the netfilter code that refuses packets: claims.
 *
 * All of it is in modules, which fentry would pin, so these are kprobes everywhere.
 * Each program is attached to several functions of the same signature.
 */
#include "bpf/claim.bpf.h"
#include "bpf/count.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/made.bpf.h"
#include "bpf/reject_type.bpf.h"

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

/* Count the claim on top, which no ICMP function took, by what its rule answers with. Returns
 * 1 when it gets a record. */
UR_GLOBAL int ur_count_claim(void)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_frame *f = ur_frame_below(0);
	const struct nf_hook_state *st;
	const struct net *net;
	struct ur_rule r = {};
	__u64 obj;
	__u32 what;
	int pays;

	if (!f || !l || !(f->pkt ? l->ready : l->xt_ready))
		return 0;
	st = ur_claim_state(l, f);
	net = BPF_CORE_READ(st, net);
	r.pf = BPF_CORE_READ(st, pf);
	f->family = ur_claim_family(r.pf, (const struct sk_buff *)f->skb);
	if (!f->family || !ur_wanted(net))
		return 0;
	f->window &= ur_by_hand(r.pf) ? UR_WIN_HAND_BUILT : UR_WIN_RST_BUILT;
	obj = ur_claim_obj(l, f);
	if (f->pkt)
		ur_nft_reject_type(&r, obj, f->family == 6);
	else
		ur_xt_reject_type(&r, obj);
	what = r.reject == UR_REJECT_RST ? ur_count_what(UR_ANSWER_RST, f->family, 0, 0) :
					   ur_count_what(UR_ANSWER_ICMP, f->family,
							 ur_unreach_type(f->family), r.icmp_code);
	pays = ur_count_begin((__u64)net, what, obj, ur_claim_generation(l, f, net));
	ur_count_end(f, !pays);
	return pays;
}

SEC("kretprobe")
int reject_exit(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_unwind(t, UR_EXIT_SP(ctx)) : NULL;

	if (!f || f->kind != UR_FRAME_CLAIM)
		return 0;
	if (!f->used && ur_count_claim()) {
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
	return answer ? ur_hand_built(0) : 0;
}

/* struct iphdr *nf_reject_iphdr_put(nskb, oldskb, ...), nf_reject_ip6hdr_put(): in v5.10
 * nothing that a bridge rule does after that can fail. */
SEC("kprobe")
int BPF_KPROBE(hand_built_enter, void *answer, struct sk_buff *skb)
{
	return ur_hand_built((__u64)skb);
}
