/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include "tests/unit/sample.h"
#include "user/verdict/parts.h"

static struct ur_evidence ev;
static struct ur_report report;

static void decide(void)
{
	memset(&report, 0xa5, sizeof(report)); /* it is filled whole, whatever was in it */
	ur_verdict_decide(&ev, &report);
}

static void expect(enum ur_outcome outcome, enum ur_suppressed by)
{
	decide();
	assert_int_equal(report.outcome, outcome);
	assert_int_equal(report.suppressed_by, by);
}

static void every_cause_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < UR_CAUSE_MAX_; i++) {
		assert_non_null(ur_words_of(i)->why);
		assert_non_null(ur_words_of(i)->advice);
	}
	assert_ptr_equal(ur_words_of(UR_CAUSE_MAX_), ur_words_of(UR_CAUSE_UNKNOWN));
}

static void every_way_to_suppress_has_a_name(void **state)
{
	(void)state;
	assert_null(ur_suppressed_name(UR_SUPP_NONE));
	for (int i = 1; i < UR_SUPP_MAX_; i++)
		assert_non_null(ur_suppressed_name(i));
	assert_null(ur_suppressed_name(UR_SUPP_MAX_));
	assert_string_equal(ur_outcome_name(UR_OUTCOME_SENT), "sent");
	assert_string_equal(ur_outcome_name(UR_OUTCOME_SUPPRESSED), "suppressed");
	assert_string_equal(ur_outcome_name(UR_OUTCOME_UNKNOWN), "unknown");
	assert_string_equal(ur_outcome_name(99), "unknown");
}

static void outcomes_of_what_was_seen(void **state)
{
	static const struct {
		uint8_t window;
		int32_t push_ret;
		enum ur_outcome outcome;
		enum ur_suppressed by;
	} cases[] = {
		{ UR_WIN_PUSHED, 0, UR_OUTCOME_SENT, UR_SUPP_NONE },
		{ UR_WIN_PUSHED, -EPERM, UR_OUTCOME_SUPPRESSED, UR_SUPP_OUTPUT_RULE },
		{ UR_WIN_PUSHED, -ENOBUFS, UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER },
		{ UR_WIN_GLOBAL_DENY, 0, UR_OUTCOME_SUPPRESSED, UR_SUPP_RATE_GLOBAL },
		{ UR_WIN_PEER_DENY, 0, UR_OUTCOME_SUPPRESSED, UR_SUPP_RATE_PEER },
		{ UR_WIN_PEER_DENY | UR_WIN_PUSHED, 0, UR_OUTCOME_SENT, UR_SUPP_NONE },
		{ 0, 0, UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER },
	};

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ev.ev.window = cases[i].window;
		ev.ev.push_ret = cases[i].push_ret;
		expect(cases[i].outcome, cases[i].by);
	}
}

static void outcomes_of_an_early_end(void **state)
{
	static const enum ur_suppressed by[] = {
		[UR_EARLY_NO_ROUTE] = UR_SUPP_NO_ROUTE, [UR_EARLY_BROADCAST] = UR_SUPP_BROADCAST,
		[UR_EARLY_FRAGMENT] = UR_SUPP_FRAGMENT, [UR_EARLY_ICMP_ERROR] = UR_SUPP_ICMP_ERROR,
		[UR_EARLY_SOURCE] = UR_SUPP_OTHER,      [UR_EARLY_CHECKSUM] = UR_SUPP_CHECKSUM,
		[UR_EARLY_RST] = UR_SUPP_OTHER,
	};

	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	ev.missing = UR_MISSING_OUTCOME_PUSH; /* it never comes to that */
	for (uint8_t early = 1; early < sizeof(by) / sizeof(by[0]); early++) {
		ev.ev.window = 0;
		ev.ev.early = early;
		expect(UR_OUTCOME_SUPPRESSED, by[early]);
		ev.ev.window = UR_WIN_PUSHED; /* seen beats worked out */
		expect(UR_OUTCOME_SENT, UR_SUPP_NONE);
	}
	ev.ev.window = 0;
	ev.ev.early = 200;
	expect(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
}

/* Nothing was in its way but that no route leads to whom it would have gone to. */
static void outcomes_without_a_way_back(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.back.none = true;
	ev.ev.window = 0;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_NO_ROUTE);
	ev.ev.early = UR_EARLY_FRAGMENT;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_FRAGMENT);
	ev.ev.early = 0;
	ev.ev.window = UR_WIN_GLOBAL_DENY;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_RATE_GLOBAL);
	ev.ev.window = UR_WIN_PUSHED;
	expect(UR_OUTCOME_SENT, UR_SUPP_NONE);
	ev.ev.window = 0;
	ev.missing = UR_MISSING_OUTCOME_PEER;
	expect(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
}

/* Nothing seen means something only where it would have been seen. */
static void outcomes_where_hooks_are_missing(void **state)
{
	static const uint32_t blind[] = { UR_MISSING_OUTCOME_GLOBAL, UR_MISSING_OUTCOME_PEER,
					  UR_MISSING_OUTCOME_PUSH };

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.window = 0;
	for (size_t i = 0; i < 3; i++) {
		ev.missing = blind[i];
		expect(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
	}
	ev.missing = UR_MISSING_SYMBOLS | UR_MISSING_REJECT;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER);
	ev.ev.flags |= UR_EV_NO_ENTRY;
	ev.ev.window = UR_WIN_PUSHED;
	expect(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
}

static void outcomes_of_a_reset(void **state)
{
	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_TCP, "reject with tcp reset");
	ev.ev.answer = UR_ANSWER_RST;
	ev.ev.window = UR_WIN_RST_BUILT;
	expect(UR_OUTCOME_SENT, UR_SUPP_NONE);
	ev.ev.window = 0;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER);
	ev.ev.early = UR_EARLY_CHECKSUM;
	expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_CHECKSUM);
}

