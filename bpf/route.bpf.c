/* SPDX-License-Identifier: GPL-2.0-only */
/* route.bpf.c - ip_error(), which has a limit of its own, and changes of routes.
 *
 * ip_error() takes every IPv4 packet that no route leads on, or that one refuses, and asks
 * for an ICMP error unless this peer had too many lately (ip_rt_error_cost). Then nothing
 * that others hook is called, and the packet is freed: so the record is made at the entry,
 * and sent at the exit if nobody asked for an error in between.
 */
#include "bpf/emit.bpf.h"
#include "bpf/loop.bpf.h"
#include "bpf/route.bpf.h"

#define UR_ENETUNREACH  101
#define UR_EHOSTUNREACH 113
#define UR_EACCES       13
#define UR_BUCKET_MAX   32  /* devices whose numbers are in one slot of dev_index_head */
#define UR_INDEX_SLOTS  256 /* NETDEV_HASHENTRIES */

/* The code that ip_error() sends for the error of a route, -1 for none. */
static __always_inline int ur_error_code(__s32 error)
{
	switch (error) {
	case UR_EHOSTUNREACH:
		return 1; /* ICMP_HOST_UNREACH */
	case UR_ENETUNREACH:
		return 0; /* ICMP_NET_UNREACH */
	case UR_EACCES:
		return 13; /* ICMP_PKT_FILTERED */
	}
	return -1;
}

struct ur_index_walk {
	__u64 node;
	__u64 found; /* struct net_device */
	__u32 index;
};

UR_STEP int ur_index_step(__u32 i, void *ctx)
{
	struct ur_index_walk *w = ctx;
	__u64 dev = w->node - bpf_core_field_offset(struct net_device, index_hlist);

	if (!w->node)
		return 1;
	if ((__u32)BPF_CORE_READ((const struct net_device *)dev, ifindex) == w->index) {
		w->found = dev;
		return 1;
	}
	w->node = ur_peek(__u64, w->node); /* hlist_node.next */
	return 0;
}

/* __dev_get_by_index() */
static __always_inline const struct net_device *ur_device_at(const struct net *net, __u32 index)
{
	__u64 heads = (__u64)BPF_CORE_READ(net, dev_index_head);
	struct ur_index_walk w = { .index = index };

	w.node = ur_peek(__u64, heads + (index & (UR_INDEX_SLOTS - 1)) * sizeof(__u64));
	ur_loop(UR_BUCKET_MAX, ur_index_step, &w);
	return (const void *)w.found;
}

/* The device whose setting counts: inside a VRF, the one that the packet came in on. */
static __always_inline const struct net_device *ur_error_device(const struct sk_buff *skb,
								const struct net *net)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct inet_skb_parm *cb = (const void *)__builtin_preserve_access_index(&skb->cb);

	if (BPF_CORE_READ_BITFIELD_PROBED(dev, priv_flags) & UR_IFF_L3MDEV_MASTER)
		return ur_device_at(net, BPF_CORE_READ(cb, iif));
	return dev;
}

/* IN_DEV_FORWARD(): a host answers nothing. */
static __always_inline bool ur_forwards(const struct net_device *dev)
{
	const struct in_device *in_dev = dev ? BPF_CORE_READ(dev, ip_ptr) : NULL;

	return in_dev && BPF_CORE_READ(in_dev, cnf.data[0]); /* IPV4_DEVCONF_FORWARDING - 1 */
}

/* int ip_error(skb). Its record is built like the others, which only kprobes can go on with. */
SEC("kprobe/ip_error")
int BPF_KPROBE(error_enter, struct sk_buff *skb)
{
	int code = ur_error_code(BPF_CORE_READ(ur_dst(skb), error));
	const struct net *net = ur_skb_net(skb);
	struct ur_frame *f;

	if (code < 0 || !ur_forwards(ur_error_device(skb, net)))
		return 0;
	f = ur_frame_push((__u64)skb, UR_FRAME_ROUTE, UR_ENTRY_SP(ctx));
	if (!f)
		return 0;
	if (ur_want_netns && BPF_CORE_READ(net, ns.inum) != ur_want_netns) {
		f->built = UR_BUILT_SKIP;
		return 0;
	}
	f->origin = UR_ORIGIN_IP_ERROR;
	f->family = 4;
	f->type = UR_ICMP_DEST_UNREACH;
	f->code = code;
	bpf_tail_call(ctx, &builder, UR_BUILD_RECORD);
	return 0;
}

static __always_inline void ur_error_send(__u64 key, struct ur_event *e)
{
	ur_count(UR_STAT_DECIDED);
	if (e)
		ur_event_send(key, e);
	else
		ur_count(UR_STAT_RING_FULL);
}

/* A kretprobe on every kernel: on a function that has a kprobe already it is there for nothing,
 * where fexit would be attached at the price of one more look at all that can be traced. */
SEC("kretprobe/ip_error")
int error_exit(struct pt_regs *ctx)
{
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_unwind(t, UR_EXIT_SP(ctx)) : NULL;
	struct ur_event *e;
	bool answered, skip;
	__u64 key;

	if (!f || f->kind != UR_FRAME_ROUTE)
		return 0;
	key = ur_scratch_key(t->depth);
	e = ur_scratch_at(key);
	answered = f->used;
	skip = f->built == UR_BUILT_SKIP;
	ur_frame_pop(t);
	if (answered) /* and counted: another record tells of it */
		bpf_map_delete_elem(&scratch, &key);
	else if (skip)
		ur_count(UR_STAT_FILTERED);
	else
		ur_error_send(key, e);
	return 0;
}

/* Called right before or after a route or policy rule comes into force or goes. What tells of
 * next hops, or of multicast routes, is of no interest. */
static __always_inline int ur_routes_changed(const struct net *net, __u32 what, __u32 family)
{
	__u64 *slot;

	if (what >= bpf_core_enum_value(enum fib_event_type, FIB_EVENT_NH_ADD) ||
	    (family != UR_AF_INET && family != UR_AF_INET6))
		return 0;
	slot = ur_changes_of(net, family == UR_AF_INET ? 4 : 6);
	if (slot)
		*slot = bpf_ktime_get_ns();
	return 0;
}

/* int call_fib_notifiers(net, event_type, info) */
SEC("fentry/call_fib_notifiers")
int BPF_PROG(routes_changed, struct net *net, __u32 what, struct fib_notifier_info *info)
{
	return ur_routes_changed(net, what, info->family);
}

SEC("kprobe/call_fib_notifiers")
int BPF_KPROBE(routes_changed_kprobe, struct net *net, __u32 what, struct fib_notifier_info *info)
{
	return ur_routes_changed(net, what, BPF_CORE_READ(info, family));
}
