/* SPDX-License-Identifier: GPL-2.0-only */
/* closed.c - the words for sockets that are gone. */
#include "user/verdict/parts.h"

#include <netinet/in.h>
#include "user/base/addr.h"
#include "user/base/age.h"
#include "user/base/names.h"

#define TIMES_WORTH_WORDS 3

static const struct ur_closed *closed_at(const struct ur_evidence *ev, int i)
{
	return &ev->ev.closed[i];
}

static bool connected(const struct ur_evidence *ev, int i)
{
	return closed_at(ev, i)->sk.flags & UR_SK_CONNECTED;
}

/* ---- phrases ---- */

/* Was it the one who had the socket that ended it? */
static bool by_holder(const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = closed_at(ev, i);

	return !(c->sk.flags & UR_SK_KERNEL) && c->how != UR_END_ABORT &&
	       ev->closers[i].looked == UR_FOUND;
}

static void say_holder(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	if (closed_at(ev, i)->sk.flags & UR_SK_KERNEL)
		ur_buf_add(out, "a kernel socket");
	else if (!by_holder(ev, i) || !ur_say_owners(out, &ev->closers[i]))
		ur_buf_add(out, "a socket of uid %u", closed_at(ev, i)->sk.uid);
}

static void say_exit(struct ur_buf *out, const struct ur_closed *c)
{
	char buf[UR_NUMBER_TEXT];
	int signal = c->exit_code & 0x7f;

	if (ur_closed_by_oom(c))
		ur_buf_add(out, "the out-of-memory killer ended it");
	else if (signal)
		ur_buf_add(out, "%s killed it", ur_signal_name(signal, buf));
	else
		ur_buf_add(out, "it exited with status %d", c->exit_code >> 8 & 0xff);
}

/* "it closed the socket", where "it" is who had it; otherwise "ss (pid 7) destroyed it". */
static void say_end(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	static const char *const by_it[] = {
		[UR_END_CLOSE] = "it closed the socket",
		[UR_END_DISCONNECT] = "it disconnected the socket",
	};
	static const char *const by_other[] = {
		[UR_END_CLOSE] = "closed it",
		[UR_END_DISCONNECT] = "disconnected it",
		[UR_END_ABORT] = "destroyed it",
	};
	const struct ur_closed *c = closed_at(ev, i);

	if (c->how == UR_END_EXIT && by_holder(ev, i)) {
		say_exit(out, c);
	} else if (by_holder(ev, i)) {
		ur_buf_add(out, "%s",
			   by_it[c->how == UR_END_DISCONNECT ? UR_END_DISCONNECT : UR_END_CLOSE]);
	} else {
		if (!ur_say_owners(out, &ev->closers[i]))
			ur_buf_add(out, "the kernel");
		ur_buf_add(out, " %s",
			   by_other[c->how == UR_END_DISCONNECT || c->how == UR_END_ABORT ?
					    c->how :
					    UR_END_CLOSE]);
	}
}

/* "until 35 ms ago, when it closed the socket" */
static void say_until(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	ur_buf_add(out, " until ");
	if (ur_closed_age(ev, i))
		ur_say_age(out, ur_closed_age(ev, i));
	ur_buf_add(out, ur_closed_age(ev, i) ? " ago, when " : "that moment, when ");
	say_end(out, ev, i);
}

/* "statsd (pid 812) had 0.0.0.0:8125 until 35 ms ago, when it closed the socket" */
static void say_had(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &closed_at(ev, i)->sk;

	say_holder(out, ev, i);
	ur_buf_add(out, " had ");
	ur_say_local(out, sk);
	if (sk->flags & UR_SK_CONNECTED) {
		ur_buf_add(out, ", connected to ");
		ur_say_peer(out, sk);
		ur_buf_add(out, ",");
	}
	say_until(out, ev, i);
}

/* ---- socket.closed ---- */

