/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* bpf.h - the smallest BPF programs that can turn a datagram away, loaded by bpf(2)
 * alone: the guest has no compiler and needs no libbpf for this.
 */
#include "truth.h"

#include <linux/bpf.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static inline int bpf_call(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static inline int bpf_load(unsigned int type, unsigned int attach, const struct bpf_insn *insns,
			   size_t n, const char *name)
{
	union bpf_attr attr = { .prog_type = type,
				.expected_attach_type = attach,
				.insns = (__u64)(unsigned long)insns,
				.insn_cnt = (__u32)n,
				.license = (__u64)(unsigned long)"GPL" };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int fd;

	/* Before 5.11 programs are charged as locked memory. */
	if (setrlimit(RLIMIT_MEMLOCK, &all))
		die("RLIMIT_MEMLOCK");
	strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);
	fd = bpf_call(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		die("BPF_PROG_LOAD %s", name);
	return fd;
}

/* r0 = @verdict; exit */
#define BPF_VERDICT(verdict)                                                     \
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = (verdict) }, \
	{                                                                        \
		.code = BPF_JMP | BPF_EXIT                                       \
	}

/* A reuseport program that drops everything, or chooses nothing (SK_PASS alone). */
static inline int bpf_reuseport(bool drop)
{
	const struct bpf_insn insns[] = { BPF_VERDICT(drop ? SK_DROP : SK_PASS) };

	return bpf_load(BPF_PROG_TYPE_SK_REUSEPORT, 0, insns, 2,
			drop ? "truth_drop" : "truth_pass");
}

/* An sk_lookup program that drops what goes to @port, and lets all else pass. */
static inline int bpf_lookup(int port)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W,
		  .dst_reg = 2,
		  .src_reg = 1,
		  .off = offsetof(struct bpf_sk_lookup, local_port) },
		{ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 2, .off = 2, .imm = port },
		BPF_VERDICT(SK_DROP),
		BPF_VERDICT(SK_PASS),
	};

	return bpf_load(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, insns, 6, "truth_lookup");
}
