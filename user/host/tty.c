/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/host/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Alternate screen and hidden cursor, as of xterm's private modes; then a clean one. */
#define TAKE      "\033[?1049h\033[?25l\033[H\033[2J"
#define GIVE_BACK "\033[0m\033[?25h\033[?1049l"

static struct {
	pthread_mutex_t lock;
	bool known; /* saved is what it was */
	bool taken;
	int keys;
	struct termios saved;
} tty = { .lock = PTHREAD_MUTEX_INITIALIZER, .keys = -1 };

/* Who called us may read something else from standard input, such as a capture. */
static int open_keys(void)
{
	return isatty(STDIN_FILENO) ? dup(STDIN_FILENO) :
				      open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
}

const char *ur_tty_unfit(void)
{
	const char *term = getenv("TERM");
	int fd;

	if (!isatty(STDOUT_FILENO))
		return "option --top needs a terminal to draw on; for files and pipes there are "
		       "--summary and --json";
	if (!term || !*term || !strcmp(term, "dumb"))
		return "option --top needs a terminal that can place its cursor, and TERM says "
		       "that this one can't";
	fd = open_keys();
	if (fd < 0)
		return "option --top needs a terminal to read keys from";
	close(fd);
	return NULL;
}

static void write_all(const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

static int take(void)
{
	struct termios raw;

	if (tty.keys < 0)
		tty.keys = open_keys();
	if (tty.keys < 0 || (!tty.known && tcgetattr(tty.keys, &tty.saved)))
		return -errno;
	tty.known = true;
	raw = tty.saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL); /* Ctrl-S must not stop what we write */
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(tty.keys, TCSANOW, &raw))
		return -errno;
	tty.taken = true;
	write_all(TAKE, strlen(TAKE));
	return 0;
}

int ur_tty_take(void)
{
	int r;

	pthread_mutex_lock(&tty.lock);
	r = take();
	pthread_mutex_unlock(&tty.lock);
	return r;
}

void ur_tty_give_back(void)
{
	pthread_mutex_lock(&tty.lock);
	if (tty.taken) {
		write_all(GIVE_BACK, strlen(GIVE_BACK));
		tcsetattr(tty.keys, TCSANOW, &tty.saved);
		close(tty.keys);
		tty.keys = -1;
		tty.taken = tty.known = false;
	}
	pthread_mutex_unlock(&tty.lock);
}

void ur_tty_write(const char *text, size_t len)
{
	pthread_mutex_lock(&tty.lock);
	if (tty.taken)
		write_all(text, len);
	pthread_mutex_unlock(&tty.lock);
}

int ur_tty_keys(void)
{
	int keys;

	pthread_mutex_lock(&tty.lock);
	keys = tty.keys;
	pthread_mutex_unlock(&tty.lock);
	return keys;
}

void ur_tty_size(unsigned int *width, unsigned int *height)
{
	struct winsize size;

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	if (size.ws_col)
		*width = size.ws_col;
	if (size.ws_row)
		*height = size.ws_row;
}
