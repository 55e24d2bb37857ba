/* SPDX-License-Identifier: GPL-2.0-only */
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
#include "user/host/kallsyms.h"

static char path[] = "kallsyms-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

struct seen {
	char text[1024]; /* what was handed over, a line each */
	size_t n;
	int answer;
};

static int note(const struct ur_kallsym *sym, void *arg)
{
	struct seen *s = arg;
	size_t used = strlen(s->text);

	assert_int_equal(sym->len, strlen(sym->name));
	if (used < sizeof(s->text) - 100)
		snprintf(s->text + used, sizeof(s->text) - used, "%jx %c %.40s [%s]\n",
			 (uintmax_t)sym->addr, sym->type, sym->name, sym->module);
	s->n++;
	return s->answer;
}

static int read_text(const char *text, struct seen *s)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return ur_kallsyms_read(path, note, s);
}

static void symbols_come_in_order(void **state)
{
	struct seen s = {};

	(void)state;
	assert_int_equal(read_text("0000000000000000 A fixed\n"
				   "ffffffff81000000 T _text\n"
				   "ffffffffc0001000 t reject_tg\t[ipt_REJECT]\n"
				   "ffffffffc0002000 t bpf_prog_6deef7357e7b4530 [bpf]\n"
				   "ffffffff81000040 t last",
				   &s),
			 0);
	assert_string_equal(s.text, "0 A fixed []\n"
				    "ffffffff81000000 T _text []\n"
				    "ffffffffc0001000 t reject_tg [ipt_REJECT]\n"
				    "ffffffffc0002000 t bpf_prog_6deef7357e7b4530 [bpf]\n"
				    "ffffffff81000040 t last []\n");
}

static void other_lines_are_skipped(void **state)
{
	struct seen s = {};

	(void)state;
	assert_int_equal(read_text("\nnonsense\nffffffff81000000\nffffffff81000000 T\n"
				   "ffffffff81000000 T \nffffffff81000000Tname\n T name\n"
				   "ffffffff81000000 T \t[module]\n",
				   &s),
			 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(read_text("", &s), 0);
	assert_int_equal(s.n, 0);
}

static void lines_may_lie_across_blocks(void **state)
{
	struct seen s = {};
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 10000; i++)
		fprintf(f, "ffffffff%08x T name_%d\n", 16 * i, i);
	fclose(f);
	assert_int_equal(ur_kallsyms_read(path, note, &s), 0);
	assert_int_equal(s.n, 10000);
}

static void what_goes_wrong_is_told(void **state)
{
	struct seen s = { .answer = -E2BIG };
	FILE *f;

	(void)state;
	assert_int_equal(ur_kallsyms_read("/nonexistent", note, &s), -ENOENT);
	assert_int_equal(ur_kallsyms_read("/", note, &s), -EISDIR);
	assert_int_equal(read_text("ffffffff81000000 T a\nffffffff81000000 T b\n", &s), -E2BIG);
	assert_int_equal(s.n, 1);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 100000; i++)
		fputc('f', f);
	fclose(f);
	assert_int_equal(ur_kallsyms_read(path, note, &s), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_come_in_order),
		cmocka_unit_test(other_lines_are_skipped),
		cmocka_unit_test(lines_may_lie_across_blocks),
		cmocka_unit_test(what_goes_wrong_is_told),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
