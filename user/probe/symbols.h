/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* symbols.h - the kernel's symbols, asked of the kernel itself. */
#include <bpf/btf.h>
#include "user/host/symbols.h"

/* Get the symbols of the running kernel in the way that costs least: asked one by one where
 * the kernel finds a name at once, else from /proc/kallsyms. Returns as ur_symbols_new(). */
int ur_probe_symbols_new(bool quick, struct ur_symbols **ret);
