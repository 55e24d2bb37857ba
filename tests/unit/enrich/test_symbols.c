// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/enrich/symbols.h"
#include "user/host/symbols.h"

static void test_stack(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *symbols = NULL;
	ur_cleanup(ur_symbolizer_freep) struct ur_symbolizer *s = NULL;
	char text[3][UR_SYMBOL_MAX];
	uint64_t start = 0, end, stack[3] = { 0, 1, 0 };

	(void)state;
	assert_int_equal(ur_symbolizer_new(&s), 0);
	assert_int_equal(ur_symbols_new(&symbols), 0);
	if (ur_symbols_hidden(symbols)) {
		assert_false(ur_symbolizer_stack(s, stack, 3, text));
		assert_string_equal(text[1], "");
		return;
	}
	assert_int_equal(ur_symbols_range(symbols, NULL, "__icmp_send", &start, &end), 0);
	stack[0] = start + 0x1a;
	for (int i = 0; i < 2; i++) {
		assert_true(ur_symbolizer_stack(s, stack, 3, text));
		assert_memory_equal(text[0], "__icmp_send+0x1a/0x", 19);
		assert_string_equal(text[1], "0x1");
		assert_string_equal(text[2], "");
	}
}

static void stack_begins_with_the_caller(void **state)
{
	struct ur_event ev = { .nstack = 4, .stack = { 1, 2, 3, 4 } };
	char text[UR_STACK_MAX][UR_SYMBOL_MAX] = { "bpf_prog_1_icmp4_exit",
						   "bpf_trampoline_7+0x9/0x9",
						   "__icmp_send+0x5/0x700", "ip_error+0x1/0x2" };

	(void)state;
	ur_stack_from_caller(&ev, text);
	assert_int_equal(ev.nstack, 1);
	assert_int_equal(ev.stack[0], 4);
	assert_string_equal(text[0], "ip_error+0x1/0x2");
	assert_string_equal(text[1], "");
}

static void stack_without_the_icmp_function_is_dropped(void **state)
{
	struct ur_event ev = { .nstack = 2, .stack = { 1, 2 } };
	char text[UR_STACK_MAX][UR_SYMBOL_MAX] = { "bpf_prog_1_icmp4_exit", "udp_rcv+0x5/0x6" };

	(void)state;
	ur_stack_from_caller(&ev, text);
	assert_int_equal(ev.nstack, 0);
	assert_string_equal(text[0], "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stack),
		cmocka_unit_test(stack_begins_with_the_caller),
		cmocka_unit_test(stack_without_the_icmp_function_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
