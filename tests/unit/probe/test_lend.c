/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/probe/lend.h"
#include <bpf/btf.h>
#include <errno.h>
/* in this order */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* in this order */
#include <cmocka.h>
#include "user/probe/btf.h"

UR_DEFINE_CLEANUP(struct btf, btf__free)

/* In the place of libbpf's own. */
struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__real_btf__parse(const char *path, struct btf_ext **ext);
void __real_btf__free(struct btf *btf);
int32_t __real_btf__find_by_name_kind(const struct btf *btf, const char *name, uint32_t kind);

static unsigned int loaded, freed, searched;

struct btf *__real_btf__load_vmlinux_btf(void)
{
	loaded++;
	return NULL;
}

struct btf *__real_btf__parse(const char *path, struct btf_ext **ext)
{
	(void)path;
	(void)ext;
	return btf__new_empty();
}

void __real_btf__free(struct btf *btf)
{
	(void)btf;
	freed++;
}

int32_t __real_btf__find_by_name_kind(const struct btf *btf, const char *name, uint32_t kind)
{
	searched++;
	return btf__find_by_name_kind(btf, name, kind);
}

static struct btf *kernel(void)
{
	struct btf *b = btf__new_empty();

	assert_true(btf__add_int(b, "int", 4, 0) > 0);
	assert_true(btf__add_struct(b, "sock", 4) > 0);
	return b;
}

static void nothing_is_lent(void **state)
{
	ur_cleanup(btf__freep) struct btf *b = kernel();

	(void)state;
	loaded = freed = searched = 0;
	assert_null(__wrap_btf__load_vmlinux_btf());
	__wrap_btf__free(b);
	__wrap_btf__free(NULL);
	assert_int_equal(__wrap_btf__find_by_name_kind(b, "sock", BTF_KIND_STRUCT), 2);
	assert_int_equal(loaded, 1);
	assert_int_equal(freed, 2);
	assert_int_equal(searched, 1);
}

/* Each loan is given back once; what is freed after that is the owner's to free. */
static void loans_are_counted(void **state)
{
	ur_cleanup(btf__freep) struct btf *b = kernel();
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;

	(void)state;
	loaded = freed = 0;
	assert_int_equal(ur_btf_index_new(b, &x), 0);
	ur_btf_lend(b, x, false);
	assert_ptr_equal(__wrap_btf__load_vmlinux_btf(), b);
	assert_ptr_equal(__wrap_btf__load_vmlinux_btf(), b);
	__wrap_btf__free(b);
	__wrap_btf__free(b);
	assert_int_equal(freed, 0);
	__wrap_btf__free(b);
	assert_int_equal(freed, 1);
	assert_int_equal(loaded, 0);
	ur_btf_lend(NULL, NULL, false);
	__wrap_btf__load_vmlinux_btf();
	assert_int_equal(loaded, 1);
}

static void names_are_found_by_the_index(void **state)
{
	ur_cleanup(btf__freep) struct btf *b = kernel(), *other = kernel();
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = NULL;

	(void)state;
	searched = 0;
	assert_int_equal(ur_btf_index_new(b, &x), 0);
	ur_btf_lend(b, x, false);
	assert_int_equal(__wrap_btf__find_by_name_kind(b, "sock", BTF_KIND_STRUCT), 2);
	errno = 0;
	assert_int_equal(__wrap_btf__find_by_name_kind(b, "none", BTF_KIND_STRUCT), -ENOENT);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(searched, 0);
	/* of a kind that is not indexed, and of other types */
	assert_int_equal(__wrap_btf__find_by_name_kind(b, "int", BTF_KIND_INT), 1);
	assert_int_equal(__wrap_btf__find_by_name_kind(other, "sock", BTF_KIND_STRUCT), 2);
	assert_int_equal(searched, 2);
	ur_btf_lend(NULL, NULL, false);
}

#define PRINT(text, value) __wrap___snprintf_chk(text, sizeof(text), 0, sizeof(text), "%d", value)

/* Messages are left out while types from a file are in use, and nobody wants to see them. */
static void messages_are_left_out(void **state)
{
	struct btf *file;
	char text[8] = "none";

	(void)state;
	for (int mute = 0; mute < 2; mute++) {
		ur_btf_lend(NULL, NULL, mute);
		assert_int_equal(PRINT(text, 17), 2);
		assert_string_equal(text, "17");
		file = __wrap_btf__parse("types", NULL);
		assert_int_equal(PRINT(text, 123), mute ? 0 : 3);
		assert_string_equal(text, mute ? "" : "123");
		__wrap_btf__free(NULL); /* of others */
		assert_int_equal(PRINT(text, 123), mute ? 0 : 3);
		__wrap_btf__free(file);
		assert_int_equal(PRINT(text, 456), 3);
		assert_string_equal(text, "456");
		btf__free(file);
	}
	ur_btf_lend(NULL, NULL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lent),
		cmocka_unit_test(loans_are_counted),
		cmocka_unit_test(names_are_found_by_the_index),
		cmocka_unit_test(messages_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
