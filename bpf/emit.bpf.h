/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* emit.bpf.h - one record for one generated error.
 *
 * Called at the end of __icmp_send() and icmp6_send(), and at the end of a reject hook
 * whose claim no ICMP function took (early return, or a TCP reset).
 */
#include "bpf/frame.bpf.h"
#include "bpf/rule.bpf.h"
#include "bpf/sockets.bpf.h"

#define UR_ICMP_DEST_UNREACH   3
#define UR_ICMPV6_DEST_UNREACH 1
#define UR_NF_INET_LOCAL_OUT   3
#define UR_IPPROTO_FRAGMENT    44
#define UR_IPPROTO_ICMPV6      58

static __always_inline bool ur_wanted(const struct net *net)
{
	if (!ur_want_netns || BPF_CORE_READ(net, ns.inum) == ur_want_netns)
		return true;
	ur_count(UR_STAT_FILTERED);
	return false;
}

/* nft: enum nft_reject_types and icmp code behind the expression's ops pointer. */
#define UR_NFT_REJECT_TCP_RST	  1
#define UR_NFT_REJECT_ICMPX	  2

/* nft_reject_icmp_code(), nft_reject_icmpv6_code(): by enum nft_reject_inet_code. */
static __always_inline __u8 ur_icmpx_code(__u8 code, bool v6)
{
	switch (code) {
	case 0: /* NFT_REJECT_ICMPX_NO_ROUTE */
		return 0;
	case 1: /* NFT_REJECT_ICMPX_PORT_UNREACH */
		return v6 ? 4 : 3;
	case 2: /* NFT_REJECT_ICMPX_HOST_UNREACH */
		return v6 ? 3 : 1;
	}
	return v6 ? 1 : 13; /* NFT_REJECT_ICMPX_ADMIN_PROHIBITED */
}

static __always_inline void ur_nft_reject_type(struct ur_rule *r, __u64 expr)
{
	__u8 type = ur_peek(__u8, expr + 8), code = ur_peek(__u8, expr + 9);

	if (type == UR_NFT_REJECT_TCP_RST)
		r->reject = UR_REJECT_RST;
	else if (type == UR_NFT_REJECT_ICMPX)
		r->icmp_code = ur_icmpx_code(code, r->pf == NFPROTO_IPV6);
	else
		r->icmp_code = code;
}

/* enum ipt_reject_with: net, host, protocol and port unreachable are their own codes. */
static __always_inline __u8 ur_ipt_code(__u32 with)
{
	switch (with) {
	case 5: /* IPT_ICMP_NET_PROHIBITED */
		return 9;
	case 6: /* IPT_ICMP_HOST_PROHIBITED */
		return 10;
	case 8: /* IPT_ICMP_ADMIN_PROHIBITED */
		return 13;
	}
	return with;
}

/* enum ip6t_reject_with: the first five are their own codes. */
static __always_inline __u8 ur_ip6t_code(__u32 with)
{
	switch (with) {
	case 7: /* IP6T_ICMP6_POLICY_FAIL */
		return 5;
	case 8: /* IP6T_ICMP6_REJECT_ROUTE */
		return 6;
	}
	return with;
}

/* The first word of struct ipt_reject_info and ip6t_reject_info. */
static __always_inline void ur_xt_reject_type(struct ur_rule *r, __u64 targinfo)
{
	bool v6 = r->pf == NFPROTO_IPV6;
	__u32 with = ur_peek(__u32, targinfo);

	if (with == (v6 ? 6 : 7)) /* IP6T_TCP_RESET, IPT_TCP_RESET */
		r->reject = UR_REJECT_RST;
	else
		r->icmp_code = v6 ? ur_ip6t_code(with) : ur_ipt_code(with);
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
		ur_nft_rule(&e->rule, l, targinfo - 8, st);
	else if (engine == UR_ORIGIN_XT)
		ur_xt_rule(&e->rule, l, targinfo - UR_XT_TARGET_HDR, st);
	e->origin = engine ? engine : UR_ORIGIN_XT;
}

static __noinline void ur_fill_rule(struct ur_event *e, const struct ur_frame *claim)
{
	const struct ur_layout *l = ur_layout_get();
	const struct nf_hook_state *st;

	e->origin = claim->origin;
	if (!l || !(claim->pkt ? l->ready : l->xt_ready))
		return;
	st = ur_claim_state(l, claim);
	ur_rule_hook(&e->rule, st);
	if (claim->pkt) {
		e->rule.obj = claim->obj;
		ur_nft_reject_type(&e->rule, claim->obj);
		ur_nft_rule(&e->rule, l, claim->obj, st);
	} else {
		ur_fill_xt(e, l, claim, st);
	}
}

/* The tests before the rate limits that __icmp_send() makes, in its order, and then
 * those of nf_send_unreach(). */
