/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* route.bpf.h - the route that a packet carries (its dst), at the moment of the event.
 *
 * For IPv6 that is proof of what refused it: the dst points to the entry of the table. For
 * IPv4 it holds no more than the error; user space works out whose, and what is read here
 * tells whether anything changed in between.
 */
#include "bpf/packet.bpf.h"

#define UR_RTF_GATEWAY       2         /* RTF_GATEWAY */
#define UR_IFF_L3MDEV_MASTER (1 << 18) /* IFF_L3MDEV_MASTER: a VRF's device */

static __always_inline __u64 *ur_changes_of(const struct net *net, __u8 family)
{
	__u32 slot = ur_changes_slot(BPF_CORE_READ(net, ns.inum), family);

	return &ur_changes[slot & (UR_CHANGES_MAX - 1)];
}

static __always_inline void ur_route4(struct ur_route *r, const struct dst_entry *dst,
				      const struct net *net)
{
	const struct rtable *rt = (const void *)dst;

	/* rt_dst_alloc() took the number right after the look-up. */
	if (BPF_CORE_READ(rt, rt_genid) == BPF_CORE_READ(net, ipv4.rt_genid.counter))
		r->flags |= UR_ROUTE_CURRENT;
	r->type = BPF_CORE_READ(rt, rt_type);
	switch (BPF_CORE_READ(rt, rt_gw_family)) {
	case UR_AF_INET:
		r->gw_family = 4;
		BPF_CORE_READ_INTO((__u32 *)r->gateway, rt, rt_gw4);
		break;
	case UR_AF_INET6:
		r->gw_family = 6;
		BPF_CORE_READ_INTO(&r->gateway, rt, rt_gw6);
		break;
	}
}

/* The entry of a table, unless the dst is one that stands for having found none. */
static __always_inline void ur_route6_entry(struct ur_route *r, const struct fib6_info *f)
{
	r->flags |= UR_ROUTE_ENTRY;
	BPF_CORE_READ_INTO(&r->dst, f, fib6_dst.addr);
	BPF_CORE_READ_INTO(&r->src, f, fib6_src.addr);
	r->dst_len = BPF_CORE_READ(f, fib6_dst.plen);
	r->src_len = BPF_CORE_READ(f, fib6_src.plen);
	r->table = BPF_CORE_READ(f, fib6_table, tb6_id);
	r->metric = BPF_CORE_READ(f, fib6_metric);
	r->type = BPF_CORE_READ(f, fib6_type);
	r->protocol = BPF_CORE_READ(f, fib6_protocol);
}

static __always_inline bool ur_is_prohibit6(const struct rt6_info *rt, const struct net *net)
{
	if (!bpf_core_field_exists(net->ipv6.ip6_prohibit_entry))
		return false;
	return rt == BPF_CORE_READ(net, ipv6.ip6_prohibit_entry);
}

static __always_inline void ur_route6(struct ur_route *r, const struct dst_entry *dst,
				      const struct net *net)
{
	const struct rt6_info *rt = (const void *)dst;
	const struct fib6_info *from = BPF_CORE_READ(rt, from);

	if (rt == BPF_CORE_READ(net, ipv6.ip6_null_entry))
		r->flags |= UR_ROUTE_NULL;
	else if (ur_is_prohibit6(rt, net))
		r->flags |= UR_ROUTE_PROHIBIT;
	else if (from)
		ur_route6_entry(r, from);
	if (BPF_CORE_READ(rt, rt6i_flags) & UR_RTF_GATEWAY) {
		r->gw_family = 6;
		BPF_CORE_READ_INTO(&r->gateway, rt, rt6i_gateway);
	}
}

/* Fill in the route of @packet, and what else a look-up of it depended on. */
UR_GLOBAL int ur_fill_route(__u64 key, __u64 packet, __u64 netns)
{
	const struct sk_buff *skb = (const void *)packet;
	const struct net *net = (const void *)netns;
	const struct dst_entry *dst = ur_dst(skb);
	struct ur_event *e = ur_scratch_at(key);
	struct ur_route *r;
	__u64 *changed;

	if (!e)
		return 0;
	r = &e->route;
	changed = ur_changes_of(net, e->family);
	r->changed_ns = changed ? *(volatile __u64 *)changed : 0;
	r->mark = BPF_CORE_READ(skb, mark);
	if (!dst)
		return 0;
	r->flags |= UR_ROUTE_HERE;
	r->error = -(__s32)BPF_CORE_READ(dst, error);
	r->oif = BPF_CORE_READ(dst, dev, ifindex);
	BPF_CORE_READ_STR_INTO(&r->oifname, dst, dev, name);
	if (e->family == 4)
		ur_route4(r, dst, net);
	else
		ur_route6(r, dst, net);
	return 0;
}
