/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_rule.bpf.h - nftables: expression -> rule handle, chain, table.
 *
 * Since v5.17 (2c865a8a28a1) the packet path runs over a copy, struct nft_rule_blob: a
 * row of struct nft_rule_dp {is_last:1, dlen:12, handle:42} each followed by dlen bytes
 * of expressions. Before, expressions lie in struct nft_rule itself, behind
 * {list_head; handle:42, genmask:2, dlen:12, udata:1}. In both the word just before the
 * first expression tells handle and dlen.
 */
#include "bpf/packet.bpf.h"

#define UR_NFT_BACK_MAX	  512  /* dlen has 12 bits and expressions are 8-byte aligned */
#define UR_NFT_EXPRS_MAX  128  /* NFT_RULE_MAXEXPRS */
#define UR_NFT_RULES_MAX  4096 /* rules walked to the end of a chain */
#define UR_NFT_CHAINS_MAX 1024 /* chains looked at where only the table leads to them */
#define UR_NFT_HOOKS_MAX  16   /* base chains at one hook */
#define UR_HANDLE_MASK	  ((1ULL << 42) - 1)

struct ur_nft_word {
	__u64 handle;
	__u32 dlen;
	bool is_last;
};

static __always_inline struct ur_nft_word ur_nft_word(const struct ur_layout *l, __u64 w)
{
	struct ur_nft_word r;

	if (l->rule_dp) {
		r.is_last = w & 1;
		r.dlen = (w >> 1) & 0xfff;
		r.handle = (w >> 13) & UR_HANDLE_MASK;
	} else {
		r.is_last = false;
		r.handle = w & UR_HANDLE_MASK;
		r.dlen = (w >> 44) & 0xfff;
	}
	return r;
}

static __always_inline __u32 ur_nft_expr_size(const struct ur_layout *l, __u64 expr)
{
	return ur_peek(__u32, ur_peek(__u64, expr) + l->expr_ops_size);
}

/* Do expressions follow one another from @p exactly to @expr? */
static __noinline bool ur_nft_leads_to(const struct ur_layout *l, __u64 p, __u64 expr)
{
	for (int i = 0; i < UR_NFT_EXPRS_MAX; i++) {
		__u32 size;

		if (p >= expr)
			return p == expr;
		size = ur_nft_expr_size(l, p);
		if (size < 8 || size > 4096)
			return false;
		p += size;
	}
	return false;
}

/* Where the expressions of @expr's rule begin, 0 when no header leads to it. */
static __always_inline __u64 ur_nft_rule_data(const struct ur_layout *l, __u64 expr, __u64 end,
					      __u64 *handle)
{
	for (int i = 0; i < UR_NFT_BACK_MAX; i++) {
		__u64 data = expr - 8 * i;
		struct ur_nft_word w = ur_nft_word(l, ur_peek(__u64, data - 8));

		if (w.is_last || !w.handle || data + w.dlen != end)
			continue;
		if (!ur_nft_leads_to(l, data, expr))
			continue;
		*handle = w.handle;
		return data;
	}
	return 0;
}

/* v6.4 on (e38fbfa972eb): the row ends with a struct nft_rule_dp_last that knows its
 * chain. @p is the end of our rule. */
static __always_inline __u64 ur_nft_chain_by_trailer(const struct ur_layout *l, __u64 p)
{
	for (int i = 0; i < UR_NFT_RULES_MAX; i++) {
		struct ur_nft_word w = ur_nft_word(l, ur_peek(__u64, p));

		if (w.is_last)
			return ur_peek(__u64, p + l->rule_dp_last_chain);
		p += 8 + w.dlen;
	}
	return 0;
}

/* The hook entries that the packet is passing: struct nf_hook_entries. */
static __always_inline __u64 ur_hook_entries(const struct nf_hook_state *st)
{
	const struct net *net = BPF_CORE_READ(st, net);
	__u32 hook = BPF_CORE_READ(st, hook), pf = BPF_CORE_READ(st, pf);
	__u64 base = 0;

	if (hook > 4)
		return 0;
	if (pf == NFPROTO_IPV4)
		base = (__u64)net + bpf_core_field_offset(struct net, nf.hooks_ipv4);
	else if (pf == NFPROTO_IPV6)
		base = (__u64)net + bpf_core_field_offset(struct net, nf.hooks_ipv6);
	return base ? ur_peek(__u64, base + 8 * hook) : 0;
}

/* struct nf_hook_entries: u16 count, padding to 8, then pairs of function and private
 * pointer (include/linux/netfilter.h, the same since v4.14). */
static __always_inline __u64 ur_hook_fn(__u64 entries, __u32 i)
{
	return ur_peek(__u64, entries + 8 + 16 * i);
}

static __always_inline __u64 ur_hook_priv(__u64 entries, __u32 i)
{
	return ur_peek(__u64, entries + 16 + 16 * i);
}

static __always_inline bool ur_is_nft_hook(const struct ur_layout *l, __u64 fn)
{
	return fn && (fn == l->nft_do_chain_fn[0] || fn == l->nft_do_chain_fn[1] ||
		      fn == l->nft_do_chain_fn[2]);
}

