/* SPDX-License-Identifier: GPL-2.0-only */
/* icmp6.bpf.c - icmp6_send(skb, type, code, info, ...): every IPv6 generator. */
#include "bpf/icmp.bpf.h"

SEC("kprobe/icmp6_send")
int BPF_KPROBE(icmp6_enter, struct sk_buff *skb, __u8 type, __u8 code)
{
	return type == UR_ICMPV6_DEST_UNREACH ? ur_icmp_enter(ctx, (__u64)skb, 6, type, code, 0) :
						0;
}

SEC("fexit/icmp6_send")
int BPF_PROG(icmp6_exit, struct sk_buff *skb, __u8 type, __u8 code)
{
	return type == UR_ICMPV6_DEST_UNREACH ? ur_icmp_exit(ctx, (__u64)skb, 6, type, code) : 0;
}

SEC("kretprobe/icmp6_send")
int icmp6_exit_kret(struct pt_regs *ctx)
{
	return ur_icmp_exit_return(ctx, 6);
}
