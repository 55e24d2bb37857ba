/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/base/cleanup.h"
#include "user/host/privilege.h"

#define BIT(cap) (UINT64_C(1) << (cap))
#define ALL      (BIT(CAP_LAST_CAP + 1) - 1)

static bool lacks(uint64_t held, bool kprobes_admin, const char *name, const char *words)
{
	struct ur_lacking lacking[UR_LACKING_MAX];
	size_t n = ur_privilege_lacking(held, kprobes_admin, lacking);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(lacking[i].name, name) && strstr(lacking[i].without, words))
			return true;
	return false;
}

static void test_each_says_what_it_is_for(void **state)
{
	const struct {
		int cap;
		const char *name, *words;
	} table[] = {
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "namespaces can't be entered" },
		{ CAP_SYSLOG, "CAP_SYSLOG", "/proc/kallsyms" },
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "rules can't be read" },
		{ CAP_NET_RAW, "CAP_NET_RAW", "iptables-legacy" },
		{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "processes of other users" },
		{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "cgroups" },
	};
	struct ur_lacking lacking[UR_LACKING_MAX];

	(void)state;
	assert_int_equal(ur_privilege_lacking(ALL, true, lacking), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_true(lacks(ALL & ~BIT(table[i].cap), false, table[i].name, table[i].words));
		assert_int_equal(ur_privilege_lacking(ALL & ~BIT(table[i].cap), false, lacking), 1);
	}
	assert_int_equal(ur_privilege_lacking(0, false, lacking), 6);
	/* Debian's kernels ask for more */
	assert_true(lacks(ALL & ~BIT(CAP_SYS_ADMIN), true, "CAP_SYS_ADMIN", "perf_event_paranoid"));
	assert_false(lacks(ALL & ~BIT(CAP_SYS_ADMIN), false, "CAP_SYS_ADMIN", "paranoid"));
}

static void test_what_tracing_takes(void **state)
{
	char list[64];

	(void)state;
	assert_false(ur_privilege_can_trace(0, list, sizeof(list)));
	assert_string_equal(list, "CAP_BPF, CAP_PERFMON");
	assert_false(ur_privilege_can_trace(ALL & ~BIT(CAP_SYS_ADMIN) & ~BIT(CAP_BPF), list,
					    sizeof(list)));
	assert_string_equal(list, "CAP_BPF");
	assert_true(ur_privilege_can_trace(BIT(CAP_BPF) | BIT(CAP_PERFMON), list, sizeof(list)));
	/* they were split off from it */
	assert_true(ur_privilege_can_trace(BIT(CAP_SYS_ADMIN), list, sizeof(list)));
	assert_string_equal(list, "");
}

/* The number of @field in /proc/thread-self/status, in base @base. */
static uint64_t status(const char *field, int base)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/thread-self/status", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			return strtoull(line + strlen(field) + 1, NULL, base);
	return UINT64_MAX;
}

/* In a child: what is given up is gone for good. */
static int give_up(bool files, enum ur_role role, uint64_t want, uint64_t tools)
{
	const uint64_t split = BIT(CAP_BPF) | BIT(CAP_PERFMON), held = ur_privilege_held();

	if (role == UR_ROLE_FOLLOW && ((held & split) != split || ur_privilege_kprobes_admin()))
		want |= BIT(CAP_SYS_ADMIN);
	if (ur_privilege_reduce(files))
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || status("CapAmb:", 16))
		return 2;
	if (ur_privilege_keep(role))
		return 3;
	if (status("CapEff:", 16) & ~want || (want & held) & ~status("CapEff:", 16))
		return 4;
	if (status("CapPrm:", 16) != status("CapEff:", 16))
		return 5;
	return status("CapAmb:", 16) == (tools & held) ? 0 : 6;
}

static void in_child(bool files, enum ur_role role, uint64_t want, uint64_t tools)
{
	pid_t pid = fork();
	int end;

	if (!pid)
		_exit(give_up(files, role, want, tools));
	assert_int_equal(waitpid(pid, &end, 0), pid);
	assert_int_equal(end, 0);
}

static void test_roles(void **state)
{
	const uint64_t look = BIT(CAP_SYS_ADMIN) | BIT(CAP_SYSLOG) | BIT(CAP_NET_ADMIN) |
			      BIT(CAP_NET_RAW) | BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH);
	const uint64_t tools = BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW);

	(void)state;
	in_child(false, UR_ROLE_NONE, 0, 0);
	in_child(true, UR_ROLE_NONE, BIT(CAP_DAC_OVERRIDE), 0);
	in_child(false, UR_ROLE_LOOK, look, tools);
	in_child(true, UR_ROLE_LOOK, look | BIT(CAP_DAC_OVERRIDE), tools);
	in_child(false, UR_ROLE_FOLLOW, BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_SYSLOG), 0);
}

/* Root's children are not root, as far as capabilities go. */
static void test_children_get_two(void **state)
{
	pid_t pid = fork();
	int end;

	(void)state;
	if (!pid) {
		if (ur_privilege_reduce(true) || ur_privilege_keep(UR_ROLE_LOOK))
			_exit(1);
		execl("/bin/grep", "grep", "-q", "^CapEff:\t000000000000[0-3]000$",
		      "/proc/self/status", NULL);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &end, 0), pid);
	assert_int_equal(end, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_says_what_it_is_for),
		cmocka_unit_test(test_what_tracing_takes),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_children_get_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
