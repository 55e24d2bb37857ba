/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* claim_count.bpf.h - counting what a rule refused by an answer that no ICMP function makes. */
#include "bpf/claim.bpf.h"
#include "bpf/count.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/reject_type.bpf.h"

/* The namespace that claim @f decides in, with its family and what was seen of the answer put
 * right; NULL: it is not known, or nothing is to be told of it. */
static __always_inline const struct net *ur_claim_net(const struct ur_layout *l, struct ur_frame *f)
{
	const struct nf_hook_state *st;
	const struct net *net;
	__u8 pf;

	if (!(f->pkt ? l->ready : l->xt_ready))
		return NULL;
	st = ur_claim_state(l, f);
	net = BPF_CORE_READ(st, net);
	pf = BPF_CORE_READ(st, pf);
	f->family = ur_claim_family(pf, (const struct sk_buff *)f->skb);
	if (!f->family || !ur_wanted(net))
		return NULL;
	f->window &= ur_by_hand(pf) ? UR_WIN_HAND_BUILT : UR_WIN_RST_BUILT;
	return net;
}

/* Count the claim on top, which no ICMP function took, by what its rule answers with. Returns
 * 1 when it gets a record. */
UR_GLOBAL int ur_count_claim(void)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_frame *f = ur_frame_below(0);
	const struct net *net = l && f ? ur_claim_net(l, f) : NULL;
	struct ur_rule r = {};
	__u64 obj;
	__u32 what;
	int pays;

	if (!f || !l || !net)
		return 0;
	obj = ur_claim_obj(l, f);
	if (f->pkt)
		ur_nft_reject_type(&r, obj, f->family == 6);
	else
		ur_xt_reject_type(&r, obj);
	what = r.reject == UR_REJECT_RST ? ur_count_what(UR_ANSWER_RST, f->family, 0, 0) :
					   ur_count_what(UR_ANSWER_ICMP, f->family,
							 ur_unreach_type(f->family), r.icmp_code);
	pays = ur_count_begin((__u64)net, what, obj, ur_claim_generation(l, f, net));
	ur_count_end(f, !pays);
	return pays;
}
