/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* maps.bpf.h - every map, and the settings that user space writes before loading.
 *
 * Weak, so that each .bpf.c compiles alone and the linker merges them.
 */
#include "bpf/read.bpf.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define UR_FRAMES_MAX  4    /* decisions nested in one task, see frame.bpf.h */
#define UR_TASKS_MAX   512  /* places for tasks with a decision in flight, a power of two */
#define UR_TASK_TRIES  4    /* of them that a task may take */
#define UR_SCRATCH_MAX 256  /* records being built at one moment */
#define UR_RULES_MAX   2048 /* rules that are remembered */
#define UR_RING_BYTES  (1 << 21)

/* The history of closed sockets: see history.bpf.h. */
#define UR_HISTORY_WAYS 4
#define UR_HISTORY_SETS 1024 /* of each kind, a power of two */
#define UR_CGROUPS_MAX  1024
#define UR_RECENT_MAX   256 /* refused packets whose answers are still on their way */

/* ur_frame.built */
#define UR_BUILT_NOT   0 /* there is none */
#define UR_BUILT_DONE  1 /* it is in the scratch entry of the frame, to be sent at the exit */
#define UR_BUILT_SKIP  2 /* and there shall be none: nobody asked for it */
#define UR_BUILT_ALIKE 3 /* nor here: it would be like others that were sent just now */
#define UR_BUILT_OTHER 4 /* nor here: the filter does not match */

/* A decision in flight: a reject hook's claim, an ICMP function's window, or that of a function
 * which sends a TCP reset. */
struct ur_frame {
	__u64 skb;
	__u64 ts_ns;
	__u64 sp;     /* stack pointer where the hooked function was entered, 0: not seen */
	__u64 ip;     /* claim: in the hooked function; reset: CPU, and 1 */
	__u64 caller; /* return address of the hooked function */
	__u64 obj;    /* claim: struct nft_expr, or struct xt_action_param; reset: struct sock;
		       * window: the answer, answer.bpf.h */
	__u64 pkt;    /* claim by nft: struct nft_pktinfo; reset: the counter at its entry */
	__u64 regs;   /* claim by nft: struct nft_regs; reset: enum sk_rst_reason */
	__u64 sent;   /* reset: packets of its IP version that had left at its entry */
	__s32 push_ret;
	__u8 kind;
	__u8 origin;
	__u8 type;
	__u8 code;
	__u8 family;
	__u8 window;
	__u8 nstack;
	__u8 used;  /* claim, route: an ICMP function took it */
	__u8 built; /* window: UR_BUILT_*, what has become of its record */
	__u8 pad[3];
	__u32 counted; /* where it is counted, ur_event.kind and 1; 0: nowhere yet */
	__u64 flow;    /* ur_event.flow */
	__u32 mtu;     /* window: that the error names */
	__u32 pad32;
	__u64 stack[UR_STACK_MAX];
	struct ur_nat nat; /* window: what conntrack found of the flow, valid when entry is set */
};

struct ur_task {
	__u64 task; /* task_struct: idle tasks share pid 0, not their address; 0: free */
	__u64 busy; /* who would take it: more than one, and all look elsewhere */
	__u64 away; /* tasks that had to look elsewhere because it was taken */
	__u32 depth;
	__u32 pad;
	struct ur_frame frames[UR_FRAMES_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, UR_RING_BYTES);
} events __weak SEC(".maps");

/* What a lookup needs of the packet; ports in host order. */
struct ur_flow {
	__u64 net; /* struct net */
	__u8 src[16];
	__u8 dst[16];
	__u32 dif;
	__u32 sdif;
	__u16 sport;
	__u16 dport;
	__u8 family; /* 4 or 6 */
	__u8 proto;
	__u8 loopback;
	__u8 l3mdev_accept; /* sysctl udp_l3mdev_accept */
};

/* A record under construction, and what goes into it. */
struct ur_scratch {
	struct ur_event e; /* first: the record is found as the scratch entry is */
	struct ur_flow flow;
	struct ur_sock spare; /* of a socket that the record has no room for */
	__u64 group;          /* reuseport group that fails as the socket judged last, or 1 */
	__u64 judged;  /* sockets on the port; here, where the verifier takes it for any number */
	__u64 nearest; /* how near the nearest of those in the record comes, ur_nearness() */
	struct {
		__u64 bucket, part, sock; /* nodes that come next, 0: none */
		__u16 port;
		__u8 broken; /* what we stood on was taken away */
		__u8 pad[5];
	} walk; /* through the sockets that are bound to a TCP port: listeners.bpf.h */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UR_SCRATCH_MAX);
	__type(key, __u64);
	__type(value, struct ur_scratch);
} scratch __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, UR_BUILD_MAX);
	__type(key, __u32);
	__type(value, __u32);
} builder __weak SEC(".maps");

/* The sockets that ended on a few ports; which port goes to which set is hashed. */
struct ur_history_set {
	__u32 busy;                 /* writers at work: more than one, and both give up */
	__u32 version;              /* odd while a writer is at it */
	__u64 evicted_ns;           /* end of the youngest one that had to go */
	__u64 next;                 /* the way that goes next, any number */
	__u64 key[UR_HISTORY_WAYS]; /* ur_history_key(), 0: free */
	struct {
		__u64 leaving; /* socket whose unhash __udp_disconnect() is about to call, or 0 */
		__u64 cookie;  /* of the namespace, 0: it had none */
		struct ur_closed closed;
	} way[UR_HISTORY_WAYS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * UR_HISTORY_SETS); /* bound ports, then ports of clients */
	__type(key, __u32);
	__type(value, struct ur_history_set);
} history __weak SEC(".maps");

