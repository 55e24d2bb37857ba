// SPDX-License-Identifier: GPL-2.0-only
/* netns_enter.c - setns() there and back. */
#include "user/host/netns_enter.h"
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include "user/base/cleanup.h"

int ur_netns_enter(struct ur_netns_visit *visit, int fd)
{
	ur_cleanup(ur_closep) int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0 || setns(fd, CLONE_NEWNET))
		return -errno;
	visit->home = ur_take_fd(&home);
	return 0;
}

void ur_netns_leave(struct ur_netns_visit *visit)
{
	if (visit->home < 0)
		return;
	if (setns(visit->home, CLONE_NEWNET)) {
		perror("unreach: cannot return to the own network namespace");
		abort();
	}
	ur_closep(&visit->home);
}
