/* SPDX-License-Identifier: GPL-2.0-only */
/* reset.c - which of the kernel's reasons to reset a connection it was.
 *
 * The kernel's own reason decides where it is exact (v6.10 on); else, and where one reason
 * stands for several, the function that asked (net/ipv4/tcp.c, tcp_timer.c, tcp_minisocks.c)
 * and the state of the socket (tcp_rcv_state_process(), tcp_timewait_state_process()).
 */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include <string.h>

#define SYN  2 /* flags of a segment */
#define ACK  0x10
#define SHUT 3 /* SHUTDOWN_MASK */
#define NEAR 3 /* frames between a function and what it asks for through others */

enum state { /* include/net/tcp_states.h */
	     SYN_SENT = 2,
	     SYN_RECV = 3,
	     FIN_WAIT2 = 5,
	     TIME_WAIT = 6,
	     CLOSE = 7,
	     LISTEN = 10,
};

static const struct ur_reset *reset(const struct ur_evidence *ev)
{
	return &ev->ev.reset;
}

static bool active(const struct ur_evidence *ev)
{
	return reset(ev)->flags & UR_RST_ACTIVE;
}

bool ur_segment_opens(const struct ur_evidence *ev)
{
	return ev->packet.proto == IPPROTO_TCP && ev->packet.has_ports &&
	       (ev->packet.tcp_flags & (SYN | ACK)) == SYN;
}

bool ur_segment_answers(const struct ur_evidence *ev)
{
	return ev->packet.has_ports && (ev->packet.tcp_flags & (SYN | ACK)) == (SYN | ACK);
}

/* Did @func ask, itself or within the innermost @depth frames? */
static bool asked(const struct ur_evidence *ev, const char *func, int depth)
{
	for (int i = 0; i < depth && i < ev->ev.nstack; i++)
		if (ur_symbol_is(ev->stack[i], func))
			return true;
	return false;
}

static bool has_reason(const struct ur_evidence *ev)
{
	return reset(ev)->flags & UR_RST_REASON && ev->reset_reason[0];
}

static bool reason_is(const struct ur_evidence *ev, const char *reason)
{
	return has_reason(ev) && !strcmp(ev->reset_reason, reason);
}

static bool mptcp(const struct ur_evidence *ev)
{
	if (has_reason(ev) && !strncmp(ev->reset_reason, "MPTCP_", 6))
		return true;
	for (int i = 0; i < NEAR && i < ev->ev.nstack; i++)
		if (!strncmp(ev->stack[i], "mptcp_", 6) || !strncmp(ev->stack[i], "__mptcp_", 8) ||
		    !strncmp(ev->stack[i], "subflow_", 8))
			return true;
	return false;
}

bool ur_reset_by_program(const struct ur_evidence *ev)
{
	return active(ev) && reset(ev)->flags & UR_RST_TASK &&
	       (asked(ev, "__tcp_close", NEAR) || asked(ev, "tcp_disconnect", NEAR) ||
		asked(ev, "tcp_abort", NEAR));
}

bool ur_reset_disconnects(const struct ur_evidence *ev)
{
	return asked(ev, "tcp_disconnect", 1);
}

/* ---- sent unasked ---- */

/* Before v6.10: the first of three calls in __tcp_close() comes before the socket has lost its
 * file, the others after that. */
static bool closed_with_data(const struct ur_evidence *ev)
{
	if (has_reason(ev))
		return reason_is(ev, "TCP_ABORT_ON_CLOSE");
	return asked(ev, "__tcp_close", 1) && ev->ev.nsocks &&
	       !(ev->ev.socks[0].flags & UR_SK_KERNEL);
}

/* Before v6.10, of the two calls in __tcp_close() for a socket without a file: the first is for
 * TCP_LINGER2 below 0 in FIN_WAIT2, the second for the lack of memory in any state. */
static enum ur_cause cause_of_orphan(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (reset(ev)->flags & UR_RST_WAITS)
		return UR_CAUSE_TCP_MEMORY;
	if (!(reset(ev)->flags & UR_RST_LINGER2))
		return UR_CAUSE_UNKNOWN;
	*confidence = UR_LIKELY;
	return UR_CAUSE_TCP_LINGER;
}

static enum ur_cause cause_of_disconnect(const struct ur_evidence *ev)
{
	if (asked(ev, "__tcp_close", NEAR))
		return UR_CAUSE_TCP_LINGER;
	if (asked(ev, "inet_csk_listen_stop", NEAR + 1))
		return UR_CAUSE_TCP_NOT_ACCEPTED;
	return UR_CAUSE_TCP_DISCONNECTED;
}

