/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/place.h"

#include <string.h>

#define SHORT_ID 12 /* digits, as the runtimes' own tools show and take them */
#define LONG_ID  32 /* from here on it is an id, not a name */

/* Units that say no more than that somebody started it. */
static const char *const plain_units[] = {
	"init.scope", "session-",   "user@",        "run-",
	"app-",       "vte-spawn-", "crio-conmon-", "libpod-conmon-",
};

static bool worth_saying(const char *unit)
{
	for (size_t i = 0; i < sizeof(plain_units) / sizeof(plain_units[0]); i++)
		if (!strncmp(unit, plain_units[i], strlen(plain_units[i])))
			return false;
	return *unit;
}

static int short_length(const char *container)
{
	const size_t len = strlen(container);

	return len >= LONG_ID && strspn(container, "0123456789abcdef") == len ? SHORT_ID : (int)len;
}

void ur_say_place(struct ur_buf *out, const struct ur_place *place)
{
	if (place->looked != UR_FOUND)
		return;
	if (place->pod[0])
		ur_buf_add(out, ", pod %s", place->pod);
	if (place->name[0])
		ur_buf_add(out, ", container %s", place->name);
	else if (place->container[0])
		ur_buf_add(out, ", container %.*s", short_length(place->container),
			   place->container);
	else if (place->pod_uid[0] && !place->pod[0])
		ur_buf_add(out, ", pod %s", place->pod_uid);
	else if (!place->pod[0] && worth_saying(place->unit))
		ur_buf_add(out, ", unit %s", place->unit);
}

/* Words of ours, and some that others chose. */
static void say(struct ur_buf *out, const char *what, const char *theirs)
{
	ur_buf_add(out, "%s", what);
	ur_buf_add_safe(out, theirs);
}

void ur_say_place_in_full(struct ur_buf *out, const struct ur_place *place)
{
	if (place->looked != UR_FOUND)
		return;
	if (place->container[0]) {
		say(out, ", ", place->runtime);
		say(out, place->runtime[0] ? " container " : "container ", place->name);
		say(out, place->name[0] ? " " : "", place->container);
	}
	if (place->pod_uid[0]) {
		say(out, ", pod ", place->pod);
		say(out, place->pod[0] ? " " : "", place->pod_uid);
	}
	if (place->unit[0])
		say(out, ", unit ", place->unit);
}
