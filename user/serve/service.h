/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* service.h - what --serve adds to a run: metrics, health, a log that makes nobody wait, and a
 * service manager's watchdog.
 *
 * In three steps, so that privileges can go in between: open() takes the sockets, start() the
 * threads, and beat() is for the loop that drains. Every call but open() takes NULL, and then
 * does nothing but serve the watchdog of a service manager that wants it.
 */
#include <stdint.h>
#include <stdio.h>
#include "user/base/cleanup.h"
#include "user/host/listen.h"
#include "user/serve/metrics.h"
#include "user/probe.h"
#include "user/worker.h"

struct ur_service;

/* Listen @where, as ur_listen_parse() has it; lines of the log will go to @log_fd, borrowed. Returns 0 and gives *@ret to the
 * caller, or -errno. */
int ur_service_open(const char *where, int log_fd, struct ur_service **ret);
void ur_service_free(struct ur_service *s);
UR_DEFINE_CLEANUP(struct ur_service, ur_service_free)

/* What the thread that explains counts in, and where the log goes. Borrowed. */
struct ur_metrics *ur_service_metrics(struct ur_service *s);
struct ur_outlet *ur_service_log(struct ur_service *s);

/* Serve what @probe and @worker, borrowed until ur_service_stop(), count; @received: errors that
 * come, too. Signals must be blocked by the caller. Returns 0 or -errno. */
int ur_service_start(struct ur_service *s, const struct ur_probe *probe,
		     const struct ur_worker *worker, bool received);

/* How many ms the loop that drains may be idle before it is to call ur_service_beat(); -1: for
 * as long as it likes. */
int ur_service_interval(const struct ur_service *s);

/* The loop turns: at least as often as that. */
void ur_service_beat(struct ur_service *s);

/* Say where it listens: "http://127.0.0.1:9033/metrics http://[::1]:9033/metrics". */
void ur_service_say(const struct ur_service *s, FILE *out);

/* No more will come: wait some seconds for the reader of the log, and stop serving. Returns how
 * many lines of the log were lost in all. */
uint64_t ur_service_stop(struct ur_service *s);
