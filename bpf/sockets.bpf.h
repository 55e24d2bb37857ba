/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sockets.bpf.h - the port's slot of the UDP socket table at the moment of the miss.
 *
 * struct udp_table.hash is keyed by namespace and port (udp_hashfn()), so one slot
 * holds every socket on the port in the namespace, whatever its address, besides
 * strangers. For each we note the first condition of compute_score() (net/ipv4/udp.c,
 * net/ipv6/udp.c) that fails for this packet.
 */
#include "bpf/packet.bpf.h"

#define UR_WALK_MAX        256 /* strangers passed over in one slot before the next socket */
#define UR_WALK_GAVE_UP    1
#define UR_SENDERS_MAX     8 /* sockets on the source port that are looked at */
#define UR_IPPROTO_UDPLITE 136
#define UR_TCP_ESTABLISHED 1 /* sk_state of a connected UDP socket, too */

static __always_inline bool ur_addr_is_zero(const __u8 *a)
{
	const __u64 *w = (const void *)a;

	return !(w[0] | w[1]);
}

static __always_inline bool ur_addr_same(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* udp_sk_bound_dev_eq() */
static __always_inline bool ur_device_fits(const struct ur_flow *f, __u32 bound)
{
	if (!bound)
		return !f->sdif || f->l3mdev_accept;
	return bound == f->dif || (f->sdif && bound == f->sdif);
}

/* compute_score() of IPv4: local and peer are the socket's IPv4 addresses, which an
 * IPv6 socket has too. */
static __always_inline __u8 ur_mismatch4(const struct ur_flow *f, const struct sock *sk,
					 const struct ur_sock *s)
{
	__u32 local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	__u32 peer = BPF_CORE_READ(sk, __sk_common.skc_daddr);

	if (s->family == UR_AF_INET6 && s->flags & UR_SK_V6ONLY)
		return UR_MM_FAMILY;
	if (local && local != *(const __u32 *)f->dst)
		return UR_MM_ADDRESS;
	if ((peer && peer != *(const __u32 *)f->src) || (s->peer_port && s->peer_port != f->sport))
		return UR_MM_PEER;
	return ur_device_fits(f, s->bound_ifindex) ? UR_MM_NONE : UR_MM_DEVICE;
}

static __always_inline __u8 ur_mismatch6(const struct ur_flow *f, const struct ur_sock *s)
{
	if (s->family != UR_AF_INET6)
		return UR_MM_FAMILY;
	if (!ur_addr_is_zero(s->local) && !ur_addr_same(s->local, f->dst))
		return UR_MM_ADDRESS;
	if ((s->peer_port && s->peer_port != f->sport) ||
	    (!ur_addr_is_zero(s->peer) && !ur_addr_same(s->peer, f->src)))
		return UR_MM_PEER;
	return ur_device_fits(f, s->bound_ifindex) ? UR_MM_NONE : UR_MM_DEVICE;
}

static __always_inline void ur_sock_addresses(struct ur_sock *s, const struct sock *sk)
{
	if (s->family == UR_AF_INET6) {
		BPF_CORE_READ_INTO(&s->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&s->peer, sk, __sk_common.skc_v6_daddr);
		if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only))
			s->flags |= UR_SK_V6ONLY;
	} else {
		*(__u32 *)s->local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)s->peer = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	}
	s->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	s->peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	s->bound_ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
}

/* Everything of @sk but how it fits. @s is zeroed first. */
static __always_inline void ur_sock_read(struct ur_sock *s, const struct sock *sk)
{
	const struct file *file = BPF_CORE_READ(sk, sk_socket, file);

	__builtin_memset(s, 0, sizeof(*s));
	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->proto = BPF_CORE_READ(sk, sk_protocol);
	ur_sock_addresses(s, sk);
	s->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	s->uid = BPF_CORE_READ(sk, sk_uid.val);
	if (file)
		s->inode = BPF_CORE_READ(file, f_inode, i_ino);
	else
		s->flags |= UR_SK_KERNEL;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport))
		s->flags |= UR_SK_REUSEPORT;
	if (BPF_CORE_READ(sk, sk_reuseport_cb, prog))
		s->flags |= UR_SK_BPF;
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == UR_TCP_ESTABLISHED)
		s->flags |= UR_SK_CONNECTED;
}

