/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sockets.bpf.h - the port's slot of the UDP socket table at the moment of the miss.
 *
 * struct udp_table.hash is keyed by namespace and port (udp_hashfn()), so one slot
 * holds every socket on the port in the namespace, whatever its address, besides
 * strangers. For each we note the first condition of compute_score() (net/ipv4/udp.c,
 * net/ipv6/udp.c) that fails for this packet.
 */
#include "bpf/loop.bpf.h"
#include "bpf/match.bpf.h"

/* The verifier goes through a loop as often as the kernel may, but looks at a global function
 * once: long loops are loops of loops. */
#define UR_WALK_STRETCH    16
#define UR_WALK_MAX        (32 * UR_WALK_STRETCH) /* strangers before the next socket */
#define UR_WALK_GAVE_UP    1
#define UR_WALK_ON         1 /* a bit of a node's address: the walk goes on from there */
#define UR_PORT_STRETCH    32
#define UR_PORT_MAX        (32 * UR_PORT_STRETCH) /* sockets on the port that are looked at */
#define UR_MEMBERS_MAX     64 /* ...of those, the ones that can't be judged by their group */
#define UR_SENDERS_MAX     8  /* sockets on the source port that are looked at */
#define UR_TCP_ESTABLISHED 1  /* sk_state of a connected UDP socket, too */

/* The first bytes of a struct sock, fetched at once: most of what we want lies there, and
 * asking for each field costs as much. */
#define UR_SOCK_HEAD 136

struct ur_sock_head {
	__u8 raw[UR_SOCK_HEAD];
} __attribute__((aligned(8)));

#define UR_HEAD_OFF(field) bpf_core_field_offset(struct sock, __sk_common.field)
/* sock_common.@field of the head at @h, where the kernel keeps it within the head. */
#define UR_HEAD(h, T, field)     \
	(*(const T *)((h)->raw + \
		      (UR_HEAD_OFF(field) <= UR_SOCK_HEAD - sizeof(T) ? UR_HEAD_OFF(field) : 0)))

static __always_inline void ur_sock_addresses(struct ur_sock *s, const struct ur_sock_head *h)
{
	if (s->family == UR_AF_INET6) {
		__builtin_memcpy(s->local, &UR_HEAD(h, struct in6_addr, skc_v6_rcv_saddr), 16);
		__builtin_memcpy(s->peer, &UR_HEAD(h, struct in6_addr, skc_v6_daddr), 16);
	} else {
		*(__u32 *)s->local = UR_HEAD(h, __u32, skc_rcv_saddr);
		*(__u32 *)s->peer = UR_HEAD(h, __u32, skc_daddr);
	}
	s->port = UR_HEAD(h, __u16, skc_num);
	s->peer_port = bpf_ntohs(UR_HEAD(h, __u16, skc_dport));
	s->bound_ifindex = UR_HEAD(h, __u32, skc_bound_dev_if);
}

/* What a lookup looks at, and the bits that come along. @s is zeroed first. */
static __always_inline void ur_sock_read_key(struct ur_sock *s, const struct sock *sk)
{
	struct ur_sock_head h = {};

	__builtin_memset(s, 0, sizeof(*s));
	bpf_probe_read_kernel(&h, sizeof(h), sk);
	s->family = UR_HEAD(&h, __u16, skc_family);
	s->proto = BPF_CORE_READ(sk, sk_protocol);
	ur_sock_addresses(s, &h);
	s->cookie = UR_HEAD(&h, __u64, skc_cookie.counter);
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only))
		s->flags |= UR_SK_V6ONLY;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport))
		s->flags |= UR_SK_REUSEPORT;
	if (UR_HEAD(&h, __u8, skc_state) == UR_TCP_ESTABLISHED)
		s->flags |= UR_SK_CONNECTED;
}

/* Everything of @sk but how it fits. */
static __always_inline void ur_sock_read(struct ur_sock *s, const struct sock *sk)
{
	const struct udp_sock *up = (const void *)sk;
	const struct bpf_prog *prog = BPF_CORE_READ(sk, sk_reuseport_cb, prog);
	const struct file *file = BPF_CORE_READ(sk, sk_socket, file);

	ur_sock_read_key(s, sk);
	s->uid = BPF_CORE_READ(sk, sk_uid.val);
	if (file)
		s->inode = BPF_CORE_READ(file, f_inode, i_ino);
	else
		s->flags |= UR_SK_KERNEL;
	/* Classic filters and socket filters choose a socket or leave it to the hash; only
	 * this type can answer SK_DROP (reuseport_select_sock()). */
	if (prog && BPF_CORE_READ(prog, type) == BPF_PROG_TYPE_SK_REUSEPORT) {
		s->flags |= UR_SK_BPF;
		s->detail = BPF_CORE_READ(prog, aux, id);
	} else if (s->proto == IPPROTO_UDP) {
		s->detail = (__u64)BPF_CORE_READ(up, encap_rcv);
	}
}

