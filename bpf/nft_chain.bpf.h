/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_chain.bpf.h - nftables: from a rule that is being evaluated to its chain, or at least
 * to its table.
 *
 * Where the chain is is asked first of those that are at hand: the chain that the last jump
 * led to, and the base chains that are hooked here. Only then rules or chains are walked
 * through, UR_NFT_STRIDES times UR_NFT_STRIDE of them: the stride is a function of its own,
 * which the verifier checks once.
 */
#include "bpf/loop.bpf.h"
#include "bpf/packet.bpf.h"

#define UR_NFT_STRIDE    64
#define UR_NFT_STRIDES   64
#define UR_NFT_HOOKS_MAX 32 /* functions at one hook */
#define UR_HANDLE_MASK   ((1ULL << 42) - 1)

#define UR_NF_INET_INGRESS 5

struct ur_nft_word {
	__u64 handle;
	__u32 dlen;
	__u32 is_last;
};

static __always_inline struct ur_nft_word ur_nft_dp_word(__u64 w)
{
	return (struct ur_nft_word){ .is_last = w & 1,
				     .dlen = (w >> 1) & 0xfff,
				     .handle = (w >> 13) & UR_HANDLE_MASK };
}

static __always_inline struct ur_nft_word ur_nft_word(const struct ur_layout *l, __u64 w)
{
	if (l->rule_dp)
		return ur_nft_dp_word(w);
	return (struct ur_nft_word){ .handle = w & UR_HANDLE_MASK, .dlen = (w >> 44) & 0xfff };
}

/* ---- the hook that the packet is passing: struct nf_hook_entries ---- */

static __always_inline __u64 ur_hook_entries(const struct nf_hook_state *st)
{
	const struct net *net = BPF_CORE_READ(st, net);
	__u32 hook = BPF_CORE_READ(st, hook), pf = BPF_CORE_READ(st, pf);
	__u64 base = 0;

	if (pf == NFPROTO_NETDEV || (pf != NFPROTO_BRIDGE && hook == UR_NF_INET_INGRESS))
		return ur_ingress_hooks(BPF_CORE_READ(st, in));
	if (hook >= UR_NF_INET_INGRESS)
		return 0;
	if (pf == NFPROTO_IPV4)
		base = (__u64)net + bpf_core_field_offset(struct net, nf.hooks_ipv4);
	else if (pf == NFPROTO_IPV6)
		base = (__u64)net + bpf_core_field_offset(struct net, nf.hooks_ipv6);
	else if (pf == NFPROTO_BRIDGE)
		base = ur_bridge_hooks(net);
	return base ? ur_peek(__u64, base + 8 * hook) : 0;
}

/* u16 count, padding to 8, then pairs of function and private pointer
 * (include/linux/netfilter.h, the same since v4.14). */
static __always_inline __u64 ur_hook_fn(__u64 entries, __u32 i)
{
	return ur_peek(__u64, entries + 8 + 16 * i);
}

static __always_inline __u64 ur_hook_priv(__u64 entries, __u32 i)
{
	return ur_peek(__u64, entries + 16 + 16 * i);
}

/* The base chain behind entry @i, 0 when that is no nftables hook. */
UR_GLOBAL __u64 ur_base_chain(__u64 entries, __u32 i)
{
	__u64 fn = i < ur_peek(__u16, entries) ? ur_hook_fn(entries, i) : 0;

	if (!fn)
		return 0;
	for (__u32 range = UR_FN_NFT_CHAIN_FIRST; range <= UR_FN_NFT_CHAIN_LAST; range++)
		if (ur_in_range(range, fn))
			return ur_hook_priv(entries, i);
	return 0;
}

/* ---- chains at hand ---- */

/* Is it a chain in use? One that is gone was taken off its table's list: what it points at
 * may have become another's. */
static __always_inline bool ur_nft_chain_listed(const struct ur_layout *l, __u64 chain)
{
	__u64 node = chain + l->chain_list;
	__u64 prev = (__s64)chain < 0 ? ur_peek(__u64, node + 8) : 0;

	return (__s64)prev < 0 && ur_peek(__u64, prev) == node;
}

/* v5.17 on: does a rule row of @chain, of either generation, hold @expr? */
UR_GLOBAL int ur_nft_chain_holds(__u64 chain, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 a, b;

	if (!l || !l->rule_dp || !ur_nft_chain_listed(l, chain))
		return 0;
	a = ur_peek(__u64, chain + l->chain_blob0);
	b = ur_peek(__u64, chain + l->chain_blob0 + 8);
	return expr - a < 8 + ur_peek(__u64, a) || expr - b < 8 + ur_peek(__u64, b);
}