static enum ur_cause cause_of_timer(const struct ur_evidence *ev)
{
	if (reason_is(ev, "TCP_KEEPALIVE_TIMEOUT"))
		return UR_CAUSE_TCP_KEEPALIVE;
	if (reset(ev)->state == FIN_WAIT2)
		return UR_CAUSE_TCP_FIN_TIMEOUT;
	return has_reason(ev) ? UR_CAUSE_UNKNOWN : UR_CAUSE_TCP_KEEPALIVE;
}

static enum ur_cause cause_of_active(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (mptcp(ev))
		return UR_CAUSE_TCP_MPTCP;
	if (closed_with_data(ev))
		return UR_CAUSE_TCP_CLOSED_WITH_DATA;
	if (reason_is(ev, "TCP_ABORT_ON_LINGER"))
		return UR_CAUSE_TCP_LINGER;
	if (reason_is(ev, "TCP_ABORT_ON_MEMORY") || asked(ev, "tcp_out_of_resources", 1))
		return UR_CAUSE_TCP_MEMORY;
	if (!has_reason(ev) && asked(ev, "__tcp_close", 1) && ev->ev.nsocks)
		return cause_of_orphan(ev, confidence);
	if (asked(ev, "tcp_disconnect", 1))
		return cause_of_disconnect(ev);
	if (asked(ev, "tcp_abort", 1))
		return UR_CAUSE_TCP_DESTROYED;
	if (asked(ev, "tcp_keepalive_timer", 1))
		return cause_of_timer(ev);
	return UR_CAUSE_UNKNOWN;
}

/* ---- sent for a segment ---- */

/* tcp_check_req() resets for a SYN in the midst of a handshake, and where no socket could be
 * made for the connection; the kernel calls both INVALID_SYN. */
static enum ur_cause cause_of_listener(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (!ev->packet.has_ports)
		return UR_CAUSE_UNKNOWN;
	if (reason_is(ev, "INVALID_SYN") || asked(ev, "tcp_check_req", 1)) {
		if (ev->packet.tcp_flags & SYN)
			return UR_CAUSE_TCP_BAD_SEGMENT;
		if (!ur_backlog_full(ev))
			*confidence = UR_LIKELY;
		return UR_CAUSE_TCP_OVERFLOW;
	}
	return ev->packet.tcp_flags & ACK ? UR_CAUSE_SOCKET_FLOW : UR_CAUSE_UNKNOWN;
}

/* The socket has ended over the segment: tcp_rcv_state_process() does so for one that has no
 * program any more, and asks for a reset. */
static enum ur_cause cause_of_ended(const struct ur_evidence *ev)
{
	if (has_reason(ev) ? !reason_is(ev, "TCP_ABORT_ON_DATA") : reset(ev)->shutdown != SHUT)
		return UR_CAUSE_UNKNOWN;
	return ev->packet.tcp_payload ? UR_CAUSE_TCP_DATA_AFTER_CLOSE : UR_CAUSE_TCP_LINGER;
}

static enum ur_cause cause_of_time_wait(const struct ur_evidence *ev)
{
	if (reset(ev)->substate != FIN_WAIT2 || !ev->packet.has_ports)
		return UR_CAUSE_UNKNOWN;
	return ev->packet.tcp_flags & SYN ? UR_CAUSE_TCP_BAD_SEGMENT :
					    UR_CAUSE_TCP_DATA_AFTER_CLOSE;
}

static enum ur_cause cause_of_passive(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	if (mptcp(ev))
		return UR_CAUSE_TCP_MPTCP;
	switch (reset(ev)->state) {
	case LISTEN:
		return cause_of_listener(ev, confidence);
	case TIME_WAIT:
		return cause_of_time_wait(ev);
	case SYN_SENT:
	case SYN_RECV:
		return UR_CAUSE_TCP_BAD_SEGMENT;
	case CLOSE:
		return cause_of_ended(ev);
	default:
		return UR_CAUSE_UNKNOWN;
	}
}

bool ur_backlog_full(const struct ur_evidence *ev)
{
	return reset(ev)->flags & UR_RST_LISTENER && reset(ev)->backlog > reset(ev)->backlog_max;
}

enum ur_cause ur_reset_cause(const struct ur_evidence *ev, enum ur_confidence *confidence)
{
	enum ur_cause cause;

	*confidence = UR_PROVEN;
	cause = active(ev) ? cause_of_active(ev, confidence) : cause_of_passive(ev, confidence);
	if (cause == UR_CAUSE_UNKNOWN)
		*confidence = UR_UNKNOWN;
	return cause;
}