/* First node of @port's slot, UR_WALK_GAVE_UP when the table is not known. */
static __always_inline __u64 ur_slot_first(const struct ur_flow *f, __u16 port)
{
	const struct net *net = (const void *)f->net;
	const struct udp_table *table;
	__u64 slot;

	table = f->proto == UR_IPPROTO_UDPLITE ? (const void *)ur_udplite_table :
						 ur_udp_table_of(net);
	if (!table)
		return UR_WALK_GAVE_UP;
	slot = (port + BPF_CORE_READ(net, hash_mix)) & BPF_CORE_READ(table, mask);
	slot = (__u64)BPF_CORE_READ(table, hash) + slot * bpf_core_type_size(struct udp_hslot);
	return ur_peek(__u64, slot);
}

static __always_inline const struct sock *ur_node_sock(__u64 node)
{
	return (const void *)(node - bpf_core_field_offset(struct sock, __sk_common.skc_node));
}

struct ur_slot_walk {
	__u64 node;
	__u64 net;
	__u64 found;
	__u32 port;
};

UR_STEP int ur_slot_step(__u32 i, void *ctx)
{
	struct ur_slot_walk *w = ctx;
	const struct sock *sk = ur_node_sock(w->node);

	if ((__s64)w->node >= 0)
		return 1;
	if (((__u32)BPF_CORE_READ(sk, __sk_common.skc_num) ^ w->port) == 0 &&
	    (__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net) == w->net) {
		w->found = (__u64)sk;
		return 1;
	}
	w->node = ur_peek(__u64, w->node);
	return 0;
}

/* The first socket on @port in @net from @node on, as its struct sock; 0 at the end of
 * the slot; when all were strangers, the next node with UR_WALK_ON. Kernel addresses have
 * the top bit set, the end of a list (NULL, or a nulls marker) has not. */
UR_STRETCH __u64 ur_slot_stretch(__u64 node, __u64 net, __u32 port)
{
	struct ur_slot_walk w = { .node = node, .net = net, .port = port };

	ur_loop(ur_stretch(UR_WALK_STRETCH, UR_WALK_MAX), ur_slot_step, &w);
	if (w.found || (__s64)w.node >= 0)
		return w.found;
	return w.node | UR_WALK_ON;
}

static __always_inline int ur_slot_next_step(__u32 i, void *ctx)
{
	struct ur_slot_walk *w = ctx;

	w->node = ur_slot_stretch(w->node, w->net, w->port);
	if (!(w->node & UR_WALK_ON)) {
		w->found = w->node;
		return 1;
	}
	w->node &= ~(__u64)UR_WALK_ON;
	return 0;
}

/* The same, UR_WALK_GAVE_UP when there were too many strangers. */
UR_GLOBAL __u64 ur_slot_next(__u64 node, __u64 net, __u32 port)
{
	struct ur_slot_walk w = { .node = node, .net = net, .port = port, .found = UR_WALK_GAVE_UP };

	ur_stretches(UR_WALK_MAX / UR_WALK_STRETCH, ur_slot_next_step, &w);
	return w.found;
}

static __always_inline __u64 ur_sock_after(__u64 sk)
{
	return ur_peek(__u64, sk + bpf_core_field_offset(struct sock, __sk_common.skc_node));
}

/* How far the kernel's tests came before one failed. */
static __always_inline __u64 ur_nearness(__u8 mismatch)
{
	switch (mismatch) {
	case UR_MM_NONE:
		return 5;
	case UR_MM_DEVICE:
		return 4;
	case UR_MM_PEER:
		return 3;
	case UR_MM_ADDRESS:
		return 2;
	default:
		return 1;
	}
}

/* A socket that the record has no room for: if it comes nearer than all that are there, it
 * goes in the place of the last. */
static __always_inline void ur_snapshot_nearer(struct ur_scratch *w, __u64 sk)
{
	struct ur_sock *s = &w->e.socks[UR_SOCKS_MAX - 1];

	if (ur_nearness(w->spare.mismatch) <= w->nearest)
		return;
	ur_sock_read(s, (const struct sock *)sk);
	s->mismatch = w->spare.mismatch;
	w->nearest = ur_nearness(s->mismatch);
}

/* Judge @sk, with @i in the record before it, and note it as far as there is room. Its
 * reuseport group when all members fail as it does: they were bound to one address in one
 * family (udp_reuseport_add_sock()), and only connect() changes that, from any. Otherwise 1. */
UR_GLOBAL __u64 ur_snapshot_one(__u64 key, __u64 sk, __u32 i)
{
	struct ur_scratch *w = ur_work_at(key);
	struct ur_sock *s;

	if (!w)
		return 1;
	if (i < UR_SOCKS_MAX) {
		s = &w->e.socks[i];
		ur_sock_read(s, (const struct sock *)sk);
		w->e.nsocks = i + 1;
	} else {
		s = &w->spare;
		ur_sock_read_key(s, (const struct sock *)sk);
	}
	s->mismatch = ur_mismatch(&w->flow, s);
	w->spare.mismatch = s->mismatch;
	if (i >= UR_SOCKS_MAX)
		ur_snapshot_nearer(w, sk);
	else if (ur_nearness(s->mismatch) > w->nearest)
		w->nearest = ur_nearness(s->mismatch);
	if (s->mismatch < UR_MM_MAX)
		w->e.sock_total[s->mismatch]++;
	if ((s->mismatch != UR_MM_ADDRESS && s->mismatch != UR_MM_FAMILY) || s->peer_port)
		return 1;
	return (__u64)BPF_CORE_READ((const struct sock *)sk, sk_reuseport_cb) ?: 1;
}

