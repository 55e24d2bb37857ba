/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* kmod.h - which modules come with the running kernel, loaded or not. */
#include <stdbool.h>

/* Where this kernel's modules are: /lib/modules/RELEASE. */
const char *ur_kmod_folder(void);

/* Is @module (its name with underscores) one of those that @folder lists, as a file or built
 * in? True also when @folder has no list: then nobody can tell. */
bool ur_kmod_ships(const char *folder, const char *module);
