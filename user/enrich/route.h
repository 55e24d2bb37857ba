/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* route.h - which route or policy rule refused a packet, where its own route doesn't tell.
 *
 * Policy rules, and routes of refusing types that cover the address, are read after the event;
 * the kernel side's count of changes tells whether they are those that the packet met.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_route_finder;

/* @changes: ur_changes of the kernel side, borrowed; NULL: there is none. Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_route_finder_new(const volatile uint64_t *changes, struct ur_route_finder **ret);
void ur_route_finder_free(struct ur_route_finder *f);
UR_DEFINE_CLEANUP(struct ur_route_finder, ur_route_finder_free)

/* Did a route, or a policy rule, or the lack of one, refuse the packet, and is it not known
 * which? Needs the names of the stack. Pure. */
bool ur_route_wants(const struct ur_evidence *ev);

/* Fill ev->refuser, in the event's namespace. @cookie: of that namespace, 0 unknown. */
void ur_route_find(struct ur_route_finder *f, uint64_t cookie, struct ur_evidence *ev);
