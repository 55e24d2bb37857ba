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

#define UR_NFT_BACK_MAX   512  /* words: dlen has 12 bits */
#define UR_NFT_CHUNK      8    /* words read at a time */
#define UR_NFT_EXPRS_MAX  128  /* NFT_RULE_MAXEXPRS */
#define UR_NFT_RULES_MAX  1024 /* rules walked to the end of a chain */
#define UR_NFT_CHAINS_MAX 256  /* chains, or rules of a list, walked to find ours */
#define UR_NFT_HOOKS_MAX  16   /* base chains at one hook */
#define UR_HANDLE_MASK    ((1ULL << 42) - 1)

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

static __always_inline __u32 ur_nft_expr_size(const struct ur_layout *l, __u64 expr)
{
	return ur_peek(__u32, ur_peek(__u64, expr) + l->expr_ops_size);
}

/* Do expressions follow one another from @p exactly to @expr? Each begins with a pointer to
 * its ops; a rule's header never looks like a kernel address, so no walk gets past one. */
UR_GLOBAL int ur_nft_leads_to(__u64 p, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();

	if (!l)
		return 0;
	for (int i = 0; i < UR_NFT_EXPRS_MAX; i++) {
		__u64 ops = ur_peek(__u64, p);
		__u32 size = ur_peek(__u32, ops + l->expr_ops_size);

		if (p >= expr)
			return p == expr;
		if ((__s64)ops >= 0 || size - 8 > 4096) /* less than 8, too */
			return 0;
		p += size;
	}
	return 0;
}

/* Is the word before @data the header of a rule that ends with @expr? Where rules are
 * struct nft_rule (before v5.17), their list must confirm it. */
UR_GLOBAL int ur_nft_begins(__u64 data, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 rule = data - 24;

	if (!l || !ur_nft_leads_to(data, expr))
		return 0;
	return l->rule_dp || ur_peek(__u64, ur_peek(__u64, rule) + 8) == rule;
}

/* Where the expressions of the rule begin that ends at @end with @expr; 0 when no header
 * says so. The last bytes of an expression can look like a header, and from there
 * expressions lead to @expr as well; but none lies before the real one, so the farthest
 * is taken. Words are read eight at a time, one by one where that meets unmapped memory. */
UR_GLOBAL __u64 ur_nft_rule_data(__u64 expr, __u64 end)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 found = 0, words[UR_NFT_CHUNK] = {};

	if (!l)
		return 0;
	for (int i = 0; i < UR_NFT_BACK_MAX / UR_NFT_CHUNK; i++) {
		__u64 base = expr - (i + 1) * sizeof(words);
		long r = bpf_probe_read_kernel(words, sizeof(words), (const void *)base);

		for (int j = UR_NFT_CHUNK - 1; j >= 0; j--) {
			__u64 data = base + 8 * j + 8;
			struct ur_nft_word w;

			w = ur_nft_word(l, r ? ur_peek(__u64, data - 8) : words[j]);
			if (!w.is_last && data + w.dlen == end && w.handle &&
			    ur_nft_begins(data, expr))
				found = data;
		}
		if (r)
			break;
	}
	return found;
}

/* v6.4 on (e38fbfa972eb): the row ends with a struct nft_rule_dp_last that knows its
 * chain. @p is the end of our rule. */
