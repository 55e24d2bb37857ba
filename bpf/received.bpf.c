/* SPDX-License-Identifier: GPL-2.0-only */
/* received.bpf.c - Destination Unreachables that came to this host's own ICMP.
 *
 * Loaded and attached with --received only, and to functions that nothing but an error runs:
 * icmp_unreach() and icmpv6_notify(), which hand it to the protocol of the packet that it
 * quotes, sock_def_error_report(), which tells the owner of a socket, and TCP's error
 * handlers, whose result says whether there is such a connection. An error that is forwarded
 * passes none of them.
 */
#include "bpf/emit.bpf.h"
#include "bpf/made.bpf.h"
#include "bpf/sockets.bpf.h"

#define UR_RECEPTIONS_MAX 256
#define UR_WAITERS_MAX    8 /* that are looked at */
#define UR_FILES_MAX      64
#define UR_RECEIVED_DEPTH 15 /* of ur_scratch_key(): no decision nests so deep */

/* An error that is being delivered, by task. */
struct ur_reception {
	__u64 skb;
	__u64 asked;             /* socket that is told at this moment */
	__u64 told[UR_TOLD_MAX]; /* those of r.told */
	struct ur_received r;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UR_RECEPTIONS_MAX);
	__type(key, __u64);
	__type(value, struct ur_reception);
} receptions __weak SEC(".maps");

_Static_assert(sizeof(struct ur_reception) <= sizeof(struct ur_scratch), "ur_zeros is too short");

static __always_inline struct ur_reception *ur_reception_get(void)
{
	__u64 key = bpf_get_current_task();

	return bpf_map_lookup_elem(&receptions, &key);
}

static __always_inline int ur_received_enter(__u64 packet, __u8 family)
{
	const struct sk_buff *skb = (const void *)packet;
	__u64 key = bpf_get_current_task();
	__u64 icmp = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header);
	const struct net *net = ur_skb_net(skb);
	struct ur_reception *w;

	if (ur_peek(__u8, icmp) != (family == 4 ? UR_ICMP_DEST_UNREACH : UR_ICMPV6_DEST_UNREACH))
		return 0;
	if (ur_want_netns && BPF_CORE_READ(net, ns.inum) != ur_want_netns)
		return 0;
	ur_count(UR_STAT_RECEIVED);
	bpf_map_update_elem(&receptions, &key, &ur_zeros, BPF_ANY);
	w = bpf_map_lookup_elem(&receptions, &key);
	if (!w) {
		ur_count(UR_STAT_RECEIVED_LOST);
		return 0;
	}
	w->skb = packet;
	w->r.family = family;
	w->r.type = ur_peek(__u8, icmp);
	w->r.code = ur_peek(__u8, icmp + 1);
	return 0;
}

SEC("fentry/icmp_unreach")
int BPF_PROG(received4_enter, struct sk_buff *skb)
{
	return ur_received_enter((__u64)skb, 4);
}

SEC("kprobe/icmp_unreach")
int BPF_KPROBE(received4_enter_kprobe, struct sk_buff *skb)
{
	return ur_received_enter((__u64)skb, 4);
}

SEC("fentry/icmpv6_notify")
int BPF_PROG(received6_enter, struct sk_buff *skb)
{
	return ur_received_enter((__u64)skb, 6);
}

SEC("kprobe/icmpv6_notify")
int BPF_KPROBE(received6_enter_kprobe, struct sk_buff *skb)
{
	return ur_received_enter((__u64)skb, 6);
}

/* ---- what became of it ---- */

/* The task that @e, on the queue of a socket or an epoll descriptor, stands for. */
static __always_inline __u64 ur_entry_task(const struct wait_queue_entry *e)
{
	__u64 func = (__u64)BPF_CORE_READ(e, func);
	const struct poll_wqueues *poll = BPF_CORE_READ(e, private);

	if (!func)
		return 0;
	if (func == ur_waker_poll)
		return (__u64)BPF_CORE_READ(poll, polling_task);
	for (int i = 0; i < UR_WAKERS; i++)
		if (func == ur_wakers[i])
			return (__u64)poll;
	return 0;
}

