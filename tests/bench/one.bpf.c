/* SPDX-License-Identifier: GPL-2.0-only */
/* one.bpf.c - the least that a tracer of ICMP errors could be: see one.c. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("license")
char LICENSE[] = "GPL";

__u64 calls = 0;

SEC("fentry/__icmp_send")
int BPF_PROG(count_calls, struct sk_buff *skb, int type)
{
	if (type == 3)
		__sync_fetch_and_add(&calls, 1);
	return 0;
}
