/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/sink/comment.h"

static struct ur_evidence ev;
static struct ur_report report;

static const char *comment(void)
{
	static char text[UR_COMMENT_TEXT];

	ur_comment_event(text, sizeof(text), &ev, &report);
	return text;
}

static void in_full(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	report = (struct ur_report){ .cause = UR_CAUSE_SOCKET_ADDRESS,
				     .confidence = UR_PROVEN,
				     .outcome = UR_OUTCOME_SENT,
				     .why = "no \033 socket",
				     .advice = "bind it",
				     .nfindings = 1 };
	SAMPLE_COPY(report.findings[0].text, "a finding");
	assert_string_equal(comment(), "no \\x1b socket [socket.address, proven]\n"
				       "answer: port-unreachable, sent\n"
				       "where: network namespace host, came in on eth0\n"
				       "also: a finding\n"
				       "next: bind it");
}

static void what_became_of_the_answer(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	report = (struct ur_report){ .outcome = UR_OUTCOME_SUPPRESSED,
				     .suppressed_by = UR_SUPP_RATE_PEER };
	assert_non_null(strstr(comment(), "\nanswer: port-unreachable, suppressed: "
					  "rate-limit-peer\n"));
	assert_non_null(strstr(comment(), " [unknown]\n"));
	report.outcome = UR_OUTCOME_UNKNOWN;
	ev.ev.answer = UR_ANSWER_RST;
	ev.count = 3;
	assert_non_null(
		strstr(comment(), "\nanswer: TCP reset, sent or not was not seen, 3 times\n"));
}

static void where_it_was(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_netns(&ev, NULL);
	ev.ev.iif = 0;
	assert_non_null(
		strstr(comment(), "\nwhere: network namespace 4026531840, sent from there"));
	ev.ev.iif = 3;
	SAMPLE_COPY(ev.slave, "eth7");
	assert_non_null(strstr(comment(), ", came in on eth7"));
}

static void of_the_answer(void **state)
{
	char text[UR_COMMENT_TEXT];

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	report = (struct ur_report){ .cause = UR_CAUSE_UNKNOWN };
	ur_comment_answer(text, sizeof(text), &ev, &report);
	assert_string_equal(text, "port-unreachable: this host's answer to the packet before this "
				  "one [unknown]\nas it was made: before output rules and "
				  "translation");
	report = (struct ur_report){ .cause = UR_CAUSE_RULE_NFT, .confidence = UR_LIKELY };
	ev.ev.answer = UR_ANSWER_RST;
	ur_comment_answer(text, sizeof(text), &ev, &report);
	assert_memory_equal(text, "TCP reset: ", 11);
	assert_non_null(strstr(text, " [rule.nft, likely]\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_full),
		cmocka_unit_test(what_became_of_the_answer),
		cmocka_unit_test(where_it_was),
		cmocka_unit_test(of_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
