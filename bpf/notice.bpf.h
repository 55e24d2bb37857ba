/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* notice.bpf.h - telling user space what changed. */
#include "bpf/flavours.bpf.h"

/* @what happens to namespace @net; -1 when the ring is full. */
static __always_inline int ur_notice_netns(__u8 what, const struct net *net)
{
	struct ur_notice *n = bpf_ringbuf_reserve(&events, sizeof(*n), 0);

	if (!n)
		return -1;
	__builtin_memset(n, 0, sizeof(*n));
	n->version = UR_EVENT_VERSION;
	n->len = sizeof(*n);
	n->answer = UR_ANSWER_NOTICE;
	n->what = what;
	n->netns_inum = BPF_CORE_READ(net, ns.inum);
	bpf_ringbuf_submit(n, 0);
	return 0;
}
