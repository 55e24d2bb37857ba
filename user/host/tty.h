/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* tty.h - the terminal, taken for a table that is drawn again and again, and given back as it was.
 *
 * There is one terminal to a process, so there is one state: what gives it back must work from
 * wherever the process ends.
 */
#include <stddef.h>

/* Why a table can't be shown here, as a sentence; NULL when it can. */
const char *ur_tty_unfit(void);

/* Take it: keys come one by one and are not shown, the cursor is hidden, and what is on the screen
 * is kept aside. Ctrl-C and Ctrl-Z go on to be signals. Returns 0, or -errno. Again while it is
 * taken: does so anew, for a shell may have changed it while we were stopped. */
int ur_tty_take(void);

/* Give it back; nothing when it is not taken. Never waits. */
void ur_tty_give_back(void);

/* Write to it, while it is taken. */
void ur_tty_write(const char *text, size_t len);

/* Where keys are read, -1 when it is not taken. Borrowed. */
int ur_tty_keys(void);

/* Columns and rows as they are now; 80 and 24 where the terminal does not say. */
void ur_tty_size(unsigned int *width, unsigned int *height);