void ur_why_socket_closed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	unsigned int times = closed_at(ev, c->closed)->times;

	ur_buf_add(out, "no ");
	ur_say_proto(out, ev);
	ur_buf_add(out, " socket accepts ");
	ur_say_dst(out, ev);
	ur_buf_add(out, "; ");
	say_had(out, ev, c->closed);
	if (times >= TIMES_WORTH_WORDS)
		ur_buf_add(out, "; %u sockets on that address ended so far", times);
	if (ur_closed_age(ev, c->closed) < UR_CLOSED_RACE_NS)
		ur_buf_add(out, "; perhaps while the packet was under way");
	if (ev->ev.sk_lookup_prog)
		ur_buf_add(out, "; BPF sk_lookup program %u may have turned it away, too",
			   ev->ev.sk_lookup_prog);
}

static void advise_restart(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_owners *closer = &c->ev->closers[c->closed];
	const char *unit = closer->one[0].place.unit;

	ur_buf_add(out, "start ");
	ur_say_program(out, closer, "the service");
	ur_buf_add(out, " again");
	if (closer->one[0].place.looked == UR_FOUND && *unit &&
	    !closer->one[0].place.container[0]) {
		ur_buf_add(out, "; see `systemctl status ");
		if (!ur_say_shell_word(out, unit))
			ur_buf_add(out, "--failed");
		ur_buf_add(out, "`");
	}
}

void ur_advise_socket_closed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_closed *closed = closed_at(c->ev, c->closed);

	if (c->ev->taken.looked == UR_FOUND) {
		ur_buf_add(out, "nothing to do: the port is taken again");
	} else if (closed->sk.flags & UR_SK_KERNEL) {
		ur_buf_add(out, "set the tunnel or interface up again that had the port");
	} else if (!by_holder(c->ev, c->closed)) {
		ur_buf_add(out, "see who has the port now with ");
		ur_say_ss(out, c->ev);
	} else if (!(closed->flags & UR_CL_BOUND)) {
		ur_buf_add(out, "whoever sends there must learn the port that ");
		ur_say_program(out, &c->ev->closers[c->closed], "the program");
		ur_buf_add(out, " has now: the kernel had chosen that one");
	} else {
		advise_restart(c, out);
		if (ur_closed_by_oom(closed))
			ur_buf_add(out, ", with more memory or less to do: `dmesg` has the report");
		else if (closed->how == UR_END_EXIT && (closed->exit_code & 0x80))
			ur_buf_add(out, ", and look at its core dump (`coredumpctl`)");
	}
}

/* ---- socket.late-reply ---- */

/* Why it is not sure. */
static void say_doubt(struct ur_buf *out, const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = closed_at(ev, i);

	if (c->flags & UR_CL_BOUND)
		ur_buf_add(out, "; it had chosen that port itself, as services do");
	else if (!connected(ev, i) && !ur_closed_for_reply(ev))
		ur_buf_add(out, "; whom it had asked was not seen");
	else if (!ur_closed_for_reply(ev) &&
		 (c->how == UR_END_DISCONNECT || (ev->ev.flags & UR_EV_ENTRY)))
		ur_buf_add(out, "; whether it had asked was not seen");
	else
		ur_buf_add(out, "; another client may have had the port and asked");
}

void ur_why_socket_late_reply(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	bool proven = ur_closed_confidence(ev, c->closed) == UR_PROVEN;

	ur_buf_add(out, proven ? "a late reply from " : "probably a late reply from ");
	ur_say_src(out, ev);
	ur_buf_add(out, ": ");
	say_holder(out, ev, c->closed);
	ur_buf_add(out, " had port %u%s", closed_at(ev, c->closed)->sk.port,
		   connected(ev, c->closed) ? ", connected to it," : "");
	say_until(out, ev, c->closed);
	if (ur_closed_for_reply(ev))
		ur_buf_add(out, "; conntrack has the flow as begun by that port");
	if (!proven)
		say_doubt(out, ev, c->closed);
	ur_buf_add(out, proven ? "; harmless" : "; if so, harmless");
}

