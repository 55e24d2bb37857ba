/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* place.h - the container or the unit of a process, in words. Pure. */
#include "user/evidence.h"
#include "user/base/strbuf.h"

/* ", container web", ", container 0123456789ab", ", pod shop/web, container nginx" or ", unit
 * statsd.service", to follow "pid 812"; nothing where
 * that says nothing: a login session, the service manager, a program started by hand. */
void ur_say_place(struct ur_buf *out, const struct ur_place *place);

/* All that is known: ", docker container <id>, pod <uid>, unit statsd.service"; for a row, not
 * for a sentence: whoever may make a cgroup chose its name, so that is escaped. */
void ur_say_place_in_full(struct ur_buf *out, const struct ur_place *place);
