// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

/* Printed by nft 1.0.6 with -a -s of tests/rulesets/odd.nft. */
#define LISTING "tests/rulesets/data/odd.list"

static const struct ur_tree_chain *chain(const struct ur_tree *t, const char *name)
{
	uint32_t i = ur_tree_find_chain(t, name);

	assert_int_not_equal(i, UR_TREE_NONE);
	return &t->chains[i];
}

static void test_listing(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text(LISTING);

	(void)state;
	for (size_t piece = 1; piece < 5000; piece = piece * 3 + 4) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
		uint32_t i;

		assert_int_equal(nft_tree_of(text, strlen(text), piece, &t), 0);
		assert_int_equal(t->nrules, 26);
		assert_int_equal(t->nanonymous, 2);
		assert_int_equal(chain(t, "c")->n, 23);
		assert_true(chain(t, "c")->base);
		assert_int_equal(chain(t, "c")->hook, 1);
		assert_int_equal(chain(t, "c")->priority, -5);
		assert_int_equal(chain(t, "c")->policy, 'd');
		assert_false(chain(t, "rej")->base);
		assert_int_equal(chain(t, "e")->n, 0);
		assert_false(t->vague);
		i = ur_tree_find_handle(t, 33); /* around an anonymous chain */
		assert_string_equal(ur_tree_text(t, t->rules[i].text),
				    "ip daddr 1.2.3.4 jump { ... }");
		i = ur_tree_find_handle(t, 51);
		assert_non_null(strstr(ur_tree_text(t, t->rules[i].text),
				       "comment \"a\n\t\tudp dport 1 reject # handle 3\nb\""));
		assert_int_equal(ur_tree_find_handle(t, 3), UR_TREE_NONE);
	}
}

static void test_sets(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text(LISTING);
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	const struct ur_tree_set *set;

	(void)state;
	assert_int_equal(nft_tree_of(text, strlen(text), 4096, &t), 0);
	set = &t->sets[ur_tree_find_set(t, "banned", 6)];
	assert_int_equal(set->n, 3);
	assert_false(set->map || set->dynamic || set->partial);
	assert_string_equal(ur_tree_text(t, t->elems[set->first]),
			    "1.2.3.4-1.2.3.9 comment \"x, y } z\"");
	assert_string_equal(ur_tree_text(t, t->elems[set->first + 2]), "10.0.0.0/8");
	assert_true(t->sets[ur_tree_find_set(t, "dyn", 3)].dynamic);
	set = &t->sets[ur_tree_find_set(t, "m", 1)];
	assert_true(set->map);
	assert_string_equal(ur_tree_text(t, t->elems[set->first]),
			    "10.219.7.2 . udp . 5001 comment \"default/web:dns\" : goto rej");
	set = &t->sets[ur_tree_find_set(t, "ifs", 3)];
	assert_string_equal(ur_tree_text(t, t->elems[set->first]), "\"k0\"");
}

static void test_edges(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text(LISTING);
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	size_t n;

	(void)state;
	assert_int_equal(nft_tree_of(text, strlen(text), 4096, &t), 0);
	ur_tree_edges_to(t, ur_tree_find_chain(t, "rej"), &n);
	assert_int_equal(n, 5); /* two maps, two jumps, one map in the text */
	ur_tree_edges_to(t, ur_tree_find_chain(t, "e"), &n);
	assert_int_equal(n, 1);
}

static void test_table_with_an_owner(void **state)
{
	static const char text[] = "table inet firewalld { # handle 3 progname firewalld\n"
				   "\tflags owner,persist\n\n"
				   "\tchain a { # handle 1\n"
				   "\t\ttype filter hook forward priority mangle; policy accept;\n"
				   "\t\taccept # handle 2\n\t}\n}\n";
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;

	(void)state;
	assert_int_equal(nft_tree_of(text, strlen(text), 100, &t), 0);
	assert_int_equal(chain(t, "a")->priority, -150);
	assert_int_equal(chain(t, "a")->hook, 2);
	assert_int_equal(chain(t, "a")->policy, 'a');
}

static void test_what_is_no_listing(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"hello\n",
		"table inet t {\n",
		"table inet t {\n}\nx\n",
		"table inet t {\n\tchain c {\n\t\tjump # handle 3\n\t}\n}\n",
		"table inet t {\n\tchain c {\n\t\tjump x # handle 3\n\t}\n}\n",
		"table inet t {\n\tchain c {\n\t}\n\tchain c {\n\t}\n}\n",
		"table inet t {\n\tchain c {\n\t\tjump {\n\t\t}\n\t}\n}\n",
		"table inet t {\n\tchain c {\n\t\tvmap @m # handle 3\n\t}\n}\n",
		"table inet t {\n\tset \"x {\n}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;

		assert_int_equal(nft_tree_of(texts[i], strlen(texts[i]), 7, &t), -EBADMSG);
		assert_null(t);
	}
}

static size_t long_rule(char *text, size_t elements, const char *rest)
{
	size_t at = sprintf(text, "table ip t {\n\tchain x {\n\t}\n\tchain c {\n\t\tip saddr { ");

	while (elements--)
		at += sprintf(text + at, "10.1.2.3, ");
	at += sprintf(text + at, "10.9.9.9 } %s # handle 7\n\t}\n}\n", rest);
	return at;
}

/* A rule that is longer than what is kept of it: its handle is there, its end may not be. */
static void test_long_rules(void **state)
{
	static char text[200000];

	(void)state;
	for (size_t n = 10; n < 15000; n *= 6) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
		const size_t len = long_rule(text, n, "jump x");
		const bool cut = n > 6600;
		uint32_t i;

		assert_int_equal(nft_tree_of(text, len, 4096, &t), 0);
		i = ur_tree_find_handle(t, 7);
		assert_int_not_equal(i, UR_TREE_NONE);
		assert_int_equal(t->rules[i].cut, cut);
		assert_int_equal(t->vague, cut);
		assert_int_equal(t->nedges, !cut);
		assert_int_equal(t->rules[i].end, cut ? UR_END_OTHER : UR_END_JUMP);
	}
}

/* Whatever comes: no byte beyond, no loop without end. Texts are mutated, then cut. */
static void test_any_bytes(void **state)
{
	ur_cleanup(ur_freep) char *good = file_text(LISTING);
	ur_cleanup(ur_freep) char *text = file_text(LISTING);
	const size_t len = strlen(good);
	uint32_t seed = 12345;
	unsigned read = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
		struct ur_evidence ev;
		const struct ur_flow flow = flow_to(&ev, "10.219.7.2", 5001);

		memcpy(text, good, len);
		for (int k = 0; k < 1 + i % 5; k++) {
			seed = seed * 1664525 + 1013904223;
			text[seed % len] = good[(seed >> 11) % len];
		}
		if (nft_tree_of(text, i % 7 ? len : seed % len, 97, &t))
			continue;
		read++;
		for (uint32_t k = 0; k < t->nrules; k++) {
			struct ur_way_query q = { t, k, 1, true, flow };
			static struct ur_way way;

			ur_way_find(&q, &way);
		}
		for (uint32_t k = 0; k < t->nchains; k++) {
			struct ur_earlier earlier = {};

			ur_way_accepted(t, k, &flow, &earlier);
		}
	}
	assert_true(read > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listing),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_table_with_an_owner),
		cmocka_unit_test(test_what_is_no_listing),
		cmocka_unit_test(test_long_rules),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
