/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* packet.bpf.h - what a struct sk_buff says of itself: namespace, device, addresses,
 * the route it carries, and its conntrack entry.
 */
#include "bpf/flavours.bpf.h"

#define UR_AF_INET         2
#define UR_AF_INET6        10
#define UR_IPPROTO_UDPLITE 136
#define UR_SKB_DST_PTRMASK (~1UL) /* SKB_DST_PTRMASK: bit 0 is SKB_DST_NOREF */
#define UR_NFCT_PTRMASK    (~7UL) /* NFCT_PTRMASK */
#define UR_IPS_DST_NAT     (1 << 5)
#define UR_IP_CT_RELATED   1 /* enum ip_conntrack_info, the low bits of skb->_nfct */
#define UR_IP_CT_IS_REPLY  3

static __always_inline const struct dst_entry *ur_dst(const struct sk_buff *skb)
{
	return (const void *)(BPF_CORE_READ(skb, _skb_refdst) & UR_SKB_DST_PTRMASK);
}

/* The namespace that the packet is in: its device's, or that of its route where a
 * locally made packet has no device yet (LOCAL_OUT). */
static __always_inline const struct net *ur_skb_net(const struct sk_buff *skb)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);

	if (!dev)
		dev = BPF_CORE_READ(ur_dst(skb), dev);
	return BPF_CORE_READ(dev, nd_net.net);
}

/* A TCP segment's namespace is that of the socket; without one it still has its device. */
static __always_inline const struct net *ur_reset_net(__u64 sk, __u64 skb)
{
	if (sk)
		return BPF_CORE_READ((const struct sock *)sk, __sk_common.skc_net.net);
	return ur_skb_net((const struct sk_buff *)skb);
}

/* inet_iif(), inet6_iif() and inet_sdif(), inet6_sdif(); @at: where IPCB() or IP6CB() lies. */
static __always_inline void ur_flow_devices_at(struct ur_flow *f, const struct sk_buff *skb,
					       const void *at)
{
	__u32 skb_iif = BPF_CORE_READ(skb, skb_iif);

	if (f->family == 4) {
		const struct inet_skb_parm *cb = at;
		const struct rtable *rt = (const void *)ur_dst(skb);
		__u32 rt_iif = BPF_CORE_READ(rt, rt_iif);

		f->dif = rt && rt_iif ? rt_iif : skb_iif;
		if (BPF_CORE_READ(cb, flags) & (1 << 7)) /* IPSKB_L3SLAVE */
			f->sdif = BPF_CORE_READ(cb, iif);
	} else {
		const struct inet6_skb_parm *cb = at;

		f->dif = BPF_CORE_READ(cb, iif);
		if (BPF_CORE_READ(cb, flags) & 64) { /* IP6SKB_L3SLAVE */
			f->sdif = f->dif;
			f->dif = skb_iif;
		}
	}
}

static __always_inline void ur_flow_devices(struct ur_flow *f, const struct sk_buff *skb)
{
	ur_flow_devices_at(f, skb, (const void *)__builtin_preserve_access_index(&skb->cb));
}

/* Protocol, addresses and ports of the packet whose network header is at @l3. IPv6 extension
 * headers before UDP are left to @l4, where the receive path has found its header by then. */
static __always_inline void ur_flow_tuple(struct ur_flow *f, __u64 l3, __u64 l4)
{
	__u16 ports[2] = {};

	if (f->family == 4) {
		f->proto = ur_peek(__u8, l3 + 9);
		ur_read(f->src, 4, (const void *)(l3 + 12));
		ur_read(f->dst, 4, (const void *)(l3 + 16));
		l4 = l3 + 4 * (ur_peek(__u8, l3) & 15);
	} else {
		f->proto = ur_peek(__u8, l3 + 6);
		ur_read(f->src, 16, (const void *)(l3 + 8));
		ur_read(f->dst, 16, (const void *)(l3 + 24));
		if (!l4 || f->proto == IPPROTO_UDP || f->proto == UR_IPPROTO_UDPLITE)
			l4 = l3 + 40;
	}
	ur_read(ports, sizeof(ports), (const void *)l4);
	f->sport = bpf_ntohs(ports[0]);
	f->dport = bpf_ntohs(ports[1]);
}

static __always_inline void ur_flow_of(struct ur_flow *f, const struct sk_buff *skb)
{
	__u64 head = (__u64)BPF_CORE_READ(skb, head);

	ur_flow_tuple(f, head + BPF_CORE_READ(skb, network_header),
		      head + BPF_CORE_READ(skb, transport_header));
}

static __always_inline void ur_flow_read(struct ur_flow *f, const struct sk_buff *skb, __u8 family)
{
	const struct net *net = (const void *)f->net;

	f->family = family;
	ur_flow_of(f, skb);
	f->loopback = !!(BPF_CORE_READ(skb, dev, flags) & IFF_LOOPBACK);
	f->l3mdev_accept = BPF_CORE_READ(net, ipv4.sysctl_udp_l3mdev_accept);
	ur_flow_devices(f, skb);
}

