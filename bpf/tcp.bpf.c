/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp.bpf.c - the resets that TCP itself sends. Loaded for --tcp-reset only.
 *
 * tcp_v4_send_reset(sk, skb, [reason]) and tcp_v6_send_reset() answer a segment: @sk is NULL
 * where there is no socket for it, else what resets: a listener, a connection, or one in
 * TIME_WAIT. tcp_send_active_reset(sk, ...) ends a connection unasked. No segment passes them
 * that is delivered, and no connection that ends in peace.
 *
 * The record is built at their entry, by a program of its own, and sent at their exit.
 */
#include "bpf/emit.bpf.h"
#include "bpf/history.bpf.h"
#include "bpf/listeners.bpf.h"
#include "bpf/reset.bpf.h"

struct ur_cpu_base {
	__u64 element;
	__u64 map;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ur_cpu_base);
} cpu_base __weak SEC(".maps");

#define UR_TCP_MIB_OUTRSTS 14 /* include/uapi/linux/snmp.h */
#define UR_TCP_FLAG_RST    4
#define UR_RTN_LOCAL       2
#define UR_NF_LOCAL_OUT    3
#define UR_NF_POST_ROUTING 4

/* What is added to a per-CPU address on this CPU; 0: not known. Where the kernel does not name
 * the table of these (KALLSYMS_ALL is off), a per-CPU map tells: it has been given the address of
 * its element for all CPUs, and gives that for this one. */
static __always_inline __u64 ur_cpu_base(void)
{
	volatile struct ur_cpu_base *at;
	__u64 cpu, pptr;
	__u32 zero = 0;

	if (ur_per_cpu_offset) {
		cpu = bpf_get_smp_processor_id();
		return ur_peek(__u64, ur_per_cpu_offset + 8 * cpu);
	}
	at = bpf_map_lookup_elem(&cpu_base, &zero);
	if (!at)
		return 0;
	at->element = (__u64)at; /* an address that was stored is a number */
	at->map = (__u64)&cpu_base;
	pptr = ur_percpu_element(at->map);
	return pptr ? at->element - pptr : 0;
}

/* Counter @which at @percpu, of this CPU; 0 where it can't be read. */
static __always_inline __u64 ur_mib(const void *percpu, __u32 which)
{
	__u64 base = ur_cpu_base();

	return base ? ur_peek(__u64, (__u64)percpu + base + 8 * which) : 0;
}

/* What tells whether the reset was handed on: tcp_v6_send_response() counts those that had a
 * route, tcp_send_active_reset() those that failed. */
static __always_inline __u64 ur_reset_counter(const struct net *net, bool active)
{
	if (active)
		return ur_mib(BPF_CORE_READ(net, mib.net_statistics), ur_mib_abort_failed);
	return ur_mib(BPF_CORE_READ(net, mib.tcp_statistics), UR_TCP_MIB_OUTRSTS);
}

/* Since e4da8c78973c (v6.6) packets are counted behind netfilter's output hooks, too. */
static __always_inline __u64 ur_sent6(const struct net *net)
{
	return ur_mib_sent6 ? ur_mib(BPF_CORE_READ(net, mib.ipv6_statistics), ur_mib_sent6) : 0;
}

static __always_inline __u64 ur_sent4(const struct net *net)
{
	return ur_mib_sent4 ? ur_mib(BPF_CORE_READ(net, mib.ip_statistics), ur_mib_sent4) : 0;
}

/* The first tests of tcp_v4_send_reset() and tcp_v6_send_reset(): nobody asked for an answer. */
static __always_inline bool ur_never_reset(__u64 sk, __u64 skb, __u8 family)
{
	const struct sk_buff *seg = (const void *)skb;
	const struct rtable *rt = (const void *)ur_dst(seg);

	if (ur_peek(__u8, ur_tcp_header(seg) + 13) & UR_TCP_FLAG_RST)
		return true;
	return !sk && family == 4 && BPF_CORE_READ(rt, rt_type) != UR_RTN_LOCAL;
}

