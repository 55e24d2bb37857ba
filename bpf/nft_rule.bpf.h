/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_rule.bpf.h - nftables: expression -> rule handle, chain, table.
 *
 * Since v5.17 (2c865a8a28a1) the packet path runs over a copy, struct nft_rule_blob: a
 * row of struct nft_rule_dp {is_last:1, dlen:12, handle:42} each followed by dlen bytes
 * of expressions. Before, expressions lie in struct nft_rule itself, behind
 * {list_head; handle:42, genmask:2, dlen:12, udata:1}. In both the word just before the
 * first expression tells handle and dlen.
 *
 * What was found is remembered for as long as the rule set stands, so that only the first
 * packet that a rule rejects pays for the search.
 */
#include "bpf/nft_chain.bpf.h"

#define UR_NFT_BACK_MAX  512 /* words: dlen has 12 bits */
#define UR_NFT_CHUNK     8   /* words read at a time */
#define UR_NFT_EXPRS_MAX 128 /* NFT_RULE_MAXEXPRS */
#define UR_NFT_UNMAPPED  1   /* for an address: memory ends there */

static __always_inline __u32 ur_nft_expr_size(const struct ur_layout *l, __u64 expr)
{
	return ur_peek(__u32, ur_peek(__u64, expr) + l->expr_ops_size);
}

UR_STEP int ur_nft_leads_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;
	__u64 ops = ur_peek(__u64, w->at);
	__u32 size = ur_peek(__u32, ops + w->l->expr_ops_size);

	if (w->at >= w->expr) {
		w->found = w->at == w->expr;
		return 1;
	}
	if ((__s64)ops >= 0 || size - 8 > 4096) /* less than 8, too */
		return 1;
	w->at += size;
	return 0;
}

/* Do expressions follow one another from @p exactly to @expr? Each begins with a pointer to
 * its ops; a rule's header never looks like a kernel address, so no walk gets past one. */
UR_GLOBAL int ur_nft_leads_to(__u64 p, __u64 expr)
{
	struct ur_nft_walk w = { .l = ur_layout_get(), .at = p, .expr = expr };

	if (w.l)
		ur_loop(UR_NFT_EXPRS_MAX, ur_nft_leads_step, &w);
	return w.found;
}

/* Is the word before @data the header of a rule that ends at @end with @expr? Where rules
 * are struct nft_rule (before v5.17), their list must confirm it. */
UR_GLOBAL int ur_nft_begins(__u64 word, __u64 data, __u64 expr, __u64 end)
{
	const struct ur_layout *l = ur_layout_get();
	__u64 rule = data - 24;
	struct ur_nft_word w;

	if (!l)
		return 0;
	w = ur_nft_word(l, word);
	if (w.is_last || data + w.dlen != end || !w.handle || !ur_nft_leads_to(data, expr))
		return 0;
	return l->rule_dp || ur_peek(__u64, ur_peek(__u64, rule) + 8) == rule;
}

/* Could @word be a header @distance bytes before its rule's end? Wherever dlen lies. */
static __always_inline bool ur_nft_could(__u64 word, __u64 distance)
{
	return (word >> 1 & 0xfff) == distance || (word >> 44 & 0xfff) == distance;
}

/* Where the rule's expressions begin, when its header is one of the words of the chunk at
 * @base; else 0. The farthest one: see ur_nft_rule_data(). UR_NFT_UNMAPPED where the chunk
 * can't be read as a whole. */
UR_GLOBAL __u64 ur_nft_chunk(__u64 base, __u64 expr, __u64 end)
{
	__u64 words[UR_NFT_CHUNK] = {};

	if (bpf_probe_read_kernel(words, sizeof(words), (const void *)base))
		return UR_NFT_UNMAPPED;
	for (int i = 0; i < UR_NFT_CHUNK; i++) {
		__u64 data = base + 8 * i + 8;

		if (ur_nft_could(words[i], end - data) && ur_nft_begins(words[i], data, expr, end))
			return data;
	}
	return 0;
}

/* The same where memory ends within the chunk, a word at a time. */
UR_GLOBAL __u64 ur_nft_chunk_cut(__u64 base, __u64 expr, __u64 end)
{
	for (int i = 0; i < UR_NFT_CHUNK; i++) {
		__u64 data = base + 8 * i + 8, word = ur_peek(__u64, data - 8);

		if (ur_nft_could(word, end - data) && ur_nft_begins(word, data, expr, end))
			return data;
	}
	return 0;
}

/* @walk.head: where our rule ends. */
UR_STEP int ur_nft_back_step(__u32 i, void *ctx)
{
	struct ur_nft_walk *w = ctx;
	__u64 base = w->expr - (i + 1) * 8 * UR_NFT_CHUNK;
	__u64 data = ur_nft_chunk(base, w->expr, w->head);

	if (data == UR_NFT_UNMAPPED) {
		w->found = ur_nft_chunk_cut(base, w->expr, w->head) ?: w->found;
		return 1;
	}
	w->found = data ?: w->found;
	return 0;
}

/* Where the expressions of the rule begin that ends at @end with @expr; 0 when no header
 * says so. The last bytes of an expression can look like a header, and from there
 * expressions lead to @expr as well; but none lies before the real one, so the farthest
 * is taken. */
UR_GLOBAL __u64 ur_nft_rule_data(__u64 expr, __u64 end)
{
	struct ur_nft_walk w = { .expr = expr, .head = end };

	ur_loop(UR_NFT_BACK_MAX / UR_NFT_CHUNK, ur_nft_back_step, &w);
	return w.found;
}

