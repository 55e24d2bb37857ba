// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "user/host/symbols.h"

/* Somebody who knows two functions, one of them a module's, and a variable. */
static const struct known {
	const char *name;
	uint64_t addr, size;
	const char *module;
} known[] = {
	{ "udp_rcv", 0x1000, 0x80, "" },
	{ "udp_rcv.cold", 0x9000, 0x10, "" },
	{ "nft_reject:reject_eval", 0xc000, 0x40, " [nft_reject]" },
	{ "udp_table", 0x20000, 0, "" },
};
static const char *odd; /* what is told instead, if anything */
static bool freed;

static int find(void *arg, const char *name, uint64_t *addr)
{
	assert_ptr_equal(arg, &freed);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].name, name)) {
			*addr = known[i].addr;
			return 0;
		}
	return -ENOENT;
}

static int tell(void *arg, uint64_t addr, char *text, size_t len)
{
	assert_ptr_equal(arg, &freed);
	if (odd) {
		snprintf(text, len, "%s", odd);
		return 0;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const struct known *k = &known[i];
		const char *colon = strchr(k->name, ':');

		if (addr < k->addr || addr >= k->addr + k->size)
			continue;
		snprintf(text, len, "%s+0x%jx/0x%jx%s", colon ? colon + 1 : k->name,
			 (uintmax_t)(addr - k->addr), (uintmax_t)k->size, k->module);
		return 0;
	}
	return -ENOENT;
}

static void let_go(void *arg)
{
	assert_ptr_equal(arg, &freed);
	freed = true;
}

static struct ur_symbols *asked(void)
{
	const struct ur_symbols_source source = { find, tell, let_go, &freed };
	struct ur_symbols *s = NULL;

	odd = NULL;
	freed = false;
	assert_int_equal(ur_symbols_ask(&source, &s), 0);
	return s;
}

static void finds_what_is_there(void **state)
{
	struct ur_symbols *s = asked();
	uint64_t start = 0, end = 0;

	(void)state;
	assert_int_equal(ur_symbols_range(s, NULL, "udp_rcv", &start, &end), 0);
	assert_int_equal(start, 0x1000);
	assert_int_equal(end, 0x1080);
	assert_int_equal(ur_symbols_range_cold(s, NULL, "udp_rcv", &start, &end), 0);
	assert_int_equal(start, 0x9000);
	assert_int_equal(end, 0x9010);
	assert_int_equal(ur_symbols_data(s, "udp_table"), 0x20000);
	assert_int_equal(ur_symbols_data(s, "udplite_table"), 0);
	assert_false(ur_symbols_hidden(s));
	assert_int_equal(ur_symbols_refresh(s), 0);
	ur_symbols_free(s);
	assert_true(freed);
}

/* A function is looked for in its module, and then in the kernel that has it built in. */
static void modules_by_name(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = asked();
	uint64_t start = 7, end = 7;

	(void)state;
	assert_int_equal(ur_symbols_range(s, "nft_reject", "reject_eval", &start, &end), 0);
	assert_int_equal(start, 0xc000);
	assert_int_equal(end, 0xc040);
	assert_int_equal(ur_symbols_range(s, "udp", "udp_rcv", &start, &end), 0);
	assert_int_equal(start, 0x1000);
	assert_int_equal(ur_symbols_range(s, NULL, "reject_eval", &start, &end), -ENOENT);
	assert_int_equal(ur_symbols_range_cold(s, "nft_reject", "reject_eval", &start, &end),
			 -ENOENT);
	assert_int_equal(start, 0x1000);
}

/* A return address belongs to the function of the call, one byte before. */
static void formats_return_addresses(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = asked();
	char text[64], small[8];
	size_t n;

	(void)state;
	n = ur_symbols_format(s, 0xc040, text, sizeof(text));
	assert_int_equal(n, strlen(text));
	assert_string_equal(text, "reject_eval+0x40/0x40 [nft_reject]");
	n = ur_symbols_format(s, 0x1001, text, sizeof(text));
	assert_int_equal(n, strlen(text));
	assert_string_equal(text, "udp_rcv+0x1/0x80");
	assert_int_equal(ur_symbols_format(s, 0x1001, small, sizeof(small)), 7);
	assert_string_equal(small, "udp_rcv");
	assert_int_equal(ur_symbols_format(s, 0x1000, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(ur_symbols_format(s, 0, text, sizeof(text)), 0);
	assert_int_equal(ur_symbols_format(s, 0x1001, text, 0), 0);
}

/* The kernel says an address in digits where it has no name; whatever else it may say. */
static void odd_answers_are_none(void **state)
{
	static const char *const answers[] = {
		"0xffffffff81000000",
		"",
		"+0x0/0x10",
		"udp_rcv+0x0",
		"udp_rcv",
		"udp_rcv+0x0/0x0",
		"udp_rcv+0x10/0x10",
		"udp_rcv+0x4/0x10x",
		"udp_rcv+/",
	};
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = asked();
	uint64_t start, end;
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		odd = answers[i];
		assert_int_equal(ur_symbols_range(s, NULL, "udp_rcv", &start, &end), -ENOENT);
		assert_int_equal(ur_symbols_format(s, 0x1001, text, sizeof(text)), 0);
	}
	odd = "udp_rcv+0x4/0x80"; /* not where it begins */
	assert_int_equal(ur_symbols_range(s, NULL, "udp_rcv", &start, &end), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(modules_by_name),
		cmocka_unit_test(formats_return_addresses),
		cmocka_unit_test(odd_answers_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