/* First node of @port's slot, 0 when the table is not known. */
static __always_inline __u64 ur_slot_first(const struct ur_flow *f, __u16 port)
{
	const struct net *net = f->net;
	const struct udp_table *table;
	__u64 slot;

	table = f->proto == UR_IPPROTO_UDPLITE ? (const void *)ur_udplite_table :
						 ur_udp_table_of(net);
	if (!table)
		return 0;
	slot = (port + BPF_CORE_READ(net, hash_mix)) & BPF_CORE_READ(table, mask);
	return (__u64)BPF_CORE_READ(table, hash) + slot * bpf_core_type_size(struct udp_hslot);
}

static __always_inline const struct sock *ur_node_sock(__u64 node)
{
	return (const void *)(node - bpf_core_field_offset(struct sock, __sk_common.skc_node));
}

/* The first socket on @port in @net from @node on, as its struct sock; 0 at the end of
 * the slot, UR_WALK_GAVE_UP when there were too many strangers before it. Kernel addresses
 * have the top bit set, the end of a list (NULL, or a nulls marker) has not. */
UR_GLOBAL __u64 ur_slot_next(__u64 node, __u64 net, __u32 port)
{
	for (int i = 0; i < UR_WALK_MAX; i++) {
		const struct sock *sk = ur_node_sock(node);

		if ((__s64)node >= 0)
			return 0;
		if (((__u32)BPF_CORE_READ(sk, __sk_common.skc_num) ^ port) == 0 &&
		    (__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net) == net)
			return (__u64)sk;
		node = ur_peek(__u64, node);
	}
	return UR_WALK_GAVE_UP;
}

static __always_inline __u64 ur_sock_after(__u64 sk)
{
	return ur_peek(__u64, sk + bpf_core_field_offset(struct sock, __sk_common.skc_node));
}

/* Note every socket on the packet's destination port in its namespace. */
static __noinline void ur_snapshot(struct ur_event *e, const struct ur_flow *f)
{
	__u64 slot = ur_slot_first(f, f->dport), sk;

	if (!slot)
		return;
	e->flags |= UR_EV_SOCKS;
	sk = ur_slot_next(ur_peek(__u64, slot), (__u64)f->net, f->dport);
	for (int i = 0; i < UR_SOCKS_MAX; i++) {
		struct ur_sock *s = &e->socks[i];

		if ((__s64)sk >= 0)
			break;
		ur_sock_read(s, (const struct sock *)sk);
		s->mismatch = f->family == 4 ? ur_mismatch4(f, (const struct sock *)sk, s) :
					       ur_mismatch6(f, s);
		e->nsocks = i + 1;
		sk = ur_slot_next(ur_sock_after(sk), (__u64)f->net, f->dport);
	}
	if (sk)
		e->flags |= UR_EV_SOCKS_PARTIAL;
}

/* The socket on this host that the packet came from: it is bound to the source address
 * and port, and not connected elsewhere. */
static __always_inline bool ur_is_sender(const struct ur_flow *f, const struct ur_sock *s)
{
	if (s->peer_port && s->peer_port != f->dport)
		return false;
	if (ur_addr_is_zero(s->local))
		return f->family == 4 || s->family == UR_AF_INET6;
	if (f->family == 4 && s->family == UR_AF_INET6) /* ::ffff:a.b.c.d */
		return *(const __u32 *)(s->local + 12) == *(const __u32 *)f->src;
	return s->family == (f->family == 4 ? UR_AF_INET : UR_AF_INET6) &&
	       ur_addr_same(s->local, f->src);
}

/* For a packet that came over loopback: who sent it. */
static __noinline void ur_sender_find(struct ur_event *e, const struct ur_flow *f)
{
	__u64 slot = ur_slot_first(f, f->sport), sk;

	if (!slot)
		return;
	sk = ur_slot_next(ur_peek(__u64, slot), (__u64)f->net, f->sport);
	for (int i = 0; i < UR_SENDERS_MAX; i++) {
		if ((__s64)sk >= 0)
			return;
		ur_sock_read(&e->sender, (const struct sock *)sk);
		if (ur_is_sender(f, &e->sender)) {
			e->flags |= UR_EV_SENDER;
			return;
		}
		sk = ur_slot_next(ur_sock_after(sk), (__u64)f->net, f->sport);
	}
}
