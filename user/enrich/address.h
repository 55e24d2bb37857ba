/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* address.h - is an address one of this network namespace's? */
#include <stdint.h>
#include "user/evidence.h"

/* Look now, in the thread's network namespace: UR_FOUND when a device has address @addr of
 * IP version @version, or a route delivers it (also a broadcast address); UR_FOUND_NONE;
 * UR_COULD_NOT. */
enum ur_looked ur_address_here(uint8_t version, const uint8_t addr[16]);

/* Fill @ev->local_here: which sockets are bound to addresses that the namespace still has. */
void ur_addresses_find(struct ur_evidence *ev);