/* The base chain behind entry @i, 0 when that is no nftables hook. */
static __always_inline __u64 ur_base_chain(const struct ur_layout *l, __u64 entries, __u32 i)
{
	return ur_is_nft_hook(l, ur_hook_fn(entries, i)) ? ur_hook_priv(entries, i) : 0;
}

/* Does a rule row of @chain, of either generation, hold @expr? v5.17 on. */
static __always_inline bool ur_nft_chain_holds(const struct ur_layout *l, __u64 chain, __u64 expr)
{
	for (int gen = 0; gen < 2; gen++) {
		__u64 blob = ur_peek(__u64, chain + l->chain_blob0 + 8 * gen);

		if (blob && expr > blob && expr < blob + 8 + ur_peek(__u64, blob))
			return true;
	}
	return false;
}

/* v5.17 to v6.3: through every chain of every table that is hooked here. */
static __noinline __u64 ur_nft_chain_by_table(const struct ur_layout *l, __u64 entries, __u64 expr)
{
	__u32 count = ur_peek(__u16, entries), hook = 0;
	__u64 head = 0, node = 0;

	for (int i = 0; i < UR_NFT_CHAINS_MAX; i++) {
		__u64 chain;

		if (node == head) { /* done with a table: on to the next hook's */
			__u64 base;

			if (hook >= count || hook >= UR_NFT_HOOKS_MAX)
				return 0;
			base = ur_base_chain(l, entries, hook++);
			if (!base)
				continue;
			head = ur_peek(__u64, base + l->chain_table) + l->table_chains;
			node = ur_peek(__u64, head);
			continue;
		}
		chain = node - l->chain_list;
		if (ur_nft_chain_holds(l, chain, expr))
			return chain;
		node = ur_peek(__u64, node);
	}
	return 0;
}

/* Is @table that of one of the base chains hooked here? */
static __noinline bool ur_nft_table_hooked(const struct ur_layout *l, __u64 entries, __u64 table)
{
	__u32 count = ur_peek(__u16, entries);

	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 base = i < count ? ur_base_chain(l, entries, i) : 0;

		if (base && ur_peek(__u64, base + l->chain_table) == table)
			return true;
	}
	return false;
}

/* Before v5.17: struct nft_rule is on its chain's list, whose head lies in the chain at
 * chain_rules; only the head has a hooked table at the right distance. */
static __always_inline __u64 ur_nft_chain_by_list(const struct ur_layout *l, __u64 entries, __u64 rule)
{
	__u64 x = ur_peek(__u64, rule), first = 0;

	if (!entries || ur_peek(__u16, entries) == 0)
		return 0;
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX && !first; i++)
		first = ur_base_chain(l, entries, i);
	if (!first)
		return 0;
	for (int i = 0; i < UR_NFT_CHAINS_MAX; i++) {
		__u64 chain = x - 16; /* struct nft_chain.rules follows the two blob pointers */
		__u64 table = ur_peek(__u64, chain + l->chain_table);

		/* Kernel pointers only, and the chain's own list must lead back to us. */
		if (table >> 48 == 0xffff && ur_nft_table_hooked(l, entries, table))
			return chain;
		x = ur_peek(__u64, x);
		if (!x || x == rule)
			return 0;
	}
	return 0;
}

static __always_inline void ur_nft_names(const struct ur_layout *l, struct ur_rule *r, __u64 chain)
{
	__u64 table = ur_peek(__u64, chain + l->chain_table);
	long n;

	n = bpf_probe_read_kernel_str(r->chain, sizeof(r->chain),
				      (const void *)ur_peek(__u64, chain + l->chain_name));
	if (n > 1)
		r->flags |= UR_RULE_CHAIN;
	if (n == sizeof(r->chain))
		r->flags |= UR_RULE_LONG_NAME;
	r->chain_handle = ur_peek(__u64, chain + l->chain_handle);
	n = bpf_probe_read_kernel_str(r->table, sizeof(r->table),
				      (const void *)ur_peek(__u64, table + l->table_name));
	if (n > 1)
		r->flags |= UR_RULE_TABLE;
	if (n == sizeof(r->table))
		r->flags |= UR_RULE_LONG_NAME;
	r->table_handle = ur_peek(__u64, table + l->table_handle);
	r->table_family = ur_peek(__u8, table + l->table_family) & 0x3f;
}

/* Fill @r from @expr, an expression that is being evaluated under @st. */
static __noinline void ur_nft_rule(struct ur_rule *r, const struct ur_layout *l, __u64 expr,
				   const struct nf_hook_state *st)
{
	__u64 end = expr + ur_nft_expr_size(l, expr), entries = ur_hook_entries(st), chain;
	__u64 handle = 0, data = ur_nft_rule_data(l, expr, end, &handle);

	if (!data)
		return;
	r->handle = handle;
	r->flags |= UR_RULE_HANDLE;
	if (!l->rule_dp)
		chain = ur_nft_chain_by_list(l, entries, data - 24);
	else if (l->rule_dp_last_chain)
		chain = ur_nft_chain_by_trailer(l, end);
	else
		chain = entries ? ur_nft_chain_by_table(l, entries, expr) : 0;
	if (chain)
		ur_nft_names(l, r, chain);
	else
		r->flags |= UR_RULE_GAVE_UP;
}
