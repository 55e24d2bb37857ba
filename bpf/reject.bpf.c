/* SPDX-License-Identifier: GPL-2.0-only */
/* reject.bpf.c - the netfilter code that refuses packets: claims.
 *
 * All of it is in modules, which fentry would pin, so these are kprobes everywhere.
 * Each program is attached to several functions of the same signature.
 */
#include "bpf/emit.bpf.h"

#define UR_ETH_P_IP   0x0800
#define UR_ETH_P_IPV6 0x86dd

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

/* Rules of these families build their answers by hand, and no ICMP function sees them. */
static __always_inline bool ur_by_hand(__u8 pf)
{
	return pf == NFPROTO_BRIDGE || pf == NFPROTO_NETDEV;
}

/* The IP version of what is being refused; 0: a frame of neither, which is only dropped. */
static __always_inline __u8 ur_claim_family(__u8 pf, const struct sk_buff *skb)
{
	__u64 eth = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, mac_header);

	if (!ur_by_hand(pf))
		return pf == NFPROTO_IPV6 ? 6 : 4;
	switch (bpf_ntohs(ur_peek(__u16, eth + 12))) {
	case UR_ETH_P_IP:
		return 4;
	case UR_ETH_P_IPV6:
		return 6;
	}
	return 0;
}

/* A reject hook ends and no ICMP function took its claim, which lies on top at @depth. */
static __always_inline void ur_emit_claim(const struct ur_frame *claim, __u32 depth)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;
	const struct net *net;
	struct ur_event *e;
	__u8 pf, family;
	__u64 key;

	if (!l || !(claim->pkt ? l->ready : l->xt_ready))
		return;
	st = ur_claim_state(l, claim);
	net = BPF_CORE_READ(st, net);
	pf = BPF_CORE_READ(st, pf);
	family = ur_claim_family(pf, (const struct sk_buff *)claim->skb);
	if (!family || !ur_wanted(net))
		return;
	ur_count(UR_STAT_DECIDED);
	e = ur_scratch_new(depth, &key);
	if (!e)
		return;
	e->family = family;
	e->window = claim->window & (ur_by_hand(pf) ? UR_WIN_HAND_BUILT : UR_WIN_RST_BUILT);
	ur_fill_packet(key, claim->skb, (__u64)net);
	ur_fill_rule(key, 0);
	e->answer = e->rule.reject == UR_REJECT_RST ? UR_ANSWER_RST : UR_ANSWER_ICMP;
	if (e->answer == UR_ANSWER_ICMP) {
		e->type = e->family == 4 ? UR_ICMP_DEST_UNREACH : UR_ICMPV6_DEST_UNREACH;
		e->code = e->rule.icmp_code;
	}
	e->early = ur_early_reject(claim->skb, family == 6, ur_by_hand(pf),
				   e->answer == UR_ANSWER_RST);
	ur_fill_local(key, claim->skb);
	if (!ur_by_hand(pf)) /* where a frame goes next is not known yet */
		ur_fill_sockets(key, claim->skb, (__u64)net);
	ur_event_send(key, e);
}

SEC("kretprobe")
int reject_exit(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_unwind(t, UR_EXIT_SP(ctx)) : NULL;

	if (!f || f->kind != UR_FRAME_CLAIM)
		return 0;
	if (!f->used)
		ur_emit_claim(f, t->depth);
	ur_frame_pop(t);
	return 0;
}

/* A rule that answers by hand has built its answer; @skb is what it refuses, 0: not known. */
static __always_inline int ur_hand_built(__u64 skb)
{
	struct ur_frame *f = ur_frame_below(0);

	if (f && f->kind == UR_FRAME_CLAIM && (!skb || f->skb == skb))
		f->window |= UR_WIN_HAND_BUILT;
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
