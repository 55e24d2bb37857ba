/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/utsname.h>
#include "tests/unit/capture.h"
#include "user/check.h"
#include "user/evidence.h"
#include "user/host/obstacles.h"

/* In the place of probe.c: what a kernel would come to. */
struct ur_probe {
	struct ur_hook hooks[7];
	size_t n;
	uint32_t missing;
};

size_t ur_probe_hooks(const struct ur_probe *p, struct ur_hook *hooks, size_t max)
{
	memcpy(hooks, p->hooks, (p->n < max ? p->n : max) * sizeof(*hooks));
	return p->n;
}

uint32_t ur_probe_missing(const struct ur_probe *p)
{
	return p->missing;
}

/* In the place of obstacles.c: what this host has is not what is tested here. */
static struct ur_obstacle obstacles[2];
static size_t n_obstacles;

size_t ur_obstacles_find(const char *root, const char *const *hooked, size_t n,
			 struct ur_obstacle *ret, size_t max)
{
	assert_string_equal(root, "");
	assert_true(!n || hooked[n - 1]);
	assert_true(max >= n_obstacles);
	memcpy(ret, obstacles, n_obstacles * sizeof(*ret));
	return n_obstacles;
}

static int open_capture(void **state)
{
	static struct capture c;

	capture_open(&c);
	n_obstacles = 0;
	*state = &c;
	return 0;
}

static int close_capture(void **state)
{
	capture_close(*state);
	return 0;
}

static void print(struct capture *c, const struct ur_probe *p, const struct ur_refusal *why)
{
	ur_check_print(c->out, p, why);
	assert_int_equal(fflush(c->out), 0);
}

static void assert_says(const struct capture *c, const char *text)
{
	if (!strstr(c->text, text))
		fail_msg("\"%s\" is not in:\n%s", text, c->text);
}

static void assert_silent(const struct capture *c, const char *text)
{
	if (strstr(c->text, text))
		fail_msg("\"%s\" is in:\n%s", text, c->text);
}

static void a_kernel_that_refuses(void **state)
{
	const struct ur_refusal why = { "lockdown is on", "boot without it" };
	struct capture *c = *state;
	struct utsname u;
	char kernel[160];

	assert_int_equal(uname(&u), 0);
	snprintf(kernel, sizeof(kernel), "kernel %s, %s\n", u.release, u.machine);
	print(c, NULL, &why);
	assert_ptr_equal(strstr(c->text, kernel), c->text);
	assert_says(c, "this kernel can't be traced: lockdown is on\nboot without it\n");
	assert_says(c, "nft");
	assert_says(c, "iptables-save");
	assert_silent(c, "hooks\n");
	assert_silent(c, "can be traced");
}

static void every_hook_has_its_line(void **state)
{
	const struct ur_probe p = {
		.hooks = { { "f_entry", "purpose a", UR_HOOK_FENTRY, NULL },
			   { "f_kprobe", "purpose b", UR_HOOK_KPROBE, NULL },
			   { "f_tp", "purpose c", UR_HOOK_TRACEPOINT, NULL },
			   { "f_waiting", "purpose d", UR_HOOK_WAITING, NULL },
			   { "f_absent", "purpose e", UR_HOOK_ABSENT, NULL },
			   { "f_failed", "purpose f", UR_HOOK_FAILED, "not permitted" },
			   { "f_none", "purpose g", UR_HOOK_ABSENT, "no such module" } },
		.n = 7,
		.missing = UR_MISSING_REJECT,
	};
	struct capture *c = *state;

	print(c, &p, NULL);
	assert_says(c, "  ok   f_entry                    fentry: purpose a\n");
	assert_says(c, "  ok   f_kprobe                   kprobe: purpose b\n");
	assert_says(c, "  ok   f_tp                       tracepoint: purpose c\n");
	assert_says(c, "  wait f_waiting                  waits for its module: purpose d\n");
	assert_says(c, "  note f_absent ");
	assert_says(c, "  MISS f_failed                   FAILED (not permitted): not seen: "
		       "purpose f\n");
	assert_says(c, "  note f_none                     no such module: purpose g\n");
	assert_silent(c, "/proc/kallsyms");
	assert_says(c, "this kernel can be traced, with what MISS names missing\n");
	ur_check_unseen(c->out, &p);
	assert_int_equal(fflush(c->out), 0);
	assert_says(c, "unreach: not seen here: purpose f (f_failed: not permitted)\n"
		       "unreach: some verdicts will be less certain here: see unreach --check\n");
}

/* Nothing depends on it; it is missing all the same. */
static void many_are_missing(void **state)
{
	struct ur_probe p = { .n = 7 };
	struct capture *c = *state;

	for (size_t i = 0; i < p.n; i++)
		p.hooks[i] = (struct ur_hook){ "f", "purpose", UR_HOOK_FAILED, "refused" };
	print(c, &p, NULL);
	assert_says(c, "this kernel can be traced, with what MISS names missing\n");
	ur_check_unseen(c->out, &p);
	assert_int_equal(fflush(c->out), 0);
	assert_says(c, "unreach: not seen here: 2 more: see unreach --check\n");
	assert_silent(c, "less certain");
}

static void nothing_is_missing(void **state)
{
	const struct ur_probe p = { .hooks = { { "f", "purpose", UR_HOOK_FENTRY, NULL } }, .n = 1 };
	struct capture *c = *state;

	print(c, &p, NULL);
	ur_check_unseen(c->out, &p);
	assert_int_equal(fflush(c->out), 0);
	assert_says(c, "this kernel can be traced\n");
	assert_silent(c, "unreach:");
}

static void addresses_are_hidden(void **state)
{
	const struct ur_probe p = { .missing = UR_MISSING_SYMBOLS };
	struct capture *c = *state;

	print(c, &p, NULL);
	assert_says(c, "  MISS /proc/kallsyms ");
	assert_says(c, "with what MISS names missing\n");
}

static void something_is_in_the_way(void **state)
{
	const struct ur_probe p = { .hooks = { { "f", "purpose", UR_HOOK_FENTRY, NULL } }, .n = 1 };
	struct capture *c = *state;

	obstacles[0] = (struct ur_obstacle){ false, "livepatch", "replaces f" };
	obstacles[1] = (struct ur_obstacle){ true, "kprobes", "switched off" };
	n_obstacles = 1;
	print(c, &p, NULL);
	assert_says(c, "  note livepatch                  replaces f\n");
	assert_says(c, "this kernel can be traced\n");
	n_obstacles = 2;
	print(c, &p, NULL);
	assert_says(c, "  MISS kprobes                    switched off\n");
	assert_says(c, "this kernel can be traced, with what MISS names missing\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_capture, close_capture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kernel_that_refuses), TEST(every_hook_has_its_line),
		TEST(many_are_missing),      TEST(nothing_is_missing),
		TEST(addresses_are_hidden),  TEST(something_is_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
