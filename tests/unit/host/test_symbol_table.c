// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/host/symbols.h"

static const char shown[] = "ffffffff81000000 T _text\n"
			    "ffffffff81000000 T first\n"
			    "ffffffff81000040 t helper\n"
			    "ffffffff81000100 T reject\n"
			    "ffffffff81000180 t twice\n"
			    "ffffffff81000200 t helper\n"
			    "ffffffff81000240 t helper_end\n"
			    "ffffffff81000300 t reject.cold.7\n"
			    "ffffffff81000340 D data\n"
			    "ffffffff81000380 t reject\n"
			    "nonsense\n"
			    "ffffffffc0001000 t reject_tg\t[ipt_REJECT]\n"
			    "ffffffffc0000000 t init\t[ipt_REJECT]\n";
static const char hidden[] =
	"0000000000000000 T first\n0000000000000000 t reject_tg\t[ipt_REJECT]\n";

static char path[] = "symbols-XXXXXX";

static struct ur_symbols *load(const char *text)
{
	struct ur_symbols *s = NULL;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(ur_symbols_open(path, &s), 0);
	return s;
}

static void test_range(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = load(shown);
	uint64_t start = 1, end = 2;

	(void)state;
	assert_int_equal(ur_symbols_range(s, NULL, "nothing", &start, &end), -ENOENT);
	assert_int_equal(ur_symbols_range(s, NULL, "data", &start, &end), -ENOENT);
	assert_int_equal(ur_symbols_range(s, NULL, "helper", &start, &end), -ENOTUNIQ);
	assert_int_equal(start, 1);
	assert_int_equal(end, 2);
	/* the global one, not its local namesake */
	assert_int_equal(ur_symbols_range(s, NULL, "reject", &start, &end), 0);
	assert_true(start == 0xffffffff81000100 && end == 0xffffffff81000180);
	assert_int_equal(ur_symbols_range(s, NULL, "first", &start, &end), 0);
	assert_true(start == 0xffffffff81000000 && end == 0xffffffff81000040);
	assert_int_equal(ur_symbols_range_cold(s, NULL, "reject", &start, &end), 0);
	assert_true(start == 0xffffffff81000300 && end == 0xffffffff81000380);
	assert_int_equal(ur_symbols_range_cold(s, NULL, "rejec", &start, &end), -ENOENT);
	/* a module's last function, which has no neighbour */
	assert_int_equal(ur_symbols_range(s, NULL, "reject_tg", &start, &end), 0);
	assert_true(start == 0xffffffffc0001000 && end > start);
}

static void expect(struct ur_symbols *s, uint64_t addr, const char *want)
{
	char buf[96];

	assert_int_equal(ur_symbols_format(s, addr, buf, sizeof(buf)), strlen(want));
	assert_string_equal(buf, want);
}

static void test_format(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = load(shown);
	char tiny[8];

	(void)state;
	expect(s, 0xffffffff8100011a, "reject+0x1a/0x80");
	/* the call was the function's last instruction */
	expect(s, 0xffffffff81000180, "reject+0x80/0x80");
	expect(s, 0xffffffff81000010, "_text+0x10/0x40");
	expect(s, 0xffffffffc0000010, "init+0x10/0x1000 [ipt_REJECT]");
	expect(s, 0xffffffff80000000, "");
	expect(s, 0xffffffffd0000000, "");
	expect(s, 0, "");
	assert_int_equal(ur_symbols_format(s, 0xffffffff8100011a, tiny, sizeof(tiny)), 7);
	assert_string_equal(tiny, "reject+");
}

static void test_hidden(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = load(hidden);
	uint64_t start, end;

	(void)state;
	assert_true(ur_symbols_hidden(s));
	assert_int_equal(ur_symbols_range(s, NULL, "first", &start, &end), -ENOENT);
	expect(s, 0xffffffff81000010, "");
}

static void test_refresh(void **state)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = load(hidden);

	(void)state;
	ur_symbols_free(load(shown));
	assert_int_equal(ur_symbols_refresh(s), 0);
	assert_false(ur_symbols_hidden(s));
	expect(s, 0xffffffff8100011a, "reject+0x1a/0x80");
	unlink(path);
	assert_int_equal(ur_symbols_refresh(s), -ENOENT);
	expect(s, 0xffffffff8100011a, "reject+0x1a/0x80");
}

static int setup(void **state)
{
	(void)state;
	return chdir("/tmp") || close(mkstemp(path));
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
