/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* early.bpf.h - the early ways out of the functions that answer, recomputed. */
#include "bpf/packet.bpf.h"

#define UR_IPPROTO_FRAGMENT 44
#define UR_IPPROTO_ICMPV6   58

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

static __always_inline __u8 ur_early(const struct sk_buff *skb, __u8 family)
{
	return family == 4 ? ur_early4(skb) : ur_early6(skb);
}
