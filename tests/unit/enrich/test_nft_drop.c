// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include "tests/unit/enrich/sandbox.h"
#include "tests/unit/sample.h"
#include "user/enrich/nft_drop.h"

#define RULES                                                                    \
	"nft -f - <<'END'\n"                                                     \
	"table inet t {\n"                                                       \
	" chain in { type filter hook input priority 0; udp dport 5 drop; }\n"   \
	" chain out { type filter hook output priority 0; icmp type 3 drop; }\n" \
	"}\n"                                                                    \
	"END\n"

static struct ur_evidence ev;

static void sample(uint8_t origin)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.origin = origin;
	ev.ev.type = 3;
}

static void the_answer_as_a_flow(void **state)
{
	struct ur_packet answer;
	struct ur_flow flow;

	(void)state;
	sample(UR_ORIGIN_UDP_MISS);
	flow = ur_nft_drop_flow(&ev, &answer);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_DADDR4, "10.0.0.7", 8), UR_FIT_YES);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_SADDR4, "10.0.0.5", 8), UR_FIT_YES);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_SADDR4, "10.0.0.6", 8), UR_FIT_NO);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_PROTO, "icmp", 4), UR_FIT_YES);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_ICMP_TYPE, "3", 1), UR_FIT_YES);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_ICMP_TYPE, "redirect", 8), UR_FIT_NO);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_OIF, "s0", 2), UR_FIT_MAYBE);
	/* What is forwarded is not answered from the address that it went to. */
	sample(UR_ORIGIN_NFT);
	flow = ur_nft_drop_flow(&ev, &answer);
	assert_int_equal(ur_flow_fits(&flow, UR_FIELD_SADDR4, "10.0.0.6", 8), UR_FIT_MAYBE);
}

static void rules_that_are_there(void **state)
{
	ur_cleanup(ur_nft_ways_freep) struct ur_nft_ways *w = NULL;
	const struct ur_nft_which which = { .netns = 1 };

	(void)state;
	if (!sandbox(RULES))
		skip();
	assert_int_equal(ur_nft_ways_new(&w), 0);
	sample(UR_ORIGIN_UDP_MISS);
	ur_nft_drop(w, &which, &ev);
	if (ev.dropper.looked == UR_COULD_NOT) { /* an nft that does not run here */
		assert_string_not_equal(ev.dropper.reason, "");
		skip();
	}
	assert_int_equal(ev.dropper.looked, UR_FOUND);
	assert_string_equal(ev.dropper.rule.chain, "out");
	assert_string_equal(ev.dropper.rule.table, "t");
	assert_true(ev.dropper.rule.handle > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_as_a_flow),
		cmocka_unit_test(rules_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