static __always_inline int ur_reset_enter(struct pt_regs *ctx, __u64 sk, __u64 skb, __u8 family,
					  __u64 reason)
{
	const struct net *net = ur_reset_net(sk, skb);
	struct ur_frame *f;

	if (skb && ur_never_reset(sk, skb, family))
		return 0;
	f = ur_frame_push(skb, UR_FRAME_RST, UR_ENTRY_SP(ctx));
	if (!f) {
		if (ur_wanted(net)) /* nobody else counts it */
			ur_count_unseen(sk ? UR_ORIGIN_TCP_SOCK : UR_ORIGIN_TCP_MISS);
		return 0;
	}
	f->family = family;
	f->obj = sk;
	f->regs = reason;
	f->ip = bpf_get_smp_processor_id() + 1;
	f->pkt = ur_reset_counter(net, !skb);
	f->sent = family == 4 ? ur_sent4(net) : ur_sent6(net);
	f->caller = ur_return_address(ctx);
	f->origin = sk ? UR_ORIGIN_TCP_SOCK : UR_ORIGIN_TCP_MISS;
	f->counted = UR_KIND_SETS * UR_KIND_WAYS + f->origin + 1; /* until it is known better */
	if (ur_want_filter && skb) {
		bpf_tail_call(ctx, &builder, UR_BUILD_FILTER);
		return 0;
	}
	bpf_tail_call(ctx, &builder, UR_BUILD_RESET);
	return 0;
}

/* Is the only function at these hooks (struct nf_hook_entries) AppArmor's (before v6.0: at those
 * of IPv6)? That one drops what a rule has given a security mark, and rules have hooks of their
 * own. */
static __always_inline bool ur_only_apparmor(__u64 hooks)
{
	__u64 func = ur_peek(__u64, hooks + 8); /* hooks[0].hook */

	return ur_peek(__u16, hooks) == 1 && func && func == ur_apparmor_hook6;
}

/* Does a hook of netfilter see what this namespace sends over IPv6? Then a reset that was
 * handed on may still have been dropped. */
static __always_inline bool ur_output_hooked6(const struct net *net)
{
	__u64 out = (__u64)BPF_CORE_READ(net, nf.hooks_ipv6[UR_NF_LOCAL_OUT]);
	__u64 post = (__u64)BPF_CORE_READ(net, nf.hooks_ipv6[UR_NF_POST_ROUTING]);

	return (out && !ur_only_apparmor(out)) || (post && !ur_only_apparmor(post));
}

/* Of an answer over IPv4 that did not pass ip_push_pending_frames(): where the compiler has put
 * that into ip_send_unicast_reply(), none does, and the counter of packets that left tells. Before
 * v6.6 it counts before the last of netfilter's hooks. */
static __always_inline __u8 ur_reset_window4(const struct ur_frame *f, const struct net *net,
					     __s32 *ret)
{
	__u64 post = (__u64)BPF_CORE_READ(net, nf.hooks_ipv4[UR_NF_POST_ROUTING]);

	if (!ur_cpu_base() || !ur_mib_sent4 || f->ip != bpf_get_smp_processor_id() + 1)
		return UR_WIN_UNTOLD;
	if (ur_sent4(net) == f->sent)
		return 0;
	if (!ur_mib_sent6 && post && !ur_only_apparmor(post))
		return UR_WIN_UNTOLD;
	*ret = 0;
	return UR_WIN_PUSHED;
}

/* What the counters say of the outcome: UR_WIN_PUSHED when the reset has left, with *@ret -1
 * when it was not made; 0 when they don't tell. IPv4's answers mostly pass ip_push_pending_frames(). */
static __always_inline __u8 ur_reset_window(const struct ur_frame *f, const struct net *net,
					    __s32 *ret)
{
	__u64 now = ur_reset_counter(net, !f->skb);

	*ret = f->push_ret;
	if (f->skb && f->family == 4)
		return f->window & UR_WIN_PUSHED ?: ur_reset_window4(f, net, ret);
	if (!ur_cpu_base() || f->ip != bpf_get_smp_processor_id() + 1)
		return 0;
	if (!f->skb) {
		*ret = now == f->pkt ? 0 : -5; /* EIO: why is not known */
		return ur_mib_abort_failed ? UR_WIN_PUSHED : 0;
	}
	if (now == f->pkt)
		*ret = -113; /* EHOSTUNREACH */
	else if (ur_mib_sent6)
		*ret = ur_sent6(net) == f->sent ? -1 : 0; /* EPERM */
	else if (ur_output_hooked6(net))
		return 0;
	return UR_WIN_PUSHED;
}

