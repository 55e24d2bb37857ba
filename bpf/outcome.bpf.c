/* SPDX-License-Identifier: GPL-2.0-only */
/* outcome.bpf.c - what became of the answer, told by the functions that decide it.
 *
 * Each writes into the window on top of the current task, and does nothing without one,
 * so that echo replies and the like pay for one look-up.
 */
#include "bpf/answer.bpf.h"

/* @ret: as the register holds it. Of a bool only the low byte means anything. */
static __always_inline int ur_denied(__u64 ret, __u8 bit)
{
	struct ur_frame *f = (__u8)ret ? NULL : ur_window(0);

	if (f)
		f->window |= bit;
	return 0;
}

static __always_inline int ur_pushed(__u8 family, int ret)
{
	struct ur_frame *f = ur_window(family);

	/* Of a reset, the first: it ends with softirqs let in again. */
	if (f && !(f->kind == UR_FRAME_RST && f->window & UR_WIN_PUSHED)) {
		f->window |= UR_WIN_PUSHED;
		f->push_ret = ret;
	}
	if (ur_want_answers && family == 6 && ret >= 0)
		ur_answer6_left();
	return 0;
}

/* bool icmp_global_allow(void) up to v6.0, (struct net *) with 0f0b87e6ea40's backports
 * and later: the result follows the arguments, so there are two programs. */
SEC("fexit/icmp_global_allow")
int BPF_PROG(global_allow_void, __u64 allowed)
{
	return ur_denied(allowed, UR_WIN_GLOBAL_DENY);
}

SEC("fexit/icmp_global_allow")
int BPF_PROG(global_allow_net, struct net *net, __u64 allowed)
{
	return ur_denied(allowed, UR_WIN_GLOBAL_DENY);
}

SEC("kretprobe/icmp_global_allow")
int BPF_KRETPROBE(global_allow_kret, __u64 ret)
{
	return ur_denied(ret, UR_WIN_GLOBAL_DENY);
}

/* bool icmpv4_global_allow(net, type, code): needed where icmp_global_allow() is inlined
 * into it. Its refusal is the same refusal. */
SEC("kretprobe/icmpv4_global_allow")
int BPF_KRETPROBE(global_allow4_kret, __u64 ret)
{
	return ur_denied(ret, UR_WIN_GLOBAL_DENY);
}

SEC("kretprobe/icmpv6_global_allow")
int BPF_KRETPROBE(global_allow6_kret, __u64 ret)
{
	return ur_denied(ret, UR_WIN_GLOBAL_DENY);
}

SEC("fexit/inet_peer_xrlim_allow")
int BPF_PROG(peer_allow, void *peer, int timeout, __u64 allowed)
{
	return ur_denied(allowed, UR_WIN_PEER_DENY);
}

SEC("kretprobe/inet_peer_xrlim_allow")
int BPF_KRETPROBE(peer_allow_kret, __u64 ret)
{
	return ur_denied(ret, UR_WIN_PEER_DENY);
}

SEC("fexit/ip_push_pending_frames")
int BPF_PROG(push4, struct sock *sk, void *fl4, int ret)
{
	return ur_pushed(4, ret);
}

SEC("kretprobe/ip_push_pending_frames")
int BPF_KRETPROBE(push4_kret, int ret)
{
	return ur_pushed(4, ret);
}

SEC("fexit/ip6_push_pending_frames")
int BPF_PROG(push6, struct sock *sk, int ret)
{
	return ur_pushed(6, ret);
}

SEC("kretprobe/ip6_push_pending_frames")
int BPF_KRETPROBE(push6_kret, int ret)
{
	return ur_pushed(6, ret);
}

/* void nf_ct_attach(new, skb): nf_send_reset() and nf_send_reset6() call it once the
 * RST is built and routed, right before they hand it to IP output. */
static __always_inline int ur_rst_built(__u64 skb, __u64 rst)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;

	if (!f || f->kind != UR_FRAME_CLAIM || f->skb != skb)
		return 0;
	f->window |= UR_WIN_RST_BUILT;
	if (ur_want_answers)
		ur_answer_see(rst);
	return 0;
}

SEC("fentry/nf_ct_attach")
int BPF_PROG(rst_built, struct sk_buff *rst, struct sk_buff *skb)
{
	__u64 answer = 0;

	if (ur_want_answers) /* as a number: no typed pointer goes into a global function */
		bpf_probe_read_kernel(&answer, sizeof(answer), ctx);
	return ur_rst_built((__u64)skb, answer);
}

SEC("kprobe/nf_ct_attach")
int BPF_KPROBE(rst_built_kprobe, struct sk_buff *rst, struct sk_buff *skb)
{
	return ur_rst_built((__u64)skb, (__u64)rst);
}

/* void nf_ct_set_closing(nfct), of the rejected packet: both call that next, and nobody else does
 * (v6.2, and stable kernels before it), where ICMP errors pass nf_ct_attach(), too. */
SEC("kprobe/nf_ct_set_closing")
int BPF_KPROBE(rst_closing, __u64 nfct)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	const struct sk_buff *skb;

	if (!f || f->kind != UR_FRAME_CLAIM)
		return 0;
	skb = (const void *)f->skb;
	if ((BPF_CORE_READ(skb, _nfct) & UR_NFCT_PTRMASK) == nfct)
		f->window |= UR_WIN_RST_BUILT;
	return 0;
}
