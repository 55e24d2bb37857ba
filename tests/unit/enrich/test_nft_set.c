// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"
#include "user/enrich/nft_set.h"

static struct ur_evidence ev;

static struct ur_key key_of(const char *text, const struct ur_flow *f)
{
	struct ur_key key;

	assert_true(ur_nft_key_take(&text, text + strlen(text), f, &key));
	return key;
}

/* Elements as they stand between braces; the one that fits goes to *@elem. */
static enum ur_fit group(const char *key, const char *text, const char **elem)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);
	const struct ur_key k = key_of(key, &f);
	const char *at = text, *end = text + strlen(text);
	static char found[64];
	struct ur_token t = {};
	enum ur_fit fit = ur_nft_group_find(&at, end, &k, &f, &t);

	assert_string_equal(at, " drop");
	snprintf(found, sizeof(found), "%.*s", (int)t.len, t.at ? t.at : "");
	*elem = found;
	return fit;
}

static void test_groups(void **state)
{
	const char *elem;

	(void)state;
	assert_int_equal(group("udp dport", " 53, 5001, 6000 } drop", &elem), UR_FIT_YES);
	assert_string_equal(elem, " 5001");
	assert_int_equal(group("udp dport", " 53, 54-60 } drop", &elem), UR_FIT_NO);
	assert_int_equal(group("udp dport", " 53, domain } drop", &elem), UR_FIT_MAYBE);
	assert_int_equal(group("udp dport", " * : accept, 53 : drop } drop", &elem), UR_FIT_YES);
	assert_string_equal(elem, " * : accept");
	assert_int_equal(group("udp dport", " * : accept, 5001 : drop } drop", &elem), UR_FIT_YES);
	assert_string_equal(elem, " 5001 : drop ");
	assert_int_equal(group("iifname", " \"k0\", \"s*\" } drop", &elem), UR_FIT_YES);
	assert_int_equal(group("ip saddr . udp dport", " 10.0.0.0/8 . 5000-5002 } drop", &elem),
			 UR_FIT_YES);
	assert_int_equal(group("ip saddr . udp dport", " 10.0.0.0/8 . 1 } drop", &elem), UR_FIT_NO);
	assert_int_equal(group("ip saddr . meta mark", " 10.0.0.0/8 . 1 } drop", &elem),
			 UR_FIT_MAYBE);
	assert_int_equal(group("ip saddr . meta mark", " 11.0.0.0/8 . 1 } drop", &elem), UR_FIT_NO);
	assert_int_equal(group("ip saddr . udp dport", " 10.0.0.0/8 } drop", &elem), UR_FIT_MAYBE);
}

static void test_values(void **state)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);
	static const struct {
		const char *key, *text;
		enum ur_fit fit;
	} rows[] = {
		{ "udp dport", "5001 drop", UR_FIT_YES },
		{ "tcp flags", "syn,ack drop", UR_FIT_MAYBE },
		{ "tcp flags", "syn / syn,ack drop", UR_FIT_MAYBE },
		{ "meta hour", "\"10:00\"-\"12:00\" drop", UR_FIT_MAYBE },
		{ "ip daddr . udp dport", "10.219.7.2 . 5001 drop", UR_FIT_YES },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct ur_key key = key_of(rows[i].key, &f);
		const char *at = rows[i].text, *end = at + strlen(at);

		assert_int_equal(ur_nft_value_fits(&at, end, &key, &f), rows[i].fit);
		assert_string_equal(at, " drop");
	}
}

static enum ur_fit find(const struct ur_tree *t, const char *name, const char *key, uint32_t *elem)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);
	const struct ur_key k = key_of(key, &f);
	const struct ur_token token = { UR_TOKEN_WORD, name, strlen(name) };

	return ur_nft_set_find(t, &token, &k, &f, elem);
}

static void test_named(void **state)
{
	ur_cleanup(ur_freep) char *text = file_text("tests/rulesets/data/odd.list");
	ur_cleanup(ur_tree_freep) struct ur_tree *t = NULL;
	uint32_t elem;

	(void)state;
	assert_int_equal(nft_tree_of(text, strlen(text), 4096, &t), 0);
	assert_int_equal(find(t, "@banned", "ip saddr", &elem), UR_FIT_YES);
	assert_string_equal(ur_tree_text(t, t->elems[elem]), "10.0.0.0/8");
	assert_int_equal(find(t, "@m", "ip daddr . meta l4proto . th dport", &elem), UR_FIT_YES);
	assert_int_equal(find(t, "@cnt", "ip saddr", &elem), UR_FIT_NO);
	assert_int_equal(elem, UR_TREE_NONE);
	/* what a rule adds, or time takes away, may have been otherwise */
	assert_int_equal(find(t, "@dyn", "ip saddr", &elem), UR_FIT_MAYBE);
	assert_int_equal(find(t, "@none", "ip saddr", &elem), UR_FIT_MAYBE);
	assert_int_equal(find(t, "@", "ip saddr", &elem), UR_FIT_MAYBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
