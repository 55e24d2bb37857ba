/* SPDX-License-Identifier: GPL-2.0-only */
/* verdict_limit.c - the limit that kept the answer back, and how to lift it. */
#include "user/verdict_parts.h"

#include <string.h>

/* What has to be 0, or more, for all answers to leave. */
static const char *remedy(const struct ur_event *ev)
{
	bool six = ev->family == 6;

	if (ev->window & UR_WIN_GLOBAL_DENY)
		return "net.ipv4.icmp_msgs_per_sec=100000 net.ipv4.icmp_msgs_burst=100000";
	if (ev->window & UR_WIN_PEER_DENY)
		return six ? "net.ipv6.icmp.ratelimit=0" : "net.ipv4.icmp_ratelimit=0";
	return "net.ipv4.route.error_cost=0";
}

static void say_settings(const struct ur_limit *limit, struct ur_buf *out)
{
	const char *before = "";

	for (int i = 0; i < UR_SETTINGS_MAX; i++) {
		const struct ur_setting *s = &limit->setting[i];

		if (!s->name[0])
			continue;
		ur_buf_add(out, "%s%s=", before, s->name);
		ur_buf_add_safe(out, s->value);
		ur_buf_add(out, "%s", s->of_host ? " (of the host)" : "");
		before = ", ";
	}
}

const char *ur_find_limit(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_limit *limit = &c->ev->limit;
	bool of_host = false, entered = true;

	if (limit->looked == UR_NOT_ASKED)
		return NULL;
	ur_buf_add(out, "the limit that kept the answer back: ");
	if (limit->looked != UR_FOUND) {
		ur_buf_add(out, "its settings could not be read: ");
		ur_buf_add_safe(out, limit->reason);
		return "note.limit";
	}
	say_settings(limit, out);
	for (int i = 0; i < UR_SETTINGS_MAX; i++)
		of_host |= limit->setting[i].of_host;
	ur_buf_add(out, "; to see all answers for a while: `");
	if (!of_host)
		entered = ur_say_enter(out, c->ev);
	ur_buf_add(out, "sysctl -w %s`", remedy(&c->ev->ev));
	if (!entered)
		ur_say_in_netns(out, &c->ev->netns);
	return "note.limit";
}
