/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "user/base/cleanup.h"
#include "user/host/kmod.h"

static char folder[] = "/tmp/ur-test-kmod-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!text) {
		unlink(path);
		return;
	}
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	put("modules.dep", NULL);
	put("modules.builtin", NULL);
	return rmdir(folder);
}

static void a_module_is_a_file_or_built_in(void **state)
{
	(void)state;
	put("modules.dep", "kernel/net/nft_reject.ko.xz: kernel/net/nf_tables.ko.xz\n"
			   "kernel/net/br-netfilter.ko:\n"
			   "broken line\n");
	put("modules.builtin", "kernel/net/ipv6/ipv6.ko\n");
	assert_true(ur_kmod_ships(folder, "nft_reject"));
	assert_true(ur_kmod_ships(folder, "br_netfilter"));
	assert_true(ur_kmod_ships(folder, "ipv6"));
	assert_false(ur_kmod_ships(folder, "nft_reject_netdev"));
	assert_false(ur_kmod_ships(folder, "nf_tables")); /* only needed by another */
	assert_false(ur_kmod_ships(folder, "reject"));
}

static void without_lists_nobody_can_tell(void **state)
{
	(void)state;
	put("modules.dep", "kernel/a.ko:\n");
	put("modules.builtin", NULL);
	assert_true(ur_kmod_ships(folder, "b"));
	put("modules.dep", NULL);
	put("modules.builtin", "kernel/a.ko\n");
	assert_true(ur_kmod_ships(folder, "b"));
	assert_true(ur_kmod_ships("/nonexistent", "b"));
}

static void the_folder_is_of_the_running_kernel(void **state)
{
	(void)state;
	assert_ptr_equal(strstr(ur_kmod_folder(), "/lib/modules/"), ur_kmod_folder());
	assert_true(strlen(ur_kmod_folder()) > strlen("/lib/modules/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_is_a_file_or_built_in),
		cmocka_unit_test(without_lists_nobody_can_tell),
		cmocka_unit_test(the_folder_is_of_the_running_kernel),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