/* The segment; for a reset that answers none there is only when and where. */
UR_GLOBAL int ur_fill_segment(__u64 key, __u64 packet, __u64 netns)
{
	const struct sk_buff *skb = (const void *)packet;
	const struct net *net = (const void *)netns;
	struct ur_event *e = ur_scratch_at(key);
	const struct net_device *dev;

	if (!e)
		return 0;
	e->ts_ns = bpf_ktime_get_ns();
	e->cpu = bpf_get_smp_processor_id();
	e->netns_inum = BPF_CORE_READ(net, ns.inum);
	e->netns_cookie = ur_netns_cookie(net);
	if (!skb)
		return 0;
	dev = BPF_CORE_READ(skb, dev); /* NULL where a socket was found: tcp_v4_rcv() */
	e->iif = BPF_CORE_READ(skb, skb_iif);
	if (dev)
		BPF_CORE_READ_STR_INTO(&e->iifname, dev, name);
	ur_snap(e, skb);
	ur_nat_read(e, skb);
	return 0;
}

/* The socket that resets. */
UR_GLOBAL int ur_fill_resetting(__u64 key, __u64 socket)
{
	const struct inet_timewait_sock *tw = (const void *)socket;
	const struct inet_sock *inet = (const void *)socket;
	const struct sock *sk = (const void *)socket;
	struct ur_event *e = ur_scratch_at(key);

	if (!e)
		return 0;
	e->reset.state = ur_sock_state(sk);
	if (e->reset.state == UR_TCP_TIME_WAIT)
		e->reset.substate = BPF_CORE_READ(tw, tw_substate);
	if (!ur_is_full(e->reset.state))
		return 0;
	ur_sock_read(&e->socks[0], sk);
	if (!e->socks[0].port) /* given back when its state became TCP_CLOSE */
		e->socks[0].port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	e->nsocks = 1;
	e->sock_total[UR_MM_NONE] = 1;
	e->flags |= UR_EV_SOCKS;
	e->reset.shutdown = BPF_CORE_READ(sk, sk_shutdown);
	if (e->reset.flags & UR_RST_ACTIVE)
		e->reset.flags |= BPF_CORE_READ((const struct tcp_sock *)sk, linger2) < 0 ?
					  UR_RST_LINGER2 :
					  UR_RST_WAITS;
	if (e->reset.state == UR_TCP_LISTEN) {
		e->reset.flags |= UR_RST_LISTENER;
		e->reset.backlog = BPF_CORE_READ(sk, sk_ack_backlog);
		e->reset.backlog_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	}
	return 0;
}

/* No socket: which ones come near, and came before. */
UR_GLOBAL int ur_fill_tcp_miss(__u64 key, __u64 packet, __u64 netns)
{
	struct ur_scratch *w = ur_work_at(key);

	if (!w)
		return 0;
	w->flow.net = netns;
	ur_flow_read_tcp(&w->flow, (const struct sk_buff *)packet, w->e.family);
	ur_recent_keep(&w->flow);
	w->e.sdif = w->flow.sdif;
	ur_listeners(key);
	w->e.sk_lookup_prog = ur_sk_lookup_prog((const struct net *)netns);
	ur_history_find(key);
	return 0;
}

/* Who runs: where a program's call led here, the one that made it. */
static __always_inline void ur_reset_task(struct ur_event *e)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, flags) & UR_PF_KTHREAD)
		return;
	e->reset.flags |= UR_RST_TASK;
	e->cur_tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->cur_comm, sizeof(e->cur_comm));
}

static __always_inline void ur_build_reset(struct ur_frame *f, const struct net *net, __u64 key)
{
	__u64 skb = f->skb, sk = f->obj;
	struct ur_event *e = ur_scratch_new(key);

	if (!e)
		return;
	f->built = UR_BUILT_DONE;
	ur_copy_frame(e, f);
	e->answer = UR_ANSWER_RST;
	e->family = f->family ?: ur_family_of((const struct sock *)sk);
	e->reset.reason = f->regs;
	e->reset.flags = ((skb ? ur_reason_arg : ur_active_reason_arg) ? UR_RST_REASON : 0) |
			 (skb ? 0 : UR_RST_ACTIVE);
	if (!skb)
		ur_reset_task(e);
	ur_fill_segment(key, skb, (__u64)net);
	if (sk)
		ur_fill_resetting(key, sk);
	else
		ur_fill_tcp_miss(key, skb, (__u64)net);
}

