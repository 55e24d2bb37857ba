/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sockets.h - sockets on the port that the kernel side does not carry.
 *
 * Read from /proc, never through sock_diag: asking that loads modules.
 */
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_sockets;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_sockets_new(struct ur_sockets **ret);
void ur_sockets_free(struct ur_sockets *s);
UR_DEFINE_CLEANUP(struct ur_sockets, ur_sockets_free)

/* The TCP listeners on @port (host order) in the network namespace of the calling
 * thread, IPv4 and IPv6. Always fills *@ret, but for the owners. */
void ur_sockets_listeners(uint16_t port, struct ur_listeners *ret);

/* The unconnected sockets on @port in that namespace of the other of UDP and UDP-Lite than
 * @proto: they have tables of their own. Linux 7.1 has no UDP-Lite any more. As above. */
void ur_sockets_sibling(uint8_t proto, uint16_t port, struct ur_listeners *ret);

/* Note for each of @found, read just now in the namespace of @ev, whether an earlier call
 * had it before @ev: then it was there all the time. Those of the last calls are remembered. */
void ur_sockets_known(struct ur_sockets *s, const struct ur_event *ev, struct ur_listeners *found);

/* An unconnected UDP socket on @pkt's destination port in a namespace other than @own, whose
 * cookie is @cookie (0: it has none):
 * the best of them, which is one on that very address, else on any, else another.
 * With @target only where @pkt's destination is an own address: ret->is_target says whether
 * there is such a namespace, and only one, whatever was found in it.
 * Namespaces are found through their processes, at most 256 of them, and for at most a
 * fifth of the time: asked more often, it could not look. An answer is believed for five
 * seconds. Always fills *@ret, but for the name and the owners; *@inode is the socket's. */
void ur_sockets_elsewhere(struct ur_sockets *s, uint32_t own, uint64_t cookie, bool target,
			  const struct ur_packet *pkt, struct ur_elsewhere *ret, uint64_t *inode);

/* Namespace @netns is gone, and its number will be that of another one. */
void ur_sockets_netns_gone(struct ur_sockets *s, uint32_t netns);
