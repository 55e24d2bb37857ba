/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* flavours.bpf.h - one block per kernel change: the shape that changed, since when,
 * and the reader that programs call. Only this file has ___ in it.
 */
#include "bpf/maps.bpf.h"

/* struct net.net_cookie: atomic64_t (and 0 until somebody asks) before v5.12
 * (3d368ab87cf6), plain u64 since. */
struct net___pre_5_12 {
	struct {
		__s64 counter;
	} net_cookie;
} __attribute__((preserve_access_index));

static __always_inline bool ur_cookies_are_lazy(void)
{
	return bpf_core_field_exists(((struct net___pre_5_12 *)0)->net_cookie.counter);
}

static __always_inline __u64 ur_netns_cookie(const struct net *net)
{
	const struct net___pre_5_12 *old = (const void *)net;

	if (ur_cookies_are_lazy())
		return BPF_CORE_READ(old, net_cookie.counter);
	return BPF_CORE_READ(net, net_cookie);
}

/* The same of a @net that the verifier knows as one. */
static __always_inline __u64 ur_netns_cookie_typed(const struct net *net)
{
	const struct net___pre_5_12 *old = (const void *)net;

	return ur_cookies_are_lazy() ? old->net_cookie.counter : net->net_cookie;
}

/* struct bpf_array of a per-CPU map ends in the per-CPU addresses of its elements, in a union: of
 * arrays of no length, or (6.12) of structures with a flexible one each. */
struct bpf_array___percpu {
	void *pptrs[1];
} __attribute__((preserve_access_index));

/* The per-CPU address of the first element of @map, a per-CPU array; 0: not known. */
static __always_inline __u64 ur_percpu_element(__u64 map)
{
	const struct bpf_array___percpu *array = (const void *)map;

	if (!bpf_core_field_exists(array->pptrs))
		return 0;
	return ur_peek(__u64, map + bpf_core_field_offset(struct bpf_array___percpu, pptrs));
}

/* netns_ipv4.udp_table: since v6.2 (9804985bf27f) a namespace may have its own table;
 * before, the global udp_table serves all, and user space tells its address. */
static __always_inline const struct udp_table *ur_udp_table_of(const struct net *net)
{
	if (bpf_core_field_exists(net->ipv4.udp_table))
		return BPF_CORE_READ(net, ipv4.udp_table);
	return (const struct udp_table *)ur_udp_table;
}

/* netns_ipv4.iptable_filter, netns_ipv6.ip6table_filter: gone in v5.13 (ae689334225f);
 * there the hook's private pointer is the table. */
struct netns_ipv4___pre_5_13 {
	void *iptable_filter;
} __attribute__((preserve_access_index));

struct netns_ipv6___pre_5_13 {
	void *ip6table_filter;
} __attribute__((preserve_access_index));

struct net___pre_5_13 {
	struct netns_ipv4___pre_5_13 ipv4;
	struct netns_ipv6___pre_5_13 ipv6;
} __attribute__((preserve_access_index));

/* netns_nf.hooks_bridge: only with CONFIG_NETFILTER_FAMILY_BRIDGE. */
static __always_inline __u64 ur_bridge_hooks(const struct net *net)
{
	if (!bpf_core_field_exists(net->nf.hooks_bridge))
		return 0;
	return (__u64)net + bpf_core_field_offset(struct net, nf.hooks_bridge);
}

/* net_device.nf_hooks_ingress: only with CONFIG_NETFILTER_INGRESS. */
static __always_inline __u64 ur_ingress_hooks(const struct net_device *dev)
{
	if (!bpf_core_field_exists(dev->nf_hooks_ingress))
		return 0;
	return (__u64)BPF_CORE_READ(dev, nf_hooks_ingress);
}

static __always_inline __u64 ur_filter_table_of(const struct net *net, bool v6)
{
	const struct net___pre_5_13 *old = (const void *)net;

	if (!bpf_core_field_exists(old->ipv4.iptable_filter))
		return 0;
	if (v6)
		return (__u64)BPF_CORE_READ(old, ipv6.ip6table_filter);
	return (__u64)BPF_CORE_READ(old, ipv4.iptable_filter);
}

