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

UR_GLOBAL __u64 ur_nft_chain_hooked(__u64 entries, __u64 expr)
{
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 chain = ur_base_chain(entries, i);

		if (chain && ur_nft_chain_holds(chain, expr))
			return chain;
	}
	return 0;
}

/* ---- v6.4 on (e38fbfa972eb): a row of rules ends with a struct nft_rule_dp_last ---- */

/* From rule @p on, a stride further, or to the row's end. */
UR_GLOBAL __u64 ur_nft_row_stride(__u64 p)
{
	for (int i = 0; i < UR_NFT_STRIDE; i++) {
		struct ur_nft_word w = ur_nft_dp_word(ur_peek(__u64, p));

		if (w.is_last)
			break;
		p += 8 + w.dlen;
	}
	return p;
}

/* Which knows its chain. @p is the end of our rule. */
UR_GLOBAL __u64 ur_nft_chain_by_trailer(__u64 p)
{
	const struct ur_layout *l = ur_layout_get();

	if (!l)
		return 0;
	for (int i = 0; i < UR_NFT_STRIDES; i++) {
		if (ur_peek(__u64, p) & 1)
			return ur_peek(__u64, p + l->rule_dp_last_chain);
		p = ur_nft_row_stride(p);
	}
	return 0;
}

/* ---- v5.17 to v6.3: through every chain of every table that is hooked here ---- */

/* From the chain at @node on, to one that holds @expr, or a stride further, or to @head. */
UR_GLOBAL __u64 ur_nft_table_stride(__u64 node, __u64 head, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();

	for (int i = 0; l && i < UR_NFT_STRIDE; i++) {
		if (node == head || ur_nft_chain_holds(node - l->chain_list, expr))
			break;
		node = ur_peek(__u64, node);
	}
	return node;
}

/* The chain of @table that holds @expr, or how many strides of @max were made for nothing. */
UR_GLOBAL __u64 ur_nft_chain_in_table(__u64 table, __u64 expr, __u64 max)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 head, node;

	if (!l)
		return 0;
	head = table + l->table_chains;
	node = ur_peek(__u64, head);
	for (__u64 i = 0; i < UR_NFT_STRIDES; i++) {
		if (i >= max || node == head)
			return i;
		node = ur_nft_table_stride(node, head, expr);
		if (ur_nft_chain_holds(node - l->chain_list, expr))
			return node - l->chain_list;
	}
	return UR_NFT_STRIDES;
}

UR_GLOBAL __u64 ur_nft_chain_by_table(__u64 entries, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 made = 0;

	for (__u32 i = 0; l && i < UR_NFT_HOOKS_MAX; i++) {
		__u64 base = ur_base_chain(entries, i), found;

		if (!base)
			continue;
		found = ur_nft_chain_in_table(ur_peek(__u64, base + l->chain_table), expr,
					      UR_NFT_STRIDES - made);
		if ((__s64)found < 0)
			return found;
		made += found;
	}
	return 0;
}

/* ---- before v5.17: struct nft_rule is on a list, whose head lies in the chain ---- */

/* The word behind a list_head is a rule's handle with seven bits of nothing on top, but the
 * first pointer of another list where it is the chain's (struct nft_chain.rules, .list). */
static __always_inline bool ur_nft_is_head(__u64 node)
{
	return (__s64)ur_peek(__u64, node + 16) < 0;
}

/* From the rule at @node on, a stride forward (@side 0) or back (8), or to the head. */
UR_GLOBAL __u64 ur_nft_list_stride(__u64 node, __u64 side)
{
	for (int i = 0; i < UR_NFT_STRIDE; i++) {
		if ((__s64)node >= 0 || ur_nft_is_head(node))
			break;
		node = ur_peek(__u64, node + (side & 8));
	}
	return node;
}

UR_GLOBAL __u64 ur_nft_chain_by_list(__u64 rule)
{
	__u64 a = rule, b = rule;

	for (int i = 0; i < UR_NFT_STRIDES / 2; i++) {
		a = ur_nft_list_stride(a, 0);
		if (ur_nft_is_head(a))
			return a - 16;
		b = ur_nft_list_stride(b, 8);
		if (ur_nft_is_head(b))
			return b - 16;
	}
	return 0;
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

/* The table of all base chains that are hooked here; 0 when they are of several. A jump
 * never leaves the table. */
UR_GLOBAL __u64 ur_nft_only_table(__u64 entries)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 only = 0;

	if (!l || ur_peek(__u16, entries) > UR_NFT_HOOKS_MAX)
		return 0;
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 base = ur_base_chain(entries, i), table;

		if (!base)
			continue;
		table = ur_peek(__u64, base + l->chain_table);
		if (only && table != only)
			return 0;
		only = table;
	}
	return only;
}
