/* SPDX-License-Identifier: GPL-2.0-only */
/* ready.c - see ready.h. The protocol is sd_notify(3): a datagram to $NOTIFY_SOCKET. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include "user/base/cleanup.h"
#include "user/host/ready.h"

/* Returns 0, also where nobody is to be told, or -errno. */
static int notify(const char *state, int flags)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	ur_cleanup(ur_closep) int fd = -1;
	size_t len = path ? strlen(path) : 0;

	if (!len)
		return 0;
	if (path[0] != '/' && path[0] != '@')
		return -EAFNOSUPPORT;
	if (len >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL | flags, (struct sockaddr *)&to,
			     offsetof(struct sockaddr_un, sun_path) + len) < 0)
		return -errno;
	return 0;
}

/* It is removed at the end, so what holds anything, or is no file at all, can't be meant.
 * An empty file is one that a killed run left behind. */
static int create(const char *path)
{
	ur_cleanup(ur_closep) int fd =
		open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) && !st.st_size ? 0 : -EEXIST;
}

int ur_ready_announce(const char *path)
{
	return path ? create(path) : 0;
}

int ur_ready_notify(void)
{
	return notify("READY=1", 0);
}

void ur_ready_withdraw(const char *path)
{
	if (path)
		unlink(path);
	notify("STOPPING=1", 0);
}

/* Who drains the ring waits for nobody: the next one will do as well. */
void ur_ready_tell(const char *state)
{
	notify(state, MSG_DONTWAIT);
}

/* sd_watchdog_enabled(3): it may mean another process that handed us its environment. */
uint64_t ur_ready_watchdog_ms(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t ms = us ? strtoull(us, NULL, 10) / 1000 : 0;

	if (pid && strtoull(pid, NULL, 10) != (unsigned long long)getpid())
		return 0;
	return ms ? ms / 2 ?: 1 : 0;
}
