/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_socket.h - the fields of an event that are about sockets and who holds them. */
#include "user/evidence.h"
#include "user/sink/json_node.h"

/* Put "container", "pod_uid" and "unit" of a process, each where it applies. */
void ur_json_place(struct ur_node n, const struct ur_place *place);

/* Put "pid", "comm", where that runs, and "processes"; nothing when nobody holds it. */
void ur_json_owners(struct ur_node n, const struct ur_owners *owners);

/* Put "sockets", "readers", "elsewhere" and "sender", each where it applies. */
void ur_json_sockets(struct ur_node root, const struct ur_evidence *ev);
