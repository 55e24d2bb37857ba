/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* limits.h - the settings of the limit that kept an answer back, as they are now. */
#include "user/evidence.h"

/* Did a limit keep the answer of @ev back? */
bool ur_limits_wants(const struct ur_evidence *ev);

/* Read its settings in the network namespace of the calling thread into ev->limit; @outside:
 * why the thread could not enter that of @ev, NULL: it is there. What only the host's own
 * namespace has is left out. Does nothing for other events. */
void ur_limits_find(struct ur_evidence *ev, const char *outside);

/* Read those that were left out, and that are the whole host's: the thread is in the tracer's
 * namespace. */
void ur_limits_of_host(struct ur_evidence *ev);