void ur_advise_socket_late_reply(const struct ur_case *c, struct ur_buf *out)
{
	ur_buf_add(out, "nothing to do; if ");
	if (by_holder(c->ev, c->closed))
		ur_say_program(out, &c->ev->closers[c->closed], "the client");
	else
		ur_buf_add(out, "the client");
	ur_buf_add(out, " needs such answers, let it wait longer");
}

/* ---- what was on the port before, beside the cause ---- */

/* Is one of them the cause? */
static bool is_cause(const struct ur_case *c)
{
	return c->cause == UR_CAUSE_SOCKET_CLOSED || c->cause == UR_CAUSE_SOCKET_LATE_REPLY;
}

/* Of those that are not the cause, the one that came nearest, then the youngest. */
static int other_closed(const struct ur_case *c, int except, unsigned int *more)
{
	const struct ur_evidence *ev = c->ev;
	int best = UR_NO_SOCKET;

	*more = 0;
	for (int i = 0; i < ev->ev.nclosed; i++) {
		bool fits = closed_at(ev, i)->sk.mismatch == UR_MM_NONE;

		if (i == except)
			continue;
		++*more;
		if (best == UR_NO_SOCKET ||
		    fits > (closed_at(ev, best)->sk.mismatch == UR_MM_NONE) ||
		    (fits == (closed_at(ev, best)->sk.mismatch == UR_MM_NONE) &&
		     ur_closed_age(ev, i) < ur_closed_age(ev, best)))
			best = i;
	}
	*more -= *more > 0;
	return best;
}

const char *ur_find_closed(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	unsigned int more;
	int i;

	if (!(ev->ev.flags & UR_EV_HISTORY))
		return NULL;
	i = other_closed(c, is_cause(c) ? c->closed : UR_NO_SOCKET, &more);
	if (i == UR_NO_SOCKET)
		return NULL;
	say_had(out, ev, i);
	if (closed_at(ev, i)->sk.mismatch == UR_MM_NONE)
		ur_buf_add(out, "; that one would have taken the packet");
	else
		ur_buf_add(out, "; it would not have taken the packet (other %s)",
			   ur_mismatch_name(closed_at(ev, i)->sk.mismatch) ?: "reason");
	if (more || (ev->ev.flags & UR_EV_CLOSED_MORE))
		ur_buf_add(out, "; and %s%u more",
			   ev->ev.flags & UR_EV_CLOSED_MORE ? "at least " : "",
			   more + !!(ev->ev.flags & UR_EV_CLOSED_MORE));
	return "note.closed";
}

const char *ur_find_open_beside(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_sock *sk;

	if (!is_cause(c) || c->nearest == UR_NO_SOCKET)
		return NULL;
	sk = &c->ev->ev.socks[c->nearest];
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " has ");
	ur_say_local(out, sk);
	ur_buf_add(out, ", which does not fit (other %s)",
		   ur_mismatch_name(sk->mismatch) ?: "reason");
	return "note.near-miss";
}

const char *ur_find_taken(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_taken *taken = &c->ev->taken;
	char text[UR_ENDPOINT_TEXT];

	if (taken->looked != UR_FOUND || c->cause != UR_CAUSE_SOCKET_CLOSED)
		return NULL;
	ur_buf_add(out, "the port was taken again: ");
	if (!ur_say_owners(out, &taken->owners))
		ur_buf_add(out, "a socket");
	ur_buf_add(out, " has %s, read just after",
		   ur_endpoint_text(ur_ip_version(taken->family), taken->addr, c->ev->packet.dport,
				    text));
	return "note.restarted";
}

void ur_say_never(const struct ur_evidence *ev, struct ur_buf *out)
{
	uint64_t known = ev->ev.ts_ns - ev->ev.history_ns;

	if (!(ev->ev.flags & UR_EV_HISTORY) || ev->ev.nclosed || ev->ev.history_ns >= ev->ev.ts_ns)
		return;
	ur_buf_add(out, ev->packet.proto == IPPROTO_TCP ? ", nor did one in the last " :
							  ", nor was one in the last ");
	ur_say_age(out, known);
}