/* Count the reset on top, and build its record unless it is like others just now. */
SEC("kprobe")
int reset_build(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	const struct net *net;

	if (!f || f->kind != UR_FRAME_RST)
		return 0;
	net = ur_reset_net(f->obj, f->skb);
	if (!ur_wanted(net)) {
		f->built = UR_BUILT_SKIP;
		return 0;
	}
	if (!ur_count_reset_begin((__u64)net)) {
		f->built = UR_BUILT_ALIKE;
		return 0;
	}
	if (f->obj)
		ur_callers(f, ctx);
	ur_build_reset(f, net, ur_scratch_key(t->depth));
	return 0;
}

/* UR_OUT_*: what has become of it. An answer to IPv4 is seen to pass, or was not made. */
static __always_inline __u32 ur_reset_outcome(const struct ur_frame *f)
{
	if (f->window & UR_WIN_PUSHED)
		return ur_outcome_of(f);
	return f->skb && f->family == 4 && !(f->window & UR_WIN_UNTOLD) ? UR_OUT_EARLY :
									  UR_OUT_UNSEEN;
}

/* The reset on top is over. */
UR_GLOBAL int ur_reset_end(void)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	struct ur_event *e;
	__u64 key;

	if (!t || !f)
		return 0;
	if (f->built == UR_BUILT_SKIP) {
		ur_frame_pop(t);
		return 0;
	}
	f->window = ur_reset_window(f, ur_reset_net(f->obj, f->skb), &f->push_ret);
	ur_count_outcome(f, f->counted - 1, ur_reset_outcome(f), f->built == UR_BUILT_ALIKE);
	key = ur_scratch_key(t->depth);
	e = f->built == UR_BUILT_DONE ? ur_scratch_at(key) : NULL;
	if (e) {
		e->window = f->window;
		e->push_ret = f->push_ret;
		e->flow = f->flow;
		e->kind = f->counted;
		ur_event_send(key, e);
	} else if (ur_want_filter && f->built == UR_BUILT_OTHER) {
		ur_count(UR_STAT_PASSED_OVER);
	} else if (f->built != UR_BUILT_ALIKE) {
		ur_count(UR_STAT_RING_FULL);
	}
	ur_frame_pop(t);
	return 0;
}

/* The end of the call for @skb and @sk. Its entry may have been skipped, or was not for us. */
static __always_inline int ur_reset_exit(__u64 sk, __u64 skb)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f || f->kind != UR_FRAME_RST || f->skb != skb || f->obj != sk)
		return 0;
	ur_reset_end();
	return 0; /* the verifier asks for it */
}

static __always_inline int ur_reset_exit_return(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_unwind(t, UR_EXIT_SP(ctx)) : NULL;

	if (f && f->kind == UR_FRAME_RST)
		ur_reset_end();
	return 0;
}

SEC("kprobe/tcp_v4_send_reset")
int BPF_KPROBE(reset4_enter, struct sock *sk, struct sk_buff *skb, __u32 reason)
{
	return ur_reset_enter(ctx, (__u64)sk, (__u64)skb, 4, reason);
}

SEC("fexit/tcp_v4_send_reset")
int BPF_PROG(reset4_exit, struct sock *sk, struct sk_buff *skb)
{
	return ur_reset_exit((__u64)sk, (__u64)skb);
}

SEC("kprobe/tcp_v6_send_reset")
int BPF_KPROBE(reset6_enter, struct sock *sk, struct sk_buff *skb, __u32 reason)
{
	return ur_reset_enter(ctx, (__u64)sk, (__u64)skb, 6, reason);
}

SEC("fexit/tcp_v6_send_reset")
int BPF_PROG(reset6_exit, struct sock *sk, struct sk_buff *skb)
{
	return ur_reset_exit((__u64)sk, (__u64)skb);
}

SEC("kprobe/tcp_send_active_reset")
int BPF_KPROBE(reset_active_enter, struct sock *sk, __u32 second, __u32 third)
{
	return ur_reset_enter(ctx, (__u64)sk, 0, 0, ur_active_reason_arg == 3 ? third : second);
}

SEC("fexit/tcp_send_active_reset")
int BPF_PROG(reset_active_exit, struct sock *sk)
{
	return ur_reset_exit((__u64)sk, 0);
}

/* Of all three, where fexit is not to be had. */
SEC("kretprobe")
int reset_exit_kret(struct pt_regs *ctx)
{
	return ur_reset_exit_return(ctx);
}
