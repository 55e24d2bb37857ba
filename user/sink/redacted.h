/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* redacted.h - the sink behind --redact: hands on evidence for strangers, explained anew. */
#include "user/sink.h"

/* Takes @inner over. Returns 0 and gives *@ret to the caller; or -errno, and leaves @inner alone. */
int ur_sink_redacted_new(struct ur_sink **inner, struct ur_sink **ret);