/* What the walks below look for, and how far they are. */
struct ur_nft_walk {
	const struct ur_layout *l;
	__u64 entries;
	__u64 expr;
	__u64 at;    /* rule, node, or what the walk says */
	__u64 head;  /* of the list */
	__u64 count; /* strides made */
	__u64 max;   /* ...and to be made at most */
	__u64 found;
};

UR_STEP int ur_nft_hooked_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;
	__u64 chain = ur_base_chain(w->entries, i);

	if (!chain || !ur_nft_chain_holds(chain, w->expr))
		return 0;
	w->found = chain;
	return 1;
}

UR_GLOBAL __u64 ur_nft_chain_hooked(__u64 entries, __u64 expr)
{
	struct ur_nft_walk w = { .entries = entries, .expr = expr };

	ur_loop(UR_NFT_HOOKS_MAX, ur_nft_hooked_step, &w);
	return w.found;
}

/* ---- v6.4 on (e38fbfa972eb): a row of rules ends with a struct nft_rule_dp_last ---- */

UR_STEP int ur_nft_row_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *walk = ctx;
	struct ur_nft_word w = ur_nft_dp_word(ur_peek(__u64, walk->at));

	if (w.is_last)
		return 1;
	walk->at += 8 + w.dlen;
	return 0;
}

/* From rule @p on, a stride further, or to the row's end. */
UR_STRETCH __u64 ur_nft_row_stride(__u64 p)
{
	struct ur_nft_walk w = { .at = p };

	ur_loop(ur_stretch(UR_NFT_STRIDE, UR_NFT_STRIDES * UR_NFT_STRIDE), ur_nft_row_step, &w);
	return w.at;
}

static __always_inline int ur_nft_trailer_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;

	w->at = ur_nft_row_stride(w->at);
	return ur_peek(__u64, w->at) & 1;
}

/* Which knows its chain. @p is the end of our rule. */
UR_GLOBAL __u64 ur_nft_chain_by_trailer(__u64 p)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .at = p };

	if (!w.l)
		return 0;
	ur_stretches(UR_NFT_STRIDES, ur_nft_trailer_step, &w);
	return ur_peek(__u64, w.at) & 1 ? ur_peek(__u64, w.at + w.l->rule_dp_last_chain) : 0;
}

/* ---- v5.17 to v6.3: through every chain of every table that is hooked here ---- */

UR_STEP int ur_nft_table_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;

	if (w->at == w->head || ur_nft_chain_holds(w->at - w->l->chain_list, w->expr))
		return 1;
	w->at = ur_peek(__u64, w->at);
	return 0;
}

#ifdef UR_RDONLY_CAST
/* The chain of @table that holds @expr, or how many of @max were looked at for nothing. */
UR_GLOBAL __u64 ur_nft_chain_in_table(__u64 table, __u64 expr, __u64 max)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .expr = expr };
	long n;

	if (!w.l)
		return 0;
	w.head = table + w.l->table_chains;
	w.at = ur_peek(__u64, w.head);
	n = ur_loop(max, ur_nft_table_step, &w);
	if (w.at != w.head && ur_nft_chain_holds(w.at - w.l->chain_list, expr))
		return w.at - w.l->chain_list;
	return n;
}
#define UR_NFT_CHAINS_MAX (UR_NFT_STRIDES * UR_NFT_STRIDE)
#else
/* From the chain at @node on, to one that holds @expr, or a stride further, or to @head. */
UR_GLOBAL __u64 ur_nft_table_stride(__u64 node, __u64 head, __u64 expr)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .at = node, .head = head, .expr = expr };

	if (w.l)
		ur_loop(UR_NFT_STRIDE, ur_nft_table_step, &w);
	return w.at;
}

UR_STEP int ur_nft_in_table_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;

	if (i >= w->max || w->at == w->head)
		return 1;
	w->count = i + 1;
	w->at = ur_nft_table_stride(w->at, w->head, w->expr);
	if (!ur_nft_chain_holds(w->at - w->l->chain_list, w->expr))
		return 0;
	w->found = w->at - w->l->chain_list;
	return 1;
}