/* Count a socket that fails as the last one that was judged. */
static __always_inline bool ur_snapshot_alike(struct ur_scratch *w, __u64 sk)
{
	__u8 mismatch = w->spare.mismatch;

	if ((__u64)BPF_CORE_READ((const struct sock *)sk, sk_reuseport_cb) != w->group ||
	    mismatch >= UR_MM_MAX)
		return false;
	w->e.sock_total[mismatch]++;
	return true;
}

/* Sockets on one of the packet's ports, one after the other. */
struct ur_port_walk {
	struct ur_scratch *w;
	__u64 key;
	__u64 sk; /* the next one, as ur_slot_next() says it */
};

UR_STEP int ur_snapshot_step(__u32 i, void *ctx)
{
	struct ur_port_walk *walk = ctx;
	struct ur_scratch *w = walk->w;

	if ((__s64)walk->sk >= 0)
		return 1;
	if (w->e.nsocks < UR_SOCKS_MAX || !ur_snapshot_alike(w, walk->sk)) {
		if (++w->judged > UR_MEMBERS_MAX) {
			walk->sk = UR_WALK_GAVE_UP;
			return 1;
		}
		w->group = ur_snapshot_one(walk->key, walk->sk, w->e.nsocks);
	}
	walk->sk = ur_slot_next(ur_sock_after(walk->sk), w->flow.net, w->flow.dport);
	return 0;
}

/* Note @sk and those behind it; what is to come next, as ur_slot_next() says it. */
UR_STRETCH __u64 ur_snapshot_stretch(__u64 key, __u64 sk)
{
	struct ur_port_walk walk = { .w = ur_work_at(key), .key = key, .sk = sk };

	if (!walk.w)
		return 0;
	ur_loop(ur_stretch(UR_PORT_STRETCH, UR_PORT_MAX), ur_snapshot_step, &walk);
	return walk.sk;
}

static __always_inline int ur_snapshot_on(__u32 i, void *ctx)
{
	struct ur_port_walk *walk = ctx;

	if ((__s64)walk->sk >= 0)
		return 1;
	walk->sk = ur_snapshot_stretch(walk->key, walk->sk);
	return 0;
}

/* Note every socket on the packet's destination port in its namespace. */
UR_GLOBAL int ur_snapshot(__u64 key)
{
	struct ur_port_walk walk = { .w = ur_work_at(key), .key = key };
	struct ur_scratch *w = walk.w;

	if (!w)
		return 0;
	walk.sk = ur_slot_first(&w->flow, w->flow.dport);
	if (walk.sk == UR_WALK_GAVE_UP)
		return 0;
	w->e.flags |= UR_EV_SOCKS;
	w->group = 1;
	walk.sk = ur_slot_next(walk.sk, w->flow.net, w->flow.dport);
	ur_stretches(UR_PORT_MAX / UR_PORT_STRETCH, ur_snapshot_on, &walk);
	if (walk.sk)
		w->e.flags |= UR_EV_SOCKS_PARTIAL;
	return 0;
}

UR_STEP int ur_sender_step(__u32 i, void *ctx)
{
	struct ur_port_walk *walk = ctx;
	struct ur_scratch *w = walk->w;

	if ((__s64)walk->sk >= 0)
		return 1;
	ur_sock_read(&w->e.sender, (const struct sock *)walk->sk);
	if (ur_is_sender(&w->flow, &w->e.sender)) {
		w->e.flags |= UR_EV_SENDER;
		return 1;
	}
	walk->sk = ur_slot_next(ur_sock_after(walk->sk), w->flow.net, w->flow.sport);
	return 0;
}

/* For a packet that came over loopback: the socket on this host that it came from. */
UR_GLOBAL int ur_sender_find(__u64 key)
{
	struct ur_port_walk walk = { .w = ur_work_at(key), .key = key };
	struct ur_scratch *w = walk.w;

	if (!w)
		return 0;
	walk.sk = ur_slot_next(ur_slot_first(&w->flow, w->flow.sport), w->flow.net, w->flow.sport);
	ur_loop(UR_SENDERS_MAX, ur_sender_step, &walk);
	return 0;
}

/* The first of the programs that steer lookups in @net (SEC("sk_lookup")), by id. */
static __always_inline __u32 ur_sk_lookup_prog(const struct net *net)
{
	const __u32 which = bpf_core_enum_value(enum netns_bpf_attach_type, NETNS_BPF_SK_LOOKUP);
	const struct bpf_prog_array *progs;
	const struct bpf_prog *prog;

	ur_read(&progs, sizeof(progs), &net->bpf.run_array[which]);
	if (!progs)
		return 0;
	ur_read(&prog, sizeof(prog), &progs->items[0].prog);
	return BPF_CORE_READ(prog, aux, id);
}
