/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include "tests/unit/capture.h"
#include "user/sink/json_line.h"

static void one_line_of_ascii(void **state)
{
	struct capture c;

	(void)state;
	capture_open(&c);
	assert_int_equal(
		ur_json_line(c.out, json_pack("{s:s}", "x", "\x7f\n\x1b\xc2\x9b\"\x7f\x7f")), 0);
	assert_string_equal(c.text, "{\"x\":\"\\u007f\\n\\u001B\\u009B\\\"\\u007f\\u007f\"}\n");
	capture_close(&c);
}

static void what_fails(void **state)
{
	ur_cleanup(ur_fclosep) FILE *broken = capture_broken_pipe();

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(ur_json_line(broken, NULL), -ENOMEM);
	assert_int_equal(ur_json_line(broken, json_object()), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_of_ascii),
		cmocka_unit_test(what_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
