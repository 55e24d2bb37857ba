/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* claim.bpf.h - what a reject hook's claim says of the rule that made it, and of the packet. */
#include "bpf/rule.bpf.h"

#define UR_ETH_P_IP   0x0800
#define UR_ETH_P_IPV6 0x86dd

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

/* Of the nftables rules in @net, 0: not known, or the rule is none of them. */
static __always_inline __u32 ur_claim_generation(const struct ur_layout *l,
						 const struct ur_frame *claim,
						 const struct net *net)
{
	struct ur_rule_key key = {};

	return claim->pkt && l->ready && ur_nft_generation(l, &key, net) ? key.generation : 0;
}
