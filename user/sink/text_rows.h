/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* text_rows.h - the evidence below an event, as -v shows it: a label and what was seen. */
#include "user/evidence.h"
#include "user/sink/lines.h"
#include "user/verdict.h"

void ur_text_rows(const struct ur_lines *lines, const struct ur_evidence *ev,
		  const struct ur_report *report);
