/* SPDX-License-Identifier: GPL-2.0-only */
/* kallsyms.c - parsing in place. */
#include <fcntl.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/host/kallsyms.h"

#define BLOCK_SIZE (64 << 10)

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "ffffffff81000000 T name" or "ffffffffc0001000 t name\t[module]", without the newline. */
static int take_line(char *line, ur_kallsym_fn fn, void *arg)
{
	struct ur_kallsym sym = { .module = "" };
	char *p = line, *module;

	for (; hex_digit(*p) >= 0; p++)
		sym.addr = sym.addr << 4 | (uint64_t)hex_digit(*p);
	if (p == line || p[0] != ' ' || !p[1] || p[2] != ' ')
		return 0;
	sym.type = p[1];
	sym.name = p += 3;
	while (*p && *p != '\t' && *p != ' ')
		p++;
	sym.len = p - sym.name;
	if (!sym.len)
		return 0;
	module = *p ? strchr(p, '[') : NULL;
	*p = '\0';
	if (module) {
		sym.module = ++module;
		module[strcspn(module, "]")] = '\0';
	}
	return fn(&sym, arg);
}

/* Take the complete lines of the @have bytes at @buf. Returns how many bytes that was, or
 * what @fn said instead of 0. */
static ssize_t take_lines(char *buf, size_t have, ur_kallsym_fn fn, void *arg)
{
	char *line = buf, *end;

	while ((end = memchr(line, '\n', buf + have - line))) {
		int r;

		*end = '\0';
		r = take_line(line, fn, arg);
		if (r)
			return r;
		line = end + 1;
	}
	return line - buf;
}

int ur_kallsyms_read(const char *path, ur_kallsym_fn fn, void *arg)
{
	ur_cleanup(ur_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ur_cleanup(ur_freep) char *buf = malloc(BLOCK_SIZE + 1);
	size_t have = 0;
	ssize_t n;

	if (fd < 0 || !buf)
		return fd < 0 ? -errno : -ENOMEM;
	while ((n = read(fd, buf + have, BLOCK_SIZE - have)) > 0) {
		ssize_t taken = take_lines(buf, have + n, fn, arg);

		if (taken < 0)
			return (int)taken;
		have = have + n - taken;
		memmove(buf, buf + taken, have);
	}
	if (n < 0)
		return -errno;
	buf[have] = '\0'; /* what is left is a last line without its end, or far too long */
	return have < BLOCK_SIZE ? take_line(buf, fn, arg) : -EIO;
}
