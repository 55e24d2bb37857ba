/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp.c - the words for the resets that TCP itself sends. */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include "user/base/names.h"

static const struct ur_reset *reset(const struct ur_case *c)
{
	return &c->ev->ev.reset;
}

static bool listening(const struct ur_case *c)
{
	return reset(c)->flags & UR_RST_LISTENER && c->ev->ev.nsocks;
}

/* ---- phrases ---- */

/* "the segment (SYN, ACK)" */
static void say_segment(const struct ur_case *c, struct ur_buf *out)
{
	char flags[UR_TCP_FLAGS_TEXT];

	ur_buf_add(out, "the segment");
	if (c->ev->packet.has_ports)
		ur_buf_add(out, " (%s%s)", ur_tcp_flags_text(c->ev->packet.tcp_flags, flags),
			   c->ev->packet.tcp_payload ? ", with data" : "");
}

/* " (the kernel's reason: TCP_FLAGS)", where it has one. */
static void say_reason(const struct ur_case *c, struct ur_buf *out)
{
	if (c->ev->reset_reason[0])
		ur_buf_add(out, " (the kernel's reason: %s)", c->ev->reset_reason);
}

/* Who made the call that led to the reset; the program itself in most. */
static void say_resetter(const struct ur_case *c, struct ur_buf *out)
{
	if (!ur_say_owners(out, &c->ev->resetter))
		ur_buf_add(out, "the program");
}

static void say_resetter_name(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_program(out, &c->ev->resetter, "the program");
}

/* "10.0.0.5:80": the end that is here. */
static void say_here(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_dst(out, c->ev);
	ur_say_in_netns(out, &c->ev->netns);
}

/* ---- socket.flow ---- */

void ur_why_socket_flow(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;

	if (listening(c)) {
		ur_say_socket(out, ev, 0);
		ur_buf_add(out, " listens on ");
		ur_say_local(out, &ev->ev.socks[0]);
		ur_say_in_netns(out, &ev->netns);
		ur_buf_add(out, ", but ");
		say_segment(c, out);
		ur_buf_add(out,
			   " belongs to no connection that is known: half-open, lost, or a scan");
		return;
	}
	if (ur_segment_answers(ev)) {
		ur_buf_add(out, "a SYN-ACK for a connection that no socket has asked for at ");
		say_here(c, out);
		ur_buf_add(out, ": a raw socket did, as scanners do, or the SYN was forged");
		return;
	}
	say_segment(c, out);
	ur_buf_add(out, " belongs to no connection that is known at ");
	say_here(c, out);
	ur_buf_add(out, ": it is over, its state was lost, or this is a scan");
}

void ur_advise_socket_flow(const struct ur_case *c, struct ur_buf *out)
{
	if (ur_segment_answers(c->ev)) {
		ur_buf_add(out, "nothing to do if this host runs a scanner; else somebody else "
				"sends with its address");
		return;
	}
	ur_buf_add(out, "nothing to do for one; if many come from one peer, look for what forgets "
			"connections: a restart, a failover, a NAT or firewall on the way");
}

/* ---- closed by the program ---- */

void ur_why_tcp_closed_with_data(const struct ur_case *c, struct ur_buf *out)
{
	say_resetter(c, out);
	ur_buf_add(out, " closed ");
	say_here(c, out);
	ur_buf_add(out, " to ");
	ur_say_src(out, c->ev);
	ur_buf_add(out, " with received data unread, so that was lost");
}

void ur_advise_tcp_closed_with_data(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "let ");
	say_resetter_name(c, out);
	ur_buf_add(out, " read all that comes, or shutdown() and read to the end, before it "
			"closes; if it was killed, that is why");
}

void ur_why_tcp_data_after_close(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "data came for ");
	say_here(c, out);
	ur_buf_add(out, " after the program there had closed the connection");
}

void ur_advise_tcp_data_after_close(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "nothing to do if the peer may send more than is read; else let the "
			"program read to the end before it closes");
}

void ur_why_tcp_linger(const struct ur_case *c, struct ur_buf *out)
{
	if (!ur_reset_by_program(c->ev)) {
		say_here(c, out);
		ur_buf_add(out, " was closed, and its program had set TCP_LINGER2 below 0, which "
				"makes that a reset");
		return;
	}
	say_resetter(c, out);
	ur_buf_add(out, " closed ");
	say_here(c, out);
	ur_buf_add(out, " to ");
	ur_say_src(out, c->ev);
	if (ur_reset_disconnects(c->ev))
		ur_buf_add(out, " with SO_LINGER on and 0 s, which resets it");
	else
		ur_buf_add(out, " with TCP_LINGER2 below 0, which resets it");
}

void ur_advise_tcp_linger(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "nothing to do if it is meant, as in health checks; else take that option "
			"out of ");
	say_resetter_name(c, out);
}

void ur_why_tcp_disconnected(const struct ur_case *c, struct ur_buf *out)
{
	say_resetter(c, out);
	ur_buf_add(out, " disconnected the socket at ");
	say_here(c, out);
	ur_buf_add(out, " from ");
	ur_say_src(out, c->ev);
	ur_buf_add(out, " (connect() to AF_UNSPEC, or the like)");
}

