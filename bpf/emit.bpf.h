/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* emit.bpf.h - one record for one generated error: where it begins, and how it is sent.
 *
 * It is built in a scratch entry of its own, by functions that the verifier checks one by one
 * (they find it again by its key, since 5.10 passes no pointers to such functions), and only
 * what is filled of it goes to the ring. What takes long to verify is in record.bpf.c alone.
 */
#include "bpf/early.bpf.h"
#include "bpf/frame.bpf.h"

#define UR_ICMP_DEST_UNREACH   3
#define UR_ICMPV6_DEST_UNREACH 1

static __always_inline __u8 ur_unreach_type(__u8 family)
{
	return family == 4 ? UR_ICMP_DEST_UNREACH : UR_ICMPV6_DEST_UNREACH;
}

static __always_inline bool ur_wanted(const struct net *net)
{
	if (!ur_want_netns || BPF_CORE_READ(net, ns.inum) == ur_want_netns)
		return true;
	ur_count(UR_STAT_FILTERED);
	return false;
}

UR_GLOBAL int ur_fill_packet(__u64 key, __u64 packet, __u64 netns)
{
	const struct sk_buff *skb = (const void *)packet;
	const struct net *net = (const void *)netns;
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	struct ur_event *e = ur_scratch_at(key);

	if (!e)
		return 0;
	e->ts_ns = bpf_ktime_get_ns();
	e->cpu = bpf_get_smp_processor_id();
	e->netns_inum = BPF_CORE_READ(net, ns.inum);
	e->netns_cookie = ur_netns_cookie(net);
	e->iif = BPF_CORE_READ(skb, skb_iif);
	if (dev)
		BPF_CORE_READ_STR_INTO(&e->iifname, dev, name);
	ur_snap(e, skb);
	ur_nat_read(e, skb);
	e->early = ur_early(skb, e->family);
	return 0;
}

static __always_inline void ur_copy_frame(struct ur_event *e, const struct ur_frame *f)
{
	e->answer = UR_ANSWER_ICMP;
	e->family = f->family;
	e->type = f->type;
	e->code = f->code;
	e->origin = f->origin;
	e->caller = f->caller;
	e->nstack = f->nstack;
	e->route.mtu = f->mtu;
	for (int i = 0; i < UR_STACK_MAX; i++)
		e->stack[i] = f->stack[i];
}

/* Begin the record of window @f in scratch entry @key; f->built says whether there is one. */
static __always_inline struct ur_event *ur_record_begin(struct ur_frame *f, __u64 key, __u64 net,
							__u16 flags)
{
	struct ur_event *e;

	if (!ur_wanted((const struct net *)net)) {
		f->built = UR_BUILT_SKIP;
		return NULL;
	}
	e = ur_scratch_new(key);
	if (!e)
		return NULL;
	f->built = UR_BUILT_DONE;
	e->flags = flags;
	ur_copy_frame(e, f);
	ur_fill_packet(key, f->skb, net);
	return e;
}

/* Hand the record to the ring, as long as it is, and forget it. */
static __always_inline void ur_event_send(__u64 key, struct ur_event *e)
{
	__u64 n = e->nsocks;

	if (n > UR_SOCKS_MAX)
		n = UR_SOCKS_MAX;
	e->version = UR_EVENT_VERSION;
	e->len = offsetof(struct ur_event, socks) + n * sizeof(struct ur_sock);
	if (bpf_ringbuf_output(&events, e,
			       offsetof(struct ur_event, socks) + n * sizeof(struct ur_sock), 0))
		ur_count(UR_STAT_RING_FULL);
	else
		ur_count(UR_STAT_EMITTED);
	bpf_map_delete_elem(&scratch, &key);
}
