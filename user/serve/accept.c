/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/accept.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define FULL 1000 /* quality values have three digits behind the point */

/* One of the ranges that the header lists. */
struct range {
	const char *type; /* type_len bytes */
	size_t type_len;
	int quality;
	bool other_version; /* than the one that we write */
};

static const char *skip_blank(const char *s)
{
	return s + strspn(s, " \t");
}

/* "0.75" as 750; what is none counts as 0, for it was meant to lower it. */
static int quality_of(const char *s, size_t len)
{
	int q = 0, unit = FULL / 10;

	if (!len || (*s != '0' && *s != '1'))
		return 0;
	q = (*s - '0') * FULL;
	for (size_t i = 2; i < len && s[1] == '.' && isdigit((unsigned char)s[i]); i++) {
		q += (s[i] - '0') * unit;
		unit /= 10;
	}
	return q > FULL ? FULL : q;
}

static bool named(const char *s, size_t len, const char *name)
{
	return len == strlen(name) && !strncasecmp(s, name, len);
}

/* A parameter, "q=0.5" or "version=1.0.0" or version="1.0.0", @len bytes of it. */
static void read_parameter(struct range *range, const char *s, size_t len, bool openmetrics)
{
	const char *equals = memchr(s, '=', len), *value;
	size_t name_len, value_len;

	if (!equals)
		return;
	value = skip_blank(equals + 1);
	value_len = (size_t)(s + len - value);
	name_len = (size_t)(equals - s);
	while (name_len && isblank((unsigned char)s[name_len - 1]))
		name_len--;
	while (value_len && isblank((unsigned char)value[value_len - 1]))
		value_len--;
	if (value_len > 1 && *value == '"' && value[value_len - 1] == '"') {
		value++;
		value_len -= 2;
	}
	if (named(s, name_len, "q"))
		range->quality = quality_of(value, value_len);
	else if (named(s, name_len, "version"))
		range->other_version = !named(value, value_len, openmetrics ? "1.0.0" : "0.0.4");
}

static bool is_type(const struct range *range, const char *type)
{
	return named(range->type, range->type_len, type);
}

/* The range at @s, up to the next comma; where that is. */
static const char *read_range(const char *s, struct range *ret)
{
	size_t len = strcspn(s, ",;");
	bool openmetrics;

	*ret = (struct range){ .type = s, .type_len = len, .quality = FULL };
	while (ret->type_len && isblank((unsigned char)s[ret->type_len - 1]))
		ret->type_len--;
	openmetrics = is_type(ret, "application/openmetrics-text");
	for (s += len; *s == ';'; s += len) {
		s = skip_blank(s + 1);
		len = strcspn(s, ",;");
		read_parameter(ret, s, len, openmetrics);
	}
	return s;
}

enum ur_form ur_accept_form(const char *accept)
{
	int text = -1, any = -1, openmetrics = 0;
	struct range range;

	for (const char *s = accept ? skip_blank(accept) : ""; *s; s = skip_blank(s)) {
		s = read_range(s, &range);
		s += *s == ',';
		if (range.other_version)
			continue;
		if (is_type(&range, "application/openmetrics-text"))
			openmetrics = range.quality > openmetrics ? range.quality : openmetrics;
		else if (is_type(&range, "text/plain"))
			text = range.quality > text ? range.quality : text;
		else if (is_type(&range, "*/*") || is_type(&range, "text/*"))
			any = range.quality > any ? range.quality : any;
	}
	if (text < 0)
		text = any;
	return openmetrics && openmetrics >= text ? UR_FORM_OPENMETRICS : UR_FORM_TEXT;
}

const char *ur_form_type(enum ur_form form)
{
	return form == UR_FORM_OPENMETRICS ?
		       "application/openmetrics-text; version=1.0.0; charset=utf-8" :
		       "text/plain; version=0.0.4; charset=utf-8";
}
