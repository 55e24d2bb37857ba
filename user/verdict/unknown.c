/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <string.h>

/* Kernel functions that ask for a Destination Unreachable for more than one reason, and what is
 * certain when they do, from their source. */
static const struct {
	const char *func;
	const char *fact;
} callers[] = {
	{ "ipv4_link_failure", "after a link on the way failed" },
	{ "ipv4_send_dest_unreach", "after a link on the way failed" },
	{ "ip6_link_failure", "after a link on the way failed" },
};
#define CALLERS (sizeof(callers) / sizeof(callers[0]))

/* Row of the innermost caller, CALLERS when it has none. */
static size_t find_caller(const struct ur_evidence *ev)
{
	size_t i = 0;

	while (i < CALLERS && !ur_symbol_is(ev->stack[0], callers[i].func))
		i++;
	return i;
}

static bool symbol_known(const struct ur_evidence *ev)
{
	return ev->stack[0][0] && strncmp(ev->stack[0], "0x", 2) != 0;
}

void ur_why_unknown(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	size_t row = find_caller(ev);

	ur_buf_add(out, "not explained by this version");
	if (!symbol_known(ev)) {
		ur_buf_add(out, "; the kernel function that asked for it %s",
			   ev->missing & UR_MISSING_SYMBOLS ?
				   "can't be named: /proc/kallsyms shows no addresses" :
				   "was not seen");
		return;
	}
	ur_buf_add(out, ": the kernel's %.*s() asked for it", (int)ur_symbol_length(ev->stack[0]),
		   ev->stack[0]);
	if (row < CALLERS)
		ur_buf_add(out, ", %s", callers[row].fact);
	if (ev->reset_reason[0])
		ur_buf_add(out, " (the kernel's reason: %s)", ev->reset_reason);
}

void ur_advise_unknown(const struct ur_case *c, struct ur_buf *out)
{
	if (c->ev->ev.nstack)
		ur_buf_add(out, "the call chain is in the output of -v and --json");
}
