/* SPDX-License-Identifier: GPL-2.0-only */
/* packet.c - the kernel side's own functions, with memory of this process as the kernel's: what
 * is read must be part of one of the objects at hand, or nothing is read, as in the kernel. */
#define __builtin_preserve_access_index(expression) (expression)
#define __builtin_preserve_field_info(field, kind)  1

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
/* in this order */
#include <bpf/bpf_core_read.h>

#define bpf_probe_read_kernel fuzz_read
static long fuzz_read(void *to, __u32 n, const void *from);

#undef BPF_CORE_READ_BITFIELD_PROBED
#define BPF_CORE_READ_BITFIELD_PROBED(object, field) ((object)->field)

#include "bpf/early.bpf.h"
#include "tests/fuzz/bpf/packet.h"

#define HEADROOM 16
#define BEHIND   64
#define OBJECTS  3

struct ur_range ur_ranges[UR_FN_MAX];

void *calloc(unsigned long n, unsigned long size);
void free(void *p);

static struct {
	const unsigned char *at;
	unsigned long size;
} objects[OBJECTS];

static long fuzz_read(void *to, __u32 n, const void *from)
{
	const unsigned char *at = from;

	for (int i = 0; i < OBJECTS; i++)
		if (at >= objects[i].at && at + n <= objects[i].at + objects[i].size) {
			__builtin_memcpy(to, at, n);
			return 0;
		}
	__builtin_memset(to, 0, n);
	return -14; /* EFAULT */
}

static void read_all(struct bpf_packet *p, struct sk_buff *skb)
{
	const __u64 ip = (__u64)skb->head + skb->network_header;
	struct ur_flow f = { .family = p->family };
	struct ur_event e = {};

	ur_flow_of(&f, skb);
	__builtin_memcpy(p->src, f.src, 16);
	__builtin_memcpy(p->dst, f.dst, 16);
	p->proto = f.proto;
	p->sport = f.sport;
	p->dport = f.dport;
	ur_snap(&e, skb);
	__builtin_memcpy(p->snap, e.snap, sizeof(e.snap));
	p->snap_len = e.snap_len;
	p->pkt_len = e.pkt_len;
	p->early = ur_early(skb, p->family);
	for (int i = 0; i < 4; i++)
		p->rejected[i] = ur_early_reject((__u64)skb, p->family == 6, i / 2, i % 2);
	p->is_reset = ur_is_reset(ip, p->family == 6);
	p->is_fragment = ur_is_fragment(ip, p->family == 6);
}

void bpf_packet_read(struct bpf_packet *p)
{
	const unsigned int behind = p->behind < 0 ? 0 : BEHIND;
	unsigned char *head = calloc(1, HEADROOM + p->linear_len + behind);
	struct sk_buff *skb = calloc(1, sizeof(*skb));
	struct rtable *rt = calloc(1, sizeof(*rt));

	__builtin_memcpy(head + HEADROOM, p->linear, p->linear_len);
	__builtin_memset(head + HEADROOM + p->linear_len, p->behind, behind);
	skb->head = head;
	skb->data = head + HEADROOM;
	skb->network_header = HEADROOM;
	skb->mac_header = 2;
	skb->transport_header = HEADROOM + p->transport;
	skb->tail = HEADROOM + p->linear_len;
	skb->len = p->len;
	skb->pkt_type = p->pkt_type;
	skb->_skb_refdst = p->unrouted ? 0 : (unsigned long)rt;
	rt->rt_flags = p->rt_flags;
	objects[0].at = head;
	objects[0].size = HEADROOM + p->linear_len + behind;
	objects[1].at = (void *)skb;
	objects[1].size = sizeof(*skb);
	objects[2].at = (void *)rt;
	objects[2].size = sizeof(*rt);
	read_all(p, skb);
	free(head);
	free(skb);
	free(rt);
}
