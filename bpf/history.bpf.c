/* SPDX-License-Identifier: GPL-2.0-only */
/* history.bpf.c - remember each UDP socket that ends: how it was, and who ended it; with
 * --tcp-reset also each TCP listener, but no connection.
 *
 * Hooked at udp_lib_unhash(), which takes a socket out of the table, and at
 * __udp_disconnect(), which forgets peer and device before it calls that. Packets never
 * pass either. This runs at each close of a UDP socket, so it counts its instructions:
 * with fentry every field is one load, while a kprobe must ask a helper for each.
 */
#include "bpf/history.bpf.h"
#include "bpf/notice.bpf.h"

#define UR_PF_EXITING         0x00000004 /* include/linux/sched.h */
#define UR_SOCK_BINDPORT_LOCK 8          /* include/net/sock.h */
#define UR_SOCK_DGRAM         2
#define UR_SHUTDOWN_MASK      3
#define UR_ECONNABORTED       103

/* One word of a kernel object: a load where @typed is the verifier's own pointer. */
#define UR_LOAD(typed, p, field) ((typed) ? (p)->field : BPF_CORE_READ(p, field))
#define UR_LOAD_BITS(typed, p, field) \
	((typed) ? BPF_CORE_READ_BITFIELD(p, field) : BPF_CORE_READ_BITFIELD_PROBED(p, field))

/* The same where the field is a pointer. The verifier looks through all of the kernel's types
 * several times for each that is taken from an object it trusts, so that is taken as if it did
 * not: the load costs a test more. */
#ifdef UR_RDONLY_CAST
#define UR_FOLLOW(typed, p, type, field) \
	((typed) ? ((typeof(p))bpf_rdonly_cast(p, type))->field : BPF_CORE_READ(p, field))
#else
#define UR_FOLLOW(typed, p, type, field) UR_LOAD(typed, p, field)
#endif

/* 16 bytes of a kernel object. */
static __always_inline void ur_load_address(const bool typed, __u8 *dst, const void *src)
{
	if (typed) {
		((__u64 *)dst)[0] = ((const __u64 *)src)[0];
		((__u64 *)dst)[1] = ((const __u64 *)src)[1];
	} else {
		ur_read(dst, 16, src);
	}
}

/* Remember the name of the task's cgroup under @id. Where the words of a read are not
 * guarded one by one, it may fail at the end of a page: then it is read to the name's end. */
static __always_inline void ur_cgroup_name(struct ur_cgroup *slot, __u64 id)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const char *name = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, name);

	slot->id = 0;
	if (UR_READS_WORDS(sizeof(slot->name)))
		ur_read(slot->name, sizeof(slot->name), name);
	else if (bpf_probe_read_kernel(slot->name, sizeof(slot->name), name))
		bpf_probe_read_kernel_str(slot->name, sizeof(slot->name), name);
	slot->id = id;
}

static __always_inline __u64 ur_cgroup_note(void)
{
	__u64 id = bpf_get_current_cgroup_id();
	struct ur_cgroup *slot = ur_cgroup_at(id);

	if (slot && slot->id != id)
		ur_cgroup_name(slot, id);
	return id;
}

static __always_inline void ur_ended_by(struct ur_closed *c, const struct task_struct *task,
					const bool typed)
{
	const struct signal_struct *signal;
	const struct task_struct *leader;
	__u32 flags = UR_LOAD(typed, task, flags);

	c->exit_code = 0;
	if (flags & UR_PF_KTHREAD) {
		c->flags |= UR_CL_KERNEL;
		c->tgid = 0;
		c->comm[0] = 0;
		c->cgroup_id = 0;
		return;
	}
	c->tgid = UR_LOAD(typed, task, tgid);
	if (UR_LOAD(typed, task, pid) == (int)c->tgid) { /* itself the leader: most are */
		ur_load_address(typed, (__u8 *)c->comm, &task->comm);
	} else {
		leader = UR_FOLLOW(typed, task, ur_id_of(task_struct), group_leader);
		ur_load_address(typed, (__u8 *)c->comm, &leader->comm);
	}
	c->cgroup_id = ur_cgroup_note();
	if (!(flags & UR_PF_EXITING) || c->how != UR_END_CLOSE)
		return;
	c->how = UR_END_EXIT;
	c->exit_code = UR_LOAD(typed, task, exit_code);
	signal = UR_FOLLOW(typed, task, ur_id_of(task_struct), signal);
	if (UR_LOAD(typed, signal, oom_mm))
		c->flags |= UR_CL_OOM;
}

