/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* symbol_table.h - all of /proc/kallsyms in memory; see symbols.h for what the calls mean. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct ur_symbol_table;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM, or -errno of reading the file, and
 * then leaves *@ret alone. */
int ur_symbol_table_read(const char *path, struct ur_symbol_table **ret);

void ur_symbol_table_free(struct ur_symbol_table *t);
UR_DEFINE_CLEANUP(struct ur_symbol_table, ur_symbol_table_free)

/* ur_symbols_hidden(), _range(), _range_cold(), _data(), _format(). */
bool ur_symbol_table_hidden(const struct ur_symbol_table *t);
int ur_symbol_table_range(const struct ur_symbol_table *t, const char *name, uint64_t *start,
			  uint64_t *end);
int ur_symbol_table_range_cold(const struct ur_symbol_table *t, const char *name, uint64_t *start,
			       uint64_t *end);
uint64_t ur_symbol_table_data(const struct ur_symbol_table *t, const char *name);
size_t ur_symbol_table_format(const struct ur_symbol_table *t, uint64_t addr, char *buf,
			      size_t len);
