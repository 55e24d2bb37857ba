/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/ended.h"

#include <stdio.h>
#include <string.h>
#include "user/enrich/cgroup.h"

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
	ur_cgroup_parse_leaf(closed->cgroup, strnlen(closed->cgroup, UR_CGROUP_LEAF_MAX),
			     &one->place);
	/* Under version 1 every process is at the root of version 2. */
	if (one->place.looked == UR_FOUND_NONE && !where->unified)
		one->place.looked = UR_COULD_NOT;
}
