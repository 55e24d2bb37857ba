/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* age.h - a span of time as people say it. Pure. */
#include <stdint.h>
#include "user/base/strbuf.h"

/* "0.4 ms", "35 ms", "3.2 s", "48 s", "5 min", "3 h", "2 days": two digits are enough to
 * act on. Rounded down. */
void ur_say_age(struct ur_buf *out, uint64_t ns);
