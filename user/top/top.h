/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* top.h - the live table of --top: what keys do to it, and how it is drawn. Pure: a terminal is
 * somebody else's business.
 */
#include "user/aggregate/digest.h"
#include "user/top/rates.h"
#include "user/sink.h"

enum ur_top_order {
	UR_TOP_BY_RATE,
	UR_TOP_BY_COUNT,
	UR_TOP_BY_LAST,
	UR_TOP_BY_NAME,
	UR_TOP_ORDERS,
};

/* What a key sends, put together from its bytes. */
enum ur_top_key {
	UR_KEY_NONE,
	UR_KEY_UP = 256,
	UR_KEY_DOWN,
	UR_KEY_LEFT,
	UR_KEY_RIGHT,
	UR_KEY_PAGE_UP,
	UR_KEY_PAGE_DOWN,
	UR_KEY_HOME,
	UR_KEY_END,
};

/* A key in parts: escape sequences come as several bytes, and may come in several pieces. */
struct ur_top_keys {
	char seq[8];
	size_t n;
};

/* Take one byte: the key that it completes, or UR_KEY_NONE. */
int ur_top_keys_add(struct ur_top_keys *keys, char byte);

/* What to show. */
struct ur_top_view {
	struct ur_digest digest;
	struct ur_rates rates;
	struct ur_totals totals; /* of what was shown so far */
	struct timespec now;
	uint64_t ns;     /* how long it goes on */
	bool received;   /* there is a table of what came */
	bool replayed;   /* a file: rates are of all of its time */
	bool reading;    /* it is not read to its end yet */
	char source[64]; /* host or file */
};

struct ur_top {
	enum ur_digest_kind kind;
	enum ur_top_order order;
	bool reversed;
	bool paused;
	bool help;
	bool quit;
	char chosen[UR_DIGEST_KEY]; /* the row that is shown in full; "" for the first */
	size_t first;               /* row on top of the page */
	size_t page;                /* rows of the last drawing */
};

struct ur_top_screen {
	unsigned int width, height;
	bool color;
	bool ascii;
};

void ur_top_press(struct ur_top *top, const struct ur_top_view *view, int key);

/* Write what brings a screen of that size to show @view, from its first column and row on: never a
 * line more than it has, never a column more. */
void ur_top_draw(FILE *out, struct ur_top *top, const struct ur_top_view *view,
		 const struct ur_top_screen *screen);
