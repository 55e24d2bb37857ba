/* SPDX-License-Identifier: GPL-2.0-only */
/* record.bpf.c - the program that builds a record: who decided, and all that the kernel knows
 * of it at that moment.
 *
 * Other kprobe programs go on with it (map "builder"), with what is to be told on top of the
 * task's frames: the window of an ICMP function that was just entered, whose exit will send
 * the record; or the claim of a reject hook that ends and that no ICMP function took (early
 * return, or a TCP reset), whose record is sent from here.
 */
#include "bpf/answer.bpf.h"
#include "bpf/claim.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/history.bpf.h"
#include "bpf/reject_type.bpf.h"
#include "bpf/route.bpf.h"
#include "bpf/rule.bpf.h"
#include "bpf/sockets.bpf.h"

#define UR_NF_INET_LOCAL_OUT 3

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

/* A REJECT target runs under nft_compat when it sits in an expression whose ops say so,
 * and under ip_tables when it follows an xt_entry_target header. */
static __always_inline __u8 ur_xt_engine(const struct ur_layout *l, __u64 par, __u64 targinfo)
{
	__u64 target = ur_peek(__u64, par + l->xt_par_target);
	__u64 ops = ur_peek(__u64, targinfo - 8);

	if (l->ready && (__s64)ops < 0 && ur_peek(__u64, ops + l->expr_ops_data) == target)
		return UR_ORIGIN_XT_NFT;
	if (ur_peek(__u64, targinfo - UR_XT_TARGET_HDR + 8) == target)
		return UR_ORIGIN_XT;
	return UR_ORIGIN_UNKNOWN;
}

/* The rule of REJECT target that runs with struct xt_action_param @par, under @state. */
UR_GLOBAL int ur_fill_xt(__u64 key, __u64 par, __u64 state)
{
	const struct nf_hook_state *st = (const void *)state;
	const struct ur_layout *l = ur_layout_get();
	struct ur_event *e = ur_scratch_at(key);
	__u64 targinfo;
	__u8 engine;

	if (!l || !e)
		return 0;
	targinfo = ur_peek(__u64, par + l->xt_par_targinfo);
	engine = ur_xt_engine(l, par, targinfo);

	e->rule.obj = targinfo;
	ur_xt_reject_type(&e->rule, targinfo);
	if (engine == UR_ORIGIN_XT_NFT)
		ur_nft_rule(&e->rule, l, targinfo - 8, 0, st);
	else if (engine == UR_ORIGIN_XT)
		ur_xt_rule(&e->rule, l, targinfo - UR_XT_TARGET_HDR, st);
	e->origin = engine ? engine : UR_ORIGIN_XT;
	return 0;
}

/* The rule of nftables expression @expr, likewise; @last: see ur_last_jump(). */
UR_GLOBAL int ur_fill_nft(__u64 key, __u64 expr, __u64 last, __u64 state)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_event *e = ur_scratch_at(key);

	if (!l || !e)
		return 0;
	e->rule.obj = expr;
	ur_nft_reject_type(&e->rule, expr, e->family == 6);
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

/* Fill in the rule of @claim. */
static __always_inline void ur_fill_rule(__u64 key, struct ur_event *e,
					 const struct ur_frame *claim)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;

	e->origin = claim->origin;
	if (!l || !(claim->pkt ? l->ready : l->xt_ready))
		return;
	st = ur_claim_state(l, claim);
	ur_rule_hook(&e->rule, st);
	if (claim->pkt)
		ur_fill_nft(key, claim->obj, ur_last_jump(claim), (__u64)st);
	else
		ur_fill_xt(key, claim->obj, (__u64)st);
	ur_fix_device(e, (const struct sk_buff *)claim->skb);
}

/* Who else has to do with the packet: sockets on its port, now and before, and a sender on
 * this host. */
