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
	sample_unknown(&ev, "ip_protocol_deliver_rcu+0x1a/0x90");
	expect("not explained by this version: the kernel's ip_protocol_deliver_rcu() asked for it, "
	       "for an IP protocol that nothing here handles",
	       "the call chain is in the output of -v and --json");
	sample_unknown(&ev, "ip_error+0x1a/0x90");
	expect("not explained by this version: the kernel's ip_error() asked for it, for a packet "
	       "that no usable route takes",
	       "see `ip route get 10.0.0.5 from 10.0.0.7 iif eth0`");
	ev.ev.iif = 0;
	sample_netns(&ev, "srv");
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "see `ip netns exec srv ip route get 10.0.0.5`");
	sample_unknown(&ev, "ipv4_link_failure+0x1a/0x90");
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "see `ip neigh show nud failed`");
}

static void names_as_the_compiler_and_kallsyms_write_them(void **state)
{
	(void)state;
	sample_unknown(&ev, "gre_rcv.isra.0+0x1a/0x90 [ip_gre]");
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "the kernel's gre_rcv() asked"));
	assert_non_null(strstr(report.why, "no tunnel here took"));
	sample_unknown(&ev, "gre_rcv_other+0x1a/0x90");
	ur_verdict_decide(&ev, &report);
	assert_string_equal(
		report.why,
		"not explained by this version: the kernel's gre_rcv_other() asked for it");
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
