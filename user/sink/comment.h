/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* comment.h - what a packet's comment in a capture file says: lines of plain text. */
#include <stddef.h>
#include "user/verdict.h"
#include "user/verdict/received.h"

#define UR_COMMENT_TEXT 16384

/* Why, and how sure that is; what became of the answer; where it was; what else there is. */
void ur_comment_event(char *text, size_t size, const struct ur_evidence *ev,
		      const struct ur_report *report);

/* The same of an error that came: what it says, whom it reached, where it was. */
void ur_comment_received(char *text, size_t size, const struct ur_receipt *r,
			 const struct ur_report *report);

/* Of the answer itself: to what it answers, and as what it was seen. */
void ur_comment_answer(char *text, size_t size, const struct ur_evidence *ev,
		       const struct ur_report *report);