/* What ip_append_data() and ip6_append_data() have put together, and is not sent yet. Linux 6.1
 * has the members in an anonymous group, 5.10 has not; to CO-RE that is all the same. */
struct sk_buff_head___queue {
	struct sk_buff *next;
} __attribute__((preserve_access_index));

struct sock___queue {
	struct sk_buff_head___queue sk_write_queue;
} __attribute__((preserve_access_index));

/* The only packet there; 0 for none, and for more. */
static __always_inline __u64 ur_queued(const struct sock *sk)
{
	const struct sock___queue *s = (const void *)sk;
	__u64 end = (__u64)__builtin_preserve_access_index(&s->sk_write_queue);
	const struct sk_buff_head___queue *skb =
		(const void *)BPF_CORE_READ(s, sk_write_queue.next);

	if ((__u64)skb == end || ur_peek(__u64, (__u64)skb) != end) /* sk_buff.next comes first */
		return 0;
	return (__u64)skb;
}

/* What the header of an IPv6 packet that is being put together will say. inet6_cork is a part
 * of ipv6_pinfo in Linux 6.12, and of inet_cork_full in 7.2. */
struct inet6_cork___any {
	__u8 hop_limit;
	__u8 tclass;
} __attribute__((preserve_access_index));

struct flowi6___cork {
	struct in6_addr daddr, saddr;
} __attribute__((preserve_access_index));

struct flowi___cork {
	union {
		struct flowi6___cork ip6;
	} u;
} __attribute__((preserve_access_index));

struct inet_cork_full___any {
	struct flowi___cork fl;
	struct inet6_cork___any base6;
} __attribute__((preserve_access_index));

struct ipv6_pinfo___cork {
	struct inet6_cork___any cork;
} __attribute__((preserve_access_index));

struct inet_sock___cork {
	struct ipv6_pinfo___cork *pinet6;
	struct inet_cork_full___any cork;
} __attribute__((preserve_access_index));

/* Its 40 bytes, with a flow label of 0 and a length of 0. */
static __always_inline void ur_cork_header6(__u8 *to, const struct sock *sk)
{
	const struct inet_sock___cork *inet = (const void *)sk;
	__u8 tclass;

	if (bpf_core_field_exists(inet->cork.base6)) {
		to[7] = BPF_CORE_READ(inet, cork.base6.hop_limit);
		tclass = BPF_CORE_READ(inet, cork.base6.tclass);
	} else {
		to[7] = BPF_CORE_READ(inet, pinet6, cork.hop_limit);
		tclass = BPF_CORE_READ(inet, pinet6, cork.tclass);
	}
	to[0] = 6 << 4 | tclass >> 4;
	to[1] = tclass << 4;
	to[6] = 58; /* IPPROTO_ICMPV6 */
	bpf_probe_read_kernel(to + 8, 16,
			      __builtin_preserve_access_index(&inet->cork.fl.u.ip6.saddr));
	bpf_probe_read_kernel(to + 24, 16,
			      __builtin_preserve_access_index(&inet->cork.fl.u.ip6.daddr));
}

/* inet_bind_bucket.owners: up to v6.7 all sockets of the port; since (8191792c18c5) they are in
 * the buckets of inet_bind_bucket.bhash2. */
struct inet_bind_bucket___pre_6_8 {
	struct hlist_head owners;
} __attribute__((preserve_access_index));

static __always_inline bool ur_bind_parts(void)
{
	return bpf_core_field_exists(((struct inet_bind2_bucket *)0)->bhash_node);
}

/* Where the head of that list is, 0 where there is none. */
static __always_inline __u64 ur_bind_owners(const struct inet_bind_bucket *tb)
{
	const struct inet_bind_bucket___pre_6_8 *old = (const void *)tb;

	if (!bpf_core_field_exists(old->owners))
		return 0;
	return (__u64)tb + bpf_core_field_offset(struct inet_bind_bucket___pre_6_8, owners);
}
