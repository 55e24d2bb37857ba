// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich/xt_prefetch.h"

#define RULES                                                                              \
	"{ iptables-legacy -N web; iptables-legacy -A INPUT -p udp --dport 53 -j REJECT; " \
	"iptables-legacy -A web -p tcp -j ACCEPT; "                                        \
	"iptables-legacy -A web -m comment --comment two -j REJECT; } 2>/dev/null"

static uint32_t generation;

static uint32_t now(const void *arg)
{
	(void)arg;
	return generation;
}

/* Moves on between the first look and the last. */
static uint32_t restless(const void *arg)
{
	(void)arg;
	return ++generation / 2 + 1;
}

static struct ur_rule_cache *cache;
static struct ur_xt_seen *seen;
static uint64_t digest;

static int run(uint32_t (*clock)(const void *arg))
{
	const struct ur_xt_clock c = { clock, NULL };
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;

	return ur_xt_prefetch_run(cache, seen, &c, (struct ur_xt_when){ .netns = 1 }, &digest,
				  &tree);
}

static void test_without_a_clock(void **state)
{
	(void)state;
	generation = 0;
	assert_int_equal(run(NULL), 0);
	assert_int_equal(run(now), -EINTR); /* a table is being replaced */
}

static void test_reads_all_that_reject(void **state)
{
	const struct ur_xt_when when = { .netns = 1, .generation = 4 };
	struct ur_rule_key key = { .netns = 1 };
	static struct ur_rule_text text;
	struct ur_xt_content content;
	struct ur_rule_span span;

	(void)state;
	if (!sandbox(RULES))
		skip();
	generation = 4;
	assert_int_equal(run(now), 0);
	assert_true(ur_xt_seen_get(seen, &when, &content));
	assert_true(content.ahead);
	assert_string_equal(content.why, "");
	key.table = content.digest;
	key.rule = 112 + 48; /* the target of INPUT's first */
	assert_true(ur_rule_cache_get(cache, &key, &text, &span));
	assert_string_equal(text.text, "-A INPUT -p udp -m udp --dport 53 -j REJECT --reject-with "
				       "icmp-port-unreachable");
	assert_int_equal(text.number, 1);
	assert_true(ur_rule_cache_size(cache) > 300); /* and web's second */
	generation = 9;
	assert_int_equal(run(restless), -EINTR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_clock),
		cmocka_unit_test(test_reads_all_that_reject),
	};

	if (ur_rule_cache_new(1 << 20, &cache) || ur_xt_seen_new(&seen))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
