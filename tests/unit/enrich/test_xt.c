// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/xt.h"

/* Two rules: target offsets 112 + 48 (udp) and 200 + 112 + 288 (comment) in the blob. */
#define RULES                                                                                  \
	"{ iptables-legacy -A INPUT -p udp --dport 53 -j ACCEPT; iptables-legacy -A INPUT -m " \
	"comment --comment 'no endpoints' -j REJECT; } 2>/dev/null"

static struct ur_event event(uint64_t offset)
{
	struct ur_event ev;

	rule_event(&ev, NFPROTO_IPV4, "filter", 0, "", 0);
	ev.origin = UR_ORIGIN_XT;
	ev.rule.flags = UR_RULE_XT | UR_RULE_TABLE;
	ev.rule.xt_entry_off = offset;
	ev.rule.xt_size = 200 + 440 + 3 * 152 + 176;
	ev.rule.xt_number = 6;
	return ev;
}

static struct ur_evidence asked;

static void ask(struct ur_xt *xt, const struct ur_event *ev, struct ur_rule_text *text)
{
	memset(&asked, 0, sizeof(asked));
	asked.ev = *ev;
	ur_xt_rule(xt, 0, &asked);
	*text = asked.rule;
}

static void test_rule(void **state)
{
	ur_cleanup(ur_xt_freep) struct ur_xt *xt = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox(RULES))
		skip();
	assert_int_equal(ur_xt_new(&xt), 0);
	for (int i = 0; i < 2; i++) {
		ev = event(600);
		ask(xt, &ev, &text);
		assert_string_equal(text.reason, "");
		assert_int_equal(text.looked, UR_FOUND);
		assert_int_equal(text.generation_same, i > 0);
		assert_string_equal(text.chain, "INPUT");
		assert_string_equal(text.base_chain, "INPUT");
		assert_int_equal(text.number, 2);
		assert_true(text.iptables_text);
		assert_string_equal(text.comment, "no endpoints");
		assert_string_equal(text.text, "-A INPUT -m comment --comment \"no endpoints\" -j "
					       "REJECT --reject-with icmp-port-unreachable");
	}
}

static void test_changed(void **state)
{
	ur_cleanup(ur_xt_freep) struct ur_xt *xt = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox(RULES))
		skip();
	assert_int_equal(ur_xt_new(&xt), 0);
	ev = event(160); /* the rule that accepts */
	ask(xt, &ev, &text);
	assert_int_equal(text.looked, UR_CHANGED);
	assert_true(shell("iptables-legacy -D INPUT 1"));
	ev = event(600);
	ask(xt, &ev, &text);
	assert_int_equal(text.looked, UR_CHANGED);
	assert_string_equal(text.text, "");
}

/* A table that isn't there stays so: asking for it would make it. */
static void test_no_table(void **state)
{
	ur_cleanup(ur_xt_freep) struct ur_xt *xt = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox("true"))
		skip();
	assert_int_equal(ur_xt_new(&xt), 0);
	ev = event(600);
	ask(xt, &ev, &text);
	assert_int_equal(text.looked, UR_CHANGED);
	assert_true(shell("! grep -q . /proc/self/net/ip_tables_names"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
