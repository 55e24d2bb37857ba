/* SPDX-License-Identifier: GPL-2.0-only */
/* kmod.c - depmod's lists. */
#include "user/host/kmod.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include "user/base/cleanup.h"

const char *ur_kmod_folder(void)
{
	static char folder[sizeof(((struct utsname *)0)->release) + 16];
	struct utsname u;

	if (!uname(&u))
		snprintf(folder, sizeof(folder), "/lib/modules/%s", u.release);
	return folder;
}

/* "kernel/net/netfilter/nft-reject.ko.xz: ..."; dashes and underscores are the same. */
static bool names(char *line, const char *module)
{
	char *slash, *suffix;

	line[strcspn(line, ":\n")] = '\0';
	slash = strrchr(line, '/');
	suffix = slash ? strstr(slash, ".ko") : NULL;
	if (!suffix)
		return false;
	*suffix = '\0';
	for (char *c = slash; *c; c++)
		*c = *c == '-' ? '_' : *c;
	return !strcmp(slash + 1, module);
}

/* Look for @module in @folder/@list. False in *@there: there is no such list. */
static bool listed(const char *folder, const char *list, const char *module, bool *there)
{
	ur_cleanup(ur_fclosep) FILE *f = NULL;
	char path[256], *line = NULL;
	bool found = false;
	size_t room = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, list);
	f = fopen(path, "re");
	*there = f;
	while (f && !found && getline(&line, &room, f) >= 0)
		found = names(line, module);
	free(line);
	return found;
}

bool ur_kmod_ships(const char *folder, const char *module)
{
	bool files, built_in;

	return listed(folder, "modules.dep", module, &files) ||
	       listed(folder, "modules.builtin", module, &built_in) || !files || !built_in;
}
