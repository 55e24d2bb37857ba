/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* listeners.bpf.h - the TCP listeners on a port, whatever their addresses.
 *
 * The table of listeners is hashed by address and port from v5.19 on (cae3873c5b3a), so it
 * can't be asked for near misses. But no socket listens without a port of its own:
 * inet_hashinfo.bhash, hashed by namespace and port, has a bucket for the port, and the bucket
 * all sockets that are bound to it, the listeners among many connections perhaps. Since v6.8
 * (8191792c18c5) they hang in a bucket for each address below the port's.
 *
 * The kernel walks this under a lock, we do not, and what goes is used anew at once
 * (SLAB_TYPESAFE_BY_RCU). So a socket counts only if it says itself that it listens on the
 * port, and where a node was taken out of its list while we stood on it, the walk is not
 * complete, and says so.
 */
#include "bpf/sockets.bpf.h"

#define UR_BOUND_STRETCH 32
#define UR_BOUND_MAX     (64 * UR_BOUND_STRETCH) /* nodes of the lists that are looked at */

/* The node behind the one at @node. A list that is not as it should be ends the walk. */
static __always_inline __u64 ur_bound_after(struct ur_scratch *w, __u64 node)
{
	__u64 next = ur_peek(__u64, node);
	__u64 pprev = ur_peek(__u64, node + 8); /* hlist_node.pprev */

	if (!pprev || ur_peek(__u64, pprev) != node)
		w->walk.broken = 1;
	return next;
}

/* The first bucket of the slot that @port's is in. */
static __always_inline bool ur_bound_first(struct ur_scratch *w, __u16 port)
{
	const struct net *net = (const void *)w->flow.net;
	const struct inet_hashinfo *table;
	__u64 slot;

	if (!bpf_core_field_exists(net->ipv4.tcp_death_row.hashinfo))
		return false;
	table = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);
	if (!table)
		return false;
	slot = (port + BPF_CORE_READ(net, hash_mix)) & (BPF_CORE_READ(table, bhash_size) - 1);
	slot = (__u64)BPF_CORE_READ(table, bhash) +
	       slot * bpf_core_type_size(struct inet_bind_hashbucket);
	w->walk.port = port;
	w->walk.bucket =
		ur_peek(__u64, slot + bpf_core_field_offset(struct inet_bind_hashbucket, chain));
	w->walk.part = w->walk.sock = 0;
	w->walk.broken = 0;
	return true;
}

/* Enter the bucket at the cursor if it is the port's, and step behind it. */
static __always_inline void ur_bound_enter(struct ur_scratch *w)
{
	__u64 node = w->walk.bucket;
	const struct inet_bind_bucket *tb =
		(const void *)(node - bpf_core_field_offset(struct inet_bind_bucket, node));
	__u64 sockets = ur_bind_owners(tb);

	if ((__u64)BPF_CORE_READ(tb, ib_net.net) == w->flow.net &&
	    BPF_CORE_READ(tb, port) == w->walk.port) {
		if (sockets)
			w->walk.sock = ur_peek(__u64, sockets);
		else if (bpf_core_field_exists(tb->bhash2))
			w->walk.part = (__u64)BPF_CORE_READ(tb, bhash2.first);
	}
	w->walk.bucket = ur_bound_after(w, node);
}

static __always_inline void ur_bound_enter_part(struct ur_scratch *w)
{
	__u64 node = w->walk.part;
	const struct inet_bind2_bucket *tb2 =
		(const void *)(node - bpf_core_field_offset(struct inet_bind2_bucket, bhash_node));

	w->walk.sock = (__u64)BPF_CORE_READ(tb2, owners.first);
	w->walk.part = ur_bound_after(w, node);
}

/* Does @sk still listen, on the port of the walk, now that it was read? */
static __always_inline bool ur_still_listens(const struct ur_scratch *w, const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_state) == UR_TCP_LISTEN &&
	       BPF_CORE_READ(sk, __sk_common.skc_num) == w->walk.port &&
	       (__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net) == w->flow.net &&
	       BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP;
}

/* Judge the listener @listener and note it as far as there is room. */
UR_GLOBAL int ur_listener_one(__u64 key, __u64 listener)
{
	const struct sock *sk = (const void *)listener;
	struct ur_scratch *w = ur_work_at(key);
	struct ur_sock *s;
	__u64 i;

	if (!w)
		return 0;
	s = &w->spare;
	i = w->e.nsocks;
	if (i < UR_SOCKS_MAX) {
		asm volatile("%0 &= %1" : "+r"(i) : "i"(UR_SOCKS_MAX - 1)); /* on this register */
		s = &w->e.socks[i];
	}
	ur_sock_read(s, sk);
	if (!ur_still_listens(w, sk))
		return 0;
	s->mismatch = w->spare.mismatch = ur_mismatch(&w->flow, s);
	if (i < UR_SOCKS_MAX)
		w->e.nsocks = i + 1;
	else
		ur_snapshot_nearer(w, listener);
	if (ur_nearness(w->spare.mismatch) > w->nearest)
		w->nearest = ur_nearness(w->spare.mismatch);
	if (w->spare.mismatch < UR_MM_MAX)
		w->e.sock_total[w->spare.mismatch]++;
	return 0;
}

/* Look at the next node: @key's walk ends when it returns 0. */
UR_GLOBAL int ur_bound_step(__u64 key)
{
	struct ur_scratch *w = ur_work_at(key);
	__u64 node;

	if (!w || w->walk.broken)
		return 0;
	node = w->walk.sock;
	if ((__s64)node < 0) {
		w->walk.sock = ur_bound_after(w, node);
		node -= bpf_core_field_offset(struct sock, __sk_common.skc_bind_node);
		if (BPF_CORE_READ((const struct sock *)node, __sk_common.skc_state) ==
		    UR_TCP_LISTEN)
			ur_listener_one(key, node);
	} else if (ur_bind_parts() && (__s64)w->walk.part < 0) {
		ur_bound_enter_part(w);
	} else if ((__s64)w->walk.bucket < 0) {
		ur_bound_enter(w);
	} else {
		return 0;
	}
	return 1;
}

UR_GLOBAL int ur_bound_stretch(__u64 key)
{
	for (int i = 0; i < UR_BOUND_STRETCH; i++)
		if (!ur_bound_step(key))
			return 0;
	return 1;
}

/* Note every listener on the segment's destination port in its namespace. */
UR_GLOBAL int ur_listeners(__u64 key)
{
	struct ur_scratch *w = ur_work_at(key);
	int more = 1;

	if (!w || !ur_bound_first(w, w->flow.dport))
		return 0;
	w->e.flags |= UR_EV_SOCKS;
	for (int i = 0; i < UR_BOUND_MAX / UR_BOUND_STRETCH; i++) {
		more = ur_bound_stretch(key);
		if (!more)
			break;
	}
	if (more || w->walk.broken)
		w->e.flags |= UR_EV_SOCKS_PARTIAL;
	return 0;
}
