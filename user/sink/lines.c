/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/lines.h"

#include <stddef.h>

#define WIDTH_MIN 40 /* narrower than this, wrapping helps nobody */

/* SGR sequences of the marks: reset, bold, faint, green, yellow. */
static const char *const sequences[] = {
	NULL, "\033[0m", "\033[1m", "\033[2m", "\033[32m", "\033[33m",
};
#define MARKS (sizeof(sequences) / sizeof(sequences[0]))

static bool is_mark(char c)
{
	return c > 0 && (size_t)c < MARKS;
}

/* Columns of one byte: continuation bytes of UTF-8 and marks take none. */
static unsigned int columns(char c)
{
	return !is_mark(c) && ((unsigned char)c & 0xc0) != 0x80;
}

/* Bytes of the word at @s: up to a space outside backquotes; its columns to *@cols. */
static size_t word_length(const char *s, unsigned int *cols)
{
	bool quoted = false;
	size_t n = 0;

	*cols = 0;
	for (; s[n] && (quoted || s[n] != ' '); n++) {
		quoted ^= s[n] == '`';
		*cols += columns(s[n]);
	}
	return n;
}

static void put_bytes(const struct ur_lines *lines, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_mark(s[i]))
			putc(s[i], lines->out);
		else if (lines->color)
			fputs(sequences[(size_t)s[i]], lines->out);
}

static size_t spaces_at(const char *s)
{
	size_t n = 0;

	while (s[n] == ' ')
		n++;
	return n;
}

void ur_lines_put(const struct ur_lines *lines, const char *text, unsigned int hang)
{
	unsigned int width = lines->width && lines->width < WIDTH_MIN ? WIDTH_MIN : lines->width;
	unsigned int col = 0, cols;

	while (*text) {
		size_t gap = spaces_at(text), n = word_length(text + gap, &cols);

		if (width && col > hang && col + gap + cols > width) {
			fprintf(lines->out, "\n%*s", (int)hang, "");
			col = hang;
		} else {
			put_bytes(lines, text, gap);
			col += gap;
		}
		put_bytes(lines, text + gap, n);
		col += cols;
		text += gap + n;
	}
	putc('\n', lines->out);
}
