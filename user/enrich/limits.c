// SPDX-License-Identifier: GPL-2.0-only
/* limits.c - below /proc/sys/net, which shows the namespace of who opens the file. */
#include "user/enrich/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/base/cleanup.h"

#define PROC_SYS "/proc/sys/"

enum kind { KIND_NONE, KIND_ALL, KIND_ALL6, KIND_PEER, KIND_PEER6, KIND_ROUTE, KIND_MAX };

/* Those that each limit goes by. */
static const char *const settings[KIND_MAX][UR_SETTINGS_MAX] = {
	[KIND_ALL] = { "net.ipv4.icmp_msgs_per_sec", "net.ipv4.icmp_msgs_burst",
		       "net.ipv4.icmp_ratemask" },
	[KIND_ALL6] = { "net.ipv4.icmp_msgs_per_sec", "net.ipv4.icmp_msgs_burst",
			"net.ipv6.icmp.ratemask" },
	[KIND_PEER] = { "net.ipv4.icmp_ratelimit", "net.ipv4.icmp_ratemask" },
	[KIND_PEER6] = { "net.ipv6.icmp.ratelimit", "net.ipv6.icmp.ratemask" },
	[KIND_ROUTE] = { "net.ipv4.route.error_cost", "net.ipv4.route.error_burst" },
};

static enum kind kind_of(const struct ur_event *ev)
{
	bool six = ev->family == 6;

	if (ev->answer != UR_ANSWER_ICMP || ev->window & UR_WIN_PUSHED)
		return KIND_NONE;
	if (ev->window & UR_WIN_GLOBAL_DENY)
		return six ? KIND_ALL6 : KIND_ALL;
	if (ev->window & UR_WIN_PEER_DENY)
		return six ? KIND_PEER6 : KIND_PEER;
	return ev->window & UR_WIN_ERROR_DENY ? KIND_ROUTE : KIND_NONE;
}

bool ur_limits_wants(const struct ur_evidence *ev)
{
	return kind_of(&ev->ev) != KIND_NONE;
}

/* The value of setting @name, without the newline. Returns 0 or -errno. */
static int read_one(const char *name, char *value, size_t room)
{
	char path[sizeof(PROC_SYS) + UR_SETTING_NAME];
	ur_cleanup(ur_closep) int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), PROC_SYS "%s", name);
	for (char *dot = path + sizeof(PROC_SYS) - 1; (dot = strchr(dot, '.'));)
		*dot = '/';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, value, room - 1);
	if (n < 0)
		return -errno;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

/* All that are there. */
static void read_all(const struct ur_event *ev, bool of_host, struct ur_limit *ret)
{
	const char *const *names = settings[kind_of(ev)];

	for (int i = 0; i < UR_SETTINGS_MAX && names[i]; i++) {
		struct ur_setting *s = &ret->setting[i];
		int r = s->value[0] ? 0 : read_one(names[i], s->value, sizeof(s->value));

		if (r == -ENOENT)
			continue;
		if (r) {
			ret->looked = UR_COULD_NOT;
			snprintf(ret->reason, sizeof(ret->reason), "%s: %s", names[i],
				 strerror(-r));
			return;
		}
		if (!s->name[0])
			s->of_host = of_host;
		snprintf(s->name, sizeof(s->name), "%s", names[i]);
		ret->looked = UR_FOUND;
	}
}

void ur_limits_find(struct ur_evidence *ev, const char *outside)
{
	if (!ur_limits_wants(ev))
		return;
	if (outside) {
		ev->limit.looked = UR_COULD_NOT;
		snprintf(ev->limit.reason, sizeof(ev->limit.reason), "%s", outside);
		return;
	}
	read_all(&ev->ev, false, &ev->limit);
}

void ur_limits_of_host(struct ur_evidence *ev)
{
	if (!ur_limits_wants(ev) || ev->limit.looked == UR_COULD_NOT)
		return;
	read_all(&ev->ev, true, &ev->limit);
	if (ev->limit.looked != UR_NOT_ASKED)
		return;
	ev->limit.looked = UR_COULD_NOT;
	snprintf(ev->limit.reason, sizeof(ev->limit.reason),
		 "this kernel does not show the settings");
}
