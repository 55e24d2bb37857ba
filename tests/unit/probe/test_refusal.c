/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "user/probe/internal.h"

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void a_program_is_not_permitted(void **state)
{
	struct ur_refusal why = {};

	(void)state;
	ur_refusal_explain(&why, -EPERM, "icmp4_exit", "libbpf: something else\n");
	assert_has(why.what, "loading icmp4_exit: Operation not permitted");
	assert_has(why.what, "although this process has the privilege: ");
	assert_null(strstr(why.what, "something else"));
	assert_string_not_equal(why.advice, "");
}

static void nothing_was_permitted(void **state)
{
	struct ur_refusal why = {};

	(void)state;
	ur_refusal_explain(&why, -EPERM, "", "");
	assert_string_equal(why.what,
			    "the kernel refused the tracing programs: Operation not permitted");
	assert_has(why.advice, "seccomp");
}

static void another_error_shows_the_loaders_message(void **state)
{
	struct ur_refusal why = {};

	(void)state;
	ur_refusal_explain(&why, -EINVAL, "push4", "prog 'push4': failed to load\nand more\n");
	assert_string_equal(why.what, "the kernel refused the tracing programs: Invalid argument; "
				      "prog 'push4': failed to load");
	assert_has(why.advice, "-vv");
	ur_refusal_explain(&why, E2BIG, "", "\n");
	assert_string_equal(why.what,
			    "the kernel refused the tracing programs: Argument list too long");
}

static void what_is_too_long_is_cut(void **state)
{
	struct {
		struct ur_refusal why;
		char guard;
	} at = { .guard = 'g' };
	char longer[2000];

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ur_refusal_explain(&at.why, -EINVAL, "p", longer);
	assert_int_equal(strlen(at.why.what), sizeof(at.why.what) - 1);
	ur_refusal_explain(&at.why, -EPERM, longer, "");
	assert_int_equal(strlen(at.why.what), sizeof(at.why.what) - 1);
	assert_int_equal(at.guard, 'g');
}

/* What it finds depends on the machine; that it says what it found does not. */
static void a_refusal_is_never_mute(void **state)
{
	struct ur_refusal why = {};
	int r = ur_refusal_precheck(&why);

	(void)state;
	assert_true(r <= 0);
	if (r)
		assert_string_not_equal(why.what, "");
	else
		assert_string_equal(why.what, "");
	assert_int_equal(!r, !why.advice[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_not_permitted),
		cmocka_unit_test(nothing_was_permitted),
		cmocka_unit_test(another_error_shows_the_loaders_message),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(a_refusal_is_never_mute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
