/* SPDX-License-Identifier: GPL-2.0-only */
/* record_xt.bpf.c - which rule refused the packet, where a REJECT target did: a record comes here
 * from record_build, and goes on to record_rule.
 */
#include "bpf/claim.bpf.h"
#include "bpf/emit.bpf.h"
#include "bpf/reject_type.bpf.h"
#include "bpf/rule.bpf.h"

/* A REJECT target runs under nft_compat when it sits in an expression whose ops say so,
 * and under ip_tables when it follows an xt_entry_target header. */
static __always_inline __u8 ur_xt_engine(const struct ur_layout *l, __u64 par, __u64 targinfo)
{
	__u64 target = ur_peek(__u64, par + l->xt_par_target);
	__u64 ops = ur_peek(__u64, targinfo - 8);

	if (l->ready && (__s64)ops < 0 && ur_peek(__u64, ops + l->expr_ops_data) == target)
		return UR_ORIGIN_XT_NFT;
	if (ur_peek(__u64, targinfo - UR_XT_TARGET_HDR + 8) == target)
		return UR_ORIGIN_XT;
	return UR_ORIGIN_UNKNOWN;
}

/* The rule of REJECT target that runs with struct xt_action_param @par, under @state. That of
 * an nftables expression is left to record_rule. */
UR_GLOBAL int ur_fill_xt(__u64 key, __u64 par, __u64 state)
{
	const struct nf_hook_state *st = (const void *)state;
	const struct ur_layout *l = ur_layout_get();
	struct ur_event *e = ur_scratch_at(key);
	__u64 targinfo;
	__u8 engine;

	if (!l || !e)
		return 0;
	targinfo = ur_peek(__u64, par + l->xt_par_targinfo);
	engine = ur_xt_engine(l, par, targinfo);

	e->rule.obj = targinfo;
	ur_xt_reject_type(&e->rule, targinfo);
	e->origin = engine ? engine : UR_ORIGIN_XT;
	if (engine == UR_ORIGIN_XT)
		ur_xt_rule(&e->rule, l, targinfo - UR_XT_TARGET_HDR, st);
	return 0;
}

SEC("kprobe")
int record_xt(struct pt_regs *ctx)
{
	const struct ur_layout *l = ur_layout_get();
	struct ur_task *t = ur_task_get();
	struct ur_frame *f = t ? ur_frame_at(t, 0) : NULL;
	const struct ur_frame *claim;

	if (!f)
		return 0;
	claim = f->kind == UR_FRAME_ICMP ? ur_claim_of(t, f->skb) : f;
	if (l && claim && l->xt_ready)
		ur_fill_xt(ur_scratch_key(t->depth), claim->obj, (__u64)ur_claim_state(l, claim));
	bpf_tail_call(ctx, &builder, UR_BUILD_RULE);
	return 0;
}
