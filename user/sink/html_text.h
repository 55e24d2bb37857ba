/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* html_text.h - text, numbers and times inside a page. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* @text, which the outside world chose: as ur_escape() makes it safe, and so that no tag, no
 * entity and no attribute's end can be in it. */
void ur_html_text(FILE *out, const char *text);

/* "1,234,567" */
void ur_html_number(FILE *out, uint64_t n);

/* A time element: the clock of the zone of $TZ, with the date where that is another than @day's;
 * NULL: always. */
void ur_html_time(FILE *out, const struct timespec *time, const struct timespec *day);
