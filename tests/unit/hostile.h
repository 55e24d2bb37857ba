/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* hostile.h - what names and comments can hold that others chose, put wherever evidence has room
 * for a string, and a look at what comes out. */
#include <string.h>
#include "user/base/escape.h"
#include "user/capture/record_fields.h"

/* Each would be seen, as a line that begins with FORGED, a key of that name, or an escape. */
static const char *const hostile_strings[] = {
	"\033[2J\033]0;title\007\033[31m",
	"a\nFORGED line\r\nFORGED 02:45:20 b",
	"\rFORGED\b\b\b\v\f\x7f",
	"\x9b"
	"31m \xc2\x9b"
	"2J \xc2\x85"
	"FORGED", /* C1, bare and as UTF-8 */
	"\xe2\x80\xae"
	"gnp.exe \xe2\x81\xa6 \xe2\x80\x8f \xd8\x9c \xef\xbb\xbf", /* overrides, marks */
	"\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe6\x97",    /* no UTF-8 */
	"\",\"FORGED\":[{}],\"x\":\"\\",
	"%s%n%99999d%*d",
	"\001\002\003\004\005 marks of style",
	"<script>FORGED</script>&lt;\"'>",
	"'; FORGED #$(FORGED)\\",
	"-x `; FORGED` y",
	"",
	" ",
	"\xf0\x9f\x90\x9b\xe6\x97\xa5 caf\xc3\xa9",
};
#define HOSTILE_N (sizeof(hostile_strings) / sizeof(hostile_strings[0]) + 1)

/* The last fills whatever there is room for, with what grows when it is escaped. */
static inline const char *hostile_string(size_t i)
{
	static char longest[4097];

	memset(longest, 27, sizeof(longest) - 1);
	return i + 1 < HOSTILE_N ? hostile_strings[i] : longest;
}

static inline uint64_t hostile_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static inline void hostile_fill(const struct ur_fields *fields, void *data, const char *text,
				uint64_t *seed);

static inline void hostile_fill_one(const struct ur_field *f, uint8_t *at, const char *text,
				    uint64_t *seed)
{
	uint64_t number = seed ? hostile_next(seed) : 0;

	if (f->kind == UR_FIELD_STRUCT) {
		hostile_fill(f->fields, at, text, seed);
	} else if (f->kind == UR_FIELD_STRING || f->kind == UR_FIELD_LABEL) {
		memset(at, 0, f->size);
		memcpy(at, text, strnlen(text, f->size - (f->kind == UR_FIELD_STRING)));
	} else if (seed && f->kind == UR_FIELD_BOOL) {
		*at = number & 1;
	} else if (seed && f->kind == UR_FIELD_UINT && (f->max || number % 4 == 0)) {
		number = f->max ? number % (f->max + 1) : number >> number % 31;
		memcpy(at, &number, f->size); /* its lowest bytes */
	}
}

/* Put @text into each string of @fields. With a @seed, numbers become any that they can be. */
static inline void hostile_fill(const struct ur_fields *fields, void *data, const char *text,
				uint64_t *seed)
{
	for (size_t i = 0; i < fields->n; i++)
		for (size_t e = 0; e < fields->field[i].count; e++)
			hostile_fill_one(&fields->field[i],
					 (uint8_t *)data + fields->field[i].offset +
						 e * fields->field[i].size,
					 text, seed);
}

/* Controls, and what reorders or hides text: the terminal's point of view, and Unicode's. */
static inline int hostile_acts(unsigned int c)
{
	return c < 32 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/* The first byte of @text that has no place in what a person is shown, NULL: none. Colours are
 * what we make ourselves. */
static inline const char *hostile_byte(const char *text, size_t len, int colors)
{
	const char *end = text + len;

	while (text < end) {
		unsigned int c;
		size_t n;

		if (colors && !strncmp(text, "\033[", 2)) {
			text += 2 + strspn(text + 2, "0123456789;");
			if (*text != 'm')
				return text;
		} else if (*text != '\n') {
			n = ur_utf8_char(text, &c);
			if (!n || hostile_acts(c))
				return text;
			text += n - 1;
		}
		text++;
	}
	return NULL;
}

/* What stands in a command that a person would copy, and is not quoted there. */
static inline int hostile_command(const char *text)
{
	int inside = 0, quoted = 0;

	for (; *text; text++) {
		if (*text == '`' && !quoted)
			inside = !inside;
		else if (*text == '\'' && inside)
			quoted = !quoted;
		else if (inside && !quoted && (!strncmp(text, "; FORGED", 8) || *text == '\n'))
			return 1;
	}
	return 0;
}
