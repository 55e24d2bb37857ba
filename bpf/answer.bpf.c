/* SPDX-License-Identifier: GPL-2.0-only */
/* answer.bpf.c - ICMP errors of this kernel on their way out. Loaded for capture files only.
 *
 * ip_push_pending_frames() takes what was put together from its socket's queue, writes the
 * header, and has icmp_out_count() count it when all of that but length and checksum is done:
 * nothing else is counted there but echo replies and what raw sockets send.
 */
#include "bpf/answer.bpf.h"

/* The ICMP window on top of the task, when it has a record; NULL for none. */
static __always_inline struct ur_frame *ur_answering(__u8 family)
{
	struct ur_frame *f = ur_window(family);

	return f && f->kind == UR_FRAME_ICMP && f->built == UR_BUILT_DONE ? f : NULL;
}

static __always_inline int ur_push_enter(__u8 family, const struct sock *sk)
{
	struct ur_frame *f = ur_answering(family);
	__u64 skb = f ? ur_queued(sk) : 0;

	if (!skb)
		return 0;
	if (family == 4)
		f->obj = skb;
	else
		ur_answer6_enter(f, sk, skb);
	return 0;
}

SEC("fentry/ip_push_pending_frames")
int BPF_PROG(push4_enter, struct sock *sk)
{
	return ur_push_enter(4, sk);
}

SEC("kprobe/ip_push_pending_frames")
int BPF_KPROBE(push4_enter_kprobe, struct sock *sk)
{
	return ur_push_enter(4, sk);
}

SEC("fentry/ip6_push_pending_frames")
int BPF_PROG(push6_enter, struct sock *sk)
{
	return ur_push_enter(6, sk);
}

SEC("kprobe/ip6_push_pending_frames")
int BPF_KPROBE(push6_enter_kprobe, struct sock *sk)
{
	return ur_push_enter(6, sk);
}

static __always_inline int ur_counted4(void)
{
	struct ur_frame *f = ur_answering(4);

	if (!f || !f->obj)
		return 0;
	ur_answer_see(f->obj);
	f->obj = 0;
	return 0;
}

SEC("fentry/icmp_out_count")
int BPF_PROG(answer4)
{
	return ur_counted4();
}

SEC("kprobe/icmp_out_count")
int answer4_kprobe(struct pt_regs *ctx)
{
	return ur_counted4();
}
