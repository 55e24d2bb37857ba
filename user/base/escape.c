/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Characters that act on the terminal, or on how the text around them is read. */
static const struct {
	unsigned int first, last;
} acting[] = {
	{ 0x0001, 0x001f },   /* C0 controls */
	{ 0x007f, 0x009f },   /* DEL and the C1 controls */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x200b, 0x200f },   /* zero width, left-to-right and right-to-left marks */
	{ 0x2028, 0x202e },   /* line and paragraph separators, embeddings, overrides */
	{ 0x2060, 0x206f },   /* invisible operators, isolates */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe007f }, /* tags */
};

static bool acts(unsigned int c)
{
	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		if (c >= acting[i].first && c <= acting[i].last)
			return true;
	return false;
}

/* What the first byte of a UTF-8 sequence announces: RFC 3629, section 3. */
static size_t announced(unsigned char lead, unsigned int *bits, unsigned int *least)
{
	if (lead < 0x80)
		return *bits = lead, *least = 0, 1;
	if ((lead & 0xe0) == 0xc0)
		return *bits = lead & 0x1f, *least = 0x80, 2;
	if ((lead & 0xf0) == 0xe0)
		return *bits = lead & 0x0f, *least = 0x800, 3;
	if ((lead & 0xf8) == 0xf0)
		return *bits = lead & 0x07, *least = 0x10000, 4;
	return 0;
}

size_t ur_utf8_char(const char *s, unsigned int *ret)
{
	unsigned int c, least;
	size_t n = announced((unsigned char)s[0], &c, &least);

	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (!n || c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

/* Append @n bytes, or nothing when they do not fit. */
static bool put(char *dst, size_t cap, size_t *len, const char *bytes, size_t n)
{
	if (*len + n + 1 > cap)
		return false;
	memcpy(dst + *len, bytes, n);
	*len += n;
	return true;
}

static bool put_hex(char *dst, size_t cap, size_t *len, const char *bytes, size_t n)
{
	char hex[4 * UR_ESCAPE_GROWTH + 1];

	for (size_t i = 0; i < n; i++)
		snprintf(hex + 4 * i, 5, "\\x%02x", (unsigned char)bytes[i]);
	return put(dst, cap, len, hex, 4 * n);
}

size_t ur_escape(char *dst, size_t cap, const char *src)
{
	size_t len = 0, n;
	unsigned int c;
	bool fits = true;

	for (; *src && fits; src += n ?: 1) {
		n = ur_utf8_char(src, &c);
		if (n && !acts(c))
			fits = put(dst, cap, &len, src, n);
		else
			fits = put_hex(dst, cap, &len, src, n ?: 1);
	}
	dst[len] = '\0';
	return len;
}

size_t ur_utf8_clean(char *dst, size_t cap, const char *src)
{
	size_t len = 0, n;
	unsigned int c;
	bool fits = true;

	for (; *src && fits; src += n ?: 1) {
		n = ur_utf8_char(src, &c);
		fits = n ? put(dst, cap, &len, src, n) : put(dst, cap, &len, "\xef\xbf\xbd", 3);
	}
	dst[len] = '\0';
	return len;
}