/* Names of the cgroups that closed sockets lately, each in the slot that its id leads to: to
 * read the name takes as long as half of all else that a close costs. */
struct ur_cgroup {
	__u64 id;
	char name[UR_CGROUP_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UR_CGROUPS_MAX);
	__type(key, __u32);
	__type(value, struct ur_cgroup);
} cgroups __weak SEC(".maps");

/* When a namespace ended whose number may be in use again, and that has no cookie to tell
 * it from the next one (before v5.12). */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);   /* inum */
	__type(value, __u64); /* CLOCK_MONOTONIC */
} ended_nets __weak SEC(".maps");

/* ur_flow_hash() of refused packets, each in the slot that it leads to. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, UR_RECENT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} recent __weak SEC(".maps");

/* An nftables rule that was found by its expression; see ur_nft_generation(). */
struct ur_rule_key {
	__u64 expr;
	__u64 netns;
	__u64 generation;
	__u64 epoch;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, UR_RULES_MAX);
	__type(key, struct ur_rule_key);
	__type(value, struct ur_rule);
} rules __weak SEC(".maps");

/* These two are read by user space through mmap: a map system call would raise
 * bpf_prog_active and make the kernel skip our kprobes on that CPU for as long as it runs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UR_KIND_SETS + 1);
	__type(key, __u32);
	__type(value, struct ur_kind_set);
} kinds __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, UR_FLOWS_MAX);
	__type(key, __u32);
	__type(value, struct ur_flow_cell);
} flows __weak SEC(".maps");

/* Written by user space before loading; defined in settings.bpf.c. */
extern const volatile __u32 ur_want_netns;    /* report this namespace only; 0: all */
extern const volatile __u32 ur_want_received; /* errors that come, too */
extern const volatile __u32 ur_want_answers;  /* the answers themselves, too */
extern const volatile __u32 ur_want_filter;   /* only what the filter matches: filter.bpf.c */
/* Functions that wake a task which waits for a socket, 0: not known. Of poll() and select(),
 * whose entry leads to the task; of epoll; those whose entry names the task itself. */
#define UR_WAKERS 4
extern const volatile __u64 ur_waker_poll;
extern const volatile __u64 ur_waker_epoll;
extern const volatile __u64 ur_wakers[UR_WAKERS];
extern const volatile __u32 ur_want_all;  /* a record of each, however alike they are */
extern const volatile __u64 ur_seed;      /* of hashes, secret */
extern const volatile __u64 ur_udp_table; /* global struct udp_table, 0: per namespace */
extern const volatile __u64 ur_udplite_table;
extern const volatile __u64 ur_per_cpu_offset;   /* address of __per_cpu_offset[], 0: not named */
extern const volatile __u64 ur_apparmor_hook6;   /* its hook in IPv6's output, 0: none */
extern const volatile __u32 ur_mib_abort_failed; /* LINUX_MIB_TCPABORTFAILED, 0: not known */
extern const volatile __u32 ur_mib_sent4;        /* IPSTATS_MIB_OUTPKTS, 0: not known */
extern const volatile __u32 ur_mib_sent6;  /* IPSTATS_MIB_OUTPKTS behind netfilter, 0: not there */
extern const volatile __u32 ur_reason_arg; /* of tcp_v4_send_reset(): 3, or 0: has none */
extern const volatile __u32 ur_active_reason_arg; /* of tcp_send_active_reset(): 2, 3, or 0 */
extern const __u64 ur_zeros[];                    /* as long as a struct ur_scratch */
extern volatile __u32 ur_nets_watched;            /* 1: their ends are hooked */
extern volatile __u64 ur_nets_ended;              /* how many namespaces have ended; kept if so */
extern struct ur_tables ur_tables;

/* Memory that programs address directly. A map's lookup is written out in each place, and to
 * insert it there the verifier copies the whole program and all that it knows of it: that
 * took a quarter of the time in which programs were loaded. User space has it mapped. */
extern struct ur_layout ur_layout;           /* copied here when modules come, word by word */
extern struct ur_range ur_ranges[UR_FN_MAX]; /* likewise */
extern __u64 ur_stats[UR_STAT_MAX];
extern __u64 ur_changes[UR_CHANGES_MAX];
/* UR_TASKS_MAX times a struct ur_task, which user space does not know: a hash table that is an
 * array, since a hash map would cost a decision a tenth of all it takes. */
extern __u64 ur_tasks[];
extern volatile __u64 ur_history_start;   /* CLOCK_MONOTONIC since when ends are seen, 0: not */
extern volatile __u64 ur_listeners_start; /* the same for TCP listeners */

static __always_inline void ur_count(__u32 which)
{
	__sync_fetch_and_add(&ur_stats[which], 1);
}

static __always_inline const struct ur_layout *ur_layout_get(void)
{
	return &ur_layout;
}

/* A function that the verifier checks once, by itself, instead of along every path that
 * leads to it. Arguments are numbers only (5.10 takes no pointers), and so is the result. */
#define UR_GLOBAL __weak __attribute__((noinline))

/* Does @addr lie in the function @fn (UR_FN_*)? */
UR_GLOBAL int ur_in_range(__u32 fn, __u64 addr)
{
	const struct ur_range *r = &ur_ranges[fn & (UR_FN_MAX - 1)];

	return (addr >= r->start && addr < r->end) || (addr >= r->cold_start && addr < r->cold_end);
}
