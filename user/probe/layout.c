/* SPDX-License-Identifier: GPL-2.0-only */
/* layout.c - field offsets of module types, from BTF.
 *
 * CO-RE relocates when a program is loaded, and these modules often come later; reading
 * the offsets here lets one program, loaded at the start, serve whenever they come.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/probe/layout.h"
#include "user/probe/split.h"

/* struct nft_*, xt_* of v5.10, whose Debian build has no module BTF. Every rule found
 * with these is proven by a walk over its expressions before it is believed. */
static const struct ur_layout layout_5_10 = {
	.rule_dp = 0,
	.pktinfo_skb = 0,
	.pktinfo_state = 32, /* xt.state */
	.expr_ops_size = 16,
	.expr_ops_data = 112,
	.chain_blob0 = 0, /* rules_gen_0 */
	.chain_list = 32,
	.chain_table = 64,
	.chain_handle = 72,
	.chain_name = 88,
	.table_chains = 152,
	.table_handle = 224,
	.table_name = 240,
	.table_family = 236,
	.pernet_base_seq = 120, /* of the later ones; others are found out by its parity */
	.xt_par_target = 0,
	.xt_par_targinfo = 8,
	.xt_par_state = 16,
	.xt_table_private = 24,
	.xt_table_name = 56,
	.xt_ext_name = 16,
	.xt_ext_size = 104, /* with CONFIG_COMPAT, which x86_64 and arm64 builds have */
};

static const struct field {
	const char *type, *field;
	size_t at; /* in struct ur_layout */
} nft_fields[] = {
	{ "nft_pktinfo", "skb", offsetof(struct ur_layout, pktinfo_skb) },
	{ "nft_pktinfo", "state", offsetof(struct ur_layout, pktinfo_state) },
	{ "nft_expr_ops", "size", offsetof(struct ur_layout, expr_ops_size) },
	{ "nft_expr_ops", "data", offsetof(struct ur_layout, expr_ops_data) },
	{ "nft_chain", "list", offsetof(struct ur_layout, chain_list) },
	{ "nft_chain", "table", offsetof(struct ur_layout, chain_table) },
	{ "nft_chain", "handle", offsetof(struct ur_layout, chain_handle) },
	{ "nft_chain", "name", offsetof(struct ur_layout, chain_name) },
	{ "nft_table", "chains", offsetof(struct ur_layout, table_chains) },
	{ "nft_table", "handle", offsetof(struct ur_layout, table_handle) },
	{ "nft_table", "name", offsetof(struct ur_layout, table_name) },
	{ "nft_table", "family", offsetof(struct ur_layout, table_family) },
}, xt_fields[] = {
	{ "xt_action_param", "target", offsetof(struct ur_layout, xt_par_target) },
	{ "xt_action_param", "targinfo", offsetof(struct ur_layout, xt_par_targinfo) },
	{ "xt_action_param", "state", offsetof(struct ur_layout, xt_par_state) },
	{ "xt_table", "private", offsetof(struct ur_layout, xt_table_private) },
	{ "xt_table", "name", offsetof(struct ur_layout, xt_table_name) },
};

/* What else is asked for: see fill_rules(), fill_generation(), fill_ext(). */
static const struct field others[] = {
	{ "nft_chain", "blob_gen_0", 0 },
	{ "nft_chain", "rules_gen_0", 0 },
	{ "nft_rule_dp_last", "chain", 0 },
	{ "net", "nft", 0 },
	{ "net", "gen", 0 },
	{ "netns_nftables", "base_seq", 0 },
	{ "netns_nftables", "gencursor", 0 },
	{ "nftables_pernet", "base_seq", 0 },
	{ "xt_match", "name", 0 },
	{ "xt_match", "revision", 0 },
	{ "xt_match", "matchsize", 0 },
	{ "xt_match", "usersize", 0 },
	{ "xt_target", "name", 0 },
	{ "xt_target", "revision", 0 },
	{ "xt_target", "targetsize", 0 },
	{ "xt_target", "usersize", 0 },
};

#define N(array) (sizeof(array) / sizeof(*(array)))
#define NASKED   (N(nft_fields) + N(xt_fields) + N(others))
_Static_assert(NASKED <= UR_LAYOUT_ASKED, "raise UR_LAYOUT_ASKED");

/* The @i-th field that is ever asked for. */
static const struct field *asked(size_t i)
{
	if (i < N(nft_fields))
		return &nft_fields[i];
	i -= N(nft_fields);
	return i < N(xt_fields) ? &xt_fields[i] : &others[i - N(xt_fields)];
}

/* Types to look in. With all of the kernel's: @btf, theirs or a module's on top of them, and
 * their index or NULL. Else @kept and, where a module has types, @split. */
