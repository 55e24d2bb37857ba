// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/base/cleanup.h"
#include "user/enrich/nft.h"

#define IPTABLES                                                                               \
	"iptables-nft -A INPUT -p udp --dport 5001 -m comment --comment 'no \"dns\" # handle " \
	"3' -j REJECT 2>/dev/null && iptables-nft -A INPUT -j REJECT 2>/dev/null"

static struct ur_evidence asked;

static void ask_at(struct ur_nft *nft, const struct ur_nft_where *where, const struct ur_event *ev,
		   struct ur_rule_text *text)
{
	memset(&asked, 0, sizeof(asked));
	asked.ev = *ev;
	ur_nft_rule(nft, where, &asked);
	*text = asked.rule;
}

static void ask(struct ur_nft *nft, const struct ur_event *ev, struct ur_rule_text *text)
{
	const struct ur_nft_where where = { .netns = inum_here() };

	ask_at(nft, &where, ev, text);
}

static void test_texts(void **state)
{
	static const struct {
		const char *words;
		const char *text;
	} rules[] = {
		{ "5-9", "udp dport { 1-3, 5-9 } reject with icmpx admin-prohibited" },
		{ "@banned reject", "ip saddr @banned reject with icmp port-unreachable" },
		{ "dport 8080", "tcp dport 8080 log prefix \"a \" reject with tcp reset" },
	};
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_nft_new(&nft), 0);
	for (size_t i = 0; i < 2 * sizeof(rules) / sizeof(*rules); i++) {
		const size_t at = i % (sizeof(rules) / sizeof(*rules));

		rule_event(&ev, NFPROTO_INET, "filter", handle_of("table inet filter"), "input",
			   handle_of(rules[at].words));
		ask(nft, &ev, &text);
		assert_string_equal(text.reason, "");
		assert_int_equal(text.looked, UR_FOUND);
		assert_string_equal(text.text, rules[at].text);
		assert_string_equal(text.base_chain, "input");
		assert_true(asked.way.known && asked.way.proven);
		assert_false(text.iptables_text);
	}
	/* by now the rule set was seen before the event, and is the same */
	assert_true(text.generation_same);
	assert_true(shell("nft add rule inet filter zone accept"));
	ask(nft, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_false(text.generation_same);
}

