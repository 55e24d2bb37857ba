/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

static void expect(const char *why, const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_UNKNOWN);
	assert_int_equal(report.confidence, UR_UNKNOWN);
	assert_string_equal(report.why, why);
	assert_string_equal(report.advice, advice);
}

static void a_function_that_is_known(void **state)
{
	(void)state;
	sample_unknown(&ev, "ip6_link_failure+0x1a/0x90 [ipv6]");
	expect("not explained by this version: the kernel's ip6_link_failure() asked for it, "
	       "after a link on the way failed",
	       "the call chain is in the output of -v and --json");
}

static void names_as_the_compiler_and_kallsyms_write_them(void **state)
{
	(void)state;
	sample_unknown(&ev, "ip6_link_failure.isra.0+0x1a/0x90 [ip6_tunnel]");
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "the kernel's ip6_link_failure() asked"));
	assert_non_null(strstr(report.why, "after a link on the way"));
	sample_unknown(&ev, "ip6_link_failure_other+0x1a/0x90");
	ur_verdict_decide(&ev, &report);
	assert_string_equal(
		report.why,
		"not explained by this version: the kernel's ip6_link_failure_other() asked for it");
}

static void a_function_that_is_not_seen(void **state)
{
	(void)state;
	sample_unknown(&ev, "");
	ev.ev.nstack = 0;
	expect("not explained by this version; the kernel function that asked for it was not seen",
	       "");
	ev.missing = UR_MISSING_SYMBOLS;
	expect("not explained by this version; the kernel function that asked for it can't be named: "
	       "/proc/kallsyms shows no addresses",
	       "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_that_is_known),
		cmocka_unit_test(names_as_the_compiler_and_kallsyms_write_them),
		cmocka_unit_test(a_function_that_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
