/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>
#include <cmocka.h>
#include <fcntl.h>
#include "tests/unit/terminal.h"
#include "user/host/tty.h"

static struct terminal t;

static bool same(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
	       a->c_cflag == b->c_cflag && !memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

/* Taken, taken again as after a stop, written to, given back twice. */
static int take_and_give_back(void)
{
	struct termios before, taken, after;
	unsigned int width, height;

	if (ur_tty_unfit() || tcgetattr(0, &before) || ur_tty_keys() != -1)
		return 1;
	ur_tty_write("too early", 9);
	if (ur_tty_take() || ur_tty_take() || tcgetattr(0, &taken) || ur_tty_keys() < 0)
		return 2;
	if (taken.c_lflag & (ICANON | ECHO) || !(taken.c_lflag & ISIG))
		return 3;
	ur_tty_size(&width, &height);
	if (width != 80 || height != 24)
		return 4;
	ur_tty_write("hello", 5);
	ur_tty_give_back();
	ur_tty_give_back();
	ur_tty_write("too late", 8);
	return tcgetattr(0, &after) || !same(&before, &after) ? 5 : 0;
}

static void as_it_was(void **state)
{
	(void)state;
	terminal_start(&t, take_and_give_back);
	assert_int_equal(terminal_end(&t), 0);
	assert_string_equal(t.text, "\033[?1049h\033[?25l\033[H\033[2J"
				    "\033[?1049h\033[?25l\033[H\033[2Jhello"
				    "\033[0m\033[?25h\033[?1049l");
}

static int unfit(void)
{
	const char *why;

	setenv("TERM", "dumb", 1);
	why = ur_tty_unfit();
	if (!why || !strstr(why, "TERM"))
		return 1;
	setenv("TERM", "xterm", 1);
	close(0); /* keys come from the terminal that controls us, then */
	if (open("/dev/null", O_RDONLY) != 0 || ur_tty_unfit() || ur_tty_take())
		return 2;
	ur_tty_give_back();
	close(1);
	if (open("/dev/null", O_WRONLY) != 1)
		return 3;
	why = ur_tty_unfit();
	return why && strstr(why, "--summary") ? 0 : 4;
}

static void no_terminal(void **state)
{
	(void)state;
	terminal_start(&t, unfit);
	assert_int_equal(terminal_end(&t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_was),
		cmocka_unit_test(no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
