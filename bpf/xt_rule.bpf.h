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

#define UR_XT_BACK_MAX 64 /* chunks from an entry's target back to where its matches begin */
#define UR_XT_EXTS_MAX 16 /* matches of one rule, and its target */
#define UR_XT_DATA_MAX 64 /* chunks of data of one of them */
#define UR_XT_NAME     30 /* bytes of name and revision */

/* struct ipt_entry and ip6t_entry: their size, and where target_offset and next_offset lie
 * (include/uapi/linux/netfilter_ipv{4,6}/). The counters are the last 16 bytes. */
#define UR_IPT_ENTRY        112
#define UR_IPT_OFFSETS      88
#define UR_IP6T_ENTRY       168
#define UR_IP6T_OFFSETS     140
#define UR_XT_COUNTERS_SIZE 16

/* ---- what a rule says: see ur_rule.xt_digest ---- */

/* The words of the chunk at @at, up to @end; behind @visible they count as 0. */
UR_GLOBAL __u64 ur_xt_chunk(__u64 at, __u64 visible, __u64 end, __u64 sum)
{
	__u64 words[8] = {};

	ur_read(words, sizeof(words), (const void *)at);
	for (int i = 0; i < 8; i++, at += 8) {
		__u64 word = words[i];

		if (at >= end)
			break;
		if (at >= visible)
			word = 0;
		else if (at + 8 > visible)
			word &= ~0ULL >> 8 * (at + 8 - visible);
		sum = ur_digest_step(sum, word);
	}
	return sum;
}

struct ur_xt_walk {
	__u64 at;
	__u64 visible;
	__u64 end;
	__u64 sum;
	__u64 found;
};

UR_STEP int ur_xt_words_step(__u32 i, void *ctx)
{
	struct ur_xt_walk *w = ctx;

	if (w->at >= w->end) {
		w->found = w->sum;
		return 1;
	}
	w->sum = ur_xt_chunk(w->at, w->visible, w->end, w->sum);
	w->at += 64;
	return 0;
}

UR_GLOBAL __u64 ur_xt_words(__u64 at, __u64 visible, __u64 end, __u64 sum)
{
	struct ur_xt_walk w = { .at = at, .visible = visible, .end = end, .sum = sum };

	ur_loop(UR_XT_DATA_MAX, ur_xt_words_step, &w);
	return w.found;
}

/* The match or target at @at: {u16 size, padding to 8, pointer to struct xt_match or
 * xt_target, padding to 32}, then its data. As xt_data_to_user() shows it. 0: too long. */
UR_GLOBAL __u64 ur_xt_ext(__u64 at, __u64 sum)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 kind = ur_peek(__u64, at + 8), end = at + ur_peek(__u16, at);
	__u32 size, user;

	if (!l)
		return 0;
	size = ur_peek(__u32, kind + l->xt_ext_size);
	user = ur_peek(__u32, kind + l->xt_ext_size + 4);
	at += UR_XT_TARGET_HDR;
	sum = ur_digest_step(sum, end - at);
	kind += l->xt_ext_name;
	sum = ur_xt_chunk(kind, kind + UR_XT_NAME, kind + 32, sum);
	return ur_xt_words(at, at + (user ?: size), end, sum);
}

/* Where the matches begin of the entry with the target @t, whose header is among the eight
 * that could end at @base or right before; else 0. @offsets: target_offset and next_offset
 * lie that much before the header's end. */
UR_GLOBAL __u64 ur_xt_begins(__u64 base, __u64 t, __u64 header, __u64 offsets)
{
	__u32 size = ur_peek(__u16, t);

	for (int i = 0; i < 8; i++, base -= 8) {
		__u32 to_target = t - base + header;

		if (ur_peek(__u32, base - offsets) == (to_target | (to_target + size) << 16))
			return base;
	}
	return 0;
}

/* @walk: .at the target, .visible the header's size, .end the offsets. */
UR_STEP int ur_xt_matches_step(__u32 i, void *ctx)
{
	struct ur_xt_walk *w = ctx;

	w->found = ur_xt_begins(w->at - (__u64)i * 64, w->at, w->visible, w->end);
	return w->found != 0;
}

UR_GLOBAL __u64 ur_xt_matches(__u64 t, __u64 header, __u64 offsets)
{
	struct ur_xt_walk w = { .at = t, .visible = header, .end = offsets };

	ur_loop(UR_XT_BACK_MAX, ur_xt_matches_step, &w);
	return w.found;
}

