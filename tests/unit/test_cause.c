/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "user/cause.h"

#define MATCHES(cause, slug) ur_cause_matches((cause), (slug), strlen(slug))
#define KNOWN(slug)          ur_cause_known((slug), strlen(slug))

/* The contract: these may be joined by others, never renamed or taken away. */
static const char *const promised[] = {
	"unknown",       "socket.none",       "socket.race",   "socket.address",
	"socket.device", "socket.peer",       "socket.family", "socket.protocol",
	"socket.netns",  "rule.nft",          "rule.iptables", "rule.iptables-nft",
	"socket.closed", "socket.late-reply",
};

static void every_cause_is_described(void **state)
{
	(void)state;
	for (int i = 0; i < UR_CAUSE_MAX_; i++) {
		assert_non_null(ur_cause_info(i)->slug);
		assert_true(strlen(ur_cause_info(i)->meaning) > 10);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(ur_cause_info(i)->slug, ur_cause_info(j)->slug);
	}
	assert_ptr_equal(ur_cause_info(UR_CAUSE_MAX_), ur_cause_info(UR_CAUSE_UNKNOWN));
	assert_ptr_equal(ur_cause_info(-1), ur_cause_info(UR_CAUSE_UNKNOWN));
}

static void promised_slugs_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++)
		assert_true(KNOWN(promised[i]));
}

static void groups_match_at_the_dot_only(void **state)
{
	(void)state;
	assert_true(MATCHES(UR_CAUSE_SOCKET_NONE, "socket"));
	assert_true(MATCHES(UR_CAUSE_SOCKET_NONE, "socket.none"));
	assert_false(MATCHES(UR_CAUSE_SOCKET_NONE, "sock"));
	assert_false(MATCHES(UR_CAUSE_SOCKET_NONE, "socket."));
	assert_false(MATCHES(UR_CAUSE_SOCKET_NONE, "socket.none.x"));
	assert_false(MATCHES(UR_CAUSE_RULE_IPTABLES_NFT, "rule.iptables"));
	assert_true(MATCHES(UR_CAUSE_RULE_IPTABLES_NFT, "rule"));
	assert_false(MATCHES(UR_CAUSE_UNKNOWN, ""));
	assert_false(KNOWN(""));
	assert_false(KNOWN("Socket"));
	assert_true(ur_cause_known("rule,socket", 4));
}

static void lists(void **state)
{
	(void)state;
	assert_true(ur_cause_listed(UR_CAUSE_RULE_NFT, "socket.none,rule"));
	assert_true(ur_cause_listed(UR_CAUSE_SOCKET_NONE, "socket.none,rule"));
	assert_false(ur_cause_listed(UR_CAUSE_SOCKET_PEER, "socket.none,rule"));
	assert_false(ur_cause_listed(UR_CAUSE_SOCKET_PEER, ""));
	assert_true(ur_cause_listed(UR_CAUSE_SOCKET_PEER, ",,socket.peer,"));
}

static void confidence_names(void **state)
{
	(void)state;
	assert_string_equal(ur_confidence_name(UR_PROVEN), "proven");
	assert_string_equal(ur_confidence_name(UR_LIKELY), "likely");
	assert_string_equal(ur_confidence_name(UR_UNKNOWN), "unknown");
	assert_string_equal(ur_confidence_name(77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_is_described),
		cmocka_unit_test(promised_slugs_exist),
		cmocka_unit_test(groups_match_at_the_dot_only),
		cmocka_unit_test(lists),
		cmocka_unit_test(confidence_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
