/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* lines.h - a stream cut into lines, in bounded memory however long a line is. Pure.
 *
 * Of each line its start and its end are kept: rules with anonymous sets of thousands of
 * elements come as one line, and what is wanted of them stands at both ends.
 */
#include <stdbool.h>
#include <stddef.h>

#define UR_LINE_HEAD 2048
#define UR_LINE_TAIL 64

/* A line break between quotes is part of the line. Both tools print such as they are. */
enum ur_quoting {
	UR_QUOTES_NONE,
	UR_QUOTES_NFT,      /* "...", no escapes: nft's strings hold no quote */
	UR_QUOTES_IPTABLES, /* "...", with \" and \\ inside (xtables_save_string()) */
};

struct ur_line {
	char head[UR_LINE_HEAD + 1]; /* terminated; the whole line when it fits */
	char tail[UR_LINE_TAIL + 1]; /* terminated; what came last, whether it fits or not */
	size_t len;                  /* bytes of the whole line, without the newline */
};

/* Takes one line. Returns 0 to go on, positive when it has enough, or -errno. */
typedef int (*ur_line_fn)(const struct ur_line *line, void *arg);

/* Set quoting, fn and arg, leave the rest 0. */
struct ur_lines {
	enum ur_quoting quoting;
	ur_line_fn fn;
	void *arg;
	struct ur_line line;
	size_t tail_len;
	bool quoted;  /* inside quotes */
	bool escaped; /* right after a backslash inside quotes */
};

/* Feed @len bytes, of which every complete line goes to @fn of the struct ur_lines behind
 * @lines. Has the type of ur_exec_fn. Returns what @fn did. */
int ur_lines_feed(const char *data, size_t len, void *lines);
