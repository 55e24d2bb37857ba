/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/host/netns_stay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* asm-generic/socket.h of Linux 5.14 */
#endif

static bool is_home(uint32_t inum)
{
	struct stat st;

	return !stat("/proc/thread-self/ns/net", &st) && st.st_ino == inum;
}

static int enter(struct ur_netns_names *names, uint32_t inum, struct ur_netns_stay *stay)
{
	ur_cleanup(ur_closep) int fd = -1;

	if (is_home(inum))
		return 0;
	fd = ur_netns_open(names, inum);
	return fd < 0 ? fd : ur_netns_enter(&stay->visit, fd);
}

static int settle(struct ur_netns_stay *stay, int r)
{
	stay->there = !r;
	if (r == -ENOENT)
		snprintf(stay->outside, sizeof(stay->outside),
			 "the network namespace is gone, or no process and no file leads to it");
	else if (r)
		snprintf(stay->outside, sizeof(stay->outside),
			 "the network namespace can't be entered: %s", strerror(-r));
	return r;
}

int ur_netns_stay_begin(struct ur_netns_names *names, uint32_t inum, struct ur_netns_stay *stay)
{
	return settle(stay, enter(names, inum, stay));
}

void ur_netns_stay_check(struct ur_netns_stay *stay, uint64_t cookie)
{
	uint64_t here = stay->there && cookie ? ur_netns_cookie_here() : 0;

	if (!here || here == cookie)
		return;
	ur_netns_leave(&stay->visit);
	settle(stay, -ENOENT);
}

void ur_netns_stay_end(struct ur_netns_stay *stay)
{
	ur_netns_leave(&stay->visit);
}

uint64_t ur_netns_cookie_here(void)
{
	ur_cleanup(ur_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		return 0;
	return cookie;
}
