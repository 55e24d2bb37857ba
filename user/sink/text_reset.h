/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* text_reset.h - what is known of a reset that TCP itself sends, in a row of text. */
#include "user/evidence.h"
#include "user/base/strbuf.h"

/* Append it to @out, with ", by " at its end where ur_reset_by_program() is true; false, and
 * nothing, when @ev is about no such reset. */
bool ur_text_reset(struct ur_buf *out, const struct ur_evidence *ev);
