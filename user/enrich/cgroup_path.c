/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/cgroup_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/base/cleanup.h"

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h: the handle is the node's id */

static int open_by_id(const char *mount, uint64_t id)
{
	ur_cleanup(ur_closep) int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct file_handle) char buf[sizeof(struct file_handle) + sizeof(id)];
	struct file_handle *handle = (struct file_handle *)buf;
	int r;

	if (fd < 0)
		return -errno;
	handle->handle_bytes = sizeof(id);
	handle->handle_type = FILEID_KERNFS;
	memcpy(handle->f_handle, &id, sizeof(id));
	r = open_by_handle_at(fd, handle, O_PATH | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

int ur_cgroup_path(const char *mount, uint64_t id, char *buf, size_t size)
{
	ur_cleanup(ur_closep) int fd = open_by_id(mount, id);
	char self[32], path[PATH_MAX];
	size_t above = strlen(mount);
	ssize_t len;

	if (fd < 0)
		return fd;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	len = readlink(self, path, sizeof(path) - 1);
	if (len < 0)
		return -errno;
	path[len] = '\0';
	if (strncmp(path, mount, above) != 0 || (path[above] && path[above] != '/'))
		return -EXDEV;
	if ((size_t)snprintf(buf, size, "%s", path[above] ? path + above : "/") >= size)
		return -ENAMETOOLONG;
	return 0;
}