/* @ports: skc_portpair, the peer's in network byte order and the own. */
static __always_inline void ur_ended_sock(struct ur_sock *s, const struct sock *sk, __u32 ports,
					  const bool typed)
{
	const struct socket *socket = UR_FOLLOW(typed, sk, ur_id_of(sock), sk_socket);
	const struct udp_sock *up = (const void *)sk;
	__u64 addresses;

	s->family = UR_LOAD(typed, sk, __sk_common.skc_family);
	s->proto = UR_LOAD(typed, sk, sk_protocol);
	s->port = ((const __u16 *)&ports)[1];
	s->peer_port = bpf_ntohs(((const __u16 *)&ports)[0]);
	s->bound_ifindex = UR_LOAD(typed, sk, __sk_common.skc_bound_dev_if);
	s->uid = UR_LOAD(typed, sk, sk_uid.val);
	if (s->family == UR_AF_INET6) {
		ur_load_address(typed, s->local, &sk->__sk_common.skc_v6_rcv_saddr);
		ur_load_address(typed, s->peer, &sk->__sk_common.skc_v6_daddr);
		if (UR_LOAD_BITS(typed, sk, __sk_common.skc_ipv6only))
			s->flags |= UR_SK_V6ONLY;
	} else {
		addresses = UR_LOAD(typed, sk, __sk_common.skc_addrpair);
		*(__u32 *)s->peer = ((const __u32 *)&addresses)[0];
		*(__u32 *)s->local = ((const __u32 *)&addresses)[1];
	}
	if (UR_LOAD(typed, sk, __sk_common.skc_state) == 1) /* TCP_ESTABLISHED: connected */
		s->flags |= UR_SK_CONNECTED;
	if (!UR_LOAD(typed, socket, file)) {
		s->flags |= UR_SK_KERNEL;
		if (s->proto == IPPROTO_UDP)
			s->detail = (__u64)BPF_CORE_READ(up, encap_rcv);
	}
}

/* Of sockets with the same key: did both fit the same packets? */
static __always_inline bool ur_same_place(const struct ur_sock *a, const struct ur_sock *b)
{
	return a->peer_port == b->peer_port && a->family == b->family &&
	       a->bound_ifindex == b->bound_ifindex && !((a->flags ^ b->flags) & UR_SK_V6ONLY) &&
	       ur_addr_same(a->local, b->local) && ur_addr_same(a->peer, b->peer);
}

/* The way of @set that has an earlier socket in the place of @sk, now as @now; or
 * UR_HISTORY_WAYS. -1 when its own end is there already, as the disconnect that leads to this
 * unhash left it. */
static __always_inline __s64 ur_history_way(struct ur_history_set *set, __u64 key, __u64 sk,
					    const struct ur_sock *now)
{
	__s64 found = UR_HISTORY_WAYS;

#pragma unroll
	for (__u64 i = 0; i < UR_HISTORY_WAYS; i++) {
		if (set->key[i] != key)
			continue;
		if (set->way[i].leaving == sk) {
			set->way[i].leaving = 0;
			return -1;
		}
		if (ur_same_place(&set->way[i].closed.sk, now))
			found = i;
	}
	return found;
}

/* The next way in turn: what is there is forgotten. */
static __always_inline __u64 ur_history_evict(struct ur_history_set *set)
{
	__u64 way = set->next++ % UR_HISTORY_WAYS;

	if (set->way[way].closed.ts_ns > set->evicted_ns)
		set->evicted_ns = set->way[way].closed.ts_ns;
	return way;
}

/* Does an end of this kind pass another of our hooks, later? */
static __always_inline bool ur_comes_again(__u8 proto, __u8 how)
{
	return how == UR_END_ABORT || (how == UR_END_DISCONNECT && proto != IPPROTO_TCP);
}

