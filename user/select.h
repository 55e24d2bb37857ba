/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* select.h - which events were asked for: by packet, by interface, by cause. */
#include <stdbool.h>
#include "user/evidence.h"
#include "user/packet/filter.h"
#include "user/verdict.h"

struct ur_select {
	const struct ur_filter *filter; /* borrowed; NULL: every packet */
	const char *interface; /* that the packet came in on or was to leave by; NULL: any */
	const char *cause;     /* as ur_options.cause; NULL: every cause */
};

/* False when it is clear already, before anything was looked up, that nobody asked for @ev. */
bool ur_select_early(const struct ur_select *select, const struct ur_evidence *ev);

/* Whether @ev, which passed that and is complete now, is to be shown. */
bool ur_select_event(const struct ur_select *select, const struct ur_evidence *ev,
		     const struct ur_report *report);