static __always_inline const struct wait_queue_entry *ur_node_entry(__u64 node)
{
	return (const void *)(node - bpf_core_field_offset(struct wait_queue_entry, entry));
}

/* The first task that waits on the queue whose list head is at @head; 0 for none. */
UR_GLOBAL __u64 ur_first_waiter(__u64 head)
{
	__u64 node = ur_peek(__u64, head), task;

	for (int i = 0; i < UR_WAITERS_MAX; i++) {
		if (!node || node == head)
			return 0;
		task = ur_entry_task(ur_node_entry(node));
		if (task)
			return task;
		node = ur_peek(__u64, node);
	}
	return 0;
}

/* The first that waits for an epoll descriptor which watches the queue's socket. */
UR_GLOBAL __u64 ur_first_epoll(__u64 head)
{
	__u64 node = ur_peek(__u64, head), task, ep;

	for (int i = 0; i < UR_WAITERS_MAX; i++) {
		const struct wait_queue_entry *e = ur_node_entry(node);
		const struct eppoll_entry *poll =
			(const void *)((__u64)e - bpf_core_field_offset(struct eppoll_entry, wait));

		if (!node || node == head)
			return 0;
		ep = 0;
		if ((__u64)BPF_CORE_READ(e, func) == ur_waker_epoll)
			ep = (__u64)BPF_CORE_READ(poll, base, ep);
		task = ep ? ur_first_waiter(ep + bpf_core_field_offset(struct eventpoll, wq.head)) :
			    0;
		if (task)
			return task;
		node = ur_peek(__u64, node);
	}
	return 0;
}

/* Has the current task, which was interrupted by chance or is sending, @file open? */
UR_GLOBAL int ur_current_has(__u64 file)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	__u64 fd = (__u64)BPF_CORE_READ(fdt, fd);
	__u32 max = BPF_CORE_READ(fdt, max_fds);

	for (__u32 i = 0; i < UR_FILES_MAX; i++) {
		if (i >= max)
			return 0;
		if (ur_peek(__u64, fd + 8 * i) == file)
			return 1;
	}
	return 0;
}

/* Whoever waits for the socket at this moment, or is sending through it inside this host: most
 * programs that are told of an error end soon after, and then nobody can look up any more who
 * had it. */
static __always_inline void ur_received_waiter(const struct sock *sk, __u32 *tgid, char *comm)
{
	__u64 head = (__u64)BPF_CORE_READ(sk, sk_wq);
	__u64 file = (__u64)BPF_CORE_READ(sk, sk_socket, file);
	const struct task_struct *task;

	if (!head)
		return;
	head += bpf_core_field_offset(struct socket_wq, wait.head);
	task = (const void *)ur_first_waiter(head);
	if (!task && ur_waker_epoll)
		task = (const void *)ur_first_epoll(head);
	if (!task && file && ur_current_has(file))
		task = (const void *)bpf_get_current_task();
	if (!task)
		return;
	*tgid = BPF_CORE_READ(task, tgid);
	task = BPF_CORE_READ(task, group_leader);
	bpf_probe_read_kernel_str(comm, UR_COMM_MAX, &task->comm);
}

/* The socket w->asked is told; each is noted once, though it is told of the queued error and of
 * its own. */
UR_GLOBAL int ur_received_note(void)
{
	struct ur_reception *w = ur_reception_get();
	const struct sock *sk;

	if (!w || w->told[0] == w->asked || w->told[1] == w->asked)
		return 0;
	sk = (const void *)w->asked;
	if (w->r.ntold == 0) {
		w->told[0] = w->asked;
		ur_sock_read(&w->r.told[0], sk);
		ur_received_waiter(sk, &w->r.waiter[0], w->r.waiter_comm[0]);
		w->r.ntold = 1;
	} else if (w->r.ntold == 1) {
		w->told[1] = w->asked;
		ur_sock_read(&w->r.told[1], sk);
		ur_received_waiter(sk, &w->r.waiter[1], w->r.waiter_comm[1]);
		w->r.ntold = 2;
	} else {
		w->r.flags |= UR_RC_TOLD_MORE;
	}
	return 0;
}

