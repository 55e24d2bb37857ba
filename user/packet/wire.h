/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* wire.h - what a Destination Unreachable says of itself on the wire: for captures without any
 * evidence from the host that made it. It never tells a missing socket from a rule. Pure.
 */
#include <stdbool.h>
#include "user/evidence.h"
#include "user/base/strbuf.h"

struct ur_wire {
	struct ur_packet outer;  /* of the error itself */
	struct ur_packet quoted; /* the refused packet, as far as the error holds it */
	uint16_t id;             /* of the quoted packet, IPv4 */
	uint8_t type, code;      /* of the error */
	uint8_t tos;             /* IPv4, and so are the next ones */
	bool dont_fragment;
	uint16_t outer_id;
};

/* Read the @len bytes of a packet from its IP header on. False when it is no Destination
 * Unreachable, or quotes no packet that can be read; *@ret is undefined then. */
bool ur_wire_parse(struct ur_wire *ret, const uint8_t *packet, size_t len);

/* Say in lines what was refused, and what can be told of who did it. */
void ur_wire_say(struct ur_buf *out, const struct ur_wire *wire);
