/* SPDX-License-Identifier: GPL-2.0-only */
/* nat.bpf.c - the conntrack entry of a packet that no socket took.
 *
 * The packet itself has lost it by then (nf_reset_ct()), but when conntrack meets the
 * answer, it looks the quoted packet up: nf_conntrack_inet_error(), called for ICMP errors
 * only. In the namespace that answered this happens within our window; where the answer
 * passes another one, such as the host that translates for a container, it comes later.
 *
 * A reset quotes nothing. But where it is the only answer that a connection ever got, conntrack
 * forgets the connection at once, by nf_ct_kill_acct(), which is hardly called for anything else.
 */
#include "bpf/frame.bpf.h"
#include "bpf/packet.bpf.h"

#define UR_NFPROTO_IPV4 2

/* A look-up in flight; key: task_struct. */
struct ur_ct_call {
	__u64 skb;  /* of the answer */
	__u64 hash; /* ur_flow_hash() of the packet that it quotes */
	__u64 net;
	__u32 pf;
	__u32 proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UR_TASKS_MAX);
	__type(key, __u64);
	__type(value, struct ur_ct_call);
} ct_calls __weak SEC(".maps");

/* int nf_conntrack_inet_error(tmpl, skb, dataoff, state, l4proto, outer_daddr); the quoted
 * packet lies at @dataoff. */
SEC("kprobe")
int BPF_KPROBE(ct_error_enter, void *tmpl, struct sk_buff *skb, unsigned int dataoff,
	       const struct nf_hook_state *state)
{
	__u64 inner = (__u64)BPF_CORE_READ(skb, data) + dataoff, key = bpf_get_current_task();
	struct ur_ct_call call = { .skb = (__u64)skb };
	struct ur_flow f = {};
	const __u64 *slot;

	call.pf = BPF_CORE_READ(state, pf);
	f.family = call.pf == UR_NFPROTO_IPV4 ? 4 : 6;
	ur_flow_tuple(&f, inner, 0);
	call.hash = ur_flow_hash(&f);
	call.proto = f.proto;
	slot = ur_recent_at(call.hash);
	if (!slot || *slot != call.hash)
		return 0;
	call.net = (__u64)BPF_CORE_READ(state, net);
	bpf_map_update_elem(&ct_calls, &key, &call, BPF_ANY);
	return 0;
}

/* ur_flow_hash() of the packet that was refused, where it was refused. */
static __always_inline __u64 ur_ct_refused(const struct ur_nat *n)
{
	struct ur_flow f = {};

	if (n->is_reply) {
		__builtin_memcpy(f.src, n->dst, 16);
		__builtin_memcpy(f.dst, n->src, 16);
		f.sport = n->dport;
		f.dport = n->sport;
	} else {
		__builtin_memcpy(f.src, n->reply_dst, 16);
		__builtin_memcpy(f.dst, n->reply_src, 16);
		f.sport = n->reply_dport;
		f.dport = n->reply_sport;
	}
	return ur_flow_hash(&f);
}

static __always_inline void ur_nat_tell(const struct ur_ct_call *call, const struct ur_nat *nat)
{
	const struct net *net = (const void *)call->net;
	struct ur_nat_notice *n = bpf_ringbuf_reserve(&events, sizeof(*n), 0);

	if (!n) /* nor has the event itself found room */
		return;
	n->version = UR_EVENT_VERSION;
	n->len = sizeof(*n);
	n->answer = UR_ANSWER_NOTICE;
	n->what = UR_NOTICE_NAT;
	n->pf = call->pf;
	n->proto = call->proto;
	n->netns_inum = BPF_CORE_READ(net, ns.inum);
	n->pad = 0;
	n->ts_ns = bpf_ktime_get_ns();
	n->nat = *nat;
	bpf_ringbuf_submit(n, 0);
}

/* Is the window on top that of the very packet that the answer quotes, in that namespace?
 * Where the window ends with softirqs, other packets' answers are looked at within it. */
static __always_inline bool ur_ct_window(const struct ur_frame *f, const struct ur_ct_call *call)
{
	struct ur_flow flow = { .family = f->family };

	if (f->origin != UR_ORIGIN_UDP_MISS ||
	    (__u64)ur_skb_net((const struct sk_buff *)f->skb) != call->net)
		return false;
	ur_flow_of(&flow, (const struct sk_buff *)f->skb);
	return ur_flow_hash(&flow) == call->hash;
}

/* The conntrack entry is attached to the answer now: skb->_nfct, as IP_CT_RELATED. */
static __always_inline void ur_ct_found(const struct ur_ct_call *call)
{
	const struct sk_buff *skb = (const void *)call->skb;
	__u64 nfct = BPF_CORE_READ(skb, _nfct);
	struct ur_frame *f = ur_window(0);
	struct ur_nat nat = {};

	if (!(nfct & UR_NFCT_PTRMASK))
		return;
	ur_ct_read(&nat, (const struct nf_conn *)(nfct & UR_NFCT_PTRMASK));
	nat.is_reply = (nfct & ~UR_NFCT_PTRMASK) == UR_IP_CT_RELATED;
	if (ur_ct_refused(&nat) != call->hash) /* the exit of an earlier call was skipped */
		return;
	if (f && ur_ct_window(f, call))
		f->nat = nat;
	else
		ur_nat_tell(call, &nat);
}

SEC("kretprobe")
int ct_error_exit(struct pt_regs *ctx)
{
	__u64 key = bpf_get_current_task();
	struct ur_ct_call *found = bpf_map_lookup_elem(&ct_calls, &key), call;

	if (!found)
		return 0;
	call = *found;
	bpf_map_delete_elem(&ct_calls, &key);
	ur_ct_found(&call);
	return 0;
}

/* bool nf_ct_kill_acct(ct, ctinfo, skb), asked for by nf_conntrack_tcp_packet(). */
SEC("kprobe")
int BPF_KPROBE(ct_reset, const struct nf_conn *ct, unsigned int ctinfo, const struct sk_buff *skb)
{
	const struct net *net = ur_skb_net(skb);
	struct ur_ct_call call = { .skb = (__u64)skb, .net = (__u64)net, .proto = IPPROTO_TCP };
	struct ur_nat nat = {};
	const __u64 *slot;

	if (ctinfo < UR_IP_CT_IS_REPLY || !net ||
	    BPF_CORE_READ(ct, tuplehash[0].tuple.dst.protonum) != IPPROTO_TCP)
		return 0;
	ur_ct_read(&nat, ct);
	call.hash = ur_ct_refused(&nat);
	call.pf = BPF_CORE_READ(ct, tuplehash[0].tuple.src.l3num);
	slot = ur_recent_at(call.hash);
	if (slot && *slot == call.hash)
		ur_nat_tell(&call, &nat);
	return 0;
}
