/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* enrich_received.h - look up what the record of a received error does not hold. */
#include "user/base/cleanup.h"
#include "user/verdict/received.h"

struct ur_enrich_received;

/* Returns 0 and gives *@ret to the caller, or -errno. */
int ur_enrich_received_new(struct ur_enrich_received **ret);
void ur_enrich_received_free(struct ur_enrich_received *e);
UR_DEFINE_CLEANUP(struct ur_enrich_received, ur_enrich_received_free)

/* Complete @r: names of namespaces, processes that hold the sockets, whether the error's source
 * is an address of the namespace. Blocks. */
void ur_enrich_received_run(struct ur_enrich_received *e, struct ur_receipt *r);
