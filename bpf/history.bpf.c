/* SPDX-License-Identifier: GPL-2.0-only */
/* history.bpf.c - remember each UDP socket that ends: how it was, and who ended it.
 *
 * Hooked at udp_lib_unhash(), which takes a socket out of the table, and at
 * __udp_disconnect(), which forgets peer and device before it calls that. Packets never
 * pass either. This runs at each close of a UDP socket, so it counts its instructions:
 * with fentry every field is one load, while a kprobe must ask a helper for each.
 */
#include "bpf/history.bpf.h"

#define UR_PF_EXITING         0x00000004 /* include/linux/sched.h */
#define UR_PF_KTHREAD         0x00200000
#define UR_SOCK_BINDPORT_LOCK 8 /* include/net/sock.h */
#define UR_SOCK_DGRAM         2
#define UR_ECONNABORTED       103

/* One word of a kernel object: a load where @typed is the verifier's own pointer. */
#define UR_LOAD(typed, p, field) ((typed) ? (p)->field : BPF_CORE_READ(p, field))
#define UR_LOAD_BITS(typed, p, field) \
	((typed) ? BPF_CORE_READ_BITFIELD(p, field) : BPF_CORE_READ_BITFIELD_PROBED(p, field))

/* The name of the innermost cgroup. Longer reads than the name fail at the end of a page,
 * and a read to its end takes ten times as long: that is for this case only. */
static __always_inline void ur_cgroup_name(struct ur_closed *c, const struct task_struct *task,
					   const bool typed)
{
	const struct css_set *set = UR_LOAD(typed, task, cgroups);
	const struct cgroup *group = UR_LOAD(typed, set, dfl_cgrp);
	const struct kernfs_node *kn = UR_LOAD(typed, group, kn);
	const char *name = UR_LOAD(typed, kn, name);

	if (bpf_probe_read_kernel(c->cgroup, sizeof(c->cgroup), name))
		bpf_probe_read_kernel_str(c->cgroup, sizeof(c->cgroup), name);
}

static __always_inline void ur_ended_by(struct ur_closed *c, const struct task_struct *task,
					const bool typed)
{
	const struct task_struct *leader = UR_LOAD(typed, task, group_leader);
	const struct signal_struct *signal;
	__u32 flags = UR_LOAD(typed, task, flags);

	if (flags & UR_PF_KTHREAD) {
		c->flags |= UR_CL_KERNEL;
		return;
	}
	c->tgid = bpf_get_current_pid_tgid() >> 32;
	ur_read(c->comm, sizeof(c->comm), &leader->comm);
	ur_cgroup_name(c, task, typed);
	if (!(flags & UR_PF_EXITING) || c->how != UR_END_CLOSE)
		return;
	c->how = UR_END_EXIT;
	c->exit_code = UR_LOAD(typed, task, exit_code);
	signal = UR_LOAD(typed, task, signal);
	if (UR_LOAD(typed, signal, oom_mm))
		c->flags |= UR_CL_OOM;
}

