/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* reset.bpf.h - a TCP reset begins: is it like others just now, or does it get a record? */
#include "bpf/count.bpf.h"

#define UR_TCP_TIME_WAIT    6
#define UR_TCP_NEW_SYN_RECV 12
#define UR_TCP_OPENING      0x13 /* FIN, SYN and ACK of a segment's flags */

static __always_inline bool ur_is_full(__u8 state)
{
	return state && state != UR_TCP_TIME_WAIT && state != UR_TCP_NEW_SYN_RECV;
}

static __always_inline __u8 ur_sock_state(const struct sock *sk)
{
	return sk ? BPF_CORE_READ(sk, __sk_common.skc_state) : 0;
}

static __always_inline __u8 ur_family_of(const struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family) == UR_AF_INET ? 4 : 6;
}

static __always_inline __u64 ur_tcp_header(const struct sk_buff *skb)
{
	return (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, transport_header);
}

/* Addresses and port of a reset that answers none: those of the socket that sends it. */
static __always_inline __u64 ur_count_socket(struct ur_kind_key *key, const struct sock *sk)
{
	const struct inet_sock *inet = (const void *)sk;
	__u64 w[4] = {}, sum = ur_seed;

	key->proto = IPPROTO_TCP;
	key->dport = BPF_CORE_READ(sk, __sk_common.skc_num);
	if (!key->dport) /* given back when its state became TCP_CLOSE */
		key->dport = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
	if (key->family == 4)
		return ur_hash_step(sum, BPF_CORE_READ(sk, __sk_common.skc_addrpair));
	BPF_CORE_READ_INTO((struct in6_addr *)&w[0], sk, __sk_common.skc_v6_daddr);
	BPF_CORE_READ_INTO((struct in6_addr *)&w[2], sk, __sk_common.skc_v6_rcv_saddr);
	for (int i = 0; i < 4; i++)
		sum = ur_hash_step(sum, w[i]);
	return sum;
}

/* The same of one that answers @skb. */
static __always_inline __u64 ur_count_segment(struct ur_kind_key *key, const struct sk_buff *skb)
{
	__u64 id = ur_count_packet(key, skb);

	if (key->proto != IPPROTO_TCP) { /* behind extension headers */
		key->proto = IPPROTO_TCP;
		key->dport = bpf_ntohs(ur_peek(__u16, ur_tcp_header(skb) + 2));
	}
	return id;
}

/* What else the verdict goes by: flags of the segment, state and settings of the socket. */
static __always_inline __u32 ur_reset_looks(const struct sock *sk, const struct sk_buff *skb)
{
	__u32 state = ur_sock_state(sk), looks = state;

	if (skb)
		looks |= (ur_peek(__u8, ur_tcp_header(skb) + 13) & UR_TCP_OPENING) << 8;
	if (!ur_is_full(state))
		return looks;
	looks |= (BPF_CORE_READ(sk, sk_shutdown) & 3) << 13;
	if (!skb && BPF_CORE_READ((const struct tcp_sock *)sk, linger2) < 0)
		looks |= 1 << 15;
	return looks;
}

/* Find out where the reset @f is counted, in @net: 1 when it gets a record. */
static __always_inline int ur_count_reset(struct ur_frame *f, const struct net *net)
{
	const struct sk_buff *skb = (const void *)f->skb;
	const struct sock *sk = (const void *)f->obj;
	__u64 rule = sk ? f->caller : 0, id;
	__u32 looks = ur_reset_looks(sk, skb) | (__u32)f->regs << 16;
	struct ur_kind_key key = { .rule = rule,
				   .generation = looks,
				   .origin = f->origin,
				   .answer = UR_ANSWER_RST,
				   .family = f->family ?: ur_family_of(sk) };

	id = skb ? ur_count_segment(&key, skb) : ur_count_socket(&key, sk);
	return ur_count_key(f, net, &key, id, ur_count_what(UR_ANSWER_RST, key.family, 0, 0), rule,
			    looks, skb, UR_ORIGIN_TCP_MISS);
}

/* The same for the innermost frame, verified once, with a stack of its own. */
UR_GLOBAL int ur_count_reset_begin(__u64 net)
{
	struct ur_frame *f = ur_frame_below(0);

	return f ? ur_count_reset(f, (const struct net *)net) : 1;
}
