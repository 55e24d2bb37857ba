/* SPDX-License-Identifier: GPL-2.0-only */
/* reject.bpf.c - the netfilter code that refuses packets: claims.
 *
 * All of it is in modules, which fentry would pin, so these are kprobes everywhere.
 * Each program is attached to several functions of the same signature.
 */
#include "bpf/emit.bpf.h"

static __always_inline struct ur_frame *ur_claim_push(struct pt_regs *regs, __u64 skb)
{
	struct ur_frame *f = ur_frame_push(skb, UR_FRAME_CLAIM, UR_ENTRY_SP(regs));

	if (f)
		f->ip = PT_REGS_IP(regs);
	return f;
}

/* void nft_reject_{ipv4,ipv6,inet}_eval(expr, regs, pkt) */
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

/* A reject hook ends and no ICMP function took its claim, which lies on top at @depth. */
static __always_inline void ur_emit_claim(const struct ur_frame *claim, __u32 depth)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;
	const struct net *net;
	struct ur_event *e;
	__u64 key;

	if (!l || !(claim->pkt ? l->ready : l->xt_ready))
		return;
	st = ur_claim_state(l, claim);
	net = BPF_CORE_READ(st, net);
	if (!ur_wanted(net))
		return;
	ur_count(UR_STAT_DECIDED);
	e = ur_scratch_new(depth, &key);
	if (!e)
		return;
	e->family = BPF_CORE_READ(st, pf) == NFPROTO_IPV6 ? 6 : 4;
	e->window = claim->window;
	ur_fill_packet(key, claim->skb, (__u64)net);
	ur_fill_rule(key, 0);
	e->answer = e->rule.reject == UR_REJECT_RST ? UR_ANSWER_RST : UR_ANSWER_ICMP;
	if (e->answer == UR_ANSWER_ICMP) {
		e->type = e->family == 4 ? UR_ICMP_DEST_UNREACH : UR_ICMPV6_DEST_UNREACH;
		e->code = e->rule.icmp_code;
	}
	ur_fill_local(key, claim->skb);
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
