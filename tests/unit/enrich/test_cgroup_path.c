/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include "user/base/cleanup.h"
#include "user/enrich/cgroup_path.h"

#define MOUNT "/sys/fs/cgroup"

static char path[256];

static bool mounted(void)
{
	struct statfs fs;

	return !statfs(MOUNT, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* What the inode numbers of this host's own cgroups lead to; false without the privilege. */
static bool leads_to(const char *below)
{
	char full[512];
	struct stat st;
	int r;

	snprintf(full, sizeof(full), MOUNT "%s", below);
	assert_int_equal(stat(full, &st), 0);
	r = ur_cgroup_path(MOUNT, st.st_ino, path, sizeof(path));
	if (r == -EPERM)
		return false;
	assert_int_equal(r, 0);
	assert_string_equal(path, below);
	return true;
}

static void cgroups_of_this_host(void **state)
{
	DIR *d = opendir(MOUNT);
	struct dirent *entry;
	char below[300];
	bool may = true;

	(void)state;
	if (!d || !mounted() || !leads_to("/"))
		may = false;
	while (may && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "/%s", entry->d_name);
		leads_to(below);
	}
	if (d)
		closedir(d);
	if (!may)
		skip();
}

static void what_is_not_there(void **state)
{
	(void)state;
	assert_true(ur_cgroup_path(MOUNT, UINT64_MAX - 1, path, sizeof(path)) < 0);
	assert_int_equal(ur_cgroup_path("/nonexistent", 1, path, sizeof(path)), -ENOENT);
}

static void a_path_that_is_too_long(void **state)
{
	struct stat st;

	(void)state;
	if (!mounted() || stat(MOUNT, &st) ||
	    ur_cgroup_path(MOUNT, st.st_ino, path, sizeof(path)) == -EPERM)
		skip();
	assert_int_equal(ur_cgroup_path(MOUNT, st.st_ino, path, 1), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroups_of_this_host),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(a_path_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
