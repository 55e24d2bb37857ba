/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/text_reset.h"

#include "user/base/names.h"
#include "user/verdict.h"

bool ur_text_reset(struct ur_buf *out, const struct ur_evidence *ev)
{
	const struct ur_reset *r = &ev->ev.reset;
	const char *state = ur_tcp_state_name(r->state);
	char flags[UR_TCP_FLAGS_TEXT];

	if (ur_origin(ev) != UR_ORIGIN_TCP_MISS && ur_origin(ev) != UR_ORIGIN_TCP_SOCK)
		return false;
	if (r->flags & UR_RST_ACTIVE)
		ur_buf_add(out, "for no segment");
	else
		ur_buf_add(out, "for a segment with %s, %u bytes of data",
			   ur_tcp_flags_text(ev->packet.tcp_flags, flags), ev->packet.tcp_payload);
	if (state)
		ur_buf_add(out, ", socket in state %s", state);
	if (r->flags & UR_RST_LISTENER)
		ur_buf_add(out, ", %u connections wait for accept(), %u may", r->backlog,
			   r->backlog_max);
	if (ev->reset_reason[0]) {
		ur_buf_add(out, ", the kernel's reason ");
		ur_buf_add_safe(out, ev->reset_reason);
	}
	if (ur_reset_by_program(ev))
		ur_buf_add(out, ", by ");
	return true;
}
