// SPDX-License-Identifier: GPL-2.0-only
/* lines.c - from chunks to lines. */
#include "user/enrich/lines.h"
#include <string.h>

/* Keep the last bytes only. */
static void to_tail(struct ur_lines *l, const char *data, size_t len)
{
	char *tail = l->line.tail;
	size_t keep;

	if (len >= UR_LINE_TAIL) {
		memcpy(tail, data + len - UR_LINE_TAIL, UR_LINE_TAIL);
		l->tail_len = UR_LINE_TAIL;
		return;
	}
	keep = l->tail_len + len > UR_LINE_TAIL ? UR_LINE_TAIL - len : l->tail_len;
	memmove(tail, tail + l->tail_len - keep, keep);
	memcpy(tail + keep, data, len);
	l->tail_len = keep + len;
}

/* Add to the line at hand. */
static void append(struct ur_lines *l, const char *data, size_t len)
{
	size_t used = l->line.len < UR_LINE_HEAD ? l->line.len : UR_LINE_HEAD;
	size_t fits = len < UR_LINE_HEAD - used ? len : UR_LINE_HEAD - used;

	memcpy(l->line.head + used, data, fits);
	to_tail(l, data, len);
	l->line.len += len;
	for (size_t i = 0; i < len; i++)
		l->line.quotes += data[i] == '"';
}

static int flush(struct ur_lines *l)
{
	size_t used = l->line.len < UR_LINE_HEAD ? l->line.len : UR_LINE_HEAD;
	int r;

	l->line.head[used] = '\0';
	l->line.tail[l->tail_len] = '\0';
	r = l->fn(&l->line, l->arg);
	l->line.len = l->line.quotes = l->tail_len = 0;
	return r;
}

int ur_lines_feed(const char *data, size_t len, void *lines)
{
	struct ur_lines *l = lines;
	const char *end = data + len;
	int r = 0;

	while (!r && data < end) {
		const char *newline = memchr(data, '\n', end - data);

		append(l, data, (newline ? newline : end) - data);
		if (!newline)
			break;
		r = flush(l);
		data = newline + 1;
	}
	return r;
}