static __always_inline void ur_nft_table_names(const struct ur_layout *l, struct ur_rule *r,
					       __u64 table)
{
	long n = bpf_probe_read_kernel_str(r->table, sizeof(r->table),
					   (const void *)ur_peek(__u64, table + l->table_name));

	if (n > 1)
		r->flags |= UR_RULE_TABLE;
	if (n == sizeof(r->table))
		r->flags |= UR_RULE_LONG_NAME;
	r->table_handle = ur_peek(__u64, table + l->table_handle);
	r->table_family = ur_peek(__u8, table + l->table_family) & 0x3f;
}

static __always_inline void ur_nft_names(const struct ur_layout *l, struct ur_rule *r, __u64 chain)
{
	long n = bpf_probe_read_kernel_str(r->chain, sizeof(r->chain),
					   (const void *)ur_peek(__u64, chain + l->chain_name));

	if (n > 1)
		r->flags |= UR_RULE_CHAIN;
	if (n == sizeof(r->chain))
		r->flags |= UR_RULE_LONG_NAME;
	r->chain_handle = ur_peek(__u64, chain + l->chain_handle);
	ur_nft_table_names(l, r, ur_peek(__u64, chain + l->chain_table));
}

/* Does the rule whose expressions begin at @data, with @expr as its last, stand in the
 * generation that @cursor (nft.gencursor) says? A packet goes through the one that it began
 * with, to its end. */
static __always_inline bool ur_nft_stands(const struct ur_layout *l, __u64 chain, __u64 data,
					  __u64 expr, __u8 cursor)
{
	__u64 row;

	if (!l->rule_dp) /* struct nft_rule.genmask: the generations that it is not of */
		return !(ur_peek(__u64, data - 8) >> 42 & (1 << cursor));
	if (!chain)
		return false;
	row = ur_peek(__u64, chain + l->chain_blob0 + 8 * cursor);
	return expr - row < 8 + ur_peek(__u64, row);
}

/* Fill @r by searching. @generation: of the rule set when we began, 0: not known. */
static __always_inline void ur_nft_search(struct ur_rule *r, const struct ur_layout *l, __u64 expr,
					  __u64 last, const struct nf_hook_state *st,
					  __u32 generation)
{
	__u64 end = expr + ur_nft_expr_size(l, expr), data = ur_nft_rule_data(expr, end), chain;
	__u8 cursor = ur_peek(__u8, (__u64)BPF_CORE_READ(st, net) + l->net_gencursor) & 1;
	__u64 entries = ur_hook_entries(st);

	if (!data)
		return;
	r->handle = ur_nft_word(l, ur_peek(__u64, data - 8)).handle;
	r->flags |= UR_RULE_HANDLE;
	chain = ur_nft_chain(data, expr, end, last, entries);
	/* Both begin even and odd, and change together, the generation first. */
	if ((generation ^ cursor) & 1 && ur_nft_stands(l, chain, data, expr, cursor))
		r->generation = generation;
	if (chain) {
		ur_nft_names(l, r, chain);
		return;
	}
	r->flags |= UR_RULE_GAVE_UP;
	chain = ur_nft_only_table(entries);
	if (chain)
		ur_nft_table_names(l, r, chain);
}

/* The rule set's generation, for a key; false when it can't be told. The kernel's own is
 * counted up after the rows of the next rules are made and before packets meet them, so an
 * address means one rule for as long as it stands. A namespace's address is used again,
 * its cookie never; where there is none, all is forgotten with every namespace that ends. */
static __always_inline bool ur_nft_generation(const struct ur_layout *l, struct ur_rule_key *key,
					      const struct net *net)
{
	__u64 seq = (__u64)net + l->net_base_seq;

	if (!l->net_base_seq && l->net_gen && l->pernet_base_seq) {
		__u64 id = l->net_id ?: ur_peek(__u32, l->nf_tables_net_id);

		seq = ur_peek(__u64, ur_peek(__u64, (__u64)net + l->net_gen) + 8 * id) +
		      l->pernet_base_seq;
	} else if (!l->net_base_seq) {
		return false;
	}
	key->generation = ur_peek(__u32, seq);
	key->netns = ur_netns_cookie(net);
	key->epoch = l->epoch;
	if (ur_cookies_are_lazy()) {
		key->netns = ur_nets_watched ? (__u64)net : 0;
		key->epoch += ur_nets_ended;
	}
	return key->generation && key->netns;
}

/* Has @r been found before? An entry can be made another's while we copy; then it is not
 * found again where it was. */
static __always_inline bool ur_nft_recall(struct ur_rule *r, const struct ur_rule_key *key)
{
	const struct ur_rule *known = bpf_map_lookup_elem(&rules, key);

	if (!known)
		return false;
	r->handle = known->handle;
	r->chain_handle = known->chain_handle;
	r->table_handle = known->table_handle;
	r->table_family = known->table_family;
	r->generation = known->generation;
	r->flags = known->flags;
	__builtin_memcpy(r->table, known->table, sizeof(r->table));
	__builtin_memcpy(r->chain, known->chain, sizeof(r->chain));
	if (bpf_map_lookup_elem(&rules, key) == known)
		return true;
	r->flags = 0;
	r->generation = 0;
	return false;
}

/* Fill @r from @expr, an expression that is being evaluated under @st. Only rules of the
 * generation at hand are remembered: others are on their way out. */
static __always_inline void ur_nft_rule(struct ur_rule *r, const struct ur_layout *l, __u64 expr,
					__u64 last, const struct nf_hook_state *st)
{
	struct ur_rule_key key = { .expr = expr };
	bool keyed = ur_nft_generation(l, &key, BPF_CORE_READ(st, net));

	if (keyed && ur_nft_recall(r, &key))
		return;
	ur_nft_search(r, l, expr, last, st, key.generation);
	if (keyed && r->generation)
		bpf_map_update_elem(&rules, &key, r, BPF_ANY);
}