/* The same of a segment that has come to TCP, which keeps IP's notes elsewhere
 * (tcp_v4_fill_cb(), tcp_v6_fill_cb()). */
static __always_inline void ur_flow_read_tcp(struct ur_flow *f, const struct sk_buff *skb,
					     __u8 family)
{
	const struct net *net = (const void *)f->net;
	__u64 cb = (__u64)__builtin_preserve_access_index(&skb->cb);

	f->family = family;
	ur_flow_of(f, skb);
	f->proto = IPPROTO_TCP;
	f->loopback = !!(BPF_CORE_READ(skb, dev, flags) & IFF_LOOPBACK);
	f->l3mdev_accept = 1;
	if (bpf_core_field_exists(net->ipv4.sysctl_tcp_l3mdev_accept))
		f->l3mdev_accept = BPF_CORE_READ(net, ipv4.sysctl_tcp_l3mdev_accept);
	ur_flow_devices_at(f, skb,
			   (const void *)(cb + bpf_core_field_offset(struct tcp_skb_cb, header)));
}

/* A number for addresses and ports, never 0. */
static __always_inline __u64 ur_flow_hash(const struct ur_flow *f)
{
	const __u64 *s = (const void *)f->src, *d = (const void *)f->dst;
	const __u64 odd = 0x9e3779b97f4a7c15ULL;
	__u64 h = s[0];

	h = h * odd + s[1];
	h = h * odd + d[0];
	h = h * odd + d[1];
	h = h * odd + (f->sport << 16 | f->dport);
	return (h ^ h >> 32) ?: 1;
}

static __always_inline __u64 *ur_recent_at(__u64 hash)
{
	__u32 slot = hash % UR_RECENT_MAX;

	return bpf_map_lookup_elem(&recent, &slot);
}

/* The answer to a packet of @f is about to leave. */
static __always_inline void ur_recent_keep(const struct ur_flow *f)
{
	__u64 hash = ur_flow_hash(f), *slot = ur_recent_at(hash);

	if (slot)
		*slot = hash;
}

/* The same for @skb. */
UR_GLOBAL int ur_recent_note(__u64 skb, __u32 family)
{
	struct ur_flow f = { .family = family };

	ur_flow_of(&f, (const struct sk_buff *)skb);
	ur_recent_keep(&f);
	return 0;
}

/* The first bytes of the packet, at @to; only what is linear. Returns how many, and in *@len how
 * long the packet is. */
static __always_inline __u32 ur_snap_bytes(__u8 *to, const struct sk_buff *skb, __u32 *len)
{
	__u64 head = (__u64)BPF_CORE_READ(skb, head);
	__u32 off = BPF_CORE_READ(skb, network_header);
	__u32 linear = BPF_CORE_READ(skb, tail) - off;
	__u32 data_off = (__u64)BPF_CORE_READ(skb, data) - head;

	*len = BPF_CORE_READ(skb, len) + data_off - off;
	if (linear > UR_SNAP_MAX)
		linear = UR_SNAP_MAX;
	asm volatile("" : "+r"(linear)); /* keep the bound where the verifier sees it */
	if (linear <= UR_SNAP_MAX && !bpf_probe_read_kernel(to, linear, (const void *)(head + off)))
		return linear;
	return 0;
}

static __always_inline void ur_snap(struct ur_event *e, const struct sk_buff *skb)
{
	e->snap_len = ur_snap_bytes(e->snap, skb, &e->pkt_len);
}

static __always_inline void ur_ct_read(struct ur_nat *n, const struct nf_conn *ct)
{
	n->entry = (__u64)ct;
	n->status = BPF_CORE_READ(ct, status);
	BPF_CORE_READ_INTO(&n->src, ct, tuplehash[0].tuple.src.u3.all);
	BPF_CORE_READ_INTO(&n->dst, ct, tuplehash[0].tuple.dst.u3.all);
	n->sport = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[0].tuple.src.u.all));
	n->dport = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[0].tuple.dst.u.all));
	BPF_CORE_READ_INTO(&n->reply_src, ct, tuplehash[1].tuple.src.u3.all);
	BPF_CORE_READ_INTO(&n->reply_dst, ct, tuplehash[1].tuple.dst.u3.all);
	n->reply_sport = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[1].tuple.src.u.all));
	n->reply_dport = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[1].tuple.dst.u.all));
}

/* The packet's own conntrack entry (struct nf_conn). On the UDP receive path it is gone by
 * now (nf_reset_ct()). */
static __always_inline void ur_nat_read(struct ur_event *e, const struct sk_buff *skb)
{
	__u64 nfct = BPF_CORE_READ(skb, _nfct);
	const struct nf_conn *ct = (const void *)(nfct & UR_NFCT_PTRMASK);

	if (!ct)
		return;
	e->flags |= UR_EV_CT | UR_EV_ENTRY;
	ur_ct_read(&e->nat, ct);
	e->nat.is_reply = (nfct & ~UR_NFCT_PTRMASK) >= UR_IP_CT_IS_REPLY;
	if (e->nat.status & UR_IPS_DST_NAT)
		e->flags |= UR_EV_NAT;
}
