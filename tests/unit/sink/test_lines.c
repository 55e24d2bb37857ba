/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "user/sink/lines.h"

static void expect(unsigned int width, bool color, const char *text, unsigned int hang,
		   const char *out)
{
	struct capture c;
	struct ur_lines lines;

	capture_open(&c);
	lines = (struct ur_lines){ .out = c.out, .width = width, .color = color };
	ur_lines_put(&lines, text, hang);
	fflush(c.out);
	assert_string_equal(c.text, out);
	capture_close(&c);
}

static const char words[] = "one two three four five six seven eight nine ten eleven twelve";

static void a_pipe_gets_one_line(void **state)
{
	(void)state;
	expect(0, false, words, 4,
	       "one two three four five six seven eight nine ten eleven twelve\n");
	expect(0, false, "", 4, "\n");
}

static void a_terminal_gets_rows(void **state)
{
	(void)state;
	expect(40, false, words, 4,
	       "one two three four five six seven eight\n"
	       "    nine ten eleven twelve\n");
	expect(10, false, words, 4, /* narrower helps nobody */
	       "one two three four five six seven eight\n"
	       "    nine ten eleven twelve\n");
	expect(62, false, words, 4,
	       "one two three four five six seven eight nine ten eleven twelve\n");
}

static void an_indent_stays(void **state)
{
	(void)state;
	expect(40, false, "    next: see it with care and then some more", 10,
	       "    next: see it with care and then some\n"
	       "          more\n");
}

static void a_command_is_not_broken(void **state)
{
	(void)state;
	expect(40, false, "see the rule with `nft -a list chain inet filter input`; done", 4,
	       "see the rule with\n"
	       "    `nft -a list chain inet filter input`;\n"
	       "    done\n");
	expect(40, false, "an open ` quote goes on to the end of the whole text", 4,
	       "an open\n"
	       "    ` quote goes on to the end of the whole text\n");
}

static void a_long_word_has_its_own_row(void **state)
{
	(void)state;
	expect(40, false, "abcde 0123456789012345678901234567890123456789012345 b", 4,
	       "abcde\n"
	       "    0123456789012345678901234567890123456789012345\n"
	       "    b\n");
	expect(40, false, "0123456789012345678901234567890123456789012345", 4,
	       "0123456789012345678901234567890123456789012345\n");
}

static void styles(void **state)
{
	(void)state;
	expect(0, false, UR_STRONG "why" UR_PLAIN, 4, "why\n");
	expect(0, true, UR_STRONG "why" UR_PLAIN, 4, "\033[1mwhy\033[0m\n");
	/* They take no columns. */
	expect(40, false, "one two three four five six seven " UR_STRONG "eight" UR_PLAIN, 4,
	       "one two three four five six seven eight\n");
}

static void characters_of_several_bytes(void **state)
{
	(void)state;
	expect(40, false,
	       "caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 "
	       "caf\xc3\xa9 caf\xc3\xa9",
	       4,
	       "caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 caf\xc3\xa9 "
	       "caf\xc3\xa9 caf\xc3\xa9\n");
}

/* Wide characters take two columns; in a locale without UTF-8 there are none at all. */
static void locales(void **state)
{
	const char *text = "a \xe4\xb8\xad\xe6\x96\x87 b\xc3\xa9";
	struct capture c;
	struct ur_lines lines;

	(void)state;
	capture_open(&c);
	lines = (struct ur_lines){ .out = c.out, .width = 80, .ascii = true };
	ur_lines_put(&lines, text, 4);
	fflush(c.out);
	assert_string_equal(c.text, "a \\xe4\\xb8\\xad\\xe6\\x96\\x87 b\\xc3\\xa9\n");
	capture_close(&c);
	/* 38 columns and two of one wide character are 40; a second one does not fit. */
	expect(40, false, "thirty-four columns of plain text. 123 \xe4\xb8\xad", 4,
	       "thirty-four columns of plain text. 123\n    \xe4\xb8\xad\n");
	expect(41, false, "thirty-four columns of plain text. 123 \xe4\xb8\xad", 4,
	       "thirty-four columns of plain text. 123 \xe4\xb8\xad\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locales),
		cmocka_unit_test(a_pipe_gets_one_line),
		cmocka_unit_test(a_terminal_gets_rows),
		cmocka_unit_test(an_indent_stays),
		cmocka_unit_test(a_command_is_not_broken),
		cmocka_unit_test(a_long_word_has_its_own_row),
		cmocka_unit_test(styles),
		cmocka_unit_test(characters_of_several_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
