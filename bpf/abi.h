/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* abi.h - what bpf/ and user/ say to each other; the only header that both include.
 *
 * Fixed-width fields only: no enum, bool, pointer or hole. A new field goes to the
 * tail of struct ur_event and bumps UR_EVENT_VERSION; a reader takes any record at
 * least as long as its own. Addresses and ports are in network byte order unless a
 * comment says "host"; an IPv4 address fills the first 4 of 16 bytes, the rest is 0.
 */
#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#define UR_EVENT_VERSION 1
#define UR_SNAP_MAX      128 /* bytes of the refused packet, from its network header on */
#define UR_STACK_MAX     12  /* return addresses of an unknown caller */
#define UR_SOCKS_MAX     16  /* sockets on the port that one event can carry */
#define UR_CLOSED_MAX    4   /* closed sockets of the port that one event can carry */
#define UR_CGROUP_MAX    64  /* bytes of a cgroup's name, perhaps cut and then not terminated */
#define UR_TABLE_MAX     64  /* bytes of a table's name, terminator included */
#define UR_CHAIN_MAX     128 /* bytes of a chain's name, terminator included */
#define UR_IFNAME_MAX    16
#define UR_COMM_MAX      16

/* ur_event.answer: what the kernel answers with. */
#define UR_ANSWER_NOTICE 0 /* no answer at all: the record is a struct ur_notice */
#define UR_ANSWER_ICMP   1 /* ICMP or ICMPv6 Destination Unreachable */
#define UR_ANSWER_RST    2 /* TCP reset, made by a firewall rule or by TCP itself */

#define UR_ANSWER_RECEIVED 3 /* none of ours, but one that came: a struct ur_received */

/* ur_event.origin: which code decided, as far as the kernel side proves it. */
#define UR_ORIGIN_UNKNOWN  0 /* none of the below: see ur_event.stack */
#define UR_ORIGIN_UDP_MISS 1 /* the caller is the UDP receive function: no socket fitted */
#define UR_ORIGIN_NFT      2 /* an nftables reject expression */
#define UR_ORIGIN_XT_NFT   3 /* REJECT target run by nft_compat: iptables-nft */
#define UR_ORIGIN_XT       4 /* REJECT target run by ip_tables/ip6_tables: iptables-legacy */
#define UR_ORIGIN_TCP_MISS 5 /* TCP has no socket for the segment */
#define UR_ORIGIN_TCP_SOCK 6 /* TCP has one, and resets: see ur_event.reset */
#define UR_ORIGIN_IP_ERROR 7 /* ip_error(), before it asked for an ICMP error */

/* ur_event.flags */
#define UR_EV_SOCKS         (1 << 0)  /* socks[0..nsocks) is the port's slot at that moment */
#define UR_EV_SOCKS_PARTIAL (1 << 1)  /* ...but not all of it: limit reached, see UR_SOCKS_MAX */
#define UR_EV_NAT           (1 << 2)  /* nat holds the destination before DNAT */
#define UR_EV_SENDER        (1 << 3)  /* sender is the local socket that sent the packet */
#define UR_EV_NO_ENTRY      (1 << 4)  /* entry hook missed: caller and window not seen */
#define UR_EV_CURRENT       (1 << 5)  /* cur_* is the sending task (OUTPUT, process context) */
#define UR_EV_CT            (1 << 6)  /* the packet had a conntrack entry */
#define UR_EV_CLAIM_ODD     (1 << 7)  /* a claim was in flight, but the caller contradicts it */
#define UR_EV_ENTRY         (1 << 8)  /* nat is the flow's conntrack entry, see ur_nat */
#define UR_EV_HISTORY       (1 << 9)  /* closed[0..nclosed), history_ns are valid */
#define UR_EV_CLOSED_MORE   (1 << 10) /* ...but more than UR_CLOSED_MAX closed on the port */