static __always_inline __u8 ur_early4(const struct sk_buff *skb)
{
	const struct rtable *rt = (const void *)ur_dst(skb);
	__u64 ip = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
	__u16 frag = bpf_ntohs(ur_peek(__u16, ip + 6));
	__u8 icmp_type;

	if (!rt)
		return UR_EARLY_NO_ROUTE;
	if (BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type))
		return UR_EARLY_BROADCAST;
	if (BPF_CORE_READ(rt, rt_flags) & 0x30000000) /* RTCF_BROADCAST | RTCF_MULTICAST */
		return UR_EARLY_BROADCAST;
	if (frag & 0x1fff) /* IP_OFFSET */
		return UR_EARLY_FRAGMENT;
	if (ur_peek(__u8, ip + 9) != IPPROTO_ICMP)
		return UR_EARLY_NONE;
	icmp_type = ur_peek(__u8, ip + 4 * (ur_peek(__u8, ip) & 15));
	/* icmp_pointers[].error: unreachable, quench, redirect, time exceeded, parameter */
	if (icmp_type <= 18 && (0x1838 >> icmp_type) & 1)
		return UR_EARLY_ICMP_ERROR;
	return UR_EARLY_NONE;
}

/* Likewise for icmp6_send(). */
static __always_inline __u8 ur_early6(const struct sk_buff *skb)
{
	__u64 ip = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
	__u8 next = ur_peek(__u8, ip + 6);

	if (ur_peek(__u8, ip + 24) == 0xff || BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type))
		return UR_EARLY_BROADCAST;
	if (ur_peek(__u8, ip + 8) == 0xff || !(ur_peek(__u64, ip + 8) | ur_peek(__u64, ip + 16)))
		return UR_EARLY_SOURCE;
	if (next == UR_IPPROTO_ICMPV6 && ur_peek(__u8, ip + 40) < 128)
		return UR_EARLY_ICMP_ERROR;
	if (next == UR_IPPROTO_FRAGMENT && ur_peek(__u16, ip + 42) & bpf_htons(0xfff8))
		return UR_EARLY_FRAGMENT;
	return UR_EARLY_NONE;
}

static __always_inline void ur_fill_packet(struct ur_event *e, const struct sk_buff *skb,
					   const struct net *net)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);

	e->ts_ns = bpf_ktime_get_ns();
	e->cpu = bpf_get_smp_processor_id();
	e->netns_inum = BPF_CORE_READ(net, ns.inum);
	e->netns_cookie = ur_netns_cookie(net);
	e->iif = BPF_CORE_READ(skb, skb_iif);
	if (dev)
		BPF_CORE_READ_STR_INTO(&e->iifname, dev, name);
	ur_snap(e, skb);
	ur_nat_read(e, skb);
	e->early = e->family == 4 ? ur_early4(skb) : ur_early6(skb);
}

/* Who else has to do with the packet: sockets on its port, and a sender on this host. */
static __noinline void ur_fill_sockets(struct ur_event *e, __u64 skb, __u64 net)
{
	struct ur_flow f = { .net = (const struct net *)net };

	ur_flow_read(&f, (const struct sk_buff *)skb, e->family);
	if (e->origin == UR_ORIGIN_UDP_MISS && f.proto != UR_IPPROTO_UDPLITE)
		f.proto = IPPROTO_UDP;
	if (f.proto != IPPROTO_UDP && f.proto != UR_IPPROTO_UDPLITE)
		return;
	if (e->origin == UR_ORIGIN_UDP_MISS || e->rule.hook != UR_NF_INET_LOCAL_OUT)
		ur_snapshot(e, &f);
	if (f.loopback)
		ur_sender_find(e, &f);
}

/* A rule at LOCAL_OUT: the packet still belongs to the socket that sent it. */
static __always_inline void ur_fill_local(struct ur_event *e, const struct sk_buff *skb)
{
	const struct sock *sk = BPF_CORE_READ(skb, sk);
	__u8 state;

	if (!sk || e->rule.hook != UR_NF_INET_LOCAL_OUT)
		return;
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (state == 6 || state == 12) /* TCP_TIME_WAIT, TCP_NEW_SYN_RECV: no full socket */
		return;
	ur_sock_read(&e->sender, sk);
	e->flags |= UR_EV_SENDER | UR_EV_CURRENT;
	e->cur_tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->cur_comm, sizeof(e->cur_comm));
}

/* A zeroed record, or NULL when the ring is full (counted). */
static __always_inline struct ur_event *ur_event_new(void)
{
	struct ur_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e) {
		ur_count(UR_STAT_RING_FULL);
		return NULL;
	}
	/* In parts, kept apart: clang inlines no long memset, and merges neighbours. */
	__builtin_memset(e, 0, offsetof(struct ur_event, socks));
	barrier();
	__builtin_memset(&e->socks[0], 0, sizeof(e->socks) / 2);
	barrier();
	__builtin_memset(&e->socks[UR_SOCKS_MAX / 2], 0, sizeof(e->socks) / 2);
	barrier();
	__builtin_memset(e->snap, 0, sizeof(e->snap));
	e->version = UR_EVENT_VERSION;
	e->len = sizeof(*e);
	return e;
}