void ur_advise_tcp_disconnected(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "if it is not meant, let ");
	say_resetter_name(c, out);
	ur_buf_add(out, " shutdown() the connection instead");
}

void ur_why_tcp_not_accepted(const struct ur_case *c, struct ur_buf *out)
{
	say_resetter(c, out);
	ur_buf_add(out, " closed its listener at ");
	say_here(c, out);
	ur_buf_add(out, " before it had accepted the connection");
}

void ur_advise_tcp_not_accepted(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "on a restart, let ");
	say_resetter_name(c, out);
	ur_buf_add(out, " accept what waits before it ends, or pass the listener on (socket "
			"activation, net.ipv4.tcp_migrate_req)");
}

/* ---- by others ---- */

void ur_why_tcp_overflow(const struct ur_case *c, struct ur_buf *out)
{
	if (c->ev->ev.nsocks) {
		ur_say_socket(out, c->ev, 0);
		ur_buf_add(out, " on ");
		ur_say_local(out, &c->ev->ev.socks[0]);
		ur_say_in_netns(out, &c->ev->netns);
	} else {
		ur_buf_add(out, "the listener");
	}
	if (ur_backlog_full(c->ev))
		ur_buf_add(out,
			   " is too slow: %u connections wait for accept(), and listen() allows "
			   "%u",
			   reset(c)->backlog, reset(c)->backlog_max);
	else
		ur_buf_add(out, " could take no more connections when this one was complete");
	ur_buf_add(out, "; net.ipv4.tcp_abort_on_overflow is 1, so it is reset");
}

void ur_advise_tcp_overflow(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "let ");
	if (c->ev->ev.nsocks)
		ur_say_program(out, &c->ev->socks[0], "the service");
	else
		ur_buf_add(out, "the service");
	ur_buf_add(out, " accept faster, or listen() with a larger backlog (at most "
			"net.core.somaxconn); with net.ipv4.tcp_abort_on_overflow=0 clients would "
			"try again");
}

void ur_why_tcp_destroyed(const struct ur_case *c, struct ur_buf *out)
{
	if (!ur_say_owners(out, &c->ev->resetter))
		ur_buf_add(out, "somebody");
	ur_buf_add(out, " destroyed the connection of ");
	say_here(c, out);
	ur_buf_add(out, " and ");
	ur_say_src(out, c->ev);
	ur_buf_add(out, " from outside (`ss -K`, or a BPF program)");
	if (c->ev->ev.nsocks && c->ev->socks[0].looked == UR_FOUND) {
		ur_buf_add(out, "; it was that of ");
		ur_say_socket(out, c->ev, 0);
	}
}

void ur_advise_tcp_destroyed(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "ask who ran that: an admin, or a manager of addresses or proxies");
}

void ur_why_tcp_keepalive(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_src(out, c->ev);
	ur_buf_add(out, " answered none of the keepalive probes of ");
	if (c->ev->ev.nsocks) {
		ur_say_socket(out, c->ev, 0);
		ur_buf_add(out, " at ");
	}
	say_here(c, out);
}

void ur_advise_tcp_keepalive(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out,
		   "see whether the peer lives and can be reached; a NAT or firewall on the way "
		   "may have forgotten an idle connection");
}

void ur_why_tcp_fin_timeout(const struct ur_case *c, struct ur_buf *out)
{
	ur_say_src(out, c->ev);
	ur_buf_add(out, " did not close its side in time after the program at ");
	say_here(c, out);
	ur_buf_add(out, " had closed the connection");
}

void ur_advise_tcp_fin_timeout(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out,
		   "nothing to do here: the peer leaks connections (CLOSE-WAIT there); the time "
		   "is net.ipv4.tcp_fin_timeout");
}

void ur_why_tcp_memory(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "TCP is short of memory, or has too many orphaned connections: it gave up "
			"that of ");
	say_here(c, out);
	ur_buf_add(out, " and ");
	ur_say_src(out, c->ev);
}

void ur_advise_tcp_memory(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "compare /proc/net/sockstat with net.ipv4.tcp_mem and "
			"net.ipv4.tcp_max_orphans");
}

void ur_why_tcp_bad_segment(const struct ur_case *c, struct ur_buf *out)
{
	const char *state = ur_tcp_state_name(reset(c)->state);

	say_segment(c, out);
	ur_buf_add(out, " does not fit the connection of ");
	if (c->ev->ev.nsocks && !listening(c)) {
		ur_say_socket(out, c->ev, 0);
		ur_buf_add(out, " at ");
	}
	say_here(c, out);
	if (listening(c))
		ur_buf_add(out, ", which is being opened");
	else if (state)
		ur_buf_add(out, ", which is in state %s", state);
	say_reason(c, out);
}

void ur_advise_tcp_bad_segment(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "nothing to do for one: the peer takes it for another, earlier connection; "
			"else look for what forgets or rewrites connections on the way");
}

void ur_why_tcp_mptcp(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "MPTCP ended its subflow of ");
	say_here(c, out);
	ur_buf_add(out, " and ");
	ur_say_src(out, c->ev);
	say_reason(c, out);
}

void ur_advise_tcp_mptcp(const struct ur_case *c, struct ur_buf *out)
{
	(void)c;
	ur_buf_add(out, "see `nstat -az 'MPTcp*'` for how often, and why");
}
