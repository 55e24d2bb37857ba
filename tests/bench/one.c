// SPDX-License-Identifier: GPL-2.0-only
/* one - a skeleton of one program, opened, loaded and attached: what a start takes that
 * nobody can do without. Says READY=1 as unreach does, then waits to be killed. */
#define _GNU_SOURCE
#include "bench.h"
#include "one.skel.h"

#include <stddef.h>
#include <sys/un.h>

static void say_ready(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (!path || strlen(path) >= sizeof(to.sun_path))
		bad_usage("to be run by started");
	strcpy(to.sun_path, path);
	to.sun_path[0] = '\0';
	if (fd < 0 || sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&to,
			     offsetof(struct sockaddr_un, sun_path) + strlen(path)) != 7)
		die("saying READY=1");
	close(fd);
}

int main(void)
{
	struct one *skel = one__open_and_load();

	if (!skel || one__attach(skel))
		die("loading the one program");
	say_ready();
	pause();
}
