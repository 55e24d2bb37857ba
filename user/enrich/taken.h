/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* taken.h - is a port whose socket was closed taken again?
 *
 * Read from /proc, as sockets.h says.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/evidence.h"

/* Inodes of sockets that were open when the packet was refused, and so did not fit. */
struct ur_taken_open {
	size_t n;
	const uint64_t *inode;
};

/* A socket on the destination port of @pkt in the network namespace of the calling thread that
 * would seem to take @pkt, none of @open: one on its very address before one on any. Always
 * fills *@ret, but for the owners; *@inode is the socket's. */
void ur_taken_find(const struct ur_packet *pkt, struct ur_taken_open open, struct ur_taken *ret,
		   uint64_t *inode);
