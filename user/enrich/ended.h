/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ended.h - who ended a socket, from what the kernel side kept of a process that may be gone
 * itself.
 */
#include <stdbool.h>
#include "user/evidence.h"

/* What the kernel side's notes of a process mean here. */
struct ur_ended_where {
	bool numbered; /* our pid namespace numbers as BPF programs do (ur_process_sees_all()) */
	bool unified;  /* the host keeps its processes in cgroups of version 2 */
	/* Where cgroup2 is mounted; NULL: go by the name that was noted, and nothing else. */
	const char *cgroups;
};

/* Always fills *@ret: UR_FOUND_NONE when no process did it but the kernel. */
void ur_ended_by(const struct ur_closed *closed, const struct ur_ended_where *where,
		 struct ur_owners *ret);
