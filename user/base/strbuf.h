/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* strbuf.h - sentences built in a buffer that is never overrun.
 *
 * What does not fit is cut at a character, and the cut is shown as "...".
 */
#include <stdbool.h>
#include <stddef.h>

struct ur_buf {
	char *at;   /* always terminated */
	size_t cap; /* bytes at @at, terminator included; at least 1 */
	size_t len;
	bool cut; /* something did not fit; later additions are ignored */
};

/* A buffer over a char array that the caller owns. */
#define UR_BUF(array) ur_buf_over((array), sizeof(array))

struct ur_buf ur_buf_over(char *at, size_t cap);

/* Append as printf() would. */
__attribute__((format(printf, 2, 3))) void ur_buf_add(struct ur_buf *buf, const char *fmt, ...);

/* Append @text, which the outside world chose, as ur_escape() makes it safe. */
void ur_buf_add_safe(struct ur_buf *buf, const char *text);
