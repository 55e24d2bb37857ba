/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_rule.bpf.h - legacy xtables: target -> table and offset in its blob.
 *
 * The offset is the same in what IPT_SO_GET_ENTRIES copies out (copy_entries_to_user()),
 * so user space finds chain, rule number and text with it.
 */
#include "bpf/nft_rule.bpf.h"

#define UR_XT_TARGET_HDR 32 /* sizeof(struct xt_entry_target), its data follow */
/* struct xt_table_info: size, number, initial_entries, hook_entry[5], underflow[5],
 * stacksize, jumpstack, entries[] (include/linux/netfilter/x_tables.h, v4.2 on). */
#define UR_XT_INFO_SIZE    0
#define UR_XT_INFO_NUMBER  4
#define UR_XT_INFO_ENTRIES 64

/* Does @table hold the target @t? Then fill @r. */
static __always_inline bool ur_xt_table_holds(struct ur_rule *r, const struct ur_layout *l,
					      __u64 table, __u64 t)
{
	__u64 info = ur_peek(__u64, table + l->xt_table_private);
	__u64 entries = info + UR_XT_INFO_ENTRIES;
	__u32 size = ur_peek(__u32, info + UR_XT_INFO_SIZE);

	if (!info || t < entries || t >= entries + size)
		return false;
	r->xt_entry_off = t - entries;
	r->xt_size = size;
	r->xt_number = ur_peek(__u32, info + UR_XT_INFO_NUMBER);
	r->table_family = r->pf;
	bpf_probe_read_kernel_str(r->table, 32, (const void *)(table + l->xt_table_name));
	r->flags |= UR_RULE_XT | UR_RULE_TABLE;
	return true;
}

/* The target @t runs under @st: find its table. */
static __noinline void ur_xt_rule(struct ur_rule *r, const struct ur_layout *l, __u64 t,
				  const struct nf_hook_state *st)
{
	__u64 table = ur_filter_table_of(BPF_CORE_READ(st, net), r->pf == NFPROTO_IPV6);
	__u64 entries = ur_hook_entries(st);
	__u32 count = entries ? ur_peek(__u16, entries) : 0;

	if (table) {
		ur_xt_table_holds(r, l, table, t);
		return;
	}
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 fn = i < count ? ur_hook_fn(entries, i) : 0;

		if (fn &&
		    (ur_in_range(UR_FN_IPT_DO_TABLE, fn) || ur_in_range(UR_FN_IP6T_DO_TABLE, fn)) &&
		    ur_xt_table_holds(r, l, ur_hook_priv(entries, i), t))
			return;
	}
}