/* ur_event.window: what was seen between the decision and its end. */
#define UR_WIN_GLOBAL_DENY (1 << 0) /* icmp_global_allow() said no */
#define UR_WIN_PEER_DENY   (1 << 1) /* inet_peer_xrlim_allow() said no */
#define UR_WIN_PUSHED      (1 << 2) /* reached the push function, push_ret is valid */
#define UR_WIN_RST_BUILT   (1 << 3) /* the firewall's RST was built and handed on */
#define UR_WIN_HAND_BUILT  (1 << 4) /* so was the answer that a bridge or netdev rule builds */
#define UR_WIN_ERROR_DENY  (1 << 5) /* ip_error()'s own limit said no */
#define UR_WIN_UNTOLD      (1 << 6) /* nothing tells whether the reset has left */

/* ur_event.early: an early way out, recomputed from the packet as __icmp_send(),
 * icmp6_send() and the functions behind a reject rule test it; only meaningful when window
 * is 0. */
#define UR_EARLY_NONE       0
#define UR_EARLY_NO_ROUTE   1 /* no route attached to the packet */
#define UR_EARLY_BROADCAST  2 /* not for this host alone: link or IP broadcast, multicast */
#define UR_EARLY_FRAGMENT   3 /* not the first fragment */
#define UR_EARLY_ICMP_ERROR 4 /* an error about an error */
#define UR_EARLY_SOURCE     5 /* source address can't be answered (any, multicast) */
#define UR_EARLY_CHECKSUM   6 /* of the packet: the kernel computed it, and it is wrong */
#define UR_EARLY_RST        7 /* a reset about a reset */
#define UR_EARLY_MAX        8

/* ur_sock.mismatch: the first condition of the kernel's compute_score() that failed. */
#define UR_MM_NONE     0 /* it fits now: bound, or moved, while the packet was under way */
#define UR_MM_ADDRESS  1
#define UR_MM_FAMILY   2 /* IPv4 only, or IPV6_V6ONLY */
#define UR_MM_PEER     3 /* connected to another peer address or port */
#define UR_MM_DEVICE   4 /* bound to another interface or VRF */
#define UR_MM_PROTOCOL 5 /* UDP-Lite has the port, UDP has not, or the other way round */
#define UR_MM_MAX      6

/* ur_sock.flags */
#define UR_SK_V6ONLY    (1 << 0)
#define UR_SK_REUSEPORT (1 << 1)
#define UR_SK_BPF       (1 << 2) /* its reuseport group has a BPF program that can drop */
#define UR_SK_KERNEL    (1 << 3) /* no user-space owner: opened by the kernel (VXLAN, WireGuard) */
#define UR_SK_CONNECTED (1 << 4)

struct ur_sock {
	__u8 local[16];
	__u8 peer[16];
	__u64 cookie; /* 0: the kernel gave it none yet */
	__u64 inode;  /* of the socket's file, 0 when it has none */
	__u64 detail; /* UR_SK_BPF: id of the program; else udp_sock.encap_rcv, 0: none */
	__u32 bound_ifindex;
	__u32 uid;
	__u16 port;      /* host */
	__u16 peer_port; /* host */
	__u8 proto;      /* IPPROTO_UDP, IPPROTO_UDPLITE */
	__u8 family;     /* AF_INET, AF_INET6 */
	__u8 mismatch;
	__u8 flags;
};
_Static_assert(sizeof(struct ur_sock) == 72, "ur_sock has a hole");

/* ur_closed.how: what the task did that ended it. */
#define UR_END_CLOSE      1 /* close(), or close-on-exec, of the last descriptor */
#define UR_END_EXIT       2 /* the last process that held it ended: see exit_code */
#define UR_END_DISCONNECT 3 /* connect() to AF_UNSPEC gave up a port that bind() had not fixed */
#define UR_END_ABORT      4 /* destroyed from outside: sock_diag's SOCK_DESTROY, `ss -K` */

/* ur_closed.flags */
#define UR_CL_BOUND  (1 << 0) /* the program chose the port with bind(), not the kernel */
#define UR_CL_KERNEL (1 << 1) /* a kernel thread ran the end: tgid, comm, cgroup are not set */
#define UR_CL_OOM    (1 << 2) /* with UR_END_EXIT: the out-of-memory killer chose the process */

