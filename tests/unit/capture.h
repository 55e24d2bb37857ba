/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* capture.h - what a sink writes, as a string. */
#include <stdio.h>
#include <stdlib.h>
#include "user/base/cleanup.h"
#include "user/sink.h"

struct capture {
	char *text; /* valid after every flush */
	size_t len;
	FILE *out;
};

static inline void capture_open(struct capture *c)
{
	*c = (struct capture){ 0 };
	c->out = open_memstream(&c->text, &c->len);
	if (!c->out)
		abort();
}

static inline void capture_close(struct capture *c)
{
	fclose(c->out);
	free(c->text);
}

/* A stream whose reader is gone. The caller ignores SIGPIPE. */
static inline FILE *capture_broken_pipe(void)
{
	int ends[2];

	if (pipe(ends))
		abort();
	close(ends[0]);
	return fdopen(ends[1], "w");
}
