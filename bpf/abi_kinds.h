/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* abi_kinds.h - the part of abi.h that is about counts; included by it alone. */

/* ur_stats: exact counts, one slot each. */
#define UR_STAT_DECIDED       0 /* generated errors and RSTs that the hooks saw, less COALESCED */
#define UR_STAT_EMITTED       1 /* ...whose record reached the ring */
#define UR_STAT_RING_FULL     2 /* ...whose detail was lost because the ring was full */
#define UR_STAT_FRAME_LOST    3 /* no room to remember a decision in flight */
#define UR_STAT_NO_ENTRY      4 /* exit seen without its entry */
#define UR_STAT_FILTERED      5 /* not in the namespace asked for */
#define UR_STAT_FORBIDDEN     6 /* asked for, but RFC 1122 and RFC 4443 forbid an answer: no event */
#define UR_STAT_NOTICE_LOST   7  /* notices about modules that found the ring full */
#define UR_STAT_HISTORY_LOST  8  /* ends of sockets that could not be remembered */
#define UR_STAT_RECEIVED      9  /* unreachables that came */
#define UR_STAT_RECEIVED_LOST 10 /* ...whose detail was lost */
#define UR_STAT_COALESCED     11 /* those without a record for being like an earlier one */
#define UR_STAT_NETNS_LOST    12 /* ends of namespaces that found the ring full */
#define UR_STAT_PASSED_OVER   13 /* ...of DECIDED: the filter does not match, no record */
#define UR_STAT_MAX           14

/* Exact counts by kind: map "kinds", sets of a few places that the key's hash leads to. Read
 * by user space through mmap. A kind stays in its place until user space takes it out, which
 * it does with those of which nothing was heard for long. What finds no place is counted in
 * the set behind the last, in the place that its origin is the number of. */
#define UR_KIND_WAYS 8
#define UR_KIND_SETS 512 /* a power of two */

#define UR_KIND_FREE    0 /* ur_kind_set.id */
#define UR_KIND_LEAVING 1 /* user space takes it out: not to be found, and not free yet */

struct ur_kind_key {
	__u64 netns_cookie; /* 0 when the kernel has none */
	__u64 rule;         /* ur_rule.obj; where no rule decided, ur_event.caller, 0: a miss */
	__u32 netns_inum;
	__u32 generation; /* a rule's: changes with the rule set, 0: not known; of a reset that
			   * TCP sends: what the segment and the socket are like */
	__u16 dport;      /* host; 0 for protocols without ports */
	__u8 proto;
	__u8 origin; /* iptables-nft is UR_ORIGIN_XT here */
	__u8 answer;
	__u8 family;
	__u8 type;
	__u8 code;
};
_Static_assert(sizeof(struct ur_kind_key) == 32, "ur_kind_key has a hole");

/* What became of the answers, as far as it is counted: ur_event.window, .push_ret. */
#define UR_OUT_SENT   0 /* handed to IP output, or to the device */
#define UR_OUT_RULE   1 /* IP output said EPERM: a rule at its hooks did */
#define UR_OUT_OUTPUT 2 /* IP output said something else */
#define UR_OUT_GLOBAL 3 /* UR_WIN_GLOBAL_DENY */
#define UR_OUT_PEER   4 /* UR_WIN_PEER_DENY */
#define UR_OUT_EARLY  5 /* nothing of these was seen */
#define UR_OUT_UNSEEN 6 /* nobody looked */
#define UR_OUT_MAX    7

struct ur_kind {
	struct ur_kind_key key;
	__u64 count[UR_OUT_MAX]; /* all, with a record or without */
	/* Of these, without a record for being like an earlier one; begins again at 0. */
	__u32 coalesced[UR_OUT_MAX];
	__u32 pad;
	__u64 first_ns; /* CLOCK_MONOTONIC */
	__u64 last_ns;
	__u64 next_ns; /* until when records are paid for, see bpf/count.bpf.h */
};
_Static_assert(sizeof(struct ur_kind) == 144, "ur_kind has a hole");

struct ur_kind_set {
	__u64 busy; /* who adds or takes out: more than one, and all give up */
	__u64 pad;
	__u64 id[UR_KIND_WAYS]; /* of kind[]: hash of the key, or UR_KIND_FREE, ... */
	struct ur_kind kind[UR_KIND_WAYS];
};
_Static_assert(sizeof(struct ur_kind_set) == 16 + 152 * UR_KIND_WAYS, "ur_kind_set has a hole");

/* The flows of these kinds for which there is a record, each in the place that its id leads
 * to, unless another has taken it: map "flows". A flow here is a kind from one address to
 * another by one device, whatever the source port. */
#define UR_FLOWS_MAX 2048

struct ur_flow_cell {
	__u64 id;
	__u64 next_ns;  /* until when records are paid for */
	__u64 first_ns; /* of those coalesced since user space has set open to 0 */
	__u64 last_ns;
	__u32 coalesced[UR_OUT_MAX]; /* begin again at 0 */
	__u32 stamp;                 /* of what else says that they are alike */
	__u16 kind;
	__u8 open;
	__u8 pad[5];
};
_Static_assert(sizeof(struct ur_flow_cell) == 72, "ur_flow_cell has a hole");
