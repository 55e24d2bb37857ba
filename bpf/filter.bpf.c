/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.bpf.c - a filter expression, asked before anything is counted or built.
 *
 * Loaded with an expression only. What decides is a program that user space makes from the
 * compiled expression (user/packet/filter_ebpf.c): it goes on here with UR_BUILD_PASS or UR_BUILD_DROP.
 * Before it, filter_ask puts the packet's first bytes where it looks, the same ones that a record
 * would carry, so that it says of each packet what the expression would say of the record.
 *
 * What is asked about lies on top of the task's frames, as for record.bpf.c: a window, a reset,
 * or a claim that ends. kprobe programs of one processor never run inside each other.
 */
#include "bpf/claim_count.bpf.h"
#include "bpf/icmp.bpf.h"

#define UR_IP4_HEADER_MIN 20
#define UR_IP6_HEADER     40

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ur_filter_packet);
} filter_packet __weak SEC(".maps");

static __always_inline __u32 ur_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

/* How long the packet is: as ur_evidence_from_event() has it. @found: as the kernel has it. */
static __always_inline __u32 ur_wire(const struct ur_filter_packet *p, __u32 found)
{
	const __u8 *b = p->snap;
	__u32 length = 0;

	if (p->len >= UR_IP4_HEADER_MIN && b[0] >> 4 == 4 && (b[0] & 15) >= 5)
		length = ur_be16(b + 2);
	else if (p->len >= UR_IP6_HEADER && b[0] >> 4 == 6)
		length = ur_be16(b + 4) + UR_IP6_HEADER;
	if (!length || (length == UR_IP6_HEADER && b[0] >> 4 == 6))
		return found ?: length;
	return length;
}

/* Is @f about a packet in a namespace that was asked for? If not, nothing is told of it. */
static __always_inline bool ur_filter_wants(const struct ur_frame *f)
{
	if (f->kind == UR_FRAME_RST)
		return ur_wanted(ur_reset_net(f->obj, f->skb));
	return f->kind != UR_FRAME_ICMP || ur_wanted(ur_skb_net((const struct sk_buff *)f->skb));
}

SEC("kprobe")
int filter_ask(struct pt_regs *ctx)
{
	struct ur_frame *f = ur_frame_below(0);
	struct ur_filter_packet *p;
	__u32 zero = 0, found = 0;

	p = bpf_map_lookup_elem(&filter_packet, &zero);
	if (!f || !p)
		return 0;
	if (ur_want_netns && !ur_filter_wants(f)) {
		f->built = UR_BUILT_SKIP;
		return 0;
	}
	p->len = ur_snap_bytes(p->snap, (const struct sk_buff *)f->skb, &found);
	p->wire = ur_wire(p, found);
	bpf_tail_call(ctx, &builder, UR_BUILD_MATCH);
	return 0;
}

SEC("kprobe")
int filter_pass(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f)
		return 0;
	if (f->kind == UR_FRAME_ICMP)
		return ur_icmp_begin(ctx, t, f, f->skb, f->family);
	if (f->kind == UR_FRAME_RST) {
		bpf_tail_call(ctx, &builder, UR_BUILD_RESET);
		return 0;
	}
	if (ur_count_claim()) {
		bpf_tail_call(ctx, &builder, UR_BUILD_RECORD);
		ur_count(UR_STAT_RING_FULL); /* there is no such program */
	}
	ur_frame_pop(t);
	return 0;
}

/* It is counted by who decided, and by what becomes of the answer, like what finds no room. */
static __always_inline void ur_filter_place(struct ur_frame *f)
{
	f->counted = UR_KIND_SETS * UR_KIND_WAYS + (f->origin & (UR_KIND_WAYS - 1)) + 1;
}

SEC("kprobe")
int filter_drop(struct pt_regs *ctx)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f)
		return 0;
	if (f->kind == UR_FRAME_ICMP)
		f->origin = ur_origin_of(f, ur_claim_of(t, f->skb));
	ur_filter_place(f);
	f->built = UR_BUILT_OTHER;
	if (f->kind != UR_FRAME_CLAIM)
		return 0;
	if (l && ur_claim_net(l, f))
		ur_count_other(f);
	ur_frame_pop(t);
	return 0;
}
