/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* escape.h - strings that the outside world chose (process names, rule comments, names of
 * chains and namespaces), made safe to print.
 */
#include <stddef.h>

/* Bytes that one byte of input can become in ur_escape() or ur_utf8_clean(). */
#define UR_ESCAPE_GROWTH 4
#define UR_UTF8_MAX      4 /* bytes of one character */

/* Copy @src to @dst, at most @cap bytes with the terminator, so that a terminal shows it and
 * obeys nothing in it: control bytes (ESC, newline, DEL), C1 controls, characters that
 * reorder or hide text, and bytes that are no UTF-8 become \xNN, a byte each. Cut only
 * between characters. Returns the length; @cap must be at least 1. */
size_t ur_escape(char *dst, size_t cap, const char *src);

/* Copy @src to @dst as valid UTF-8: each byte that is none becomes U+FFFD. Nothing else
 * changes; JSON escapes the rest. Returns the length; @cap must be at least 1. */
size_t ur_utf8_clean(char *dst, size_t cap, const char *src);

/* Length in bytes of the UTF-8 character at @s (1 to 4, terminator included as 1), and its
 * code point in *@ret; 0 when the bytes there are no UTF-8 (overlong, surrogate, cut). */
size_t ur_utf8_char(const char *s, unsigned int *ret);
