/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* reject_type.bpf.h - with what a rule answers, read from its expression or target. */
#include "bpf/packet.bpf.h"

/* nft: enum nft_reject_types and icmp code behind the expression's ops pointer. */
#define UR_NFT_REJECT_TCP_RST 1
#define UR_NFT_REJECT_ICMPX   2

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

static __always_inline void ur_nft_reject_type(struct ur_rule *r, __u64 expr, bool v6)
{
	__u8 type = ur_peek(__u8, expr + 8), code = ur_peek(__u8, expr + 9);

	if (type == UR_NFT_REJECT_TCP_RST)
		r->reject = UR_REJECT_RST;
	else if (type == UR_NFT_REJECT_ICMPX)
		r->icmp_code = ur_icmpx_code(code, v6);
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
