/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* json_rule.h - the fields of an event that are about the firewall rule. */
#include "user/evidence.h"
#include "user/sink/json_node.h"

/* Put "rule" where a rule refused the packet; null where only the engine is known. */
void ur_json_rule(struct ur_node root, const struct ur_evidence *ev);
