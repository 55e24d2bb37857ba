/* SPDX-License-Identifier: GPL-2.0-only */
/* tables.bpf.c - where the kernel keeps its sockets and rules, found by a socket of our own.
 *
 * Kernels without CONFIG_KALLSYMS_ALL name functions only. An object of its own: it is for these
 * alone, and what the other programs are told comes from here.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license")
= "GPL";

#define NET_IDS_MAX 256

__u32 table_socket = 0; /* a descriptor of the task that runs this */
__u64 table_address = 0;
__u32 rules_generation = 0; /* of that socket's namespace */
__u32 rules_offset = 0;     /* of base_seq in struct nftables_pernet */
__u32 rules_id = 0;
__u32 rules_found = 0; /* how many that could be */

static __always_inline __u64 peek(__u64 at)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (const void *)at);
	return value;
}

static __always_inline const struct sock *our_socket(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct file *file;
	const struct socket *sock;

	file = (const void *)peek((__u64)(BPF_CORE_READ(task, files, fdt, fd) + table_socket));
	sock = BPF_CORE_READ(file, private_data);
	return file && BPF_CORE_READ(sock, file) == file ? BPF_CORE_READ(sock, sk) : NULL;
}

/* The table of the socket's protocol; 0 where each namespace has one of its own (v6.2,
 * ba6aac151682). Attached to nothing: user space runs it, which is since v5.10
 * (1b4d60ec162f). */
SEC("raw_tp")
int table_find(void *ctx)
{
	const struct sock *sk = our_socket();

	table_address = sk ? (__u64)BPF_CORE_READ(sk, __sk_common.skc_prot, h.udp_table) : 0;
	return 0;
}

static __always_inline bool is_list(__u64 head)
{
	return peek(peek(head) + 8) == head && peek(peek(head + 8)) == head;
}

/* struct nftables_pernet begins with four lists (tables, commit_list, ...) since v5.13
 * (0854db2aaef3), and has the generation that the namespace's rules are of. */
static __always_inline bool is_rules(__u64 at)
{
	return at && (__u32)peek(at + rules_offset) == rules_generation && is_list(at) &&
	       is_list(at + 16) && is_list(at + 32) && is_list(at + 48);
}

/* Which of a namespace's parts that have an id is that of nf_tables. */
SEC("raw_tp")
int rules_find(void *ctx)
{
	const struct sock *sk = our_socket();
	const struct net_generic *gen;
	__u64 ptr;
	__u32 len;

	rules_found = 0;
	if (!sk)
		return 0;
	gen = BPF_CORE_READ(sk, __sk_common.skc_net.net, gen);
	len = BPF_CORE_READ(gen, s.len);
	ptr = (__u64)gen + bpf_core_field_offset(struct net_generic, ptr);
	for (__u32 id = bpf_core_type_size(struct net_generic) / 8; id < NET_IDS_MAX; id++) {
		if (id >= len)
			break;
		if (!is_rules(peek(ptr + 8 * id)))
			continue;
		rules_id = id;
		rules_found++;
	}
	return 0;
}
