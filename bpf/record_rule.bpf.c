/* SPDX-License-Identifier: GPL-2.0-only */
/* record_rule.bpf.c - which rule refused the packet, where nftables runs it, and what any rule's
 * refusal comes with: a record comes here that record_build has begun, when the innermost frame
 * is a claim, or a window that a claim asked for.
 */
#include "bpf/claim.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/reject_type.bpf.h"
#include "bpf/rule.bpf.h"
#include "bpf/sockets.bpf.h"

/* The nftables rule of expression @expr under @state; @last: see ur_last_jump(). */
UR_GLOBAL int ur_fill_expr(__u64 key, __u64 expr, __u64 last, __u64 state)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_event *e = ur_scratch_at(key);

	if (l && e)
		ur_nft_rule(&e->rule, l, expr, last, (const struct nf_hook_state *)state);
	return 0;
}

/* The device of a packet is the one that it came in by; at a bridge's hooks it can be the
 * one that it leaves by, or the bridge. The hook then tells more. */
static __always_inline void ur_fix_device(struct ur_event *e, const struct sk_buff *skb)
{
	if (e->iif && e->rule.iif && (__u32)BPF_CORE_READ(skb, dev, ifindex) != e->iif)
		__builtin_memcpy(e->iifname, e->rule.iifname, sizeof(e->iifname));
}

/* nft_regs.verdict.chain: where the last jump or goto led, unless there was none. */
static __always_inline __u64 ur_last_jump(const struct ur_frame *claim)
{
	return claim->regs ? ur_peek(__u64, claim->regs + 8) : 0;
}

/* The nftables rule that made @claim: of its own reject, or of a REJECT target in an expression. */
static __always_inline void ur_fill_nft(__u64 key, struct ur_event *e, const struct ur_frame *claim)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 expr = 0, last = 0;

	if (!l)
		return;
	if (claim->pkt && l->ready) {
		expr = claim->obj;
		last = ur_last_jump(claim);
		e->rule.obj = expr;
		ur_nft_reject_type(&e->rule, expr, e->family == 6);
	} else if (e->origin == UR_ORIGIN_XT_NFT) {
		expr = e->rule.obj - 8;
	}
	if (expr)
		ur_fill_expr(key, expr, last, (__u64)ur_claim_state(l, claim));
}

/* A rule at LOCAL_OUT: the packet still belongs to the socket that sent it. */
UR_GLOBAL int ur_fill_local(__u64 key, __u64 packet)
{
	const struct sk_buff *skb = (const void *)packet;
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	struct ur_event *e = ur_scratch_at(key);
	__u8 state;

	if (!e || !sk || e->rule.hook != UR_NF_INET_LOCAL_OUT)
		return 0;
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (state == 6 || state == 12) /* TCP_TIME_WAIT, TCP_NEW_SYN_RECV: no full socket */
		return 0;
	ur_sock_read(&e->sender, sk);
	e->flags |= UR_EV_SENDER | UR_EV_CURRENT;
	e->cur_tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->cur_comm, sizeof(e->cur_comm));
	return 0;
}

/* What the rule of claim @f, which no ICMP function took, has answered. */
static __always_inline void ur_fill_answer(struct ur_event *e, const struct ur_frame *f)
{
	const struct ur_layout *l = ur_layout_get();
	__u8 pf;

	if (!l)
		return;
	pf = BPF_CORE_READ(ur_claim_state(l, f), pf);
	e->answer = e->rule.reject == UR_REJECT_RST ? UR_ANSWER_RST : UR_ANSWER_ICMP;
	if (e->answer == UR_ANSWER_ICMP) {
		e->type = ur_unreach_type(f->family);
		e->code = e->rule.icmp_code;
	}
	e->early =
		ur_early_reject(f->skb, f->family == 6, ur_by_hand(pf), e->answer == UR_ANSWER_RST);
}

SEC("kprobe")
int record_rule(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	const struct ur_frame *claim;
	struct ur_event *e;
	__u64 key;

	if (!f)
		return 0;
	key = ur_scratch_key(t->depth);
	e = ur_scratch_at(key);
	claim = f->kind == UR_FRAME_ICMP ? ur_claim_of(t, f->skb) : f;
	if (e && claim) {
		ur_fill_nft(key, e, claim);
		ur_fix_device(e, (const struct sk_buff *)f->skb);
		if (f->kind != UR_FRAME_ICMP)
			ur_fill_answer(e, f);
		ur_fill_local(key, f->skb);
	}
	bpf_tail_call(ctx, &builder, UR_BUILD_SOCKETS);
	return 0;
}