/* Note the end of @sk in @set, which no other writer is at. */
static __always_inline void ur_history_write(struct ur_history_set *set, const struct sock *sk,
					     __u32 inum, __u32 ports, __u8 how, __u8 flags,
					     const bool typed)
{
	const struct net *net = UR_FOLLOW(typed, sk, ur_id_of(sock), __sk_common.skc_net.net);
	__u64 cookie = typed ? ur_netns_cookie_typed(net) : ur_netns_cookie(net);
	struct ur_sock now = {};
	struct ur_closed *c;
	__u32 version;
	__u64 key, way;
	__s64 found;

	ur_ended_sock(&now, sk, ports, typed);
	key = ur_history_key(inum, now.proto, now.port);
	found = ur_history_way(set, key, (__u64)sk, &now);
	if (found < 0)
		return;
	way = found < UR_HISTORY_WAYS ? (__u64)found : ur_history_evict(set);
	asm volatile("%0 &= %1" : "+r"(way) : "i"(UR_HISTORY_WAYS - 1));
	c = &set->way[way].closed;
	version = set->version;
	*(volatile __u32 *)&set->version = version + 1;
	if (found == UR_HISTORY_WAYS) {
		set->way[way].cookie = cookie;
		set->key[way] = key;
		c->sk = now;
		c->times = 0;
	} else { /* in the same place: this may still differ */
		c->sk.uid = now.uid;
		c->sk.flags = now.flags;
		c->sk.detail = now.detail;
		if (!ur_same_netns(set->way[way].cookie, cookie) ||
		    (ur_cookies_are_lazy() && c->ts_ns <= ur_net_ended(inum)))
			c->times = 0;
		set->way[way].cookie = cookie;
	}
	set->way[way].leaving = ur_comes_again(now.proto, how) ? (__u64)sk : 0;
	c->how = how;
	c->flags = flags;
	c->times += c->times < 0xffff;
	if (typed && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		ur_ended_by(c, bpf_get_current_task_btf(), true);
	else
		ur_ended_by(c, (const void *)bpf_get_current_task(), false);
	c->ts_ns = bpf_ktime_get_ns();
	*(volatile __u32 *)&set->version = version + 2;
}

static __always_inline int ur_history_note(const struct sock *sk, __u32 ports, __u8 how, bool bound,
					   const bool typed)
{
	const struct net *net = UR_FOLLOW(typed, sk, ur_id_of(sock), __sk_common.skc_net.net);
	__u32 inum = UR_LOAD(typed, net, ns.inum);
	__u16 port = ((const __u16 *)&ports)[1];
	struct ur_history_set *set = ur_history_at(ur_history_index(inum, port, bound));

	if (!set || !port ||
	    (ur_want_netns && inum != ur_want_netns)) /* no port: not in the table */
		return 0;
	__sync_fetch_and_add(&set->busy, 1);
	if (*(volatile __u32 *)&set->busy == 1) {
		ur_history_write(set, sk, inum, ports, how, bound ? UR_CL_BOUND : 0, typed);
	} else {
		set->evicted_ns = bpf_ktime_get_ns();
		ur_count(UR_STAT_HISTORY_LOST);
	}
	__sync_fetch_and_add(&set->busy, -1);
	return 0;
}

static __always_inline int ur_history_put(const struct sock *sk, __u8 how, const bool typed)
{
	__u32 ports = UR_LOAD(typed, sk, __sk_common.skc_portpair);
	bool bound = UR_LOAD_BITS(typed, sk, sk_userlocks) & UR_SOCK_BINDPORT_LOCK;

	if (how >= UR_END_DISCONNECT && bound) /* a port that stays: no end */
		return 0;
	return ur_history_note(sk, ports, how, bound, typed);
}

/* A TCP listener ends. A port that the kernel chose is given back by then (tcp_set_state()), but
 * for what is left of it in inet_sport. */
static __always_inline int ur_history_listener(const struct sock *sk, __u8 how, const bool typed)
{
	const struct inet_sock *inet = (const void *)sk;
	__u32 ports = UR_LOAD(typed, sk, __sk_common.skc_portpair);
	bool bound = UR_LOAD_BITS(typed, sk, sk_userlocks) & UR_SOCK_BINDPORT_LOCK;

	if (UR_LOAD(typed, sk, sk_protocol) != IPPROTO_TCP) /* DCCP has listeners, too */
		return 0;
	if (!((const __u16 *)&ports)[1])
		((__u16 *)&ports)[1] = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	return ur_history_note(sk, ports, how, bound, typed);
}

/* __tcp_close() has shut both directions by now, tcp_disconnect() has not: a listener that is
 * shut down for reading, or connected to AF_UNSPEC. */
static __always_inline int ur_listener_stop(const struct sock *sk, const bool typed)
{
	bool closed = UR_LOAD(typed, sk, sk_shutdown) == UR_SHUTDOWN_MASK;

	return ur_history_listener(sk, closed ? UR_END_CLOSE : UR_END_DISCONNECT, typed);
}

static __always_inline int ur_listener_abort(const struct sock *sk, const bool typed)
{
	if (UR_LOAD(typed, sk, __sk_common.skc_state) != UR_TCP_LISTEN)
		return 0;
	return ur_history_listener(sk, UR_END_ABORT, typed);
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

SEC("fentry/inet_csk_listen_stop")
int BPF_PROG(listener_end, struct sock *sk)
{
	return ur_listener_stop(sk, true);
}

SEC("kprobe/inet_csk_listen_stop")
int BPF_KPROBE(listener_end_kprobe, struct sock *sk)
{
	return ur_listener_stop(sk, false);
}

SEC("fentry/tcp_abort")
int BPF_PROG(listener_abort, struct sock *sk)
{
	return ur_listener_abort(sk, true);
}

SEC("kprobe/tcp_abort")
int BPF_KPROBE(listener_abort_kprobe, struct sock *sk)
{
	return ur_listener_abort(sk, false);
}

static __always_inline int ur_net_end(const struct net *net)
{
	__u32 inum = BPF_CORE_READ(net, ns.inum);
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&ended_nets, &inum, &now, BPF_ANY);
	__sync_fetch_and_add(&ur_nets_ended, 1);
	if (ur_notice_netns(UR_NOTICE_NETNS_END, net))
		ur_count(UR_STAT_NETNS_LOST);
	return 0;
}

SEC("fentry/net_ns_net_exit")
int BPF_PROG(net_end, struct net *net)
{
	return ur_net_end(net);
}

SEC("kprobe/net_ns_net_exit")
int BPF_KPROBE(net_end_kprobe, struct net *net)
{
	return ur_net_end(net);
}
