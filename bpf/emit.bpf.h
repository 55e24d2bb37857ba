/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* emit.bpf.h - one record for one generated error.
 *
 * Called at the end of __icmp_send() and icmp6_send(), and at the end of a reject hook
 * whose claim no ICMP function took (early return, or a TCP reset). The record is built
 * in a scratch entry of its own, by functions that the verifier checks one by one (they
 * find it again by its key, since 5.10 passes no pointers to such functions), and only
 * what is filled of it goes to the ring.
 */
#include "bpf/early.bpf.h"
#include "bpf/frame.bpf.h"
#include "bpf/history.bpf.h"
#include "bpf/reject_type.bpf.h"
#include "bpf/rule.bpf.h"
#include "bpf/sockets.bpf.h"

#define UR_ICMP_DEST_UNREACH   3
#define UR_ICMPV6_DEST_UNREACH 1
#define UR_NF_INET_LOCAL_OUT   3

static __always_inline bool ur_wanted(const struct net *net)
{
	if (!ur_want_netns || BPF_CORE_READ(net, ns.inum) == ur_want_netns)
		return true;
	ur_count(UR_STAT_FILTERED);
	return false;
}

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

/* The hook state that a claim runs under. */
static __always_inline const struct nf_hook_state *ur_claim_state(const struct ur_layout *l,
								  const struct ur_frame *claim)
{
	if (claim->pkt)
		return (const void *)ur_peek(__u64, claim->pkt + l->pktinfo_state);
	return (const void *)ur_peek(__u64, claim->obj + l->xt_par_state);
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

static __always_inline void ur_fill_xt(struct ur_event *e, const struct ur_layout *l,
				       const struct ur_frame *claim, const struct nf_hook_state *st)
{
	__u64 targinfo = ur_peek(__u64, claim->obj + l->xt_par_targinfo);
	__u8 engine = ur_xt_engine(l, claim->obj, targinfo);

	e->rule.obj = targinfo;
	ur_xt_reject_type(&e->rule, targinfo);
	if (engine == UR_ORIGIN_XT_NFT)
		ur_nft_rule(&e->rule, l, targinfo - 8, 0, st);
	else if (engine == UR_ORIGIN_XT)
		ur_xt_rule(&e->rule, l, targinfo - UR_XT_TARGET_HDR, st);
	e->origin = engine ? engine : UR_ORIGIN_XT;
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

/* Fill in the rule of the claim that lies @below the innermost frame. */
UR_GLOBAL int ur_fill_rule(__u64 key, __u32 below)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_event *e = ur_scratch_at(key);
	const struct ur_frame *claim = ur_frame_below(below);
	const struct nf_hook_state *st;

	if (!l || !e || !claim)
		return 0;
	e->origin = claim->origin;
	if (!(claim->pkt ? l->ready : l->xt_ready))
		return 0;
	st = ur_claim_state(l, claim);
	ur_rule_hook(&e->rule, st);
	if (claim->pkt) {
		e->rule.obj = claim->obj;
		ur_nft_reject_type(&e->rule, claim->obj, e->family == 6);
		ur_nft_rule(&e->rule, l, claim->obj, ur_last_jump(claim), st);
	} else {
		ur_fill_xt(e, l, claim, st);
	}
	ur_fix_device(e, (const struct sk_buff *)claim->skb);
	return 0;
}

UR_GLOBAL int ur_fill_packet(__u64 key, __u64 packet, __u64 netns)
{
	const struct sk_buff *skb = (const void *)packet;
	const struct net *net = (const void *)netns;
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	struct ur_event *e = ur_scratch_at(key);

	if (!e)
		return 0;
	e->ts_ns = bpf_ktime_get_ns();
	e->cpu = bpf_get_smp_processor_id();
	e->netns_inum = BPF_CORE_READ(net, ns.inum);
	e->netns_cookie = ur_netns_cookie(net);
	e->iif = BPF_CORE_READ(skb, skb_iif);
	if (dev)
		BPF_CORE_READ_STR_INTO(&e->iifname, dev, name);
	ur_snap(e, skb);
	ur_nat_read(e, skb);
	e->early = ur_early(skb, e->family);
	return 0;
}

/* The first of the programs that steer lookups in @net (SEC("sk_lookup")), by id. */
static __always_inline __u32 ur_sk_lookup_prog(const struct net *net)
{
	const __u32 which = bpf_core_enum_value(enum netns_bpf_attach_type, NETNS_BPF_SK_LOOKUP);
	const struct bpf_prog_array *progs;
	const struct bpf_prog *prog;

	ur_read(&progs, sizeof(progs), &net->bpf.run_array[which]);
	if (!progs)
		return 0;
	ur_read(&prog, sizeof(prog), &progs->items[0].prog);
	return BPF_CORE_READ(prog, aux, id);
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

/* Hand the record to the ring, as long as it is, and forget it. */
static __always_inline void ur_event_send(__u64 key, struct ur_event *e)
{
	__u64 n = e->nsocks;

	if (n > UR_SOCKS_MAX)
		n = UR_SOCKS_MAX;
	e->version = UR_EVENT_VERSION;
	e->len = offsetof(struct ur_event, socks) + n * sizeof(struct ur_sock);
	if (bpf_ringbuf_output(&events, e,
			       offsetof(struct ur_event, socks) + n * sizeof(struct ur_sock), 0))
		ur_count(UR_STAT_RING_FULL);
	else
		ur_count(UR_STAT_EMITTED);
	bpf_map_delete_elem(&scratch, &key);
}
