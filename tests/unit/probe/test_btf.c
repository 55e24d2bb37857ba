/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <stdio.h>
#include "user/probe/btf.h"

UR_DEFINE_CLEANUP(struct btf, btf__free)

static struct btf *sample(int structs)
{
	struct btf *btf = btf__new_empty();
	char name[16];
	int number = btf__add_int(btf, "same", 8, 0);
	int proto = btf__add_func_proto(btf, number);

	assert_int_equal(btf__add_func(btf, "same", BTF_FUNC_GLOBAL, proto), proto + 1);
	assert_int_equal(btf__add_struct(btf, "same", 8), proto + 2);
	assert_int_equal(btf__add_func(btf, "same", BTF_FUNC_STATIC, proto), proto + 3);
	assert_int_equal(btf__add_struct(btf, NULL, 8), proto + 4);
	for (int i = 0; i < structs; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		assert_true(btf__add_struct(btf, name, 8) > 0);
	}
	return btf;
}

static void the_first_of_its_kind_is_found(void **state)
{
	ur_cleanup(btf__freep) struct btf *btf = sample(0);
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;

	(void)state;
	assert_int_equal(ur_btf_index_new(btf, &x), 0);
	assert_int_equal(ur_btf_index_find(x, "same", BTF_KIND_FUNC), 3);
	assert_int_equal(ur_btf_index_find(x, "same", BTF_KIND_STRUCT), 4);
	assert_int_equal(ur_btf_index_find(x, "same", BTF_KIND_INT), -ENOENT);
	assert_int_equal(ur_btf_index_find(x, "sam", BTF_KIND_FUNC), -ENOENT);
	assert_int_equal(ur_btf_index_find(x, "other", BTF_KIND_FUNC), -ENOENT);
}

static void it_finds_what_libbpf_finds(void **state)
{
	ur_cleanup(btf__freep) struct btf *btf = sample(1000);
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;
	char name[16];

	(void)state;
	assert_int_equal(ur_btf_index_new(btf, &x), 0);
	for (int i = 0; i < 1001; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		assert_int_equal(ur_btf_index_find(x, name, BTF_KIND_STRUCT),
				 btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT));
	}
}

static void an_empty_btf_has_nothing(void **state)
{
	ur_cleanup(btf__freep) struct btf *btf = btf__new_empty();
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;

	(void)state;
	assert_int_equal(ur_btf_index_new(btf, &x), 0);
	assert_int_equal(ur_btf_index_find(x, "same", BTF_KIND_FUNC), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_its_kind_is_found),
		cmocka_unit_test(it_finds_what_libbpf_finds),
		cmocka_unit_test(an_empty_btf_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
