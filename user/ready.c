/* SPDX-License-Identifier: GPL-2.0-only */
/* ready.c - see ready.h. The protocol is sd_notify(3): a datagram to $NOTIFY_SOCKET. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "user/cleanup.h"
#include "user/ready.h"

static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	ur_cleanup(ur_closep) int fd = -1;
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
			      offsetof(struct sockaddr_un, sun_path) + len);
}

int ur_ready_announce(const char *path)
{
	ur_cleanup(ur_closep) int fd = -1;

	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0)
			return -errno;
	}
	notify("READY=1");
	return 0;
}

void ur_ready_withdraw(const char *path)
{
	notify("STOPPING=1");
	if (path)
		unlink(path);
}