UR_GLOBAL __u64 ur_nft_chain_by_trailer(__u64 p)
{
	const struct ur_layout *l = ur_layout_get();

	if (!l)
		return 0;
	for (int i = 0; i < UR_NFT_RULES_MAX; i++) {
		struct ur_nft_word w = ur_nft_dp_word(ur_peek(__u64, p));

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

/* The base chain behind entry @i, 0 when that is no nftables hook. */
UR_GLOBAL __u64 ur_base_chain(__u64 entries, __u32 i)
{
	__u64 fn = ur_hook_fn(entries, i);

	if (!fn ||
	    (!ur_in_range(UR_FN_NFT_CHAIN_INET, fn) && !ur_in_range(UR_FN_NFT_CHAIN_IPV4, fn) &&
	     !ur_in_range(UR_FN_NFT_CHAIN_IPV6, fn)))
		return 0;
	return ur_hook_priv(entries, i);
}

/* Does a rule row of @chain, of either generation, hold @expr? v5.17 on. */
static __always_inline bool ur_nft_chain_holds(const struct ur_layout *l, __u64 chain, __u64 expr)
{
	__u64 a = ur_peek(__u64, chain + l->chain_blob0);
	__u64 b = ur_peek(__u64, chain + l->chain_blob0 + 8);

	return expr - a < 8 + ur_peek(__u64, a) || expr - b < 8 + ur_peek(__u64, b);
}

/* The chain of @table that holds @expr; 0 when none of the first UR_NFT_CHAINS_MAX does. */
UR_GLOBAL __u64 ur_nft_chain_in_table(__u64 table, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 head, node;

	if (!l)
		return 0;
	head = table + l->table_chains;
	node = ur_peek(__u64, head);
	for (int i = 0; i < UR_NFT_CHAINS_MAX; i++) {
		__u64 chain = node - l->chain_list;

		if (node == head || !node)
			return 0;
		if (ur_nft_chain_holds(l, chain, expr))
			return chain;
		node = ur_peek(__u64, node);
	}
	return 0;
}

/* v5.17 to v6.3: through every chain of every table that is hooked here. */
UR_GLOBAL __u64 ur_nft_chain_by_table(__u64 entries, __u64 expr)
{
	const struct ur_layout *l = ur_layout_get();
	__u32 count = ur_peek(__u16, entries);

	if (!l)
		return 0;
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 base = i < count ? ur_base_chain(entries, i) : 0, chain;

		if (!base)
			continue;
		chain = ur_nft_chain_in_table(ur_peek(__u64, base + l->chain_table), expr);
		if (chain)
			return chain;
	}
	return 0;
}

/* Is @table that of one of the base chains hooked here? */
UR_GLOBAL int ur_nft_table_hooked(__u64 entries, __u64 table)
{
	const struct ur_layout *l = ur_layout_get();
	__u32 count = ur_peek(__u16, entries);

	if (!l)
		return 0;
	for (__u32 i = 0; i < UR_NFT_HOOKS_MAX; i++) {
		__u64 base = i < count ? ur_base_chain(entries, i) : 0;

		if (base && ur_peek(__u64, base + l->chain_table) == table)
			return 1;
	}
	return 0;
}

/* Before v5.17: struct nft_rule is on the list of its chain's rules, whose head follows the
 * chain's two blob pointers. Of all that the list leads through only the head has a table
 * that is hooked here at the right distance. */
UR_GLOBAL __u64 ur_nft_chain_by_list(__u64 entries, __u64 rule)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 x = ur_peek(__u64, rule);

	if (!l)
		return 0;
	for (int i = 0; i < UR_NFT_CHAINS_MAX; i++) {
		__u64 chain = x - 16;
		__u64 table = ur_peek(__u64, chain + l->chain_table);

		if ((__s64)table < 0 && ur_nft_table_hooked(entries, table))
			return chain;
		x = ur_peek(__u64, x);
		if (x == rule)
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

/* The chain of the rule whose expressions begin at @data. */
static __always_inline __u64 ur_nft_chain(const struct ur_layout *l, const struct nf_hook_state *st,
					  __u64 data, __u64 expr, __u64 end)
{
	__u64 entries = ur_hook_entries(st);

	if (l->rule_dp_last_chain)
		return ur_nft_chain_by_trailer(end);
	if (!entries)
		return 0;
	return l->rule_dp ? ur_nft_chain_by_table(entries, expr) :
			    ur_nft_chain_by_list(entries, data - 24);
}

/* Fill @r from @expr, an expression that is being evaluated under @st. */
static __noinline void ur_nft_rule(struct ur_rule *r, const struct ur_layout *l, __u64 expr,
				   const struct nf_hook_state *st)
{
	__u64 end = expr + ur_nft_expr_size(l, expr), data = ur_nft_rule_data(expr, end), chain;

	if (!data)
		return;
	r->handle = ur_nft_word(l, ur_peek(__u64, data - 8)).handle;
	r->flags |= UR_RULE_HANDLE;
	chain = ur_nft_chain(l, st, data, expr, end);
	if (chain)
		ur_nft_names(l, r, chain);
	else
		r->flags |= UR_RULE_GAVE_UP;
}
