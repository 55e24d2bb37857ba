/* SPDX-License-Identifier: GPL-2.0-only */
/* tables.bpf.c - where the kernel keeps its sockets, found by one of our own.
 *
 * Kernels without CONFIG_KALLSYMS_ALL name functions only. An object of its own: it is for these
 * alone, and what the other programs are told comes from here.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license")
= "GPL";

__u32 table_socket = 0; /* a descriptor of the task that runs this */
__u64 table_address = 0;

/* The table of the socket's protocol; 0 where each namespace has one of its own (v6.2,
 * ba6aac151682). Attached to nothing: user space runs it, which is since v5.10
 * (1b4d60ec162f). */
SEC("raw_tp")
int table_find(void *ctx)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd);
	const struct file *file = NULL;
	const struct socket *sock;

	bpf_probe_read_kernel(&file, sizeof(file), files + table_socket);
	sock = BPF_CORE_READ(file, private_data);
	if (file && BPF_CORE_READ(sock, file) == file)
		table_address = (__u64)BPF_CORE_READ(sock, sk, __sk_common.skc_prot, h.udp_table);
	return 0;
}
