/* SPDX-License-Identifier: GPL-2.0-only */
/* icmp4.bpf.c - __icmp_send(skb_in, type, code, info, ...): every IPv4 generator. */
#include "bpf/icmp.bpf.h"

#define UR_ICMP_FRAG_NEEDED 4

SEC("kprobe/__icmp_send")
int BPF_KPROBE(icmp4_enter, struct sk_buff *skb, int type, int code, __be32 info)
{
	__u32 mtu = code == UR_ICMP_FRAG_NEEDED ? bpf_ntohl(info) : 0;

	return type == UR_ICMP_DEST_UNREACH ? ur_icmp_enter(ctx, (__u64)skb, 4, type, code, mtu) :
					      0;
}

SEC("fexit/__icmp_send")
int BPF_PROG(icmp4_exit, struct sk_buff *skb, int type, int code)
{
	return type == UR_ICMP_DEST_UNREACH ? ur_icmp_exit(ctx, (__u64)skb, 4, type, code) : 0;
}

SEC("kretprobe/__icmp_send")
int icmp4_exit_kret(struct pt_regs *ctx)
{
	return ur_icmp_exit_return(ctx, 4);
}
