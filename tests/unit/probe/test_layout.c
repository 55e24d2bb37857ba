/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/probe/layout.h"

UR_DEFINE_CLEANUP(struct btf, btf__free)

static char kallsyms[] = "/tmp/ur-test-layout-XXXXXX";

/* The index must make no difference, nor that the kernel's types are gone. */
static void layout(struct ur_layout *l, struct btf *btf, const struct ur_symbols *syms)
{
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *names = NULL;
	struct ur_kept_types kept = {};
	struct ur_layout with, without;

	assert_int_equal(ur_btf_index_new(btf, &names), 0);
	assert_int_equal(ur_probe_layout(&without, NULL, NULL, syms, &kept), -EAGAIN);
	assert_int_equal(ur_probe_layout(l, btf, NULL, syms, &kept), 0);
	assert_int_equal(ur_probe_layout(&with, btf, names, syms, &kept), 0);
	assert_memory_equal(l, &with, sizeof(with));
	assert_int_equal(ur_probe_layout(&without, NULL, NULL, syms, &kept), 0);
	assert_memory_equal(l, &without, sizeof(with));
}

static struct ur_symbols *symbols(const char *text)
{
	struct ur_symbols *s = NULL;
	FILE *f = fopen(kallsyms, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(ur_symbols_open(kallsyms, &s), 0);
	return s;
}

static int make_file(void **state)
{
	int fd = mkstemp(kallsyms);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(kallsyms);
}

/* A kernel with netfilter loaded says more than the BTF that a test makes up. */
static bool netfilter_is_loaded(void)
{
	static const char *const paths[] = { "/sys/kernel/btf/nf_tables", "/sys/module/nf_tables",
					     "/sys/kernel/btf/x_tables", "/sys/module/x_tables" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!access(paths[i], F_OK))
			return true;
	return false;
}

struct member {
	const char *name; /* NULL: anonymous, of @type */
	uint32_t at;      /* bytes */
	int type;         /* 0: a 64-bit number */
};

/* Type 1 of every BTF here is a number of 64 bits, type 2 one of 16. */
static struct btf *new_btf(void)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_int_equal(btf__add_int(btf, "u64", 8, 0), 1);
	assert_int_equal(btf__add_int(btf, "u16", 2, 0), 2);
	return btf;
}

static int add_members(struct btf *btf, int id, const struct member *m)
{
	assert_true(id > 0);
	for (; m->name || m->type; m++)
		assert_int_equal(btf__add_field(btf, m->name, m->type ?: 1, m->at * 8, 0), 0);
	return id;
}

static int add_struct(struct btf *btf, const char *name, const struct member *m)
{
	return add_members(btf, btf__add_struct(btf, name, 512), m);
}

#define MEMBERS(...) ((const struct member[]){ __VA_ARGS__, {} })

static void add_x_tables(struct btf *btf)
{
	int match = add_members(btf, btf__add_union(btf, NULL, 8),
				MEMBERS({ "match", 0, 0 }, { "target", 0, 0 }));
	int info = add_members(btf, btf__add_union(btf, NULL, 8),
			       MEMBERS({ "matchinfo", 0, 0 }, { "targinfo", 0, 0 }));

	add_struct(btf, "xt_action_param",
		   MEMBERS({ NULL, 8, match }, { NULL, 24, info }, { "state", 40, 0 }));
	add_struct(btf, "xt_table", MEMBERS({ "private", 48, 0 }, { "name", 64, 0 }));
}

/* As in struct nft_table: u16 family:6, flags:8, genmask:2. */
static void add_table(struct btf *btf)
{
	add_struct(btf, "nft_table",
		   MEMBERS({ "chains", 152, 0 }, { "handle", 224, 0 }, { "name", 248, 0 }));
	assert_int_equal(btf__add_field(btf, "family", 2, 240 * 8, 6), 0);
	assert_int_equal(btf__add_field(btf, "flags", 2, 240 * 8 + 6, 8), 0);
}

