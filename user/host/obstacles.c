/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/host/obstacles.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/base/escape.h"
#include "user/base/strbuf.h"

#define NAME_ROOM 64 /* of somebody's name in a sentence */

struct find {
	const char *root;
	const char *const *hooked;
	size_t nhooked;
	struct ur_obstacle *ret;
	size_t n, max;
};

__attribute__((format(printf, 4, 5))) static void add(struct find *f, bool certain,
						      const char *what, const char *fmt, ...)
{
	struct ur_obstacle *o = &f->ret[f->n];
	va_list args;

	if (f->n == f->max)
		return;
	f->n++;
	o->certain = certain;
	snprintf(o->what, sizeof(o->what), "%s", what);
	va_start(args, fmt);
	vsnprintf(o->text, sizeof(o->text), fmt, args);
	va_end(args);
}

/* The first line of a file that is not there is "", as that of an empty one; false: not there. */
static bool first_line(const struct find *f, const char *path, char *line, size_t len)
{
	char whole[PATH_MAX];
	ur_cleanup(ur_fclosep) FILE *in = NULL;

	line[0] = '\0';
	snprintf(whole, sizeof(whole), "%s%s", f->root, path);
	in = fopen(whole, "re");
	if (!in)
		return false;
	if (fgets(line, (int)len, in))
		line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool says(const struct find *f, const char *path, const char *value)
{
	char line[16];

	return first_line(f, path, line, sizeof(line)) && !strcmp(line, value);
}

static DIR *folder(const struct find *f, const char *path)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", f->root, path);
	return opendir(whole);
}

/* ---- settings ---- */

static void find_settings(struct find *f)
{
	ur_cleanup(ur_closedirp) DIR *kprobes = folder(f, "/sys/bus/event_source/devices/kprobe");
	ur_cleanup(ur_closedirp) DIR *debugfs = folder(f, "/sys/kernel/debug/kprobes");

	if (says(f, "/proc/sys/kernel/ftrace_enabled", "0"))
		add(f, true, "kernel.ftrace_enabled",
		    "0: fentry programs, and kprobes that use ftrace, are not run: nothing is seen; "
		    "set it back: sysctl kernel.ftrace_enabled=1");
	if (!kprobes)
		add(f, true, "kprobes",
		    "this kernel offers none (CONFIG_KPROBE_EVENTS), or sysfs is not mounted on "
		    "/sys: rules are not seen");
	else if (says(f, "/sys/kernel/debug/kprobes/enabled", "0"))
		add(f, true, "kprobes",
		    "switched off: rules are not seen; switch them on: "
		    "echo 1 > /sys/kernel/debug/kprobes/enabled");
	else if (!debugfs)
		add(f, false, "kprobes",
		    "whether they are switched off can't be told: no debugfs on /sys/kernel/debug");
}

/* ---- live patches ---- */

static bool is_hooked(const struct find *f, const char *function, size_t len)
{
	for (size_t i = 0; i < f->nhooked; i++)
		if (strlen(f->hooked[i]) == len && !memcmp(f->hooked[i], function, len))
			return true;
	return false;
}

/* A patch has a folder for each object, and in that "FUNCTION,POSITION" for each it replaces. */
static void find_in_object(struct find *f, const char *patch, const char *object)
{
	char path[PATH_MAX], name[NAME_ROOM];
	struct ur_buf named = UR_BUF(name);
	ur_cleanup(ur_closedirp) DIR *dir = NULL;

	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/%s", patch, object);
	dir = folder(f, path);
	ur_buf_add_safe(&named, patch);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		const size_t len = strcspn(e->d_name, ",");

		if (e->d_name[len] && is_hooked(f, e->d_name, len))
			add(f, false, "livepatch",
			    "%s replaces %.*s: what its new code decides is seen, if at all, without "
			    "proof of who decided; a kernel that has the patch built in has not that",
			    name, (int)len, e->d_name);
	}
}