/* @walk.end: the target, which is the last one. */
UR_STEP int ur_xt_exts_step(__u32 i, void *ctx)
{
	struct ur_xt_walk *w = ctx;

	if (!w->sum || w->at > w->end)
		return 1;
	w->sum = ur_xt_ext(w->at, w->sum);
	if (w->at == w->end) {
		w->found = w->sum;
		return 1;
	}
	w->at += ur_peek(__u16, w->at);
	return 0;
}

/* Of the entry with the target @t. 0: it is not to be had. */
UR_GLOBAL __u64 ur_xt_digest(__u64 t, __u32 v6)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 header = v6 ? UR_IP6T_ENTRY : UR_IPT_ENTRY;
	__u64 at = ur_xt_matches(t, header, header - (v6 ? UR_IP6T_OFFSETS : UR_IPT_OFFSETS));
	__u64 end = at - UR_XT_COUNTERS_SIZE, sum;
	struct ur_xt_walk w;

	if (!l || !l->xt_ext_size || !at)
		return 0;
	sum = ur_xt_words(at - header, end, end, UR_DIGEST_SEED);
	w = (struct ur_xt_walk){ .at = at, .end = t, .sum = sum };
	ur_loop(UR_XT_EXTS_MAX, ur_xt_exts_step, &w);
	return w.found;
}

/* How often tables were replaced up to now, when none is being replaced; else 0. The packet
 * is in its table meanwhile, so that is not one that was replaced before. */
static __always_inline __u32 ur_xt_generation(void)
{
	const volatile struct ur_tables *t = &ur_tables;
	__u32 done = t->done, begun = t->begun;

	return t->watched && begun == done ? begun : 0;
}

/* Does @table hold the target @t? */
UR_GLOBAL int ur_xt_table_holds(__u64 table, __u64 t)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 info = l ? ur_peek(__u64, table + l->xt_table_private) : 0;
	__u64 entries = info + UR_XT_INFO_ENTRIES;

	return info && t >= entries && t < entries + ur_peek(__u32, info + UR_XT_INFO_SIZE);
}

struct ur_xt_hooks {
	__u64 entries;
	__u64 t;
	__u64 found;
	__u32 count;
};

UR_STEP int ur_xt_hooks_step(__u32 i, void *ctx)
{
	struct ur_xt_hooks *w = ctx;
	__u64 fn = i < w->count ? ur_hook_fn(w->entries, i) : 0;

	if (!fn || (!ur_in_range(UR_FN_IPT_DO_TABLE, fn) && !ur_in_range(UR_FN_IP6T_DO_TABLE, fn)))
		return 0;
	if (!ur_xt_table_holds(ur_hook_priv(w->entries, i), w->t))
		return 0;
	w->found = ur_hook_priv(w->entries, i);
	return 1;
}

/* The table that is hooked at @entries and holds the target @t. */
UR_GLOBAL __u64 ur_xt_table_hooked(__u64 entries, __u64 t)
{
	struct ur_xt_hooks w = { .entries = entries, .t = t };

	w.count = entries ? ur_peek(__u16, entries) : 0;
	ur_loop(UR_NFT_HOOKS_MAX, ur_xt_hooks_step, &w);
	return w.found;
}

/* The target @t runs under @st: find its table. */
static __always_inline void ur_xt_rule(struct ur_rule *r, const struct ur_layout *l, __u64 t,
				       const struct nf_hook_state *st)
{
	__u64 table = ur_filter_table_of(BPF_CORE_READ(st, net), r->pf == NFPROTO_IPV6), info;

	if (!table)
		table = ur_xt_table_hooked(ur_hook_entries(st), t);
	if (!table || !ur_xt_table_holds(table, t))
		return;
	info = ur_peek(__u64, table + l->xt_table_private);
	r->xt_entry_off = t - info - UR_XT_INFO_ENTRIES;
	r->xt_size = ur_peek(__u32, info + UR_XT_INFO_SIZE);
	r->xt_number = ur_peek(__u32, info + UR_XT_INFO_NUMBER);
	r->xt_digest = ur_xt_digest(t, r->pf == NFPROTO_IPV6);
	r->generation = ur_xt_generation();
	r->table_family = r->pf;
	bpf_probe_read_kernel_str(r->table, 32, (const void *)(table + l->xt_table_name));
	r->flags |= UR_RULE_XT | UR_RULE_TABLE;
}
