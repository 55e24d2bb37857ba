/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/host/obstacles.h"

static char root[] = "/tmp/obstacles.XXXXXX";
static struct ur_obstacle found[UR_OBSTACLES_MAX];
static size_t n;

static const char *const hooked[] = { "__icmp_send", "icmp6_send" };

/* Make a file below the root, with its folders. */
static void put(const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	f = fopen(whole, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A host with nothing in the way. */
static int begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(root));
	put("/proc/sys/kernel/ftrace_enabled", "1\n");
	put("/sys/kernel/debug/kprobes/enabled", "1\n");
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	return 0;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
	memcpy(strrchr(root, '.') + 1, "XXXXXX", 6);
	return 0;
}

static size_t find(void)
{
	n = ur_obstacles_find(root, hooked, 2, found, UR_OBSTACLES_MAX);
	return n;
}

static void assert_found(size_t i, bool certain, const char *what, const char *text)
{
	assert_true(i < n);
	assert_int_equal(found[i].certain, certain);
	assert_string_equal(found[i].what, what);
	if (!strstr(found[i].text, text))
		fail_msg("\"%s\" is not in: %s", text, found[i].text);
}

static void nothing_in_the_way(void **state)
{
	(void)state;
	assert_int_equal(find(), 0);
}

static void settings(void **state)
{
	(void)state;
	put("/proc/sys/kernel/ftrace_enabled", "0\n");
	put("/sys/kernel/debug/kprobes/enabled", "0\n");
	assert_int_equal(find(), 2);
	assert_found(0, true, "kernel.ftrace_enabled", "sysctl kernel.ftrace_enabled=1");
	assert_found(1, true, "kprobes", "echo 1 > /sys/kernel/debug/kprobes/enabled");
}

/* "There are none" and "could not look" are two things. */
static void kprobes(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/sys/kernel/debug/kprobes/enabled", root);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	assert_int_equal(find(), 1);
	assert_found(0, false, "kprobes", "can't be told");
	assert_int_equal(ur_obstacles_find("/nonexistent", hooked, 2, found, UR_OBSTACLES_MAX), 1);
	assert_found(0, true, "kprobes", "CONFIG_KPROBE_EVENTS");
}

static void livepatches(void **state)
{
	(void)state;
	put("/sys/kernel/livepatch/fix_1/enabled", "1\n");
	put("/sys/kernel/livepatch/fix_1/transition", "0\n");
	put("/sys/kernel/livepatch/fix_1/vmlinux/icmp6_send,1/x", "");
	put("/sys/kernel/livepatch/fix_1/vmlinux/icmp6_send_more,1/x", "");
	put("/sys/kernel/livepatch/fix_1/nf_tables/nft_do_chain,1/x", "");
	put("/sys/kernel/livepatch/off/enabled", "0\n");
	put("/sys/kernel/livepatch/off/vmlinux/__icmp_send,1/x", "");
	assert_int_equal(find(), 1);
	assert_found(0, false, "livepatch", "fix_1 replaces icmp6_send:");
}

static void selinux(void **state)
{
	(void)state;
	put("/sys/fs/selinux/enforce", "1");
	put("/proc/self/attr/current", "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023");
	assert_int_equal(find(), 0);
	put("/proc/self/attr/current", "system_u:system_r:unreach_t:s0\x1b[2J");
	assert_int_equal(find(), 1);
	assert_found(0, false, "SELinux", "this process is system_u:system_r:unreach_t:s0\\x1b[2J");
	put("/sys/fs/selinux/enforce", "0");
	assert_int_equal(find(), 0);
}

static void apparmor(void **state)
{
	(void)state;
	put("/sys/module/apparmor/parameters/enabled", "Y\n");
	put("/proc/self/attr/current", "unconfined\n");
	assert_int_equal(find(), 0);
	put("/proc/self/attr/current", "docker-default (enforce)\n");
	put("/sys/kernel/security/apparmor/profiles",
	    "nvidia_modprobe (enforce)\n/usr/sbin/nft (enforce)\n/usr/bin/man (enforce)\n"
	    "iptables-save (complain)\nnftables (enforce)\nxtables-nft-multi (enforce)\n");
	assert_int_equal(find(), 3);
	assert_found(0, false, "AppArmor",
		     "profile docker-default (enforce) confines this process");
	assert_found(1, false, "AppArmor", "profile /usr/sbin/nft (enforce) confines a tool");
	assert_found(2, false, "AppArmor", "profile xtables-nft-multi (enforce) confines");
	/* where several modules are stacked, it has a folder of its own */
	put("/proc/self/attr/apparmor/current", "unconfined\n");
	assert_int_equal(find(), 2);
	put("/sys/module/apparmor/parameters/enabled", "N\n");
	assert_int_equal(find(), 2);
}

static void more_than_fit(void **state)
{
	char name[64];

	(void)state;
	for (int i = 0; i < 2 * UR_OBSTACLES_MAX; i++) {
		snprintf(name, sizeof(name), "/sys/kernel/livepatch/p%d/enabled", i);
		put(name, "1\n");
		snprintf(name, sizeof(name), "/sys/kernel/livepatch/p%d/vmlinux/__icmp_send,1/x",
			 i);
		put(name, "");
	}
	assert_int_equal(find(), UR_OBSTACLES_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_in_the_way), TEST(settings), TEST(kprobes),
		TEST(livepatches),        TEST(selinux),  TEST(apparmor),
		TEST(more_than_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