/* @rules is where a chain keeps its rules. */
static void add_nf_tables(struct btf *btf, const char *rules)
{
	int inner = add_members(btf, btf__add_struct(btf, NULL, 64),
				MEMBERS({ "before", 0, 0 }, { "handle", 16, 0 }));
	int outer = add_members(btf, btf__add_struct(btf, NULL, 64),
				MEMBERS({ "other", 0, 0 }, { NULL, 8, inner }));

	add_struct(btf, "nft_pktinfo", MEMBERS({ "skb", 0, 0 }, { "state", 8, 0 }));
	add_struct(btf, "nft_expr_ops",
		   MEMBERS({ "eval", 0, 0 }, { "size", 16, 0 }, { "data", 120, 0 }));
	add_struct(btf, "nft_chain",
		   MEMBERS({ rules, 4, 0 }, { "list", 32, 0 }, { "table", 64, 0 },
			   { NULL, 72, outer }, { "name", 160, 0 }));
	add_table(btf);
}

static void offsets_are_those_of_the_btf(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms =
		symbols("ffffffffc0001000 d nf_tables_net_id\t[nf_tables]\n");
	ur_cleanup(btf__freep) struct btf *btf = new_btf();
	const struct ur_layout expected = {
		.nf_tables_net_id = 0xffffffffc0001000,
		.ready = 1,
		.rule_dp = 1,
		.rule_dp_last_chain = 16,
		.pktinfo_state = 8,
		.expr_ops_size = 16,
		.expr_ops_data = 120,
		.chain_blob0 = 4,
		.chain_list = 32,
		.chain_table = 64,
		.chain_handle = 72 + 8 + 16, /* within two anonymous types */
		.chain_name = 160,
		.table_chains = 152,
		.table_handle = 224,
		.table_name = 248,
		.table_family = 240,
		.net_gen = 40,
		.pernet_base_seq = 120,
		.net_gencursor = 64 + 16,
		.xt_ready = 1,
		.xt_par_target = 8,
		.xt_par_targinfo = 24,
		.xt_par_state = 40,
		.xt_table_private = 48,
		.xt_table_name = 64,
	};
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	add_nf_tables(btf, "blob_gen_0");
	add_struct(btf, "net", MEMBERS({ "gen", 40, 0 }, { "nft", 64, 0 }));
	add_struct(btf, "nftables_pernet", MEMBERS({ "base_seq", 120, 0 }));
	add_struct(btf, "netns_nftables", MEMBERS({ "gencursor", 16, 0 }));
	add_struct(btf, "nft_rule_dp_last", MEMBERS({ "end", 0, 0 }, { "chain", 16, 0 }));
	add_x_tables(btf);
	memset(&l, 0xff, sizeof(l));
	layout(&l, btf, syms);
	assert_memory_equal(&l, &expected, sizeof(l));
}

/* Before v5.17 and v6.4. */
static void an_older_kernel_keeps_rules_in_place(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms = symbols("");
	ur_cleanup(btf__freep) struct btf *btf = new_btf();
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	add_nf_tables(btf, "rules_gen_0");
	layout(&l, btf, syms);
	assert_int_equal(l.ready, 1);
	assert_int_equal(l.rule_dp, 0);
	assert_int_equal(l.rule_dp_last_chain, 0);
	assert_int_equal(l.chain_blob0, 4);
	assert_int_equal(l.xt_ready, 0);
}

static void half_a_type_is_none(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms =
		symbols("ffffffff81000000 T nft_do_chain\nffffffff81000100 T next\n");
	ur_cleanup(btf__freep) struct btf *no_table = new_btf(), *no_rules = new_btf();
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	add_struct(no_table, "nft_chain", MEMBERS({ "blob_gen_0", 0, 0 })); /* and no more */
	add_x_tables(no_table);
	layout(&l, no_table, syms);
	assert_int_equal(l.ready, 0);
	assert_int_equal(l.xt_ready, 1);
	add_nf_tables(no_rules, "blobs"); /* a name that nobody knows */
	add_x_tables(no_rules);
	layout(&l, no_rules, syms);
	assert_int_equal(l.ready, 0);
	assert_int_equal(l.xt_ready, 1);
}

