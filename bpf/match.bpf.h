/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* match.bpf.h - does a socket, open or remembered, take a packet? */
#include "bpf/frame.bpf.h"
#include "bpf/packet.bpf.h"

#define UR_TCP_LISTEN 10

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

/* Is the socket's address @a the IPv4 address @want, or any? An IPv6 socket has an IPv4
 * address when its own is :: or ::ffff:a.b.c.d (__inet6_bind()). */
static __always_inline bool ur_addr4_fits(const __u8 *a, __u8 family, __u32 want)
{
	const __u32 *w = (const void *)a;
	__u32 own = family == UR_AF_INET ? w[0] : w[3];

	if (family != UR_AF_INET && !ur_addr_is_zero(a) &&
	    (w[0] || w[1] || w[2] != bpf_htonl(0xffff)))
		return false;
	return !own || own == want;
}

/* compute_score() of IPv4. It asks for inet_daddr, which an IPv6 socket that was disconnected
 * has no more, while its skc_v6_daddr stays (__udp_disconnect()). */
static __always_inline __u8 ur_mismatch4(const struct ur_flow *f, const struct ur_sock *s)
{
	if (s->family == UR_AF_INET6 && s->flags & UR_SK_V6ONLY)
		return UR_MM_FAMILY;
	if (!ur_addr4_fits(s->local, s->family, *(const __u32 *)f->dst))
		return UR_MM_ADDRESS;
	if ((s->flags & UR_SK_CONNECTED &&
	     !ur_addr4_fits(s->peer, s->family, *(const __u32 *)f->src)) ||
	    (s->peer_port && s->peer_port != f->sport))
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

static __always_inline __u8 ur_mismatch(const struct ur_flow *f, const struct ur_sock *s)
{
	return f->family == 4 ? ur_mismatch4(f, s) : ur_mismatch6(f, s);
}

/* Is it the socket that sent the packet: bound to the source address and port, and not
 * connected elsewhere? */
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
