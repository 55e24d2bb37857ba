/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* made.bpf.h - which flows this kernel has refused a packet of lately, for errors that come
 * back to it: over loopback, or from one of its namespaces to another. Only with --received.
 */
#include "bpf/packet.bpf.h"

#define UR_MADE_MAX 2048
#define UR_MADE_NS  2000000000ULL /* no error is under way for so long inside one host */

/* Whose packet it was. Where it went may look otherwise there and here, after DNAT. */
struct ur_made_key {
	__u8 src[16];
	__u16 sport;
	__u8 proto;
	__u8 family;
	__u32 pad;
};

struct ur_made {
	__u64 ts_ns;
	__u32 netns_inum;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, UR_MADE_MAX);
	__type(key, struct ur_made_key);
	__type(value, struct ur_made);
} made __weak SEC(".maps");

static __always_inline void ur_made_key_of(struct ur_made_key *key, const struct ur_flow *f)
{
	const bool ports = f->proto == IPPROTO_UDP || f->proto == UR_IPPROTO_UDPLITE ||
			   f->proto == IPPROTO_TCP;

	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->src, f->src, sizeof(key->src));
	key->sport = ports ? f->sport : 0;
	key->proto = f->proto;
	key->family = f->family;
}

/* The packet @packet is refused here; @family 0: as it says itself. */
UR_GLOBAL int ur_made_note(__u64 packet, __u32 family)
{
	const struct sk_buff *skb = (const void *)packet;
	__u64 l3 = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
	struct ur_flow f = { .family = family ? family : ur_peek(__u8, l3) >> 4 };
	struct ur_made value = { .ts_ns = bpf_ktime_get_ns() };
	struct ur_made_key key;

	ur_flow_of(&f, skb);
	ur_made_key_of(&key, &f);
	value.netns_inum = BPF_CORE_READ(ur_skb_net(skb), ns.inum);
	bpf_map_update_elem(&made, &key, &value, BPF_ANY);
	return 0;
}

/* ...but not told so. */
UR_GLOBAL int ur_made_forget(__u64 packet, __u32 family)
{
	struct ur_flow f = { .family = family };
	struct ur_made_key key;

	ur_flow_of(&f, (const struct sk_buff *)packet);
	ur_made_key_of(&key, &f);
	bpf_map_delete_elem(&made, &key);
	return 0;
}
