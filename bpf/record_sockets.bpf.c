/* SPDX-License-Identifier: GPL-2.0-only */
/* record_sockets.bpf.c - the sockets that a refused packet has to do with. The record is done
 * then: that of a claim is sent from here, that of a window by its exit.
 */
#include "bpf/answer.bpf.h"
#include "bpf/claim.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/history.bpf.h"
#include "bpf/sockets.bpf.h"

/* Who else has to do with the packet: sockets on its port, now and before, and a sender on
 * this host. */
UR_GLOBAL int ur_fill_sockets(__u64 key, __u64 packet, __u64 netns)
{
	struct ur_scratch *w = ur_work_at(key);
	struct ur_flow *f;

	if (!w)
		return 0;
	f = &w->flow;
	f->net = netns;
	ur_flow_read(f, (const struct sk_buff *)packet, w->e.family);
	w->e.sdif = f->sdif;
	if (w->e.origin == UR_ORIGIN_UDP_MISS && f->proto != UR_IPPROTO_UDPLITE)
		f->proto = IPPROTO_UDP;
	if (f->proto != IPPROTO_UDP && f->proto != UR_IPPROTO_UDPLITE)
		return 0;
	if (w->e.origin == UR_ORIGIN_UDP_MISS || w->e.rule.hook != UR_NF_INET_LOCAL_OUT) {
		ur_snapshot(key);
		w->e.sk_lookup_prog = ur_sk_lookup_prog((const struct net *)netns);
	}
	if (w->e.origin == UR_ORIGIN_UDP_MISS)
		ur_history_find(key);
	if (f->loopback)
		ur_sender_find(key);
	return 0;
}

/* The last of claim @f, which lies on top at @depth. */
static __always_inline void ur_end_claim(const struct ur_frame *f, __u32 depth)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 key = ur_scratch_key(depth);
	struct ur_event *e = ur_scratch_at(key);
	const struct nf_hook_state *st;

	if (!l || !e)
		return;
	st = ur_claim_state(l, f);
	if (!ur_by_hand(BPF_CORE_READ(st, pf))) /* where a frame goes next is not known yet */
		ur_fill_sockets(key, f->skb, (__u64)BPF_CORE_READ(st, net));
	if (ur_want_answers)
		ur_answer_take(key, f->ts_ns);
	ur_event_send(key, e);
}

SEC("kprobe")
int record_sockets(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f)
		return 0;
	if (f->kind == UR_FRAME_ICMP) {
		ur_fill_sockets(ur_scratch_key(t->depth), f->skb,
				(__u64)ur_skb_net((const struct sk_buff *)f->skb));
	} else {
		ur_end_claim(f, t->depth);
		ur_frame_pop(t);
	}
	return 0;
}