/* A UDP socket that is gone. */
struct ur_closed {
	struct ur_sock sk; /* as it was; sk.mismatch: how it would have done with the packet */
	__u64 ts_ns;       /* CLOCK_MONOTONIC of its end */
	__u32 tgid;        /* of the task that ended it, in the first pid namespace */
	__s32 exit_code;   /* task_struct.exit_code: signal in the low 7 bits, status in 8 to 15 */
	__u8 how;
	__u8 flags;
	__u16 times; /* sockets with these addresses that ended, this one last; stops at the top */
	__u32 pad;
	__u64 cgroup_id;            /* of the task's cgroup (cgroup 2); its inode in cgroupfs */
	char comm[UR_COMM_MAX];     /* of the thread group's leader */
	char cgroup[UR_CGROUP_MAX]; /* last part of the cgroup's path, "" at the root, or unknown */
};
_Static_assert(sizeof(struct ur_closed) == 72 + 32 + UR_COMM_MAX + UR_CGROUP_MAX,
	       "ur_closed has a hole");

/* ur_rule.flags: how far the rule could be told in the kernel. */
#define UR_RULE_HANDLE    (1 << 0) /* handle is valid (nft) */
#define UR_RULE_CHAIN     (1 << 1) /* chain, chain_handle are valid (nft) */
#define UR_RULE_TABLE     (1 << 2) /* table, table_handle, table_family are valid */
#define UR_RULE_XT        (1 << 3) /* xt_* are valid (legacy) */
#define UR_RULE_LONG_NAME (1 << 4) /* a name did not fit */
#define UR_RULE_GAVE_UP   (1 << 5) /* the walk to the chain reached its limit */

/* ur_rule.xt_digest: the words of a legacy entry as iptables-save's reader gets them from the
 * kernel, counters left out. A table can be replaced by one of the same shape right after a
 * rule of it fired; this tells. First the entry up to its counters, word by word; then of
 * each match, and of the target: size, the 32 bytes of name, revision and padding, and its
 * data, with 0 for what the kernel keeps to itself. */
#define UR_DIGEST_SEED 0xcbf29ce484222325ULL

static inline __attribute__((always_inline)) __u64 ur_digest_step(__u64 sum, __u64 word)
{
	sum = (sum ^ word) * 0x9e3779b97f4a7c15ULL;
	return sum ^ sum >> 32;
}

/* ur_rule.reject: with what the rule answers. */
#define UR_REJECT_ICMP 0
#define UR_REJECT_RST  1

struct ur_rule {
	__u64 obj;    /* kernel address of the expression or of the target's data */
	__u64 handle; /* nft: rule handle, unique in its table, but kept when it is replaced */
	__u64 chain_handle; /* nft */
	__u64 table_handle; /* nft */
	__u64 xt_entry_off; /* legacy: offset of the entry's target in the table's blob */
	__u64 xt_digest;    /* legacy: ur_digest_step() over the entry, 0: not known */
	__u32 xt_size;      /* legacy: struct xt_table_info.size, number: to detect replacement */
	__u32 xt_number;
	__u32 generation; /* of the rule set, for which this rule stands, in legacy iptables as
			   * struct ur_tables counts; 0: not known */
	__u32 pad32;
	__u32 iif; /* nf_hook_state.in, .out; 0 when absent */
	__u32 oif;
	__u8 hook;         /* NF_INET_*, NF_BR_*: nf_hook_state.hook */
	__u8 pf;           /* NFPROTO_*: nf_hook_state.pf */
	__u8 table_family; /* NFPROTO_* of the table (inet: NFPROTO_INET) */
	__u8 flags;
	__u8 reject;
	__u8 icmp_code; /* that the rule asks for, as sent on the wire; 0 for a RST */
	__u8 pad[2];
	char iifname[UR_IFNAME_MAX];
	char oifname[UR_IFNAME_MAX];
	char table[UR_TABLE_MAX];
	char chain[UR_CHAIN_MAX];
};
_Static_assert(sizeof(struct ur_rule) == 80 + 32 + UR_TABLE_MAX + UR_CHAIN_MAX,
	       "ur_rule has a hole");

