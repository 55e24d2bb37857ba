/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "user/base/escape.h"

static const char dots[] = "...";

struct ur_buf ur_buf_over(char *at, size_t cap)
{
	at[0] = '\0';
	return (struct ur_buf){ .at = at, .cap = cap };
}

/* The longest prefix of at most @max bytes that does not end inside a UTF-8 sequence. */
static size_t whole_chars(const char *s, size_t max)
{
	while (max && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void mark_cut(struct ur_buf *buf)
{
	const size_t kept = buf->cap < sizeof(dots) ? 0 :
						      whole_chars(buf->at, buf->cap - sizeof(dots));

	buf->cut = true;
	buf->len = (size_t)snprintf(buf->at + kept, buf->cap - kept, "%s", dots) + kept;
	if (buf->len >= buf->cap)
		buf->len = buf->cap - 1;
}

void ur_buf_add(struct ur_buf *buf, const char *fmt, ...)
{
	size_t left = buf->cap - buf->len;
	va_list ap;
	int n;

	if (buf->cut)
		return;
	va_start(ap, fmt);
	n = vsnprintf(buf->at + buf->len, left, fmt, ap);
	va_end(ap);
	if (n < 0)
		buf->at[buf->len] = '\0';
	else if ((size_t)n >= left)
		mark_cut(buf);
	else
		buf->len += (size_t)n;
}

void ur_buf_add_safe(struct ur_buf *buf, const char *text)
{
	char piece[256];
	size_t n;

	for (; *text && !buf->cut; text += n) {
		char part[sizeof(piece) / UR_ESCAPE_GROWTH];

		n = strnlen(text, sizeof(part) - 1);
		n = text[n] ? whole_chars(text, n) ?: n : n;
		memcpy(part, text, n);
		part[n] = '\0';
		ur_escape(piece, sizeof(piece), part);
		ur_buf_add(buf, "%s", piece);
	}
}
