/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict/parts.h"

static struct ur_evidence ev;
static struct ur_report report;

/* The first rejects after a module was loaded come before its hook: the call chain still
 * names the engine, and no rule. */
static void engines_by_the_call_chain(void **state)
{
	static const struct {
		const char *frames[2];
		enum ur_cause cause;
		const char *engine;
	} cases[] = {
		{ { "nft_reject_inet_eval+0x1/0x2 [nft_reject_inet]", "nft_do_chain+0x1/0x2" },
		  UR_CAUSE_RULE_NFT,
		  "nftables rule" },
		{ { "nf_send_unreach+0x1/0x2", "nft_reject_ipv4_eval+0x1/0x2" },
		  UR_CAUSE_RULE_NFT,
		  "nftables rule" },
		{ { "reject_tg+0x1/0x2", "nft_target_eval_xt+0x1/0x2 [nft_compat]" },
		  UR_CAUSE_RULE_IPTABLES_NFT,
		  "iptables-nft rule" },
		{ { "reject_tg+0x1/0x2", "ipt_do_table+0x1/0x2" },
		  UR_CAUSE_RULE_IPTABLES,
		  "iptables rule" },
		{ { "reject_tg6+0x1/0x2", "" }, UR_CAUSE_RULE_IPTABLES, "iptables rule" },
	};
	char want[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_unknown(&ev, cases[i].frames[0]);
		SAMPLE_COPY(ev.stack[1], cases[i].frames[1]);
		snprintf(want, sizeof(want),
			 "rejected by an %s; which one is not known: the hook that tells was not "
			 "attached when it fired",
			 cases[i].engine);
		ur_verdict_decide(&ev, &report);
		assert_int_equal(report.cause, cases[i].cause);
		assert_int_equal(report.confidence, UR_LIKELY);
		assert_string_equal(report.why, want);
	}
	sample_unknown(&ev, "nft_reject_other_eval+0x1/0x2");
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.cause, UR_CAUSE_UNKNOWN);
}

static void what_the_kernel_side_proved_stands(void **state)
{
	(void)state;
	sample_unknown(&ev, "nft_reject_inet_eval+0x1/0x2");
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	assert_int_equal(ur_origin(&ev), UR_ORIGIN_UDP_MISS);
	assert_false(ur_by_rule(&ev));
	ev.ev.origin = UR_ORIGIN_UNKNOWN;
	assert_true(ur_by_rule(&ev));
	ev.ev.nstack = 0; /* what lies behind it is no call chain */
	assert_false(ur_by_rule(&ev));
}

static void names_of_symbols(void **state)
{
	(void)state;
	assert_true(ur_symbol_is("reject_tg+0x1/0x2 [ipt_REJECT]", "reject_tg"));
	assert_true(ur_symbol_is("reject_tg.isra.0+0x1/0x2", "reject_tg"));
	assert_true(ur_symbol_is("reject_tg", "reject_tg"));
	assert_false(ur_symbol_is("reject_tg6+0x1/0x2", "reject_tg"));
	assert_false(ur_symbol_is("reject_t+0x1/0x2", "reject_tg"));
	assert_false(ur_symbol_is("", "reject_tg"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_by_the_call_chain),
		cmocka_unit_test(what_the_kernel_side_proved_stands),
		cmocka_unit_test(names_of_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
