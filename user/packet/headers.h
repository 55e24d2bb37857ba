/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* headers.h - how much of a packet is headers: what may be kept of it without keeping what
 * somebody said. Pure.
 */
#include <stddef.h>
#include <stdint.h>

/* Of the @len bytes of a packet at @data, from its IP header on: those up to the end of its
 * transport header. Where an ICMP error or a tunnel holds another packet, of that. No more than
 * @len; 0 for what is no IP; nothing behind the IP header for a protocol unknown here. */
size_t ur_headers_length(const uint8_t *data, size_t len);
