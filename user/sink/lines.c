/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/lines.h"

#include <stddef.h>
#include "user/base/columns.h"

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

/* Bytes of the word at @s: up to a space outside backquotes; its columns to *@cols. */
static size_t word_length(const struct ur_lines *lines, const char *s, unsigned int *cols)
{
	bool quoted = false;
	unsigned int w;
	size_t n = 0;

	*cols = 0;
	while (s[n] && (quoted || s[n] != ' ')) {
		quoted ^= s[n] == '`';
		if (is_mark(s[n])) {
			n++;
			continue;
		}
		n += ur_columns_of(s + n, lines->ascii, &w);
		*cols += w;
	}
	return n;
}

static void put_bytes(const struct ur_lines *lines, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_mark(s[i]))
			fputs(lines->color ? sequences[(size_t)s[i]] : "", lines->out);
		else if (lines->ascii && s[i] & 0x80)
			fprintf(lines->out, "\\x%02x", (unsigned char)s[i]);
		else
			putc(s[i], lines->out);
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
		size_t gap = spaces_at(text), n = word_length(lines, text + gap, &cols);

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
