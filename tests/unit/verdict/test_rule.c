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

static void expect(enum ur_confidence confidence, const char *why, const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.why, why);
	assert_string_equal(report.advice, advice);
	assert_int_equal(report.confidence, confidence);
}

static void nftables(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject comment \"x\"");
	expect(UR_PROVEN,
	       "rejected by nftables rule inet filter input handle 7: udp dport 999 reject comment "
	       "\"x\"",
	       "see the rule with `nft -a list chain inet filter input`");
}

static void chain_reached_by_a_jump(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	SAMPLE_COPY(ev.ev.rule.chain, "zone_public");
	sample_netns(&ev, "srv");
	expect(UR_PROVEN,
	       "rejected by nftables rule inet filter zone_public handle 7 (hook input, reached from "
	       "input): reject",
	       "see the rule with `ip netns exec srv nft -a list chain inet filter zone_public`");
	ev.rule.base_chain[0] = '\0';
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "zone_public handle 7 (hook input): reject"));
}

static void iptables_nft(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_XT_NFT, IPPROTO_TCP, "-A INPUT -p tcp -j REJECT");
	expect(UR_PROVEN,
	       "rejected by iptables-nft rule ip filter INPUT handle 7: -A INPUT -p tcp -j REJECT",
	       "see the rule with `iptables-nft -t filter -S INPUT`");
}

static void iptables_legacy(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_UDP, "-A INPUT -j REJECT");
	expect(UR_PROVEN,
	       "rejected by legacy iptables rule filter INPUT number 3: -A INPUT -j REJECT",
	       "see the rule with `iptables-legacy -t filter -S INPUT 3`; nft does not list it");
	ev.ev.family = 6;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "legacy ip6tables rule"));
	assert_non_null(strstr(report.advice, "ip6tables-legacy -t filter"));
}

static void text_that_could_not_be_read(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, NULL);
	SAMPLE_COPY(ev.rule.comment, "no statsd");
	expect(UR_PROVEN,
	       "rejected by nftables rule inet filter input handle 7 \"no statsd\"; its text is not "
	       "available: no nft on this host",
	       "see the rule with `nft -a list chain inet filter input`");
	ev.rule.looked = UR_FOUND_NONE;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "the rule is gone"));
	ev.rule.looked = UR_NOT_ASKED;
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.why,
			    "rejected by nftables rule inet filter input handle 7 \"no statsd\"");
}

/* What stands there now is not what fired: no word of it may be shown. */
static void rules_that_changed(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "tcp dport 22 accept");
	ev.rule.looked = UR_CHANGED;
	SAMPLE_COPY(ev.rule.comment, "other");
	ur_verdict_decide(&ev, &report);
	assert_null(strstr(report.why, "accept"));
	assert_null(strstr(report.why, "other"));
	assert_non_null(strstr(report.why, "the rules have changed since"));
	assert_int_equal(report.confidence, UR_PROVEN);
}

static void parts_that_are_not_known(void **state)
{
	static const uint8_t needed[] = { UR_RULE_HANDLE };

	(void)state;
	for (size_t i = 0; i < sizeof(needed); i++) {
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
		ev.ev.rule.flags &= (uint8_t)~needed[i];
		ur_verdict_decide(&ev, &report);
		assert_int_equal(report.confidence, UR_LIKELY);
		assert_null(strstr(report.why, ": reject"));
	}
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	ev.ev.rule.table[0] = '\0';
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_string_equal(report.advice, "see the rules with `nft -a list ruleset`");
	ev.ev.rule.flags |= UR_RULE_GAVE_UP;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "given up at its limit"));
	SAMPLE_COPY(ev.rule.table, "filter"); /* user space found it */
	ev.rule.family = ev.ev.rule.table_family;
	ev.ev.rule.table_family = 0;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_PROVEN);
	assert_non_null(strstr(report.advice, "nft -a list chain inet filter "));
}

static void only_the_engine(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, NULL);
	memset(&ev.ev.rule, 0, sizeof(ev.ev.rule));
	ev.missing = UR_MISSING_REJECT;
	expect(UR_LIKELY,
	       "rejected by an nftables rule; which one is not known: the hook that tells was not "
	       "attached when it fired",
	       "see the rules with `nft -a list ruleset`");
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_UDP, NULL);
	memset(&ev.ev.rule, 0, sizeof(ev.ev.rule));
	memset(&ev.rule, 0, sizeof(ev.rule));
	expect(UR_LIKELY,
	       "rejected by an iptables rule; which one is not known: this kernel did not show it",
	       "look for REJECT in iptables-nft-save and iptables-legacy-save");
}

static void a_claim_that_the_caller_contradicts(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	ev.ev.flags |= UR_EV_CLAIM_ODD;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_string_equal(report.findings[0].slug, "note.claim-odd");
}

/* What is to be typed must not do more than it says, whoever named the chain. */
static void names_are_quoted_for_the_shell(void **state)
{
	static const struct {
		const char *chain, *advice;
	} cases[] = {
		{ "a b", "see the rule with `nft -a list chain inet filter 'a b'`" },
		{ "$(reboot)", "see the rule with `nft -a list chain inet filter '$(reboot)'`" },
		{ "x;reboot", "see the rule with `nft -a list chain inet filter 'x;reboot'`" },
		{ "it's", "see the rules with `nft -a list ruleset`" },
		{ "-f", "see the rules with `nft -a list ruleset`" },
		{ "x`id`", "see the rules with `nft -a list ruleset`" },
		{ "x\nreboot", "see the rules with `nft -a list ruleset`" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
		SAMPLE_COPY(ev.ev.rule.chain, cases[i].chain);
		ur_verdict_decide(&ev, &report);
		assert_string_equal(report.advice, cases[i].advice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nftables),
		cmocka_unit_test(chain_reached_by_a_jump),
		cmocka_unit_test(iptables_nft),
		cmocka_unit_test(iptables_legacy),
		cmocka_unit_test(text_that_could_not_be_read),
		cmocka_unit_test(rules_that_changed),
		cmocka_unit_test(parts_that_are_not_known),
		cmocka_unit_test(only_the_engine),
		cmocka_unit_test(a_claim_that_the_caller_contradicts),
		cmocka_unit_test(names_are_quoted_for_the_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
