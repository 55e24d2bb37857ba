/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* loop.h - wait for the ring, a signal, the end of --for, or the worker's end. */
#include <stdint.h>
#include "user/probe.h"
#include "user/serve/service.h"
#include "user/worker.h"

/* Block SIGINT, SIGTERM and SIGHUP, ignore SIGPIPE, and return a descriptor that reads
 * the former (the caller closes it), or -errno. Call it before any thread starts. */
int ur_loop_signals(void);

/* Move records from @probe to @worker until a signal comes, @for_ns have passed (0: no
 * limit), or the worker ends. The ring is drained and the worker has shown everything on
 * return; a second signal cuts that short. @service, which may be NULL, hears of each turn.
 * Returns 0 or -errno. */
int ur_loop_run(struct ur_probe *probe, struct ur_worker *worker, struct ur_service *service,
		int signals, uint64_t for_ns);
