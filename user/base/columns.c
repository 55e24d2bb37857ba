/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/columns.h"

#include <stdlib.h>
#include <string.h>
#include "user/base/escape.h"

struct range {
	unsigned int first, last;
};

/* East_Asian_Width W and F, and what terminals show as pictures. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },   { 0x23e9, 0x23ec },
	{ 0x2614, 0x2615 },   { 0x26a1, 0x26a1 },   { 0x2705, 0x2705 },   { 0x274c, 0x274c },
	{ 0x2753, 0x2757 },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },   { 0xa960, 0xa97c },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* General categories Mn and Me of the scripts that are common. */
static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
	{ 0x064b, 0x065f }, { 0x0900, 0x0902 }, { 0x093c, 0x093c }, { 0x0941, 0x0948 },
	{ 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20f0 }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

static bool within(const struct range *ranges, size_t n, unsigned int c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

unsigned int ur_char_columns(unsigned int c)
{
	if (c < 0x300)
		return 1;
	if (within(combining, sizeof(combining) / sizeof(combining[0]), c))
		return 0;
	return within(wide, sizeof(wide) / sizeof(wide[0]), c) ? 2 : 1;
}

size_t ur_columns_of(const char *s, bool ascii, unsigned int *columns)
{
	unsigned int c = 0;
	size_t n = ur_utf8_char(s, &c) ?: 1;

	*columns = n == 1 && !((unsigned char)*s & 0x80) ? 1 :
		   ascii                                 ? 4 * (unsigned int)n :
							   ur_char_columns(c);
	return n;
}

bool ur_locale_ascii(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < 3 && !(value && *value); i++)
		value = getenv(names[i]);
	return !value || (!strcasestr(value, "UTF-8") && !strcasestr(value, "UTF8"));
}
