/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rows.h - the rows of a live table, in the order that was asked for. Pure. */
#include "user/top/top.h"

struct ur_top_rows {
	size_t n;
	size_t chosen;                                    /* the row that is shown in full */
	const struct ur_digest_entry *row[UR_DIGEST_MAX]; /* borrowed from the view */
	uint64_t tenths[UR_DIGEST_MAX];                   /* a second, of each */
};

void ur_top_rows(struct ur_top_rows *rows, const struct ur_top *top,
		 const struct ur_top_view *view);
