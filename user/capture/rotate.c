/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/rotate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void ur_rotate_start(struct ur_rotate *rotate, time_t now)
{
	rotate->since = now;
	rotate->index = 0;
	rotate->periods = 1;
}

int ur_rotate_next(struct ur_rotate *rotate, time_t now, uint64_t size)
{
	if (rotate->seconds && now - rotate->since >= (time_t)rotate->seconds) {
		if (rotate->files && !rotate->bytes && rotate->periods == rotate->files)
			return -ECANCELED;
		rotate->since = now;
		rotate->index = 0;
		rotate->periods++;
		return 1;
	}
	if (!rotate->bytes || size <= rotate->bytes)
		return 0;
	rotate->index++;
	if (rotate->files)
		rotate->index %= rotate->files;
	return 1;
}

/* Digits that the last of @files files needs; a single one has no number. */
static int digits(uint64_t files)
{
	int n = 0;

	for (files--; files; files /= 10)
		n++;
	return n;
}

int ur_rotate_name(const struct ur_rotate *rotate, const char *path, char *name, size_t size)
{
	const int width = rotate->bytes && rotate->files ? digits(rotate->files) : 0;
	size_t len = strlen(path);
	struct tm tm;

	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(name, path, len + 1);
	if (rotate->seconds && localtime_r(&rotate->since, &tm)) {
		len = strftime(name, size, path, &tm);
		if (!len)
			return -ENAMETOOLONG;
	}
	if (width || rotate->index)
		len += (size_t)snprintf(name + len, size - len, "%0*" PRIu64, width, rotate->index);
	return len < size ? 0 : -ENAMETOOLONG;
}
