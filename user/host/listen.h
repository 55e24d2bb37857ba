/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* listen.h - where --serve listens: its argument, and the sockets. */
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define UR_LISTEN_MAX     2
#define UR_LISTEN_DEFAULT "9033" /* in no registry of ports; and about port-unreachable, 3/3 */
#define UR_LISTEN_TEXT    64

struct ur_listen {
	size_t n;
	struct sockaddr_storage at[UR_LISTEN_MAX];
};

/* "9033": on both loopback addresses; "192.0.2.1:9033", "[2001:db8::1]:9033"; all addresses of
 * a family are 0.0.0.0 and [::]. Returns 0, or -EINVAL, and then leaves *@ret alone. */
int ur_listen_parse(const char *text, struct ur_listen *ret);

/* Listen: fills @fds, which the caller closes, with as many as it returns. On both loopback
 * addresses one is enough where the host lacks the other's family; else -errno. */
int ur_listen_open(const struct ur_listen *where, int fds[UR_LISTEN_MAX]);

/* "127.0.0.1:9033", "[::1]:9033" of listening socket @fd; "" when it has none. */
void ur_listen_name(int fd, char text[UR_LISTEN_TEXT]);
