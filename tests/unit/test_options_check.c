/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "user/options_check.h"

static void check(const struct ur_options *more, const char *want)
{
	struct ur_options opts = *more;
	char text[256] = "";
	struct ur_buf err = UR_BUF(text);
	int r;

	opts.netns = "all";
	opts.snaplen = opts.snaplen ?: UR_SNAPLEN_HEADERS;
	r = ur_options_check(&opts, &err);
	assert_int_equal(r, want ? -EINVAL : 0);
	if (want && !strstr(text, want))
		fail_msg("\"%s\" says nothing of %s", text, want);
	assert_int_equal(!want, !*text);
}

static void together(void **state)
{
	(void)state;
	check(&(struct ur_options){}, NULL);
	check(&(struct ur_options){ .quiet = true, .verbose = 1 }, "-q and -v");
	check(&(struct ur_options){ .times = 6 }, "5 times");
	check(&(struct ur_options){ .write = "f", .json = true }, "-w and --json");
	check(&(struct ur_options){ .write = "f", .verbose = 1 }, "-w and -v");
	check(&(struct ur_options){ .print = true }, "need -w");
	check(&(struct ur_options){ .write = "-", .print = true }, "not with -");
	check(&(struct ur_options){ .redact = true }, "need -w");
	check(&(struct ur_options){ .write = "f", .redact = true, .snaplen = 99 }, "headers only");
	check(&(struct ur_options){ .write = "-", .redact = true, .snaplen = UR_SNAPLEN_HEADERS },
	      NULL);
	check(&(struct ur_options){ .write = "f", .files = 3 }, "-C or -G");
	check(&(struct ur_options){ .read = "f", .for_ns = 1 }, "--for");
	check(&(struct ur_options){ .help = true, .quiet = true, .verbose = 1 }, NULL);
}

static void copies(void **state)
{
	(void)state;
	check(&(struct ur_options){ .annotate = "a" }, "needs -w");
	check(&(struct ur_options){ .annotate = "a", .write = "b" }, NULL);
	check(&(struct ur_options){ .annotate = "a", .write = "b", .summary = true },
	      "only -r and -w");
	check(&(struct ur_options){ .annotate = "a", .write = "b", .html = "c" }, "only -r and -w");
	check(&(struct ur_options){ .annotate = "-", .write = "b", .read = "-" }, "standard input");
}

static void pages(void **state)
{
	(void)state;
	check(&(struct ur_options){ .html = "f" }, NULL);
	check(&(struct ur_options){ .html = "f", .summary = true, .read = "r", .json = true },
	      NULL);
	check(&(struct ur_options){ .html = "-" }, "needs a file");
	check(&(struct ur_options){ .html = "f", .check = true }, "--check");
}

static void serves(void **state)
{
	char *const addr[] = { "9033", NULL }, *const port[] = { "port", NULL };

	(void)state;
	check(&(struct ur_options){ .served = true, .json = true }, NULL);
	check(&(struct ur_options){ .served = true, .filter = addr, .nfilter = 1 }, "--serve=9033");
	check(&(struct ur_options){ .served = true, .filter = port, .nfilter = 1 }, NULL);
	check(&(struct ur_options){ .served = true, .read = "f" }, "--serve");
	check(&(struct ur_options){ .served = true, .write = "f", .print = true }, "--serve");
	check(&(struct ur_options){ .served = true, .check = true }, "--serve");
	check(&(struct ur_options){ .served = true, .summary = true }, "--serve");
	check(&(struct ur_options){ .served = true, .html = "f" }, "--serve");
	check(&(struct ur_options){ .served = true, .verbose = 1 }, "--serve");
	check(&(struct ur_options){ .served = true, .top = true }, "--serve");
}

static void tables(void **state)
{
	(void)state;
	check(&(struct ur_options){ .top = true }, NULL);
	check(&(struct ur_options){ .top = true, .write = "f", .read = "r" }, NULL);
	check(&(struct ur_options){ .top = true, .summary = true, .html = "f" }, NULL);
	check(&(struct ur_options){ .top = true, .json = true }, "--json");
	check(&(struct ur_options){ .top = true, .verbose = 1 }, "-v");
	check(&(struct ur_options){ .top = true, .check = true }, "--check");
	check(&(struct ur_options){ .top = true, .write = "-" }, "not with -");
	check(&(struct ur_options){ .top = true, .annotate = "a", .write = "b" }, "only -r and -w");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(together), cmocka_unit_test(copies), cmocka_unit_test(serves),
		cmocka_unit_test(pages),    cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
