/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/probe/split.h"

static char base_path[] = "/tmp/ur-test-split-base-XXXXXX";
static char path[] = "/tmp/ur-test-split-XXXXXX";
static struct btf *base, *module;

static const char *const names[] = { "chain", "rule", "ops",  "handle", "family", "inner", "deep",
				     "net",   "list", "gone", "shared", "none",   "last" };

static void put(const char *to, const void *data, size_t len)
{
	FILE *f = fopen(to, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

static void put_btf(const char *to, struct btf *btf)
{
	uint32_t len;
	const void *data = btf__raw_data(btf, &len);

	assert_non_null(data);
	put(to, data, len);
}

static int open_with(uint32_t ntypes, struct ur_split **ret)
{
	return ur_split_open(base_path, ntypes, path, names, sizeof(names) / sizeof(*names), ret);
}

/* The kernel's: a number, a union that a module's struct has in it, and more names than are read
 * at a time. */
static void make_base(void)
{
	char name[32];

	base = btf__new_empty();
	assert_int_equal(btf__add_int(base, "u64", 8, 0), 1);
	for (int i = 0; i < 12000; i++) {
		snprintf(name, sizeof(name), "kernel_name_%d", i);
		assert_true(btf__add_str(base, name) > 0);
	}
	assert_int_equal(btf__add_struct(base, "net", 64), 2);
	assert_int_equal(btf__add_field(base, "list", 1, 64, 0), 0);
	assert_int_equal(btf__add_union(base, NULL, 8), 3);
	assert_int_equal(btf__add_field(base, "shared", 1, 0, 0), 0);
	assert_true(btf__add_str(base, "last") > 0);
	put_btf(base_path, base);
}

static void add_kinds(struct btf *b)
{
	assert_true(btf__add_ptr(b, 1) > 0 && btf__add_array(b, 1, 1, 4) > 0 &&
		    btf__add_const(b, 1) > 0 && btf__add_volatile(b, 1) > 0 &&
		    btf__add_restrict(b, 1) > 0 && btf__add_typedef(b, "t", 1) > 0 &&
		    btf__add_float(b, "f", 8) > 0 && btf__add_fwd(b, "w", BTF_FWD_STRUCT) > 0);
	assert_true(btf__add_enum(b, "e", 4) > 0 && !btf__add_enum_value(b, "one", 1));
	assert_true(btf__add_enum64(b, "e64", 8, false) > 0 && !btf__add_enum64_value(b, "big", 1));
	assert_true(btf__add_func_proto(b, 1) > 0 && !btf__add_func_param(b, "arg", 1));
	assert_true(btf__add_func(b, "fn", BTF_FUNC_STATIC, btf__type_cnt(b) - 1) > 0);
	assert_true(btf__add_var(b, "v", BTF_VAR_STATIC, 1) > 0);
	assert_true(btf__add_datasec(b, "sec", 8) > 0 &&
		    !btf__add_datasec_var_info(b, btf__type_cnt(b) - 2, 0, 8));
	assert_true(btf__add_decl_tag(b, "tag", 1, -1) > 0 && btf__add_type_tag(b, "tt", 1) > 0);
}

static int setup(void **state)
{
	int inner, outer;

	(void)state;
	make_base();
	module = btf__new_empty_split(base);
	add_kinds(module);
	inner = btf__add_union(module, NULL, 8);
	assert_false(btf__add_field(module, "deep", 1, 0, 0));
	outer = btf__add_struct(module, NULL, 16);
	assert_false(btf__add_field(module, "inner", 1, 0, 0) ||
		     btf__add_field(module, NULL, inner, 64, 0));
	assert_true(btf__add_struct(module, "chain", 64) > 0);
	assert_false(btf__add_field(module, "list", 1, 0, 0) ||
		     btf__add_field(module, NULL, outer, 128, 0) ||
		     btf__add_field(module, "handle", 1, 320, 0));
	assert_true(btf__add_struct(module, "rule", 64) > 0);
	assert_false(btf__add_field(module, "last", 1, 7 * 64, 0) ||
		     btf__add_field(module, "family", 1, 240, 6));
	assert_true(btf__add_struct(module, "ops", 64) > 0);
	assert_false(btf__add_field(module, NULL, 3, 64, 0) ||
		     btf__add_field(module, "handle", 1, 128, 0));
	put_btf(path, module);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	btf__free(module);
	btf__free(base);
	return 0;
}

static void fields(void **state)
{
	ur_cleanup(ur_split_freep) struct ur_split *s = NULL;

	(void)state;
	assert_int_equal(open_with(btf__type_cnt(base), &s), 0);
	assert_int_equal(ur_split_offset(s, "chain", "list"), 0); /* a name of the kernel's */
	assert_int_equal(ur_split_offset(s, "chain", "inner"), 16);
	assert_int_equal(ur_split_offset(s, "chain", "deep"), 24);
	assert_int_equal(ur_split_offset(s, "chain", "handle"), 40);
	assert_int_equal(ur_split_offset(s, "rule", "last"), 56);
	assert_int_equal(ur_split_offset(s, "rule", "family"), 30); /* with bits of its own */
}

static void what_is_not_there(void **state)
{
	ur_cleanup(ur_split_freep) struct ur_split *s = NULL;

	(void)state;
	assert_int_equal(open_with(btf__type_cnt(base), &s), 0);
	assert_int_equal(ur_split_offset(s, "net", "list"), -ENOENT); /* the kernel's */
	assert_int_equal(ur_split_offset(s, "none", "list"), -ENOENT);
	assert_int_equal(ur_split_offset(s, "chain", "gone"), -ENODATA);
	assert_int_equal(ur_split_offset(s, "ops", "handle"), 16);
	assert_int_equal(ur_split_offset(s, "ops", "shared"), -EXDEV);
	assert_int_equal(ur_split_offset(s, "ops", "gone"), -EXDEV);
}

/* No length of it, and no word that is another one, makes it look beside its bytes. */
static void broken(void **state)
{
	uint32_t len;
	const char *raw = btf__raw_data(module, &len);
	char *copy = malloc(len);

	(void)state;
	assert_non_null(copy);
	for (uint32_t n = 0; n < len; n++) {
		struct ur_split *s = NULL;

		put(path, raw, n);
		assert_int_equal(open_with(btf__type_cnt(base), &s), -EBADMSG);
	}
	for (uint32_t at = 0; at + 4 <= len; at += 4) {
		static const uint32_t words[] = { 0, 1, 0x7fffffff, 0xffffffff };
		struct ur_split *s = NULL;

		for (size_t i = 0; i < 4; i++) {
			memcpy(copy, raw, len);
			memcpy(copy + at, &words[i], 4);
			put(path, copy, len);
			s = NULL;
			if (open_with(btf__type_cnt(base), &s))
				continue;
			ur_split_offset(s, "chain", "gone");
			ur_split_offset(s, "rule", "family");
			ur_split_free(s);
		}
	}
	free(copy);
	ur_split_free(NULL);
}

static void no_files(void **state)
{
	struct ur_split *s = NULL;

	(void)state;
	assert_int_equal(ur_split_open("/nowhere", 4, path, names, 1, &s), -ENOENT);
	assert_int_equal(ur_split_open(base_path, 4, "/nowhere", names, 1, &s), -ENOENT);
	put(base_path, "no types", 8);
	assert_int_equal(ur_split_open(base_path, 4, path, names, 1, &s), -EBADMSG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields),
		TEST(what_is_not_there),
		TEST(broken),
		TEST(no_files),
	};
	int failed;

	close(mkstemp(base_path));
	close(mkstemp(path));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(base_path);
	unlink(path);
	return failed;
}
