/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* answer.h - the answer itself, as the kernel side saw it, made into the packet that it became.
 * Pure.
 */
#include <stdbool.h>
#include "bpf/abi.h"

/* Copy the answer of @ev to *@ret, with the length and the checksums that IP output, and for TCP
 * over IPv4 the device, writes later: nothing else of it was still to come. False, and *@ret is
 * undefined, when it was not seen, or is not the answer that the rest of @ev tells of. */
bool ur_answer_complete(const struct ur_event *ev, struct ur_answer *ret);
