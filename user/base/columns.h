/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* columns.h - how much room text takes on a terminal, and whether it shows more than ASCII. Pure
 * but for the environment.
 */
#include <stdbool.h>
#include <stddef.h>

/* Columns of character @c: 2 for wide ones of East Asia and pictures, 0 for those that combine with
 * the one before, else 1. */
unsigned int ur_char_columns(unsigned int c);

/* Length in bytes of the character at @s, and its columns: as it is, or, with @ascii, as \xNN for
 * each byte where it is not ASCII. What is no UTF-8 counts as one byte. */
size_t ur_columns_of(const char *s, bool ascii, unsigned int *columns);

/* True when the locale of the environment (LC_ALL, LC_CTYPE, LANG) names no UTF-8: a static program
 * has no locales of its own. */
bool ur_locale_ascii(void);