static void find_livepatches(struct find *f)
{
	ur_cleanup(ur_closedirp) DIR *patches = folder(f, "/sys/kernel/livepatch");

	for (struct dirent *patch; patches && (patch = readdir(patches));) {
		ur_cleanup(ur_closedirp) DIR *objects = NULL;
		char path[PATH_MAX];

		if (patch->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/enabled", patch->d_name);
		if (!says(f, path, "1"))
			continue;
		*strrchr(path, '/') = '\0';
		objects = folder(f, path);
		for (struct dirent *o; objects && (o = readdir(objects));)
			if (o->d_name[0] != '.' && o->d_type != DT_REG)
				find_in_object(f, patch->d_name, o->d_name);
	}
}

/* ---- security modules ---- */

/* "user:role:type:level": some types are bound by nothing. */
static bool selinux_unconfined(const char *context)
{
	return strstr(context, ":unconfined_t") || strstr(context, ":kernel_t") ||
	       strstr(context, ":spc_t");
}

static void find_selinux(struct find *f)
{
	char context[256], name[4 * NAME_ROOM];
	struct ur_buf named = UR_BUF(name);

	if (!says(f, "/sys/fs/selinux/enforce", "1"))
		return;
	first_line(f, "/proc/self/attr/current", context, sizeof(context));
	if (selinux_unconfined(context))
		return;
	ur_buf_add_safe(&named, context);
	add(f, false, "SELinux",
	    "enforcing, and this process is %s: it may deny bpf, perf_event or nft; see "
	    "`ausearch -m avc -ts recent`, and run it unconfined, or allow what that shows",
	    context[0] ? name : "of a domain that can't be read");
}

static void find_apparmor(struct find *f)
{
	char profile[256], name[4 * NAME_ROOM], *mode;
	struct ur_buf named = UR_BUF(name);

	if (!says(f, "/sys/module/apparmor/parameters/enabled", "Y"))
		return;
	if (!first_line(f, "/proc/self/attr/apparmor/current", profile, sizeof(profile)))
		first_line(f, "/proc/self/attr/current", profile, sizeof(profile));
	mode = strrchr(profile, '(');
	if (!mode || strcmp(mode, "(enforce)"))
		return;
	ur_buf_add_safe(&named, profile);
	add(f, false, "AppArmor",
	    "profile %s confines this process: it may deny bpf, perfmon or nft; see `dmesg` for "
	    "apparmor=\"DENIED\", and run it outside of that profile",
	    name);
}

/* Is the profile at @line, "NAME (MODE)", one that confines a lister of rules? */
static bool confines_lister(const char *line)
{
	static const char *const names[] = { "nft", "iptables-save", "ip6tables-save",
					     "xtables-nft-multi", "xtables-legacy-multi" };
	const char *mode = strstr(line, " (enforce)");
	const char *name = line;

	for (const char *p = line; mode && p < mode; p++)
		if (*p == '/')
			name = p + 1;
	for (size_t i = 0; mode && i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == (size_t)(mode - name) &&
		    !strncmp(name, names[i], (size_t)(mode - name)))
			return true;
	return false;
}

static void find_profiles(struct find *f)
{
	ur_cleanup(ur_fclosep) FILE *in = NULL;
	char path[PATH_MAX], line[256];

	snprintf(path, sizeof(path), "%s/sys/kernel/security/apparmor/profiles", f->root);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in)) {
		char name[4 * NAME_ROOM];
		struct ur_buf named = UR_BUF(name);

		line[strcspn(line, "\n")] = '\0';
		if (!confines_lister(line))
			continue;
		ur_buf_add_safe(&named, line);
		add(f, false, "AppArmor",
		    "profile %s confines a tool that lists rules: where their text is missing, "
		    "see `dmesg` for apparmor=\"DENIED\", or aa-complain it",
		    name);
	}
}

size_t ur_obstacles_find(const char *root, const char *const *hooked, size_t n,
			 struct ur_obstacle *ret, size_t max)
{
	struct find f = { .root = root, .hooked = hooked, .nhooked = n, .ret = ret, .max = max };

	find_settings(&f);
	find_livepatches(&f);
	find_selinux(&f);
	find_apparmor(&f);
	find_profiles(&f);
	return f.n;
}