/* ur_reset.flags */
#define UR_RST_REASON   (1 << 0) /* reason is valid */
#define UR_RST_ACTIVE   (1 << 1) /* sent unasked: there is no refused packet */
#define UR_RST_LISTENER (1 << 2) /* backlog and backlog_max are valid */
#define UR_RST_TASK     (1 << 3) /* cur_* of the event is who ran then, no kernel thread */
#define UR_RST_LINGER2  (1 << 4) /* with UR_RST_ACTIVE: the socket's TCP_LINGER2 is below 0 */
#define UR_RST_WAITS    (1 << 5) /* ...is not */

/* Of a reset that TCP itself sends. What socket it was is in ur_event.socks[0]. */
struct ur_reset {
	__u32 reason; /* enum sk_rst_reason, as this kernel numbers it */
	__u8 flags;
	__u8 state;        /* TCP_* of the socket, 0: there was none */
	__u8 substate;     /* of TCP_TIME_WAIT */
	__u8 shutdown;     /* sock.sk_shutdown: 1 no more reading, 2 no more writing */
	__u32 backlog;     /* connections that wait for accept() */
	__u32 backlog_max; /* of them, as listen() allows */
};
_Static_assert(sizeof(struct ur_reset) == 16, "ur_reset has a hole");

/* The conntrack entry of the refused packet's flow. At a reject it is the packet's own; at a
 * miss, where the packet has lost it (nf_reset_ct()), it is the one that conntrack finds
 * when it looks at the answer (nf_conntrack_inet_error()), so only for an answer sent. */
struct ur_nat {
	__u8 src[16]; /* original direction */
	__u8 dst[16];
	__u16 sport;        /* host */
	__u16 dport;        /* host */
	__u32 status;       /* nf_conn.status: IPS_DST_NAT, ... */
	__u8 reply_src[16]; /* reply direction: reply_src is where the packets really went */
	__u8 reply_dst[16];
	__u16 reply_sport; /* host */
	__u16 reply_dport; /* host */
	__u8 is_reply;     /* the refused packet goes the reply direction */
	__u8 pad[3];
	__u64 entry; /* kernel address: the same entry, as long as it lives */
};
_Static_assert(sizeof(struct ur_nat) == 88, "ur_nat has a hole");

/* ur_route.flags */
#define UR_ROUTE_HERE     (1 << 0) /* the packet had a route: type, error, oif, gateway are its */
#define UR_ROUTE_CURRENT  (1 << 1) /* IPv4: nothing had changed since it was looked up */
#define UR_ROUTE_ENTRY    (1 << 2) /* IPv6: dst, src, table, metric are those of its entry */
#define UR_ROUTE_NULL     (1 << 3) /* IPv6: no route was found, or a rule says unreachable */
#define UR_ROUTE_PROHIBIT (1 << 4) /* IPv6: a policy rule says prohibit */

/* The route of the refused packet (skb_dst()), for errors of which it may be the reason. */
struct ur_route {
	__u64 changed_ns; /* CLOCK_MONOTONIC of the last change, as ur_changes had it */
	__u8 dst[16];
	__u8 src[16];
	__u8 gateway[16];
	__u32 table;
	__u32 metric;
	__u32 oif;
	__u32 mark;  /* of the packet */
	__s32 error; /* dst_entry.error: EHOSTUNREACH, ... */
	__u32 mtu;   /* that the ICMP error names, 0: none */
	__u8 flags;
	__u8 dst_len;
	__u8 src_len;
	__u8 type;      /* RTN_* */
	__u8 protocol;  /* RTPROT_* */
	__u8 gw_family; /* 4 or 6; 0: the destination is on the link */
	__u8 pad[2];
	char oifname[UR_IFNAME_MAX];
};
_Static_assert(sizeof(struct ur_route) == 104, "ur_route has a hole");

/* The answer itself, where it was looked at: for capture files. */
struct ur_answer {
	__u64 ts_ns; /* CLOCK_MONOTONIC; 0: it was not seen */
	__u32 wire;  /* its length, from the network header on */
	__u8 len;    /* bytes of snap */
	__u8 pad[3];
	__u8 snap[UR_SNAP_MAX]; /* as the output hooks of netfilter get it, but that IPv4's length
				 * and checksum, and IPv6's length, may not be written yet */
};
_Static_assert(sizeof(struct ur_answer) == 16 + UR_SNAP_MAX, "ur_answer has a hole");

