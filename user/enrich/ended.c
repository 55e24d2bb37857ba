/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/ended.h"

#include <stdio.h>
#include <string.h>
#include "user/enrich/cgroup.h"
#include "user/enrich/container.h"
#include "user/enrich/cgroup_path.h"

#define PATH_BYTES 1024
#define ROOT_ID    1 /* of the root of cgroup2 (kernfs_create_root()) */

/* The whole path tells most, but a service's cgroup goes with it. Then there is the last part
 * of its name, unless another cgroup's took its place in the notes. */
static void find_place(const struct ur_closed *closed, const char *cgroups, struct ur_place *place)
{
	char path[PATH_BYTES], line[PATH_BYTES + 8];

	if (cgroups && closed->cgroup_id &&
	    !ur_cgroup_path(cgroups, closed->cgroup_id, path, sizeof(path))) {
		ur_cgroup_parse(line, snprintf(line, sizeof(line), "0::%s\n", path), place);
		return;
	}
	ur_cgroup_parse_leaf(closed->cgroup, strnlen(closed->cgroup, UR_CGROUP_LEAF_MAX), place);
	if (!closed->cgroup[0] && closed->cgroup_id > ROOT_ID)
		place->looked = UR_COULD_NOT;
}

void ur_ended_by(const struct ur_closed *closed, const struct ur_ended_where *where,
		 struct ur_owners *ret)
{
	struct ur_owner *one = &ret->one[0];

	*ret = (struct ur_owners){ .looked = UR_FOUND_NONE };
	if ((closed->flags & UR_CL_KERNEL) || !closed->tgid)
		return;
	ret->looked = UR_FOUND;
	ret->n = ret->total = 1;
	one->pid = where->numbered ? (int32_t)closed->tgid : 0;
	snprintf(one->comm, sizeof(one->comm), "%.*s", UR_COMM_MAX - 1, closed->comm);
	find_place(closed, where->cgroups, &one->place);
	ur_container_name("", &one->place);
	/* Under version 1 every process is at the root of version 2. */
	if (one->place.looked == UR_FOUND_NONE && !where->unified)
		one->place.looked = UR_COULD_NOT;
}
