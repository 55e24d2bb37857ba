/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* claim.bpf.h - what a reject hook's claim says of the rule that made it, and of the packet. */
#include "bpf/rule.bpf.h"

#define UR_ETH_P_IP          0x0800
#define UR_ETH_P_IPV6        0x86dd
#define UR_NF_INET_LOCAL_OUT 3

/* The hook state that a claim runs under. */
static __always_inline const struct nf_hook_state *ur_claim_state(const struct ur_layout *l,
								  const struct ur_frame *claim)
{
	if (claim->pkt)
		return (const void *)ur_peek(__u64, claim->pkt + l->pktinfo_state);
	return (const void *)ur_peek(__u64, claim->obj + l->xt_par_state);
}

/* Rules of these families build their answers by hand, and no ICMP function sees them. */
static __always_inline bool ur_by_hand(__u8 pf)
{
	return pf == NFPROTO_BRIDGE || pf == NFPROTO_NETDEV;
}

/* The IP version of what is being refused; 0: a frame of neither, which is only dropped. */
static __always_inline __u8 ur_claim_family(__u8 pf, const struct sk_buff *skb)
{
	__u64 eth = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, mac_header);

	if (!ur_by_hand(pf))
		return pf == NFPROTO_IPV6 ? 6 : 4;
	switch (bpf_ntohs(ur_peek(__u16, eth + 12))) {
	case UR_ETH_P_IP:
		return 4;
	case UR_ETH_P_IPV6:
		return 6;
	}
	return 0;
}

/* The same address as ur_rule.obj will be; 0: not known. */
static __always_inline __u64 ur_claim_obj(const struct ur_layout *l, const struct ur_frame *claim)
{
	__u64 obj = claim->obj;

	asm volatile("" : "+r"(obj)); /* or one load is made of two from different memories */
	if (claim->pkt)
		return obj;
	return l->xt_ready ? ur_peek(__u64, obj + l->xt_par_targinfo) : 0;
}

/* Changes with the rules in @net, so that the address of one means that one alone; 0: not known.
 * A target may be run by either engine. The old table of legacy iptables is freed after the
 * replacement was counted: no table that comes after it is at its address by the same count. */
static __always_inline __u32 ur_claim_generation(const struct ur_layout *l,
						 const struct ur_frame *claim,
						 const struct net *net)
{
	struct ur_rule_key key = {};
	__u32 legacy = ur_tables.watched ? ur_tables.begun : 0, nft = 0;

	asm volatile("" : "+r"(legacy)); /* the same */
	if (l->ready && ur_nft_generation(l, &key, net))
		nft = key.generation;
	asm volatile("" : "+r"(nft));
	return claim->pkt ? nft : (legacy << 16) + nft;
}
