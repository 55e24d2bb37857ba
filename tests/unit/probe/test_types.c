/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "user/probe/types.h"

UR_DEFINE_CLEANUP(struct btf, btf__free)

/* A kernel: struct sock { struct common { const u32 port; }; char name[4]; struct file *file; },
 * twice a struct twin, a struct file, an enum kind. */
static struct btf *kernel(void)
{
	struct btf *b = btf__new_empty();
	int u32 = btf__add_int(b, "unsigned int", 4, 0), ch = btf__add_int(b, "char", 1, 0);
	int readonly = btf__add_const(b, btf__add_typedef(b, "u32", u32));
	int name = btf__add_array(b, u32, ch, 4), common, file;

	common = btf__add_struct(b, "common", 4);
	assert_int_equal(btf__add_field(b, "port", readonly, 0, 0), 0);
	file = btf__add_struct(b, "file", 4);
	assert_int_equal(btf__add_field(b, "f_flags", u32, 0, 0), 0);
	file = btf__add_ptr(b, file);
	assert_true(btf__add_struct(b, "sock", 16) > 0);
	assert_int_equal(btf__add_field(b, "", common, 0, 0), 0);
	assert_int_equal(btf__add_field(b, "name", name, 32, 0), 0);
	assert_int_equal(btf__add_field(b, "file", file, 64, 0), 0);
	for (int size = 4; size <= 8; size += 4)
		assert_true(btf__add_struct(b, "twin", size) > 0);
	assert_true(btf__add_enum(b, "kind", 4) > 0);
	assert_int_equal(btf__add_enum_value(b, "KIND_ONE", 1), 0);
	return b;
}

/* What is written when an object names @names. */
static struct btf *written(const char *const *names, uint32_t kind)
{
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;
	ur_cleanup(btf__freep) struct btf *from = kernel(), *wanted = btf__new_empty();
	ur_cleanup(ur_closep) int fd = memfd_create("types", 0);
	char path[64];

	for (; *names; names++)
		assert_true((kind == BTF_KIND_ENUM ? btf__add_enum(wanted, *names, 4) :
						     btf__add_struct(wanted, *names, 4)) > 0);
	assert_int_equal(ur_btf_index_new(from, &x), 0);
	assert_int_equal(ur_probe_types_write(from, x, wanted, fd), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return btf__parse(path, NULL);
}

static const char *name_of(const struct btf *b, uint32_t off)
{
	return btf__name_by_offset(b, off);
}

static void what_lies_within_comes_along(void **state)
{
	static const char *const names[] = { "sock___pre_6_2", "nothing", NULL };
	ur_cleanup(btf__freep) struct btf *b = written(names, BTF_KIND_STRUCT);
	const struct btf_type *t;
	const struct btf_member *m;

	(void)state;
	assert_non_null(b);
	assert_true(btf__find_by_name_kind(b, "sock", BTF_KIND_STRUCT) > 0);
	t = btf__type_by_id(b, btf__find_by_name_kind(b, "sock", BTF_KIND_STRUCT));
	assert_int_equal(btf_vlen(t), 3);
	assert_int_equal(t->size, 16);
	m = btf_members(t);
	assert_string_equal(name_of(b, m[1].name_off), "name");
	assert_int_equal(btf_array(btf__type_by_id(b, m[1].type))->nelems, 4);
	assert_int_equal(btf_member_bit_offset(t, 2), 64);
	t = btf__type_by_id(b, m[2].type); /* a pointer, to nothing */
	assert_true(btf_is_ptr(t));
	assert_int_equal(t->type, 0);
	assert_true(btf__find_by_name(b, "file") < 0);
	t = btf__type_by_id(b, m[0].type); /* common, and through const and typedef */
	assert_string_equal(name_of(b, t->name_off), "common");
	assert_true(btf_is_int(btf__type_by_id(b, btf_members(t)[0].type)));
}

/* libbpf must see that there are two: it refuses what is not the same in both. */
static void all_of_a_name(void **state)
{
	static const char *const names[] = { "twin", NULL };
	ur_cleanup(btf__freep) struct btf *b = written(names, BTF_KIND_STRUCT);
	int found = 0;

	(void)state;
	for (uint32_t id = 1; id < btf__type_cnt(b); id++)
		found += btf_is_struct(btf__type_by_id(b, id));
	assert_int_equal(found, 2);
}

/* A program that casts must name a type by the id that the kernel itself has for it. */
static void ids_that_are_asked_for(void **state)
{
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;
	ur_cleanup(btf__freep) struct btf *from = kernel(), *wanted = btf__new_empty(), *b = NULL;
	ur_cleanup(ur_closep) int fd = memfd_create("types", 0);
	const struct btf_type *t;
	char path[64];

	(void)state;
	assert_true(btf__add_enum(wanted, "ur_type_ids", 4) > 0);
	assert_int_equal(btf__add_enum_value(wanted, "ur_id_of_nothing", 1), 0);
	assert_int_equal(btf__add_enum_value(wanted, "ur_id_of_sock", 2), 0);
	assert_int_equal(ur_btf_index_new(from, &x), 0);
	assert_int_equal(ur_probe_types_write(from, x, wanted, fd), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	b = btf__parse(path, NULL);
	assert_non_null(b);
	t = btf__type_by_id(b, btf__find_by_name_kind(b, "ur_type_ids", BTF_KIND_ENUM));
	assert_non_null(t);
	assert_int_equal(btf_vlen(t), 1);
	assert_string_equal(name_of(b, btf_enum(t)->name_off), "ur_id_of_sock");
	assert_int_equal(btf_enum(t)->val, btf__find_by_name_kind(from, "sock", BTF_KIND_STRUCT));
}

static void kinds_differ(void **state)
{
	static const char *const enums[] = { "kind___new", "sock", NULL };
	static const char *const structs[] = { "kind", NULL };
	ur_cleanup(btf__freep) struct btf *b = written(enums, BTF_KIND_ENUM),
					  *none = written(structs, BTF_KIND_STRUCT);

	(void)state;
	assert_true(btf__find_by_name_kind(b, "kind", BTF_KIND_ENUM) > 0);
	assert_true(btf__find_by_name(b, "sock") < 0);
	assert_int_equal(btf__type_cnt(none), 2); /* void and the pointer */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lies_within_comes_along),
		cmocka_unit_test(all_of_a_name),
		cmocka_unit_test(ids_that_are_asked_for),
		cmocka_unit_test(kinds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