/* One Destination Unreachable (or TCP reset) that this kernel decided on. */
struct ur_event {
	__u16 version; /* UR_EVENT_VERSION of the writer */
	__u16 len;     /* valid bytes, from the first byte of the record */
	__u8 answer;
	__u8 origin;
	__u8 family; /* 4 or 6: of the refused packet */
	__u8 type;   /* ICMP type and code; 0 for a RST */
	__u8 code;
	__u8 window;
	__u8 early;
	__u8 snap_len;
	__u8 nsocks;
	__u8 nstack;
	__u16 flags;
	__s32 push_ret; /* of ip_push_pending_frames(), ip6_push_pending_frames() */
	__u32 netns_inum;
	__u64 netns_cookie; /* 0 when the kernel has none */
	__u64 ts_ns;        /* CLOCK_MONOTONIC */
	__u64 caller;       /* return address of __icmp_send() or icmp6_send(), 0: not seen */
	__u64 history_ns;   /* nothing on the port that ended since is missing from closed[] */
	__u32 iif;          /* skb->skb_iif, 0 for a packet sent from here */
	__u32 pkt_len;      /* from the network header on */
	__u32 cur_tgid;     /* valid with UR_EV_CURRENT, UR_RST_TASK */
	__u32 cpu;
	__u32 sk_lookup_prog; /* id of the namespace's first BPF sk_lookup program, 0: none */
	__u16 sock_total[UR_MM_MAX]; /* sockets on the port, by mismatch; also those not in socks[] */
	__u32 sdif; /* device that the packet came in on, when iifname is its VRF; else 0 */
	__u8 nclosed;
	__u8 pad[3];
	__u64 flow; /* ur_flow_cell.id of the flow that it is one of, 0: none */
	__u32 kind; /* where it was counted: set * UR_KIND_WAYS + place, and 1; 0: nowhere */
	__u32 pad32;
	char cur_comm[UR_COMM_MAX];
	char iifname[UR_IFNAME_MAX]; /* device of the packet */
	struct ur_nat nat;
	struct ur_sock sender;
	struct ur_rule rule;
	struct ur_route route;
	__u64 stack[UR_STACK_MAX]; /* innermost first; stack[0] is the caller */
	__u8 snap[UR_SNAP_MAX];
	struct ur_reset reset;
	struct ur_answer answered;
	struct ur_closed closed[UR_CLOSED_MAX];
	struct ur_sock socks[UR_SOCKS_MAX]; /* last: a record ends behind the last one used */
};
_Static_assert(sizeof(struct ur_event) == 144 + sizeof(struct ur_nat) + sizeof(struct ur_rule) +
						  sizeof(struct ur_route) + 8 * UR_STACK_MAX +
						  UR_SNAP_MAX + sizeof(struct ur_reset) +
						  sizeof(struct ur_answer) +
						  sizeof(struct ur_closed) * UR_CLOSED_MAX +
						  sizeof(struct ur_sock) * (UR_SOCKS_MAX + 1),
	       "ur_event has a hole");

/* ur_notice.what */
#define UR_NOTICE_MODULE_LOAD 1
#define UR_NOTICE_MODULE_FREE 2
#define UR_NOTICE_NAT         3 /* the record is a struct ur_nat_notice */
#define UR_NOTICE_RULES       4 /* the rules of netns_inum are about to change */
#define UR_NOTICE_RULES_SEEN  6 /* by user space: changes of rules are seen from now on */
#define UR_NOTICE_LOST        8 /* by user space: some of these found the ring full */
#define UR_NOTICE_REPORT      7 /* user space to itself: say what it came to so far */
#define UR_NOTICE_NETNS_END   5 /* netns_inum will mean another one; where there are no cookies */

#define UR_NETNS_ANY 0 /* no namespace's number: any of them */

/* Something changed that user space must follow. Begins as struct ur_event does. */
struct ur_notice {
	__u16 version;
	__u16 len;
	__u8 answer; /* UR_ANSWER_NOTICE */
	__u8 what;
	__u8 pf;
	__u8 pad;
	__u32 netns_inum;
	char name[56]; /* of the module: MODULE_NAME_LEN */
	__u32 pad2;
};
_Static_assert(sizeof(struct ur_notice) == 72, "ur_notice has a hole");