/* Bridge and netdev rules pass neither rate limits nor IP output. */
static void outcomes_of_an_answer_by_hand(void **state)
{
	static const uint8_t pf[] = { NFPROTO_BRIDGE, NFPROTO_NETDEV };

	(void)state;
	for (size_t i = 0; i < sizeof(pf); i++) {
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
		ev.ev.rule.pf = pf[i];
		ev.ev.window = UR_WIN_HAND_BUILT;
		ev.ev.early = UR_EARLY_CHECKSUM; /* seen beats worked out */
		expect(UR_OUTCOME_SENT, UR_SUPP_NONE);
		ev.ev.window = 0;
		expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_CHECKSUM);
		ev.ev.early = UR_EARLY_NONE;
		expect(UR_OUTCOME_SUPPRESSED, UR_SUPP_OTHER);
		ev.missing = UR_MISSING_OUTCOME_HAND;
		expect(UR_OUTCOME_UNKNOWN, UR_SUPP_NONE);
		ev.ev.answer = UR_ANSWER_RST;
		ev.ev.window = UR_WIN_HAND_BUILT;
		expect(UR_OUTCOME_SENT, UR_SUPP_NONE);
	}
}

static void origins_name_the_family_of_causes(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	decide();
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	decide();
	assert_int_equal(report.cause, UR_CAUSE_RULE_NFT);
	sample_rule(&ev, UR_ORIGIN_XT_NFT, IPPROTO_UDP, "-j REJECT");
	decide();
	assert_int_equal(report.cause, UR_CAUSE_RULE_IPTABLES_NFT);
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_UDP, "-j REJECT");
	decide();
	assert_int_equal(report.cause, UR_CAUSE_RULE_IPTABLES);
	sample_unknown(&ev, "");
	decide();
	assert_int_equal(report.cause, UR_CAUSE_UNKNOWN);
	assert_int_equal(report.confidence, UR_UNKNOWN);
	ev.ev.origin = 200;
	decide();
	assert_int_equal(report.cause, UR_CAUSE_UNKNOWN);
}

static void nat_that_changed_something(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "172.29.219.2", 53);
	assert_false(ur_nat_changed(&ev));
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.ev.nat.dport = 5353;
	assert_true(ur_nat_changed(&ev));
	sample_addr(ev.ev.nat.dst, "172.29.219.2"); /* REDIRECT: the port alone */
	assert_true(ur_nat_changed(&ev));
	ev.ev.nat.dport = 53;
	assert_false(ur_nat_changed(&ev));
}

/* A reply comes from where the connection went: that is no translation of the reply. */
static void nat_of_a_reply(void **state)
{
	(void)state;
	sample_packet(&ev, IPPROTO_UDP, "10.219.7.2", 5353, "10.0.0.7", 40000);
	ev.ev.flags |= UR_EV_NAT;
	sample_addr(ev.ev.nat.dst, "10.219.7.2");
	ev.ev.nat.dport = 5353;
	ev.ev.nat.is_reply = 1;
	assert_false(ur_nat_changed(&ev));
}

static bool one_sentence(const char *text)
{
	return *text && !strchr(text, '\n') && text[strlen(text) - 1] != '.';
}

/* Whatever the kernel side may write: a sentence, and nothing read out of bounds. */
static void any_record_gets_a_report(void **state)
{
	uint8_t *bytes = (uint8_t *)&ev.ev;

	(void)state;
	srand(7);
	for (int i = 0; i < 20000; i++) {
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
		for (size_t j = 0; j < sizeof(ev.ev) / 8; j++)
			bytes[(size_t)rand() % sizeof(ev.ev)] = (uint8_t)rand();
		ev.ev.nsocks %= UR_SOCKS_MAX + 1;
		ev.ev.nstack %= UR_STACK_MAX + 1;
		ev.ev.nclosed %= UR_CLOSED_MAX + 1;
		ev.ev.rule.table[UR_TABLE_MAX - 1] = '\0';
		ev.ev.rule.chain[UR_CHAIN_MAX - 1] = '\0';
		ev.ev.iifname[UR_IFNAME_MAX - 1] = '\0';
		ev.ev.cur_comm[UR_COMM_MAX - 1] = '\0';
		ev.ev.origin = (uint8_t)(rand() % 6);
		decide();
		assert_true(*report.why);
		assert_in_range(report.cause, 0, UR_CAUSE_MAX_ - 1);
		assert_in_range(report.nfindings, 0, UR_FINDINGS_MAX);
	}
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	decide();
	assert_true(one_sentence(report.why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_has_words),
		cmocka_unit_test(every_way_to_suppress_has_a_name),
		cmocka_unit_test(outcomes_of_what_was_seen),
		cmocka_unit_test(outcomes_of_an_early_end),
		cmocka_unit_test(outcomes_without_a_way_back),
		cmocka_unit_test(outcomes_where_hooks_are_missing),
		cmocka_unit_test(outcomes_of_a_reset),
		cmocka_unit_test(outcomes_of_an_answer_by_hand),
		cmocka_unit_test(origins_name_the_family_of_causes),
		cmocka_unit_test(nat_that_changed_something),
		cmocka_unit_test(nat_of_a_reply),
		cmocka_unit_test(any_record_gets_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
