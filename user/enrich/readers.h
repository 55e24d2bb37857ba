/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* readers.h - who else gets the packet: raw sockets of its protocol, and packet sockets.
 *
 * Read from /proc: asking sock_diag loads modules.
 */
#include "user/evidence.h"

/* The sockets in the network namespace of the calling thread that get a copy of @pkt, which
 * came in on device @ifindex. Always fills *@ret, but for the owners. */
void ur_readers_find(const struct ur_packet *pkt, uint32_t ifindex, struct ur_readers *ret);