static __always_inline int ur_received_tell(const struct sock *sk)
{
	struct ur_reception *w = ur_reception_get();

	if (!w)
		return 0;
	w->asked = (__u64)sk;
	ur_received_note();
	return 0;
}

SEC("fentry/sock_def_error_report")
int BPF_PROG(received_told, struct sock *sk)
{
	return ur_received_tell(sk);
}

SEC("kprobe/sock_def_error_report")
int BPF_KPROBE(received_told_kprobe, struct sock *sk)
{
	return ur_received_tell(sk);
}

static __always_inline int ur_received_tcp(int ret)
{
	struct ur_reception *w = ur_reception_get();

	if (w) {
		w->r.flags |= UR_RC_TCP;
		w->r.tcp_ret = ret;
	}
	return 0;
}

SEC("fexit/tcp_v4_err")
int BPF_PROG(received_tcp4, struct sk_buff *skb, __u32 info, int ret)
{
	return ur_received_tcp(ret);
}

SEC("fexit/tcp_v6_err")
int BPF_PROG(received_tcp6, struct sk_buff *skb, void *opt, __u8 type, __u8 code, int offset,
	     __u32 info, int ret)
{
	return ur_received_tcp(ret);
}

SEC("kretprobe")
int BPF_KRETPROBE(received_tcp_kret, int ret)
{
	return ur_received_tcp(ret);
}

/* ---- the record ---- */

/* Header of the error, from the network header on. */
static __always_inline void ur_received_header(struct ur_received *r, __u64 l3)
{
	if (r->family == 4) {
		r->tos = ur_peek(__u8, l3 + 1);
		r->id = bpf_ntohs(ur_peek(__u16, l3 + 4));
		r->frag = bpf_ntohs(ur_peek(__u16, l3 + 6));
		r->ttl = ur_peek(__u8, l3 + 8);
		ur_read(r->from, 4, (const void *)(l3 + 12));
		ur_read(r->to, 4, (const void *)(l3 + 16));
		return;
	}
	r->tos = ur_peek(__u8, l3) << 4 | ur_peek(__u8, l3 + 1) >> 4;
	r->ttl = ur_peek(__u8, l3 + 7);
	ur_read(r->from, 16, (const void *)(l3 + 8));
	ur_read(r->to, 16, (const void *)(l3 + 24));
}

/* The flow as a packet of the peer's would have it, which is how its sockets are looked up. */
static __always_inline void ur_received_flow(struct ur_flow *f, const struct sk_buff *skb,
					     __u8 family)
{
	struct ur_flow quoted = { .family = family };

	ur_flow_tuple(&quoted, (__u64)BPF_CORE_READ(skb, data), 0);
	f->family = family;
	f->proto = quoted.proto;
	f->sport = quoted.dport;
	f->dport = quoted.sport;
	__builtin_memcpy(f->src, quoted.dst, sizeof(f->src));
	__builtin_memcpy(f->dst, quoted.src, sizeof(f->dst));
	f->l3mdev_accept = 1; /* errors are for whoever sent the packet */
	ur_flow_devices(f, skb);
}

static __always_inline bool ur_is_udp(__u8 proto)
{
	return proto == IPPROTO_UDP || proto == UR_IPPROTO_UDPLITE;
}

/* Nobody was told: is there a socket which could have been? */
UR_GLOBAL int ur_received_walk(__u64 key)
{
	struct ur_reception *r = ur_reception_get();
	struct ur_scratch *w = ur_work_at(key);
	const struct ur_sock *best = NULL;

	if (!r || !w)
		return 0;
	w->flow.net = (__u64)ur_skb_net((const struct sk_buff *)r->skb);
	ur_received_flow(&w->flow, (const struct sk_buff *)r->skb, r->r.family);
	if (!ur_is_udp(w->flow.proto))
		return 0;
	ur_snapshot(key);
	if (!(w->e.flags & UR_EV_SOCKS))
		return 0;
	for (int i = 0; i < UR_SOCKS_MAX; i++) {
		const struct ur_sock *s = &w->e.socks[i];

		if (i >= w->e.nsocks || s->mismatch != UR_MM_NONE)
			continue;
		if (!best || s->flags & UR_SK_CONNECTED)
			best = s;
	}
	if (best) {
		r->r.fit = *best;
		r->r.flags |= UR_RC_FIT;
	}
	if (best || !(w->e.flags & UR_EV_SOCKS_PARTIAL))
		r->r.flags |= UR_RC_SOCKS;
	return 0;
}

