// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/nft_list.h"

/* Printed by nft 1.0.6 with -a -s, but for the long set. */
static const char listing[] =
	"table inet filter { # handle 2\n"
	"\tcounter foo { # handle 3\n\t}\n\n"
	"\tset banned { # handle 4\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1 }\n\t}\n\n"
	"\tchain zone { # handle 1\n"
	"\t\tudp dport 5001 counter reject comment \"hello # handle 99\" # handle 6\n\t}\n\n"
	"\tchain input { # handle 2\n"
	"\t\ttype filter hook input priority filter - 5; policy accept;\n"
	"\t\tudp dport { 1-3, 5-9, 1000-1021 } reject with icmpx admin-prohibited # handle 8\n"
	"\t\ttcp dport 8080 log prefix \"a b \\{ \" reject with tcp reset # handle 12\n"
	"\t\tip daddr 1.2.3.4 jump {\n\t\t\tudp dport 77 reject\n\t\t\taccept\n\t\t} # handle 16\n"
	"\t\tudp dport 5002 reject comment \"line1\n\t\tudp dport 1 reject # handle 3\nx\" # handle 19\n"
	"\t}\n}\n";

struct got {
	unsigned n;
	uint64_t want;
	char text[1024];
	bool end;
};

static int on_line(const struct ur_line *line, void *arg)
{
	struct got *got = arg;
	char text[1024];
	uint64_t handle;

	if (!ur_nft_list_parse(line, &handle, text, sizeof(text)))
		return 0;
	got->n++;
	if (handle == got->want) {
		strcpy(got->text, text);
		got->end = ur_nft_list_is_end(line);
	}
	return 0;
}

static struct got find(const char *text, uint64_t handle)
{
	struct got got = { .want = handle };
	struct ur_lines lines = { .quoting = UR_QUOTES_NFT, .fn = on_line, .arg = &got };

	assert_int_equal(ur_lines_feed(text, strlen(text), &lines), 0);
	return got;
}

static void test_rules(void **state)
{
	(void)state;
	assert_int_equal(find(listing, 0).n, 5);
	assert_string_equal(find(listing, 6).text,
			    "udp dport 5001 counter reject comment \"hello # handle 99\"");
	assert_string_equal(find(listing, 8).text,
			    "udp dport { 1-3, 5-9, 1000-1021 } reject with icmpx admin-prohibited");
	assert_string_equal(find(listing, 12).text,
			    "tcp dport 8080 log prefix \"a b \\{ \" reject with tcp reset");
	assert_string_equal(find(listing, 99).text, "");
}

static void test_strings_do_not_pass_for_rules(void **state)
{
	(void)state;
	assert_string_equal(find(listing, 3).text, "");
	assert_string_equal(find(listing, 4).text, "");
	assert_string_equal(
		find(listing, 19).text,
		"udp dport 5002 reject comment \"line1\n\t\tudp dport 1 reject # handle "
		"3\nx\"");
	assert_true(find(listing, 16).end);
	assert_false(find(listing, 8).end);
}

static void test_long_rule_is_cut(void **state)
{
	static char text[40000];
	size_t at = sprintf(text, "\t\tip saddr { ");
	struct got got;

	(void)state;
	while (at < sizeof(text) - 100)
		at += sprintf(text + at, "10.1.2.3, ");
	strcpy(text + at, "10.1.2.4 } reject # handle 18446744073709551615\n");
	got = find(text, 7);
	assert_int_equal(got.n, 0); /* 20 digits are no handle */
	strcpy(text + at, "10.1.2.4 } reject # handle 7\n");
	got = find(text, 7);
	assert_int_equal(got.n, 1);
	assert_int_equal(strlen(got.text), sizeof(got.text) - 1);
	assert_memory_equal(got.text, "ip saddr { 10.1.2.3, ", 21);
	assert_string_equal(got.text + strlen(got.text) - 3, "...");
}

/* Lengths around the limits: nothing is read or written beyond. */
static void test_every_length(void **state)
{
	static char text[4096];

	(void)state;
	for (size_t len = 1; len < 2200; len++) {
		struct got got;

		memset(text, 'a', len);
		strcpy(text + len, " # handle 5\n");
		got = find(text, 5);
		assert_int_equal(got.n, 1);
		assert_int_equal(strlen(got.text), len < 1024 ? len : 1023);
	}
}

static void test_names_that_nft_would_parse(void **state)
{
	static const char *const names[] = { "", "a;flush ruleset", "a b", "1a", "a\n", "{", "a\"" };
	char why[160];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct ur_nft_list list = { .family = NFPROTO_INET, .table = names[i] };
		const struct ur_nft_list in = { NFPROTO_INET, "filter", names[i], 100 };

		assert_int_equal(ur_nft_list_run(&list, NULL, NULL, why, sizeof(why)), -EINVAL);
		assert_int_equal(ur_nft_list_run(&in, NULL, NULL, why, sizeof(why)), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_strings_do_not_pass_for_rules),
		cmocka_unit_test(test_long_rule_is_cut),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_names_that_nft_would_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
