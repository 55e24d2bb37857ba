/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* netns_enter.h - one thread's visit to another network namespace.
 *
 *	ur_cleanup(ur_netns_leave) struct ur_netns_visit visit = UR_NETNS_AT_HOME;
 *	int r = ur_netns_enter(&visit, fd);
 *
 * Namespaces belong to threads: sockets that this thread opens, files that it opens
 * below /proc/thread-self/net, and tools that it starts are in the namespace visited.
 * Nothing is held afterwards: a descriptor of a namespace keeps it alive.
 */

struct ur_netns_visit {
	int home; /* the thread's own namespace, -1: not away */
};

#define UR_NETNS_AT_HOME   \
	{                  \
		.home = -1 \
	}

/* Move the calling thread to the namespace of @fd, which stays the caller's. Needs
 * CAP_SYS_ADMIN. Returns 0 or -errno, and then the thread is where it was. */
int ur_netns_enter(struct ur_netns_visit *visit, int fd);

/* Go back home; does nothing when not away. A thread that can't would report things of
 * another namespace as its own: that ends the program. */
void ur_netns_leave(struct ur_netns_visit *visit);