struct types {
	struct btf *btf;
	const struct ur_btf_index *names;
	const struct ur_kept_types *kept;
	struct ur_split *split;
	struct btf *own; /* @btf, where it is a module's */
	bool *unsure;    /* set when what is kept does not do */
};

static int member_offset(const struct btf *btf, const struct btf_type *t, const char *name,
			 uint32_t base);

/* A member without a name is an anonymous struct or union: its members are ours. */
static int anonymous_offset(const struct btf *btf, uint32_t type, const char *name, uint32_t base)
{
	const struct btf_type *t = btf__type_by_id(btf, type);

	return t && btf_is_composite(t) ? member_offset(btf, t, name, base) : -ENOENT;
}

/* Offset of @name in @t, in bytes from the outermost type; -ENOENT. */
static int member_offset(const struct btf *btf, const struct btf_type *t, const char *name,
			 uint32_t base)
{
	const struct btf_member *m = btf_members(t);

	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		uint32_t at = base + btf_member_bit_offset(t, i) / 8;
		const char *has = btf__name_by_offset(btf, m[i].name_off);
		int r;

		if (has && *has) {
			if (!strcmp(has, name))
				return (int)at;
			continue;
		}
		r = anonymous_offset(btf, m[i].type, name, at);
		if (r >= 0)
			return r;
	}
	return -ENOENT;
}

/* In the module's own types first: the kernel has 100,000 more. */
static int find_struct(const struct types *types, const char *name)
{
	const struct btf *btf = types->btf, *base = btf__base_btf(btf);

	for (uint32_t id = base ? btf__type_cnt(base) : UINT32_MAX; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_struct(t) && !strcmp(btf__name_by_offset(btf, t->name_off), name))
			return (int)id;
	}
	if (types->names)
		return ur_btf_index_find(types->names, name, BTF_KIND_STRUCT);
	return btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
}

/* The same without the kernel's types. */
static int kept_offset(const struct types *types, const char *type, const char *field)
{
	int r = types->split ? ur_split_offset(types->split, type, field) : -ENOENT;

	if (r == -EXDEV)
		*types->unsure = true;
	if (r != -ENOENT)
		return r;
	for (size_t i = 0; i < NASKED; i++)
		if (!strcmp(asked(i)->type, type) && !strcmp(asked(i)->field, field))
			return types->kept->at[i];
	*types->unsure = true; /* nobody has listed it among the others */
	return -ENOENT;
}

static int field_offset(const struct types *types, const char *type, const char *field)
{
	int id;

	if (!types->btf)
		return kept_offset(types, type, field);
	id = find_struct(types, type);
	return id < 0 ? -ENOENT :
			member_offset(types->btf, btf__type_by_id(types->btf, id), field, 0);
}

static void keep(struct ur_kept_types *kept, const struct types *kernel)
{
	kept->ntypes = btf__type_cnt(kernel->btf);
	for (size_t i = 0; i < NASKED; i++)
		kept->at[i] = field_offset(kernel, asked(i)->type, asked(i)->field);
}

static bool fill(struct ur_layout *l, const struct types *types, const struct field *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int at = field_offset(types, f[i].type, f[i].field);

		if (at < 0)
			return false;
		*(uint32_t *)((char *)l + f[i].at) = at;
	}
	return true;
}

/* The blob pointers of a chain: their name tells how rules are stored. */
static bool fill_rules(struct ur_layout *l, const struct types *types)
{
	int at = field_offset(types, "nft_chain", "blob_gen_0");
	int last = field_offset(types, "nft_rule_dp_last", "chain");

	l->rule_dp = at >= 0;
	if (at < 0)
		at = field_offset(types, "nft_chain", "rules_gen_0");
	l->chain_blob0 = at < 0 ? 0 : at;
	l->rule_dp_last_chain = last < 0 ? 0 : last;
	return at >= 0;
}

/* Where the rule set's generation lies: in struct net since v6.17 and its stable kin; before,
 * in what nf_tables keeps for each namespace. */
static void fill_generation(struct ur_layout *l, const struct types *types,
			    const struct ur_symbols *syms)
{
	int nft = field_offset(types, "net", "nft"), gen = field_offset(types, "net", "gen");
	int seq = field_offset(types, "netns_nftables", "base_seq");
	int pernet = field_offset(types, "nftables_pernet", "base_seq");
	int cursor = field_offset(types, "netns_nftables", "gencursor");
	uint64_t id = ur_symbols_data(syms, "nf_tables_net_id");

	if (pernet < 0)
		pernet = l->pernet_base_seq ? (int)l->pernet_base_seq : -ENOENT;
	l->pernet_base_seq = 0;
	if (nft < 0 || cursor < 0)
		return;
	l->net_gencursor = nft + cursor;

	if (nft >= 0 && seq >= 0) {
		l->net_base_seq = nft + seq;
	} else if (gen >= 0 && pernet >= 0) {
		l->net_gen = gen;
		l->pernet_base_seq = pernet;
		l->nf_tables_net_id = id;
	}
}

