/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* maps.bpf.h - every map, and the settings that user space writes before loading.
 *
 * Weak, so that each .bpf.c compiles alone and the linker merges them.
 */
#include "bpf/abi.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define UR_FRAMES_MAX  4    /* decisions nested in one task, see frame.bpf.h */
#define UR_TASKS_MAX   1024 /* tasks with a decision in flight at one moment */
#define UR_SCRATCH_MAX 256  /* records being built at one moment */
#define UR_RING_BYTES  (1 << 21)

/* A decision in flight: a reject hook's claim, or an ICMP function's window. */
struct ur_frame {
	__u64 skb;
	__u64 ts_ns;
	__u64 sp;     /* stack pointer where the hooked function was entered, 0: not seen */
	__u64 ip;     /* claim: in the hooked function */
	__u64 caller; /* return address of the hooked function */
	__u64 obj;    /* claim: struct nft_expr, or struct xt_action_param */
	__u64 pkt;    /* claim by nft: struct nft_pktinfo */
	__s32 push_ret;
	__u8 kind;
	__u8 origin;
	__u8 type;
	__u8 code;
	__u8 family;
	__u8 window;
	__u8 nstack;
	__u8 used; /* claim: an ICMP function took it */
	__u64 stack[UR_STACK_MAX];
};

struct ur_task {
	__u32 depth;
	__u32 pad;
	struct ur_frame frames[UR_FRAMES_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, UR_RING_BYTES);
} events __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UR_TASKS_MAX);
	__type(key, __u64); /* task_struct: idle tasks share pid 0, not their address */
	__type(value, struct ur_task);
} tasks __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UR_SCRATCH_MAX);
	__type(key, __u64);
	__type(value, struct ur_event);
} scratch __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UR_FN_MAX);
	__type(key, __u32);
	__type(value, struct ur_range);
} ranges __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ur_layout);
} layout __weak SEC(".maps");

/* Read by user space through mmap: a map system call would raise bpf_prog_active and
 * make the kernel skip our kprobes on that CPU for as long as it runs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UR_STAT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} stats __weak SEC(".maps");

_Static_assert(sizeof(struct ur_task) <= sizeof(struct ur_event), "ur_zeros is too short");

/* Written by user space before loading; defined in settings.bpf.c. */
extern const volatile __u32 ur_want_netns; /* report this namespace only; 0: all */
extern const volatile __u64 ur_udp_table;  /* global struct udp_table, 0: per namespace */
extern const volatile __u64 ur_udplite_table;
extern const __u64 ur_zeros[]; /* as long as a struct ur_event */

static __always_inline void ur_count(__u32 which)
{
	__u64 *slot = bpf_map_lookup_elem(&stats, &which);

	if (slot)
		__sync_fetch_and_add(slot, 1);
}

static __always_inline const struct ur_layout *ur_layout_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&layout, &zero);
}

/* A function that the verifier checks once, by itself, instead of along every path that
 * leads to it. Arguments are numbers only (5.10 takes no pointers), and so is the result. */
#define UR_GLOBAL __weak __attribute__((noinline))

/* Does @addr lie in the function @fn (UR_FN_*)? */
UR_GLOBAL int ur_in_range(__u32 fn, __u64 addr)
{
	const struct ur_range *r = bpf_map_lookup_elem(&ranges, &fn);

	return r && ((addr >= r->start && addr < r->end) ||
		     (addr >= r->cold_start && addr < r->cold_end));
}

/* Read a T at kernel address @addr; 0 when that can't be read. */
#define ur_peek(T, addr)                                                      \
	({                                                                    \
		T v_ = 0;                                                     \
		bpf_probe_read_kernel(&v_, sizeof(v_), (const void *)(addr)); \
		v_;                                                           \
	})