/* Where the variable that says which part of a namespace is nf_tables' has no name, the rest of
 * the way is told all the same: the part is found by what is in it. */
static void the_way_to_the_generation_without_its_variable(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms = symbols("");
	ur_cleanup(btf__freep) struct btf *btf = new_btf();
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	add_nf_tables(btf, "blob_gen_0");
	add_struct(btf, "net", MEMBERS({ "gen", 40, 0 }, { "nft", 64, 0 }));
	add_struct(btf, "netns_nftables", MEMBERS({ "gencursor", 16, 0 }));
	add_struct(btf, "nftables_pernet", MEMBERS({ "base_seq", 120, 0 }));
	layout(&l, btf, syms);
	assert_int_equal(l.net_gen, 40);
	assert_int_equal(l.pernet_base_seq, 120);
	assert_int_equal(l.nf_tables_net_id, 0);
	assert_int_equal(l.net_id, 0);
}

/* Since v6.17 the generation lies in struct net; where neither is known, nothing is. */
static void the_generation_is_where_the_kernel_has_it(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms = symbols("");
	ur_cleanup(btf__freep) struct btf *btf = new_btf();
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	add_nf_tables(btf, "blob_gen_0");
	add_struct(btf, "net", MEMBERS({ "gen", 40, 0 }, { "nft", 64, 0 }));
	add_struct(btf, "nftables_pernet", MEMBERS({ "base_seq", 120, 0 }));
	layout(&l, btf, syms);
	assert_int_equal(l.ready, 1);
	assert_int_equal(l.net_base_seq, 0);
	assert_int_equal(l.net_gen, 0);
	add_struct(btf, "netns_nftables", MEMBERS({ "base_seq", 8, 0 }, { "gencursor", 16, 0 }));
	layout(&l, btf, syms);
	assert_int_equal(l.net_base_seq, 64 + 8);
	assert_int_equal(l.net_gen, 0);
}

static void nothing_is_known_before_the_modules_come(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *syms = symbols("");
	ur_cleanup(btf__freep) struct btf *btf = new_btf();
	const struct ur_layout nothing = {};
	struct ur_layout l;

	(void)state;
	if (netfilter_is_loaded())
		skip();
	memset(&l, 0xff, sizeof(l));
	layout(&l, btf, syms);
	assert_memory_equal(&l, &nothing, sizeof(l));
}

/* The modules are there, shown by a function of one, and none of them has a BTF: v5.10. */
static void a_kernel_without_btf_of_modules(void **state)
{
	static const char *const functions[] = { "nft_do_chain", "xt_register_target" };
	ur_cleanup(btf__freep) struct btf *btf = new_btf();

	(void)state;
	if (netfilter_is_loaded())
		skip();
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		ur_cleanup(ur_symbols_freep) struct ur_symbols *syms = NULL;
		struct ur_layout l;
		char text[160];

		snprintf(text, sizeof(text),
			 "ffffffffc0000000 t %s\t[module]\nffffffffc0000100 t next\t[module]\n",
			 functions[i]);
		syms = symbols(text);
		layout(&l, btf, syms);
		assert_int_equal(l.ready, 1);
		assert_int_equal(l.xt_ready, 1);
		assert_int_equal(l.chain_handle, 72);
		assert_int_equal(l.xt_table_name, 56);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_are_those_of_the_btf),
		cmocka_unit_test(an_older_kernel_keeps_rules_in_place),
		cmocka_unit_test(half_a_type_is_none),
		cmocka_unit_test(the_way_to_the_generation_without_its_variable),
		cmocka_unit_test(the_generation_is_where_the_kernel_has_it),
		cmocka_unit_test(nothing_is_known_before_the_modules_come),
		cmocka_unit_test(a_kernel_without_btf_of_modules),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
