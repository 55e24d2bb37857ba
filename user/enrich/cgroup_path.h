/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* cgroup_path.h - where in the hierarchy of version 2 a cgroup is, by the id that the kernel
 * side carries.
 */
#include <stddef.h>
#include <stdint.h>

/* The path of cgroup @id below @mount, where cgroup2 is mounted, into @buf of @size bytes:
 * "/system.slice/nginx.service", "/" for the root. Returns 0, or -errno: -ESTALE when it is
 * gone, -EPERM without CAP_DAC_READ_SEARCH. */
int ur_cgroup_path(const char *mount, uint64_t id, char *buf, size_t size);