static void close_types(struct types *t)
{
	btf__free(t->own);
	ur_split_free(t->split);
}

static void open_split(struct types *t, const char *path)
{
	const char *names[2 * NASKED];

	for (size_t i = 0; i < NASKED; i++) {
		names[2 * i] = asked(i)->type;
		names[2 * i + 1] = asked(i)->field;
	}
	if (ur_split_open("/sys/kernel/btf/vmlinux", t->kept->ntypes, path, names, N(names),
			  &t->split))
		*t->unsure = true;
}

/* The types of @module on top of the kernel's, which alone are there where it has none. */
static struct types module_types(const char *module, const struct types *kernel)
{
	struct types t = *kernel;
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", module);
	if (access(path, R_OK))
		return t;
	if (!kernel->btf) {
		open_split(&t, path);
		return t;
	}
	t.own = btf__parse_split(path, kernel->btf);
	t.btf = t.own ?: t.btf;
	return t;
}

static uint64_t address(const struct ur_symbols *syms, const char *name)
{
	uint64_t start, end;

	return ur_symbols_range(syms, NULL, name, &start, &end) ? 0 : start;
}

/* Code of @module (a function of it is @function) on a kernel that gives no module a BTF. */
static bool built_without_btf(const struct ur_symbols *syms, const char *module,
			      const char *function)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return access("/sys/kernel/btf/x_tables", F_OK) &&
	       access("/sys/kernel/btf/nf_tables", F_OK) &&
	       (!access(path, F_OK) || address(syms, function));
}

/* The split BTF and its base are both needed for a type that lies in either. */
static bool fill_nft(struct ur_layout *l, const struct types *kernel, const struct ur_symbols *syms)
{
	ur_cleanup(close_types) struct types types = module_types("nf_tables", kernel);

	if (!fill(l, &types, nft_fields, sizeof(nft_fields) / sizeof(*nft_fields)) ||
	    !fill_rules(l, &types))
		return false;
	fill_generation(l, &types, syms);
	return true;
}

/* Do @field of xt_match and of xt_target, and what follows it, lie at @at? */
static bool both_have(const struct types *types, const char *match, const char *target,
		      const char *next, int at, int next_at)
{
	return field_offset(types, "xt_match", match) == at &&
	       field_offset(types, "xt_target", target) == at &&
	       field_offset(types, "xt_match", next) == next_at &&
	       field_offset(types, "xt_target", next) == next_at;
}

/* One set of offsets must do for matches and targets. */
static void fill_ext(struct ur_layout *l, const struct types *types)
{
	int name = field_offset(types, "xt_match", "name");
	int size = field_offset(types, "xt_match", "matchsize");

	if (name < 0 || size < 0 ||
	    !both_have(types, "name", "name", "revision", name, name + 29) ||
	    !both_have(types, "matchsize", "targetsize", "usersize", size, size + 4))
		return;
	l->xt_ext_name = name;
	l->xt_ext_size = size;
}

static bool fill_xt(struct ur_layout *l, const struct types *kernel)
{
	ur_cleanup(close_types) struct types types = module_types("x_tables", kernel);

	fill_ext(l, &types);
	return fill(l, &types, xt_fields, sizeof(xt_fields) / sizeof(*xt_fields));
}

int ur_probe_layout(struct ur_layout *l, struct btf *vmlinux, const struct ur_btf_index *names,
		    const struct ur_symbols *syms, struct ur_kept_types *kept)
{
	bool unsure = !vmlinux && !kept->ntypes;
	const struct types kernel = { vmlinux, names, kept, NULL, NULL, &unsure };

	memset(l, 0, sizeof(*l));
	if (vmlinux)
		keep(kept, &kernel);
	l->ready = fill_nft(l, &kernel, syms);
	l->xt_ready = fill_xt(l, &kernel);
	if (!l->ready && !l->xt_ready &&
	    (built_without_btf(syms, "nf_tables", "nft_do_chain") ||
	     built_without_btf(syms, "x_tables", "xt_register_target"))) {
		*l = layout_5_10;
		l->ready = l->xt_ready = 1;
		fill_generation(l, &kernel, syms);
	}
	return unsure ? -EAGAIN : 0;
}
