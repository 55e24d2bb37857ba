/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_route.h - the fields of an event that are about routes and next hops. */
#include "user/sink/json_node.h"
#include "user/verdict.h"

/* Put "route" where a route refused the packet, or none led on, "neighbour" where the next hop
 * did not answer, "mtu" where it was too large; null where that could not be told. */
void ur_json_route(struct ur_node root, const struct ur_evidence *ev,
		   const struct ur_report *report);