UR_GLOBAL int ur_fill_sockets(__u64 key, __u64 packet, __u64 netns)
{
	struct ur_scratch *w = ur_work_at(key);
	struct ur_flow *f;

	if (!w)
		return 0;
	f = &w->flow;
	f->net = netns;
	ur_flow_read(f, (const struct sk_buff *)packet, w->e.family);
	w->e.sdif = f->sdif;
	if (w->e.origin == UR_ORIGIN_UDP_MISS && f->proto != UR_IPPROTO_UDPLITE)
		f->proto = IPPROTO_UDP;
	if (f->proto != IPPROTO_UDP && f->proto != UR_IPPROTO_UDPLITE)
		return 0;
	if (w->e.origin == UR_ORIGIN_UDP_MISS || w->e.rule.hook != UR_NF_INET_LOCAL_OUT) {
		ur_snapshot(key);
		w->e.sk_lookup_prog = ur_sk_lookup_prog((const struct net *)netns);
	}
	if (w->e.origin == UR_ORIGIN_UDP_MISS)
		ur_history_find(key);
	if (f->loopback)
		ur_sender_find(key);
	return 0;
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

/* A reject hook ends and no ICMP function took its claim, which lies on top at @depth, and
 * is counted. */
static __always_inline void ur_emit_claim(const struct ur_frame *claim, __u32 depth)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;
	const struct net *net;
	struct ur_event *e;
	__u8 pf, family = claim->family;
	__u64 key;

	if (!l)
		return;
	st = ur_claim_state(l, claim);
	net = BPF_CORE_READ(st, net);
	pf = BPF_CORE_READ(st, pf);
	key = ur_scratch_key(depth);
	e = ur_scratch_new(key);
	if (!e) {
		ur_count(UR_STAT_RING_FULL);
		return;
	}
	e->flow = claim->flow;
	e->kind = claim->counted;
	e->family = family;
	e->window = claim->window & (ur_by_hand(pf) ? UR_WIN_HAND_BUILT : UR_WIN_RST_BUILT);
	ur_fill_packet(key, claim->skb, (__u64)net);
	ur_fill_rule(key, e, claim);
	e->answer = e->rule.reject == UR_REJECT_RST ? UR_ANSWER_RST : UR_ANSWER_ICMP;
	if (e->answer == UR_ANSWER_ICMP) {
		e->type = ur_unreach_type(family);
		e->code = e->rule.icmp_code;
	}
	e->early = ur_early_reject(claim->skb, family == 6, ur_by_hand(pf),
				   e->answer == UR_ANSWER_RST);
	ur_fill_local(key, claim->skb);
	if (!ur_by_hand(pf)) /* where a frame goes next is not known yet */
		ur_fill_sockets(key, claim->skb, (__u64)net);
	if (ur_want_answers)
		ur_answer_take(key, claim->ts_ns);
	ur_event_send(key, e);
}

/* An ICMP function was entered, with @f on top, and perhaps the claim that asked for it. */
static __always_inline void ur_build_window(struct ur_task *t, struct ur_frame *f)
{
	const struct ur_frame *claim = ur_claim_of(t, f->skb);
	__u64 skb = f->skb, key = ur_scratch_key(t->depth);
	const struct net *net = ur_skb_net((const struct sk_buff *)skb);
	struct ur_event *e = ur_record_begin(f, key, (__u64)net, 0);

	if (!e)
		return;
	if (claim) {
		if (f->origin != claim->origin)
			e->flags |= UR_EV_CLAIM_ODD;
		ur_fill_rule(key, e, claim);
		ur_fill_local(key, skb);
	}
	if (e->origin != UR_ORIGIN_UNKNOWN)
		ur_fill_sockets(key, skb, (__u64)net);
	else
		ur_fill_route(key, skb, (__u64)net);
}

SEC("kprobe")
int record_build(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f)
		return 0;
	if (f->kind == UR_FRAME_ICMP) {
		ur_build_window(t, f);
	} else {
		ur_emit_claim(f, t->depth);
		ur_frame_pop(t);
	}
	return 0;
}