/* Has this kernel just refused what the error is about? */
UR_GLOBAL int ur_received_made(__u64 packet, __u32 family)
{
	struct ur_flow f = { .family = family };
	struct ur_reception *w = ur_reception_get();
	const struct sk_buff *skb = (const void *)packet;
	struct ur_made_key key;
	struct ur_made *m;

	if (!w)
		return 0;
	ur_flow_tuple(&f, (__u64)BPF_CORE_READ(skb, data), 0);
	ur_made_key_of(&key, &f);
	m = bpf_map_lookup_elem(&made, &key);
	if (!m || w->r.ts_ns - m->ts_ns > UR_MADE_NS)
		return 0;
	w->r.flags |= UR_RC_MADE;
	w->r.made_ns = m->ts_ns;
	w->r.made_netns = m->netns_inum;
	return 0;
}

/* The quoted packet; only what is linear. */
static __always_inline void ur_received_snap(struct ur_received *r, const struct sk_buff *skb)
{
	__u64 head = (__u64)BPF_CORE_READ(skb, head), data = (__u64)BPF_CORE_READ(skb, data);
	__u32 linear = BPF_CORE_READ(skb, tail) - (__u32)(data - head);

	r->quoted = BPF_CORE_READ(skb, len);
	if (linear > UR_SNAP_MAX)
		linear = UR_SNAP_MAX;
	asm volatile("" : "+r"(linear)); /* keep the bound where the verifier sees it */
	if (linear <= UR_SNAP_MAX && !bpf_probe_read_kernel(r->snap, linear, (const void *)data))
		r->snap_len = linear;
}

UR_GLOBAL int ur_received_fill(__u64 packet)
{
	struct ur_reception *w = ur_reception_get();
	const struct sk_buff *skb = (const void *)packet;
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct net *net = ur_skb_net(skb);

	if (!w)
		return 0;
	w->r.version = UR_EVENT_VERSION;
	w->r.len = sizeof(w->r);
	w->r.answer = UR_ANSWER_RECEIVED;
	w->r.ts_ns = bpf_ktime_get_ns();
	w->r.netns_inum = BPF_CORE_READ(net, ns.inum);
	w->r.netns_cookie = ur_netns_cookie(net);
	w->r.iif = BPF_CORE_READ(skb, skb_iif);
	if (dev)
		BPF_CORE_READ_STR_INTO(&w->r.iifname, dev, name);
	ur_received_header(&w->r,
			   (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header));
	ur_received_snap(&w->r, skb);
	return 0;
}

/* The error at hand was delivered, as far as it could be. */
static __always_inline int ur_received_exit(void)
{
	__u64 task = bpf_get_current_task(), key = ur_scratch_key(UR_RECEIVED_DEPTH);
	struct ur_reception *w = ur_reception_get();

	if (!w)
		return 0;
	ur_received_fill(w->skb);
	ur_received_made(w->skb, w->r.family);
	if (!w->r.ntold && ur_scratch_new(key)) {
		ur_received_walk(key);
		bpf_map_delete_elem(&scratch, &key);
	}
	if (bpf_ringbuf_output(&events, &w->r, sizeof(w->r), 0))
		ur_count(UR_STAT_RECEIVED_LOST);
	bpf_map_delete_elem(&receptions, &task);
	return 0;
}

SEC("fexit/icmp_unreach")
int BPF_PROG(received4_exit, struct sk_buff *skb)
{
	return ur_received_exit();
}

SEC("fexit/icmpv6_notify")
int BPF_PROG(received6_exit, struct sk_buff *skb)
{
	return ur_received_exit();
}

SEC("kretprobe")
int received_exit_kret(struct pt_regs *ctx)
{
	return ur_received_exit();
}
