// SPDX-License-Identifier: GPL-2.0-only
/* netrows.c - line by line. */
#include "user/enrich/netrows.h"
#include <string.h>
#include "user/base/cleanup.h"

#define LINE_MAX_HERE 512 /* the kernel's lines are about 150 bytes */

/* Takes a line that may be no row; returns false when it has enough. */
typedef bool (*line_fn)(const char *line, size_t len, void *arg);

struct rows {
	ur_netrow_fn fn;
	ur_packetrow_fn packet_fn;
	void *arg;
};

static int each_line(const char *path, line_fn fn, void *arg)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(path, "re");
	char line[LINE_MAX_HERE];
	unsigned n = 0;

	if (!f)
		return -errno;
	while (n++ < UR_NETROWS_MAX && fgets(line, sizeof(line), f))
		if (!fn(line, strlen(line), arg))
			return 0;
	if (ferror(f))
		return -EIO;
	return n > UR_NETROWS_MAX ? -E2BIG : 0;
}

static bool take_row(const char *line, size_t len, void *arg)
{
	const struct rows *rows = arg;
	struct ur_procnet row;

	return !ur_procnet_parse(line, len, &row) || rows->fn(&row, rows->arg);
}

static bool take_packet_row(const char *line, size_t len, void *arg)
{
	const struct rows *rows = arg;
	struct ur_procnet_packet row;

	return !ur_procnet_parse_packet(line, len, &row) || rows->packet_fn(&row, rows->arg);
}

int ur_netrows_each(const char *path, ur_netrow_fn fn, void *arg)
{
	struct rows rows = { .fn = fn, .arg = arg };

	return each_line(path, take_row, &rows);
}

int ur_netrows_each_packet(const char *path, ur_packetrow_fn fn, void *arg)
{
	struct rows rows = { .packet_fn = fn, .arg = arg };

	return each_line(path, take_packet_row, &rows);
}
