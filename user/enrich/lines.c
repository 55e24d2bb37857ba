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
}

static int flush(struct ur_lines *l)
{
	size_t used = l->line.len < UR_LINE_HEAD ? l->line.len : UR_LINE_HEAD;
	int r;

	l->line.head[used] = '\0';
	l->line.tail[l->tail_len] = '\0';
	r = l->fn(&l->line, l->arg);
	l->line.len = l->tail_len = 0;
	return r;
}

/* Does @ch end the line? Keeps track of quotes. */
static bool ends_line(struct ur_lines *l, char ch)
{
	const bool was_escaped = l->escaped;

	if (ch == '\n' && !l->quoted)
		return true;
	if (l->quoting == UR_QUOTES_NONE)
		return false;
	l->escaped = l->quoting == UR_QUOTES_IPTABLES && l->quoted && ch == '\\' && !was_escaped;
	if (ch == '"' && !was_escaped)
		l->quoted = !l->quoted;
	return false;
}

int ur_lines_feed(const char *data, size_t len, void *lines)
{
	struct ur_lines *l = lines;
	size_t start = 0;
	int r = 0;

	for (size_t i = 0; !r && i < len; i++) {
		if (!ends_line(l, data[i]))
			continue;
		append(l, data + start, i - start);
		start = i + 1;
		r = flush(l);
	}
	if (!r)
		append(l, data + start, len - start);
	return r;
}
