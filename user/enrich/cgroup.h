/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* cgroup.h - from the name of a process's cgroup to its unit, container and pod. Pure.
 *
 * There is no standard: systemd names units, each container runtime names its own cgroups,
 * and the kubelet those of pods. What isn't exactly such a name says nothing.
 */
#include <stddef.h>
#include "user/evidence.h"

/* Bytes of a cgroup's own name that the kernel side carries, at most: a name of this length
 * may have been longer. */
#define UR_CGROUP_LEAF_MAX 63

/* Parse @len bytes of /proc/PID/cgroup (proc_cgroup_show()): version 1, 2, or both at once,
 * of which the line that says most counts. Always fills *@place: UR_FOUND_NONE when it is
 * in no unit and no container, UR_COULD_NOT when there was no such line. */
void ur_cgroup_parse(const char *text, size_t len, struct ur_place *place);

/* Parse the name of the last folder of the path alone, "nginx.service", "" for the root, of
 * which no more than UR_CGROUP_LEAF_MAX bytes need to be there: a container's id may come out
 * shorter, and without its runtime. Always fills *@place: UR_COULD_NOT when only the folders
 * above would tell. */
void ur_cgroup_parse_leaf(const char *name, size_t len, struct ur_place *place);