static void test_iptables_words(void **state)
{
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox(IPTABLES))
		skip();
	assert_int_equal(ur_nft_new(&nft), 0);
	rule_event(&ev, NFPROTO_IPV4, "filter", handle_of("table ip filter"), "INPUT", 2);
	ask(nft, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_true(text.iptables_text);
	assert_int_equal(text.number, 1);
	assert_string_equal(text.comment, "no \"dns\" # handle 3");
	assert_string_equal(text.text,
			    "-A INPUT -p udp -m udp --dport 5001 -m comment --comment \"no "
			    "\\\"dns\\\" # handle 3\" -j REJECT --reject-with "
			    "icmp-port-unreachable");
	ev.rule.handle = 3;
	ask(nft, &ev, &text);
	assert_string_equal(text.text, "-A INPUT -j REJECT --reject-with icmp-port-unreachable");
	assert_int_equal(text.number, 2);
	assert_true(shell("iptables-nft -D INPUT 1"));
	ask(nft, &ev, &text);
	assert_int_equal(text.number, 1);
	ev.rule.handle = 2;
	ask(nft, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_int_equal(text.number, 0);
	assert_string_not_equal(text.reason, "");
}

/* Never the rule that took its place. */
static void test_gone(void **state)
{
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = NULL;
	const struct ur_nft_where where = { .netns = inum_here() };
	const struct ur_nft_where away = { .netns = inum_here(), .outside = "locked out" };
	struct ur_rule_text text;
	struct ur_event ev, other;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_nft_new(&nft), 0);
	rule_event(&ev, NFPROTO_INET, "filter", handle_of("table inet filter"), "zone",
		   handle_of("dport 5001"));
	rule_event(&other, NFPROTO_INET, "filter", handle_of("table inet filter"), "input",
		   handle_of("@banned reject"));
	ask_at(nft, &where, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_true(shell("nft flush ruleset") && shell(SANDBOX_RULES));
	ask_at(nft, &where, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_string_equal(text.text,
			    "udp dport 5001 counter reject comment \"hello # handle 99\"");
	assert_string_equal(text.reason, "the rule is gone since");
	assert_true(asked.way.known); /* as it was */
	assert_false(asked.way.proven);
	ask_at(nft, &where, &other, &text);
	assert_int_equal(text.looked, UR_CHANGED);
	assert_string_equal(text.text, "");
	ask_at(nft, &away, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	ask_at(nft, &away, &other, &text);
	assert_int_equal(text.looked, UR_COULD_NOT);
	assert_string_equal(text.reason, "locked out");
}

/* A rule that is put in another's place has its handle, but is never shown for it. */
static void test_replaced(void **state)
{
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = NULL;
	const uint8_t inet = NFPROTO_INET;
	struct ur_event before, after, unread;
	struct ur_rule_text text;
	uint64_t handle;

	(void)state;
	if (!sandbox("nft 'table inet t { chain c { type filter hook input priority 0; udp dport "
		     "1 reject comment \"old\"; udp dport 3 reject comment \"unread\"; }; }'"))
		skip();
	assert_int_equal(ur_nft_new(&nft), 0);
	handle = handle_of("dport 1");
	rule_event(&before, inet, "t", handle_of("table inet t"), "c", handle);
	rule_event(&unread, inet, "t", handle_of("table inet t"), "c", handle_of("dport 3"));
	ask(nft, &before, &text);
	assert_string_equal(text.comment, "old");
	assert_true(text.generation_same);
	assert_true(shell("nft replace rule inet t c handle $(nft -a list chain inet t c | sed -n "
			  "'s/.*dport 1.*handle //p') udp dport 2 reject comment new"));
	assert_int_equal(handle_of("dport 2"), handle);
	rule_event(&after, inet, "t", handle_of("table inet t"), "c", handle);
	ask(nft, &before, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_string_equal(text.comment, "old");
	assert_string_equal(text.reason, "the rule has been replaced since");
	ask(nft, &after, &text);
	assert_string_equal(text.text, "udp dport 2 reject comment \"new\"");
	assert_string_equal(text.reason, "");
	ask(nft, &before, &text); /* now what was read of it is forgotten */
	assert_int_equal(text.looked, UR_CHANGED);
	ask(nft, &unread, &text); /* it might be any */
	assert_int_equal(text.looked, UR_CHANGED);
	assert_string_equal(text.text, "");
	assert_string_equal(text.comment, "");
}

/* nft lists the rules of an anonymous chain inside another, without their handles:
 * the only chain that it can be is the one. */
static void test_anonymous_chain(void **state)
{
	ur_cleanup(ur_nft_freep) struct ur_nft *nft = NULL;
	struct ur_rule_text text;
	struct ur_event ev;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_nft_new(&nft), 0);
	/* its rules come before the one that jumps there */
	rule_event(&ev, NFPROTO_INET, "filter", handle_of("table inet filter"), "",
		   handle_of("} # handle") - 2);
	ev.rule.flags &= ~UR_RULE_CHAIN;
	ask(nft, &ev, &text);
	assert_int_equal(text.looked, UR_FOUND);
	assert_memory_equal(text.chain, "__chain", 7);
	assert_string_equal(text.text, "udp dport 77 reject");
	for (int i = 0; i < 2; i++) { /* also from the cache */
		assert_int_equal(asked.way.nsteps, 1);
		assert_string_equal(asked.way.step[0].text, "ip daddr 1.2.3.4 jump { ... }");
		ask(nft, &ev, &text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_iptables_words),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_anonymous_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