static __always_inline void ur_ended_sock(struct ur_sock *s, const struct sock *sk,
					  const bool typed)
{
	const struct socket *socket = UR_LOAD(typed, sk, sk_socket);
	const struct udp_sock *up = (const void *)sk;

	s->family = UR_LOAD(typed, sk, __sk_common.skc_family);
	s->proto = UR_LOAD(typed, sk, sk_protocol);
	s->port = UR_LOAD(typed, sk, __sk_common.skc_num);
	s->peer_port = bpf_ntohs(UR_LOAD(typed, sk, __sk_common.skc_dport));
	s->bound_ifindex = UR_LOAD(typed, sk, __sk_common.skc_bound_dev_if);
	s->uid = UR_LOAD(typed, sk, sk_uid.val);
	s->cookie = UR_LOAD(typed, sk, __sk_common.skc_cookie.counter);
	if (s->family == UR_AF_INET6) {
		ur_read(s->local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		ur_read(s->peer, 16, &sk->__sk_common.skc_v6_daddr);
		if (UR_LOAD_BITS(typed, sk, __sk_common.skc_ipv6only))
			s->flags |= UR_SK_V6ONLY;
	} else {
		*(__u32 *)s->local = UR_LOAD(typed, sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)s->peer = UR_LOAD(typed, sk, __sk_common.skc_daddr);
	}
	if (UR_LOAD(typed, sk, __sk_common.skc_state) == 1) /* TCP_ESTABLISHED: connected */
		s->flags |= UR_SK_CONNECTED;
	if (!UR_LOAD(typed, socket, file)) {
		s->flags |= UR_SK_KERNEL;
		if (s->proto == IPPROTO_UDP)
			s->detail = (__u64)BPF_CORE_READ(up, encap_rcv);
	}
}

/* The way of @set that the end of @sk, in @now, goes to; UR_HISTORY_WAYS when it is there
 * already, as the disconnect that leads to this unhash left it. */
static __always_inline __u32 ur_history_way(struct ur_history_set *set, __u32 inum, __u64 sk,
					    const struct ur_sock *now)
{
	__u64 oldest = -1ULL;
	__u32 way = 0;

	for (__u32 i = 0; i < UR_HISTORY_WAYS; i++) {
		const struct ur_sock *s = &set->way[i].closed.sk;
		__u64 age = set->way[i].closed.ts_ns;

		if (set->way[i].inum == inum && s->port == now->port) {
			if (set->way[i].sk == sk && set->way[i].unhash_follows) {
				set->way[i].unhash_follows = 0;
				return UR_HISTORY_WAYS;
			}
			if (s->peer_port == now->peer_port && s->proto == now->proto &&
			    ur_addr_same(s->local, now->local) && ur_addr_same(s->peer, now->peer))
				age = 0;
		}
		if (age < oldest) {
			oldest = age;
			way = i;
		}
	}
	return way;
}

static __always_inline void ur_history_write(struct ur_history_set *set, __u64 sk,
					     const struct ur_closed *now, __u32 inum, __u64 cookie)
{
	__u64 way = ur_history_way(set, inum, sk, &now->sk);
	struct ur_closed *c;
	bool same;
	__u16 times;

	if (way >= UR_HISTORY_WAYS)
		return;
	asm volatile("%0 &= %1" : "+r"(way) : "i"(UR_HISTORY_WAYS - 1));
	c = &set->way[way].closed;
	same = set->way[way].inum == inum && c->sk.port == now->sk.port &&
	       c->sk.proto == now->sk.proto && ur_addr_same(c->sk.local, now->sk.local);
	times = same && c->times < 0xffff ? c->times : 0;
	if (!same && c->ts_ns > set->evicted_ns)
		set->evicted_ns = c->ts_ns;
	*(volatile __u32 *)&set->version += 1;
	set->way[way].sk = sk;
	set->way[way].cookie = cookie;
	set->way[way].inum = inum;
	set->way[way].unhash_follows = now->how >= UR_END_DISCONNECT;
	*c = *now;
	c->times = times + 1;
	*(volatile __u32 *)&set->version += 1;
}

static __always_inline int ur_history_put(const struct sock *sk, __u8 how, const bool typed)
{
	const struct net *net = UR_LOAD(typed, sk, __sk_common.skc_net.net);
	__u32 inum = UR_LOAD(typed, net, ns.inum);
	__u16 port = UR_LOAD(typed, sk, __sk_common.skc_num);
	bool bound = UR_LOAD_BITS(typed, sk, sk_userlocks) & UR_SOCK_BINDPORT_LOCK;
	struct ur_history_set *set = ur_history_at(ur_history_index(inum, port, bound));
	struct ur_closed now = {};

	/* No port: not in the table. A port that stays: no end. */
	if (!set || !port || !ur_history_start || (ur_want_netns && inum != ur_want_netns) ||
	    (how >= UR_END_DISCONNECT && bound))
		return 0;
	now.how = how;
	now.flags = bound ? UR_CL_BOUND : 0;
	now.ts_ns = bpf_ktime_get_ns();
	ur_ended_sock(&now.sk, sk, typed);
	if (typed && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		ur_ended_by(&now, bpf_get_current_task_btf(), true);
	else
		ur_ended_by(&now, (const void *)bpf_get_current_task(), false);
	__sync_fetch_and_add(&set->busy, 1);
	if (*(volatile __u32 *)&set->busy == 1) {
		ur_history_write(set, (__u64)sk, &now, inum,
				 typed ? ur_netns_cookie_typed(net) : ur_netns_cookie(net));
	} else {
		set->evicted_ns = now.ts_ns;
		ur_count(UR_STAT_HISTORY_LOST);
	}
	__sync_fetch_and_add(&set->busy, -1);
	return 0;
}

/* Raw and ping sockets pass here, too, and so does udp_abort(), which sets sk_err first. */
static __always_inline int ur_history_leave(const struct sock *sk, const bool typed)
{
	__u16 proto = UR_LOAD(typed, sk, sk_protocol);
	bool aborted = UR_LOAD(typed, sk, sk_err) == UR_ECONNABORTED;

	if ((proto != IPPROTO_UDP && proto != UR_IPPROTO_UDPLITE) ||
	    UR_LOAD(typed, sk, sk_type) != UR_SOCK_DGRAM)
		return 0;
	return ur_history_put(sk, aborted ? UR_END_ABORT : UR_END_DISCONNECT, typed);
}

SEC("fentry/udp_lib_unhash")
int BPF_PROG(udp_end, struct sock *sk)
{
	return ur_history_put(sk, UR_END_CLOSE, true);
}

SEC("kprobe/udp_lib_unhash")
int BPF_KPROBE(udp_end_kprobe, struct sock *sk)
{
	return ur_history_put(sk, UR_END_CLOSE, false);
}

SEC("fentry/__udp_disconnect")
int BPF_PROG(udp_leave, struct sock *sk)
{
	return ur_history_leave(sk, true);
}

SEC("kprobe/__udp_disconnect")
int BPF_KPROBE(udp_leave_kprobe, struct sock *sk)
{
	return ur_history_leave(sk, false);
}

static __always_inline int ur_net_end(const struct net *net)
{
	__u32 inum = BPF_CORE_READ(net, ns.inum);
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&ended_nets, &inum, &now, BPF_ANY);
	return 0;
}

SEC("fentry/__put_net")
int BPF_PROG(net_end, struct net *net)
{
	return ur_net_end(net);
}

SEC("kprobe/__put_net")
int BPF_KPROBE(net_end_kprobe, struct net *net)
{
	return ur_net_end(net);
}
