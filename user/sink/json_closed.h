/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_closed.h - what the history of the port adds to "sockets" in JSON. */
#include "user/evidence.h"
#include "user/sink/json_node.h"

/* Append the closed sockets of the port to @array, and the one that took it again. */
void ur_json_closed(struct ur_node root, json_t *array, const struct ur_evidence *ev);

/* "history_ms" of an event: of how long before it every socket of the port is known. */
void ur_json_history(struct ur_node root, const struct ur_evidence *ev);
