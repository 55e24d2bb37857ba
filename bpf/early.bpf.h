/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* early.bpf.h - the early ways out of the functions that answer, recomputed. */
#include "bpf/packet.bpf.h"

#define UR_IPPROTO_FRAGMENT 44
#define UR_IPPROTO_ICMPV6   58

#define UR_CHECKSUM_COMPLETE 2 /* CHECKSUM_COMPLETE */

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

/* Likewise for icmp6_send(), which answers any fragment (is_ineligible()). */
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
	return UR_EARLY_NONE;
}

/* Did the kernel compute the packet's checksum, and find it wrong? __skb_checksum_complete()
 * leaves its result behind; not in a packet that is shared, where nobody can tell then. */
static __always_inline bool ur_checksum_bad(const struct sk_buff *skb)
{
	return BPF_CORE_READ_BITFIELD_PROBED(skb, ip_summed) == UR_CHECKSUM_COMPLETE &&
	       BPF_CORE_READ_BITFIELD_PROBED(skb, csum_complete_sw) &&
	       !BPF_CORE_READ_BITFIELD_PROBED(skb, csum_valid);
}

/* Is the IP packet at @ip a TCP reset? */
static __always_inline bool ur_is_reset(__u64 ip, bool v6)
{
	__u64 tcp = ip + (v6 ? 40 : 4 * (ur_peek(__u8, ip) & 15));

	return ur_peek(__u8, ip + (v6 ? 6 : 9)) == IPPROTO_TCP && ur_peek(__u8, tcp + 13) & 4;
}

/* Is the IP packet at @ip a fragment, the first one or another? */
static __always_inline bool ur_is_fragment(__u64 ip, bool v6)
{
	if (v6)
		return ur_peek(__u8, ip + 6) == UR_IPPROTO_FRAGMENT;
	return ur_peek(__u16, ip + 6) & bpf_htons(0x3fff);
}

/* What the packet's headers rule out, for a rule that answers @by_hand or through IP. */
static __always_inline __u8 ur_early_headers(__u64 ip, bool v6, bool by_hand)
{
	if (v6) {
		__u8 next = ur_peek(__u8, ip + 6);

		if (next == UR_IPPROTO_FRAGMENT && ur_peek(__u16, ip + 42) & bpf_htons(0xfff8))
			return UR_EARLY_FRAGMENT;
		if (by_hand && next == UR_IPPROTO_ICMPV6 && ur_peek(__u8, ip + 40) == 1)
			return UR_EARLY_ICMP_ERROR;
		return UR_EARLY_NONE;
	}
	if (ur_peek(__u16, ip + 6) & bpf_htons(0x1fff))
		return UR_EARLY_FRAGMENT;
	if (by_hand && ur_peek(__u8, ip + 9) == IPPROTO_ICMP &&
	    ur_peek(__u8, ip + 4 * (ur_peek(__u8, ip) & 15)) == 3)
		return UR_EARLY_ICMP_ERROR;
	return UR_EARLY_NONE;
}

/* Why a rule's reject came to nothing before an answer was made: the tests of
 * nf_send_unreach(), nf_send_reset() and their kin, and, @by_hand, of nft_reject_bridge_eval()
 * and nf_reject_skb_v4_unreach(). @rst: it would have been a TCP reset. */
UR_GLOBAL int ur_early_reject(__u64 packet, __u32 v6, __u32 by_hand, __u32 rst)
{
	const struct sk_buff *skb = (const void *)packet;
	__u64 head = (__u64)BPF_CORE_READ(skb, head);
	__u64 ip = head + BPF_CORE_READ(skb, network_header);
	bool routed = by_hand || ur_dst(skb);
	__u8 early;

	if (by_hand && ur_peek(__u8, head + BPF_CORE_READ(skb, mac_header)) & 1)
		return UR_EARLY_BROADCAST;
	early = ur_early_headers(ip, v6, by_hand);
	if (early)
		return early;
	if (rst && ur_is_reset(ip, v6))
		return UR_EARLY_RST;
	if (!routed && !v6 && !rst) /* there tested before the checksum */
		return UR_EARLY_NO_ROUTE;
	if (ur_checksum_bad(skb)) /* which only the whole datagram can have right */
		return ur_is_fragment(ip, v6) ? UR_EARLY_FRAGMENT : UR_EARLY_CHECKSUM;
	return routed ? UR_EARLY_NONE : UR_EARLY_NO_ROUTE;
}

static __always_inline __u8 ur_early(const struct sk_buff *skb, __u8 family)
{
	return family == 4 ? ur_early4(skb) : ur_early6(skb);
}
