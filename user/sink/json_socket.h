/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_socket.h - the fields of an event that are about sockets and who holds them. */
#include "user/evidence.h"
#include "user/sink/json_node.h"

/* Put "sockets", "elsewhere" and "sender", each where it applies. */
void ur_json_sockets(struct ur_node root, const struct ur_evidence *ev);
