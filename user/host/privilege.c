/* SPDX-License-Identifier: GPL-2.0-only */
/* privilege.c - capabilities by role, and how the others are given up. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include "user/base/cleanup.h"
#include "user/host/privilege.h"

#define BIT(cap) (UINT64_C(1) << (cap))
#define CAPS_MAX 64

#define FOLLOW BIT(UR_ROLE_FOLLOW)
#define LOOK   BIT(UR_ROLE_LOOK)

/* A child that runs a tool gets what it needs to list rules. */
#define TOOLS (BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW))

/* What is for files that are made, or removed, later on. */
#define FILES (BIT(CAP_DAC_OVERRIDE))

/* Without what has no text, nothing can be traced. CAP_SYS_ADMIN stands for the two that were
 * split off from it in v5.8. */
static const struct row {
	int cap;
	unsigned int roles;
	bool kprobes_admin; /* needed only where kprobes ask for it */
	const char *name;
	const char *without;
} rows[] = {
	{ CAP_BPF, FOLLOW, false, "CAP_BPF", NULL },
	{ CAP_PERFMON, FOLLOW, false, "CAP_PERFMON", NULL },
	{ CAP_SYS_ADMIN, FOLLOW, true, "CAP_SYS_ADMIN",
	  "kprobes can't be attached, as kernel.perf_event_paranoid is above 2: rules and many "
	  "callers are not seen" },
	{ CAP_SYS_ADMIN, LOOK, false, "CAP_SYS_ADMIN",
	  "other network namespaces can't be entered: no rule, route or listener is looked up "
	  "there" },
	{ CAP_SYSLOG, FOLLOW | LOOK, false, "CAP_SYSLOG",
	  "callers can't be proven where /proc/kallsyms hides addresses" },
	{ CAP_NET_ADMIN, LOOK, false, "CAP_NET_ADMIN",
	  "rules can't be read: they have neither text nor number" },
	{ CAP_NET_RAW, LOOK, false, "CAP_NET_RAW", "rules of iptables-legacy can't be read" },
	{ CAP_SYS_PTRACE, LOOK, false, "CAP_SYS_PTRACE",
	  "processes of other users, and the namespaces that only they lead to, are not found" },
	{ CAP_DAC_READ_SEARCH, LOOK, false, "CAP_DAC_READ_SEARCH",
	  "descriptors of other users' processes, and cgroups by their number, can't be read" },
};
#define NROWS (sizeof(rows) / sizeof(*rows))

UR_DEFINE_CLEANUP(void, cap_free)

uint64_t ur_privilege_held(void)
{
	ur_cleanup(cap_freep) void *caps = cap_get_proc();
	uint64_t held = 0;

	for (int cap = 0; caps && cap < CAPS_MAX; cap++) {
		cap_flag_value_t v = CAP_CLEAR;

		if (!cap_get_flag(caps, cap, CAP_EFFECTIVE, &v) && v == CAP_SET)
			held |= BIT(cap);
	}
	return held;
}

bool ur_privilege_can_trace(uint64_t held, char *buf, size_t len)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < NROWS && n < len && !(held & BIT(CAP_SYS_ADMIN)); i++)
		if (!rows[i].without && !(held & BIT(rows[i].cap)))
			n += snprintf(buf + n, len - n, "%s%s", n ? ", " : "", rows[i].name);
	return !n;
}

size_t ur_privilege_lacking(uint64_t held, bool kprobes_admin, struct ur_lacking *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].without && !(held & BIT(rows[i].cap)) &&
		    (!rows[i].kprobes_admin || kprobes_admin))
			ret[n++] = (struct ur_lacking){ rows[i].name, rows[i].without };
	return n;
}
_Static_assert(NROWS <= UR_LACKING_MAX, "raise UR_LACKING_MAX");

bool ur_privilege_kprobes_admin(void)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level;

	return f && fscanf(f, "%d", &level) == 1 && level > 2;
}

/* What a thread with these @roles needs. */
static uint64_t needed(unsigned int roles, uint64_t held)
{
	bool kprobes_admin = ur_privilege_kprobes_admin();
	uint64_t set = 0;

	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].roles & roles && (!rows[i].kprobes_admin || kprobes_admin))
			set |= BIT(rows[i].cap);
	/* who came without them lives on what they were split off from */
	if (roles & FOLLOW && (~held & (BIT(CAP_BPF) | BIT(CAP_PERFMON))))
		set |= BIT(CAP_SYS_ADMIN);
	return set;
}

static int set_flag(cap_t caps, cap_flag_t flag, uint64_t set)
{
	for (cap_value_t cap = 0; cap < CAPS_MAX; cap++)
		if (set & BIT(cap) && cap_set_flag(caps, flag, 1, &cap, CAP_SET))
			return -errno;
	return 0;
}

/* Have @set of what the calling thread holds, and leave @tools of it to what it runs. */
static int hold(uint64_t set, uint64_t tools)
{
	ur_cleanup(cap_freep) void *caps = cap_init();
	int r;

	if (!caps)
		return -errno;
	set &= ur_privilege_held();
	r = set_flag(caps, CAP_PERMITTED, set)         ?:
		    set_flag(caps, CAP_EFFECTIVE, set) ?:
							 set_flag(caps, CAP_INHERITABLE, set & tools);
	if (r || cap_set_proc(caps)) /* of this thread: the library that does all is not linked */
		return r ?: -errno;
	for (cap_value_t cap = 0; cap < CAPS_MAX; cap++)
		if (set & tools & BIT(cap) && cap_set_ambient(cap, CAP_SET))
			return -errno;
	return 0;
}

/* What runs as root gets no more than what it is left. Needs CAP_SETPCAP: who has none of it is
 * not root, or has been confined already. */
static int bind_root(uint64_t keep)
{
	if (!(ur_privilege_held() & BIT(CAP_SETPCAP)))
		return 0;
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++)
		if (!(keep & BIT(cap)) && cap_drop_bound(cap))
			return -errno;
	if (prctl(PR_SET_SECUREBITS,
		  prctl(PR_GET_SECUREBITS) | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED))
		return -errno;
	return 0;
}

int ur_privilege_reduce(bool files)
{
	uint64_t keep = needed(FOLLOW | LOOK, ur_privilege_held()) | (files ? FILES : 0);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || cap_reset_ambient())
		return -errno;
	return bind_root(keep) ?: hold(keep, 0);
}

int ur_privilege_keep(enum ur_role role)
{
	unsigned int roles = role == UR_ROLE_NONE ? 0 : BIT(role);

	return hold(needed(roles, ur_privilege_held()) | FILES, role == UR_ROLE_LOOK ? TOOLS : 0);
}
