/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* serve.h - metrics and health over HTTP, for a few clients that come now and then.
 *
 * One thread; every connection serves one request and has ten seconds for all of it, so
 * that who is slow, or sends nothing, is gone before the places run out for long. What it serves
 * is asked for anew each time. Only GET and HEAD; what a client sends is bounded.
 */
#include <stdbool.h>
#include <stddef.h>
#include "user/serve/accept.h"
#include "user/base/cleanup.h"
#include "user/host/listen.h"

struct ur_serve;

/* All are called in the server's thread. */
struct ur_serve_opts {
	/* The metrics: 0, and *@text, @len bytes of it, for free(); or -errno. */
	int (*metrics)(void *arg, enum ur_form form, char **text, size_t *len);
	bool (*healthy)(void *arg);
	void *arg;            /* borrowed until ur_serve_free() */
	unsigned int seconds; /* that a connection has, 0: ten */
};

/* Serve on @nfds listening sockets, which it takes over also when it fails. Signals must be
 * blocked by the caller. Returns 0 and gives *@ret to the caller, or -errno. */
int ur_serve_new(int fds[], size_t nfds, const struct ur_serve_opts *opts, struct ur_serve **ret);

/* End all connections, free. */
void ur_serve_free(struct ur_serve *s);
UR_DEFINE_CLEANUP(struct ur_serve, ur_serve_free)
