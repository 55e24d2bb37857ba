/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* netrows.h - the rows of a file of /proc/net. Such a file is there only where what it lists
 * is in the kernel; opening it loads nothing.
 */
#include "user/enrich/procnet.h"

#define UR_NETROWS_MAX 65536 /* of one file */

/* Each takes one row, and returns false when it has enough. */
typedef bool (*ur_netrow_fn)(const struct ur_procnet *row, void *arg);
typedef bool (*ur_packetrow_fn)(const struct ur_procnet_packet *row, void *arg);

/* Feed the rows of @path, one of {tcp,udp,udplite,raw}{,6}, to @fn. Returns 0; -E2BIG when
 * there are more than one look should read; -errno. */
int ur_netrows_each(const char *path, ur_netrow_fn fn, void *arg);

/* The same for a file "packet". */
int ur_netrows_each_packet(const char *path, ur_packetrow_fn fn, void *arg);
