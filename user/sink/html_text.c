/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/html_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/base/escape.h"
#include "user/sink/times.h"

static void put_char(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		putc(c, out);
	}
}

/* Character by character: it takes no memory. */
void ur_html_text(FILE *out, const char *text)
{
	char one[UR_UTF8_MAX + 1], safe[UR_ESCAPE_GROWTH * UR_UTF8_MAX + 1];
	unsigned int c;

	while (*text) {
		size_t n = ur_utf8_char(text, &c) ?: 1;

		memcpy(one, text, n);
		one[n] = '\0';
		text += n;
		ur_escape(safe, sizeof(safe), one);
		for (const char *s = safe; *s; s++)
			put_char(out, *s);
	}
}

void ur_html_number(FILE *out, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			putc(',', out);
		putc(digits[i], out);
	}
}

void ur_html_time(FILE *out, const struct timespec *time, const struct timespec *day)
{
	char utc[32] = "", text[64];
	struct ur_buf clock = UR_BUF(text);
	struct tm tm;

	if (gmtime_r(&time->tv_sec, &tm))
		strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%SZ", &tm);
	ur_say_moment(&clock, time, day);
	fprintf(out, "<time datetime=\"%s\">%s</time>", utc, text);
}
