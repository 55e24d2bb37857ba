/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* lines.h - styled text, wrapped to a terminal.
 *
 * Styles are marks inside the text: single control bytes, which no outside string can
 * hold once it went through ur_escape(). A terminal gets them as colours, else they vanish.
 */
#include <stdbool.h>
#include <stdio.h>

#define UR_PLAIN  "\x01"
#define UR_STRONG "\x02"
#define UR_FAINT  "\x03"
#define UR_GOOD   "\x04"
#define UR_WARN   "\x05"

struct ur_lines {
	FILE *out;
	unsigned int width; /* 0: never wrap */
	bool color;
	bool ascii; /* show what is not ASCII as \xNN, a byte each */
};

/* Write @text as one line, wrapped at spaces where it is longer than the width, further
 * rows indented by @hang columns. What stands between backquotes is never broken, so that
 * a command can be copied. */
void ur_lines_put(const struct ur_lines *lines, const char *text, unsigned int hang);