/* The same in strides. */
UR_GLOBAL __u64 ur_nft_chain_in_table(__u64 table, __u64 expr, __u64 max)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .expr = expr, .max = max };

	if (!w.l)
		return 0;
	w.head = table + w.l->table_chains;
	w.at = ur_peek(__u64, w.head);
	ur_loop(UR_NFT_STRIDES, ur_nft_in_table_step, &w);
	return w.found ?: w.count;
}
#define UR_NFT_CHAINS_MAX UR_NFT_STRIDES
#endif

UR_STEP int ur_nft_by_table_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;
	__u64 base = ur_base_chain(w->entries, i), found;

	if (!base)
		return 0;
	found = ur_nft_chain_in_table(ur_peek(__u64, base + w->l->chain_table), w->expr, w->max);
	if ((__s64)found < 0) {
		w->found = found;
		return 1;
	}
	w->max -= found;
	return 0;
}

UR_GLOBAL __u64 ur_nft_chain_by_table(__u64 entries, __u64 expr)
{
	struct ur_nft_walk w = {
		.l = ur_layout_get(), .entries = entries, .expr = expr, .max = UR_NFT_CHAINS_MAX
	};

	if (w.l)
		ur_loop(UR_NFT_HOOKS_MAX, ur_nft_by_table_step, &w);
	return w.found;
}

/* ---- before v5.17: struct nft_rule is on a list, whose head lies in the chain ---- */

/* The word behind a list_head is a rule's handle with seven bits of nothing on top, but the
 * first pointer of another list where it is the chain's (struct nft_chain.rules, .list). */
static __always_inline bool ur_nft_is_head(__u64 node)
{
	return (__s64)ur_peek(__u64, node + 16) < 0;
}

/* @walk.head: 0 forward, 8 back. */
UR_STEP int ur_nft_list_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;

	if ((__s64)w->at >= 0 || ur_nft_is_head(w->at))
		return 1;
	w->at = ur_peek(__u64, w->at + w->head);
	return 0;
}

/* From the rule at @node on, a stride forward (@side 0) or back (8), or to the head. */
UR_GLOBAL __u64 ur_nft_list_stride(__u64 node, __u64 side)
{
	struct ur_nft_walk w = { .at = node, .head = side & 8 };

	ur_loop(UR_NFT_STRIDE, ur_nft_list_step, &w);
	return w.at;
}

/* Both ways at once: w.at forward, w.head back. */
UR_STEP int ur_nft_by_list_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;

	w->at = ur_nft_list_stride(w->at, 0);
	w->head = ur_nft_list_stride(w->head, 8);
	if (ur_nft_is_head(w->at))
		w->found = w->at - 16;
	else if (ur_nft_is_head(w->head))
		w->found = w->head - 16;
	return w->found != 0;
}

UR_GLOBAL __u64 ur_nft_chain_by_list(__u64 rule)
{
	struct ur_nft_walk w = { .at = rule, .head = rule };

	ur_loop(UR_NFT_STRIDES / 2, ur_nft_by_list_step, &w);
	return w.found;
}

/* ---- all together ---- */

/* The chain of the rule whose expressions begin at @data and end at @end with @expr. @last
 * is the chain that the packet jumped to last, or anything. 0: the search was given up. */
UR_GLOBAL __u64 ur_nft_chain(__u64 data, __u64 expr, __u64 end, __u64 last, __u64 entries)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 chain;

	if (!l)
		return 0;
	if (!l->rule_dp)
		return ur_nft_chain_by_list(data - 24);
	if (ur_nft_chain_holds(last, expr))
		return last;
	chain = ur_nft_chain_hooked(entries, expr);
	if (chain)
		return chain;
	return l->rule_dp_last_chain ? ur_nft_chain_by_trailer(end) :
				       ur_nft_chain_by_table(entries, expr);
}

UR_STEP int ur_nft_only_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;
	__u64 base = ur_base_chain(w->entries, i), table;

	if (!base)
		return 0;
	table = ur_peek(__u64, base + w->l->chain_table);
	if (w->found && table != w->found) {
		w->found = 0;
		return 1;
	}
	w->found = table;
	return 0;
}

/* The table of all base chains that are hooked here; 0 when they are of several. A jump
 * never leaves the table. */
UR_GLOBAL __u64 ur_nft_only_table(__u64 entries)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .entries = entries };

	if (!w.l || ur_peek(__u16, entries) > UR_NFT_HOOKS_MAX)
		return 0;
	ur_loop(UR_NFT_HOOKS_MAX, ur_nft_only_step, &w);
	return w.found;
}
