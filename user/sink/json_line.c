/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_line.h"

#include <errno.h>
#include <string.h>
#include "user/sink.h"

/* DEL is the one control that jansson leaves as it is; it stands in strings only. */
static int put_part(const char *part, size_t len, void *arg)
{
	FILE *out = arg;

	while (len) {
		const char *del = memchr(part, 0x7f, len);
		size_t n = del ? (size_t)(del - part) : len;

		if (fwrite(part, 1, n, out) != n || (del && fputs("\\u007f", out) < 0))
			return -1;
		n += del != NULL;
		part += n;
		len -= n;
	}
	return 0;
}

int ur_json_line(FILE *out, json_t *object)
{
	ur_cleanup(json_decrefp) json_t *line = object;

	if (!line)
		return -ENOMEM;
	errno = 0;
	if (json_dump_callback(line, put_part, out, JSON_COMPACT | JSON_ENSURE_ASCII) ||
	    putc('\n', out) == EOF)
		return errno ? -errno : -EIO;
	return ur_sink_flush(out);
}
