/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* answer.bpf.h - the answer itself, as the kernel has made it. Only for capture files.
 *
 * It is read while the kernel has it in hand: what was sent may be gone. It waits in map
 * "answers", under the key of the record that it will go with, until that is sent.
 */
#include "bpf/frame.bpf.h"
#include "bpf/packet.bpf.h"

#define UR_ANSWERS_MAX 1024
#define UR_IP6_HEADER  40

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, UR_ANSWERS_MAX);
	__type(key, __u64); /* ur_scratch_key() */
	__type(value, struct ur_answer);
} answers __weak SEC(".maps");

/* The key of what lies on top of the current task; 0: nothing that answers. */
static __always_inline __u64 ur_answer_key(void)
{
	const struct ur_task *t = ur_task_get();

	return t && t->depth ? ur_scratch_key(t->depth) : 0;
}

/* Read @packet, a struct sk_buff. */
UR_GLOBAL int ur_answer_see(__u64 packet)
{
	const struct sk_buff *skb = (const void *)packet;
	__u64 key = ur_answer_key();
	struct ur_answer *a;
	__u32 wire = 0;

	if (!key || bpf_map_update_elem(&answers, &key, &ur_zeros, BPF_ANY))
		return 0;
	a = bpf_map_lookup_elem(&answers, &key);
	if (!a)
		return 0;
	a->len = ur_snap_bytes(a->snap, skb, &wire);
	a->wire = wire;
	a->ts_ns = bpf_ktime_get_ns();
	return 0;
}

/* IPv6: the header is written behind the last hook before output, and its flow label can't be
 * known before: so all but that is noted here, and what lies in the packet's place after it
 * was sent is believed when it differs in nothing else. */
static __always_inline void ur_answer6_enter(struct ur_frame *f, const struct sock *sk, __u64 skb)
{
	const struct sk_buff *packet = (const void *)skb;
	__u64 key = ur_answer_key();
	struct ur_answer *a;

	ur_answer_see(skb);
	a = bpf_map_lookup_elem(&answers, &key);
	if (!a)
		return;
	a->ts_ns = 0;
	if (a->len < UR_IP6_HEADER + 8 || a->wire < a->len)
		return;
	ur_cork_header6(a->snap, sk);
	a->snap[4] = (a->wire - UR_IP6_HEADER) >> 8;
	a->snap[5] = a->wire - UR_IP6_HEADER;
	f->obj = (__u64)BPF_CORE_READ(packet, head) + BPF_CORE_READ(packet, network_header);
}

#define UR_FLOW_LABEL 0x0fffffULL

UR_GLOBAL int ur_answer6_left(void)
{
	struct ur_frame *f = ur_window(6);
	__u64 key = ur_answer_key(), now[UR_SNAP_MAX / 8] = {}, differs;
	struct ur_answer *a;
	__u32 len;

	if (!f || f->kind != UR_FRAME_ICMP || !f->obj)
		return 0;
	a = bpf_map_lookup_elem(&answers, &key);
	len = a ? a->len : 0;
	if (!len || len > UR_SNAP_MAX || bpf_probe_read_kernel(now, len, (const void *)f->obj))
		return 0;
	f->obj = 0;
	differs = (now[0] ^ *(__u64 *)a->snap) & ~bpf_cpu_to_be64(UR_FLOW_LABEL << 32);
	for (int i = 1; i < UR_SNAP_MAX / 8; i++)
		differs |= now[i] ^ ((__u64 *)a->snap)[i];
	if (differs)
		return 0;
	*(__u64 *)a->snap = now[0];
	a->ts_ns = bpf_ktime_get_ns();
	return 0;
}

/* Put what was seen since @begin into the record at @key. */
UR_GLOBAL int ur_answer_take(__u64 key, __u64 begin)
{
	const struct ur_answer *a = bpf_map_lookup_elem(&answers, &key);
	struct ur_event *e = ur_scratch_at(key);

	if (a && e && a->ts_ns >= begin)
		e->answered = *a;
	bpf_map_delete_elem(&answers, &key);
	return 0;
}
