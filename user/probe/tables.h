/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* tables.h - where the kernel's tables of sockets are. */
#include <stdint.h>
#include "user/host/symbols.h"

/* Addresses; 0: not known, or there is none. UDP's is not needed where each namespace has
 * a table of its own. */
struct ur_probe_tables {
	uint64_t udp, udplite;
};

/* By their names, and where the kernel names no data, by sockets that are opened for that. */
void ur_probe_tables_find(const struct ur_symbols *syms, struct ur_probe_tables *ret);

/* Which of a namespace's parts that have an id (struct net.gen) is that of nf_tables, with the
 * generation of the rules at @offset in it; for when nf_tables_net_id is not named, either.
 * 0: not known, or not surely. Asks nf_tables, so only for when it is there. */
uint32_t ur_probe_tables_rules(uint32_t offset);
