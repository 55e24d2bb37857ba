/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* linklayer.h - where the IP header is in a captured frame. Pure. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for a link type (LINKTYPE_*, as a capture file says it) that is known here. */
bool ur_linklayer_known(uint16_t linktype);

/* Where the IP header starts in the @len bytes of a frame; @len when there is none. */
size_t ur_linklayer_length(uint16_t linktype, const uint8_t *frame, size_t len);
