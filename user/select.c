/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/select.h"

#include <string.h>

static bool on_interface(const struct ur_evidence *ev, const char *name)
{
	return !strcmp(name, ev->ev.iifname) || !strcmp(name, ev->slave) ||
	       !strcmp(name, ev->ev.rule.iifname) || !strcmp(name, ev->ev.rule.oifname);
}

/* The name of a VRF's device, on which the packet came in, is looked up later. */
static bool may_be_slave(const struct ur_event *ev)
{
	return ev->sdif && ev->sdif != ev->iif;
}

bool ur_select_early(const struct ur_select *select, const struct ur_evidence *ev)
{
	if (select->interface && !on_interface(ev, select->interface) && !may_be_slave(&ev->ev))
		return false;
	return !select->filter ||
	       ur_filter_match(select->filter, ev->ev.snap, ev->ev.snap_len, ev->packet.length);
}

bool ur_select_event(const struct ur_select *select, const struct ur_evidence *ev,
		     const struct ur_report *report)
{
	if (select->interface && !on_interface(ev, select->interface))
		return false;
	return !select->cause || ur_cause_listed(report->cause, select->cause);
}