/* An answer that this kernel sent for a miss passed the conntrack of another namespace:
 * the flow as that one knows it. Follows the event, mostly within a millisecond. */
struct ur_nat_notice {
	__u16 version;
	__u16 len;
	__u8 answer; /* UR_ANSWER_NOTICE */
	__u8 what;   /* UR_NOTICE_NAT */
	__u8 pf;     /* NFPROTO_IPV4, NFPROTO_IPV6 */
	__u8 proto;  /* of the refused packet */
	__u32 netns_inum;
	__u32 pad;
	__u64 ts_ns; /* CLOCK_MONOTONIC */
	struct ur_nat nat;
};
_Static_assert(sizeof(struct ur_nat_notice) == 24 + sizeof(struct ur_nat),
	       "ur_nat_notice has a hole");

/* ur_received.flags */
#define UR_RC_SOCKS     (1 << 0) /* UDP: the sockets on the port that it is about are known */
#define UR_RC_FIT       (1 << 1) /* ...and fit is the one that took it, but was not told */
#define UR_RC_TCP       (1 << 2) /* TCP: tcp_ret is what its error handler returned */
#define UR_RC_MADE      (1 << 3) /* this kernel has just refused a packet of that flow */
#define UR_RC_TOLD_MORE (1 << 4) /* more than UR_TOLD_MAX sockets were told */
#define UR_TOLD_MAX     2

/* One Destination Unreachable that came to this host's own ICMP, and what became of it. */
struct ur_received {
	__u16 version;
	__u16 len;
	__u8 answer; /* UR_ANSWER_RECEIVED */
	__u8 family;
	__u8 type;
	__u8 code;
	__u8 flags;
	__u8 ntold;
	__u8 snap_len;
	__u8 ttl; /* of the error itself, and so are the next ones; IPv4: its header's */
	__u8 tos;
	__u8 pad;
	__u16 frag; /* IPv4: flags and offset, host */
	__u16 id;   /* IPv4, host */
	__u16 pad2;
	__s32 tcp_ret;
	__u64 netns_cookie;
	__u64 ts_ns;
	__u32 netns_inum;
	__u32 iif;
	__u64 made_ns; /* with UR_RC_MADE: when that was, and where */
	__u32 made_netns;
	__u32 quoted; /* bytes of the quoted packet */
	__u8 from[16];
	__u8 to[16];
	char iifname[UR_IFNAME_MAX];
	struct ur_sock told[UR_TOLD_MAX]; /* sockets whose owners were told of it */
	__u32 waiter[UR_TOLD_MAX];        /* thread group that was waiting for one, 0: none */
	char waiter_comm[UR_TOLD_MAX][UR_COMM_MAX];
	struct ur_sock fit;
	__u8 snap[UR_SNAP_MAX]; /* the packet that it quotes, from its network header on */
};
_Static_assert(sizeof(struct ur_received) ==
		       96 + UR_IFNAME_MAX +
			       (sizeof(struct ur_sock) + 4 + UR_COMM_MAX) * UR_TOLD_MAX +
			       sizeof(struct ur_sock) + UR_SNAP_MAX,
	       "ur_received has a hole");

/* How often tables of legacy iptables were replaced, in whatever namespace. xt_replace_table()
 * returns when no packet is in the old table any more: while both are the same, the tables
 * that packets meet are those that can be read, and stay so until they differ. */
struct ur_tables {
	__u32 watched; /* 1: replacements are seen */
	__u32 begun;
	__u32 done;
};

/* ur_changes: CLOCK_MONOTONIC when routes or policy rules of a namespace changed last, 0:
 * not seen. Namespaces may share a slot. */
#define UR_CHANGES_MAX 512

static inline __attribute__((always_inline)) __u32 ur_changes_slot(__u32 netns_inum, __u8 family)
{
	return (netns_inum * 2 + (family == 6)) % UR_CHANGES_MAX;
}

#include "bpf/abi_layout.h"
#include "bpf/abi_kinds.h"
#include "bpf/abi_filter.h"
