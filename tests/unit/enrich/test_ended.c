/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include "tests/unit/sample.h"
#include "user/enrich/cgroup_path.h"
#include "user/enrich/ended.h"

static const struct ur_ended_where host = { .numbered = true, .unified = true };
static struct ur_closed closed;
static struct ur_owners who;

static int setup(void **state)
{
	(void)state;
	memset(&closed, 0, sizeof(closed));
	memset(&who, 0xa5, sizeof(who)); /* it is filled whole */
	closed.tgid = 812;
	SAMPLE_COPY(closed.comm, "statsd");
	return 0;
}

static void a_process_in_a_unit(void **state)
{
	(void)state;
	SAMPLE_COPY(closed.cgroup, "statsd.service");
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(who.looked, UR_FOUND);
	assert_int_equal(who.n, 1);
	assert_int_equal(who.total, 1);
	assert_int_equal(who.one[0].pid, 812);
	assert_string_equal(who.one[0].comm, "statsd");
	assert_int_equal(who.one[0].place.looked, UR_FOUND);
	assert_string_equal(who.one[0].place.unit, "statsd.service");
}

/* Another cgroup's name took its place in the kernel side's notes. */
static void a_name_that_was_not_kept(void **state)
{
	(void)state;
	closed.cgroup_id = 4711;
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(who.one[0].place.looked, UR_COULD_NOT);
	closed.cgroup_id = 1; /* the root: in no unit */
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(who.one[0].place.looked, UR_FOUND_NONE);
}

/* The cgroup is there as yet: its path says more than its name. */
static void a_path(void **state)
{
	const struct ur_ended_where mounted = { true, true, "/sys/fs/cgroup" };
	struct stat st;
	char buf[64];

	(void)state;
	SAMPLE_COPY(closed.cgroup, "statsd.service");
	closed.cgroup_id = UINT64_MAX - 1; /* there is none such */
	ur_ended_by(&closed, &mounted, &who);
	assert_string_equal(who.one[0].place.unit, "statsd.service");
	if (stat("/sys/fs/cgroup", &st))
		skip();
	closed.cgroup_id = st.st_ino;
	if (ur_cgroup_path("/sys/fs/cgroup", st.st_ino, buf, sizeof(buf)))
		skip();
	ur_ended_by(&closed, &mounted, &who);
	assert_int_equal(who.one[0].place.looked, UR_FOUND_NONE);
	assert_string_equal(who.one[0].place.unit, "");
}

static void a_name_that_was_cut(void **state)
{
	(void)state;
	memset(closed.comm, 'x', sizeof(closed.comm));
	memset(closed.cgroup, 'a', sizeof(closed.cgroup));
	memcpy(closed.cgroup, "docker-", 7);
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(strlen(who.one[0].comm), UR_COMM_MAX - 1);
	assert_int_equal(who.one[0].place.looked, UR_FOUND);
	assert_string_equal(who.one[0].place.runtime, "docker");
	assert_true(strlen(who.one[0].place.container) >= 12);
}

static void where_numbers_mean_something_else(void **state)
{
	const struct ur_ended_where inside = { .numbered = false, .unified = true };

	(void)state;
	ur_ended_by(&closed, &inside, &who);
	assert_int_equal(who.looked, UR_FOUND);
	assert_int_equal(who.one[0].pid, 0);
	assert_string_equal(who.one[0].comm, "statsd");
}

static void without_cgroups_of_version_2(void **state)
{
	const struct ur_ended_where old = { .numbered = true, .unified = false };

	(void)state;
	ur_ended_by(&closed, &old, &who);
	assert_int_equal(who.one[0].place.looked, UR_COULD_NOT);
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(who.one[0].place.looked, UR_FOUND_NONE);
}

static void the_kernel_is_no_process(void **state)
{
	(void)state;
	closed.flags = UR_CL_KERNEL;
	ur_ended_by(&closed, &host, &who);
	assert_int_equal(who.looked, UR_FOUND_NONE);
	assert_int_equal(who.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_process_in_a_unit, setup),
		cmocka_unit_test_setup(a_name_that_was_not_kept, setup),
		cmocka_unit_test_setup(a_path, setup),
		cmocka_unit_test_setup(a_name_that_was_cut, setup),
		cmocka_unit_test_setup(where_numbers_mean_something_else, setup),
		cmocka_unit_test_setup(without_cgroups_of_version_2, setup),
		cmocka_unit_test_setup(the_kernel_is_no_process, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
