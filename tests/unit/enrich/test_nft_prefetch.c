// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_find.h"
#include "user/enrich/nft_prefetch.h"

static uint32_t generation_now(void)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t generation = 0;

	assert_int_equal(ur_nfnl_open(&nl), 0);
	assert_int_equal(ur_nft_generation(&nl, &generation), 0);
	return generation;
}

static struct ur_rule_text *get(struct ur_rule_cache *cache, uint64_t table, uint64_t rule)
{
	const struct ur_rule_key key = { .netns = 1, .table = table, .rule = rule };
	static struct ur_rule_text text;
	struct ur_rule_span span;

	memset(&text, 0, sizeof(text));
	ur_rule_cache_get(cache, &key, &text, &span);
	return &text;
}

static void test_all_that_reject(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	const struct ur_rule_key base = { .netns = 1 };
	uint64_t table;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	table = handle_of("table inet filter");
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	assert_int_equal(ur_nft_prefetch_run(cache, &base, generation_now()), 0);
	assert_string_equal(get(cache, table, handle_of("dport 5001"))->text,
			    "udp dport 5001 counter reject comment \"hello # handle 99\"");
	assert_string_equal(get(cache, table, handle_of("dport 5001"))->chain, "zone");
	assert_string_equal(get(cache, table, handle_of("dport 8080"))->text,
			    "tcp dport 8080 log prefix \"a \" reject with tcp reset");
	assert_string_equal(get(cache, table, handle_of("b\" # handle"))->comment,
			    "a\n\t\tudp dport 1 reject # handle 3\nb");
	assert_string_equal(get(cache, table, handle_of("jump zone"))->text, "");
	assert_string_equal(get(cache, table, 3)->text, "");
}

static void test_iptables_words(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	const struct ur_rule_key base = { .netns = 1 };
	unsigned seen = 0;
	uint64_t table;

	(void)state;
	if (!sandbox(
		    "{ iptables-nft -N a; iptables-nft -A INPUT -j a; iptables-nft -A INPUT -p udp "
		    "-j REJECT; iptables-nft -A a -p tcp -j ACCEPT; iptables-nft -A a -p tcp -j "
		    "REJECT --reject-with tcp-reset; } 2>/dev/null"))
		skip();
	table = handle_of("table ip filter");
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	assert_int_equal(ur_nft_prefetch_run(cache, &base, generation_now()), 0);
	for (uint64_t handle = 1; handle < 10; handle++) {
		const struct ur_rule_text *t = get(cache, table, handle);

		if (!t->text[0])
			continue;
		assert_true(t->iptables_text);
		assert_string_equal(t->text, strcmp(t->chain, "a") ?
						     "-A INPUT -p udp -j REJECT --reject-with "
						     "icmp-port-unreachable" :
						     "-A a -p tcp -j REJECT --reject-with "
						     "tcp-reset");
		seen++;
	}
	assert_int_equal(seen, 2);
}

static void test_old_generation(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;
	const struct ur_rule_key base = { .netns = 1 };
	uint32_t generation;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_rule_cache_new(1 << 20, &cache), 0);
	generation = generation_now();
	assert_true(shell("nft add rule inet filter zone accept"));
	assert_int_equal(ur_nft_prefetch_run(cache, &base, generation), -EINTR);
	assert_int_equal(ur_rule_cache_size(cache), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_reject),
		cmocka_unit_test(test_iptables_words),
		cmocka_unit_test(test_old_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
