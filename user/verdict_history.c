/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict_parts.h"

#include <inttypes.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include "user/addr.h"
#include "user/age.h"
#include "user/names.h"

#define MS UINT64_C(1000000)
#define S  (1000 * MS)

/* A socket could be bound and closed between the kernel's look-up and our snapshot. */
#define RACE_NS MS
/* For so long a closed socket says more about a refusal than an open one that never fitted:
 * most restarts take less, and most clients wait no longer for their answers. */
#define RECENT_NS         (60 * S)
#define SERVICE_PORT_MAX  1023  /* no client of the kernel's choice has such a port... */
#define CLIENT_PORT_MIN   32768 /* ...but from here on: net.ipv4.ip_local_port_range */
#define TIMES_WORTH_WORDS 3

/* How much a closed socket explains. */
enum weight {
	WEIGHT_NONE,  /* worth a finding */
	WEIGHT_SOME,  /* more than nothing, and than sockets that were never meant for the packet */
	WEIGHT_RECENT /* more than any open socket that does not fit */
};

struct judgement {
	enum weight weight;
	enum ur_cause cause;
	enum ur_confidence confidence;
};

static const struct ur_closed *closed_at(const struct ur_evidence *ev, int i)
{
	return &ev->ev.closed[i];
}

/* 0 also for what ended only after the miss: its end and our clock are not one moment. */
static uint64_t age(const struct ur_evidence *ev, int i)
{
	uint64_t ended = closed_at(ev, i)->ts_ns;

	return ev->ev.ts_ns > ended ? ev->ev.ts_ns - ended : 0;
}

static bool raced(const struct ur_evidence *ev, int i)
{
	return age(ev, i) < RACE_NS;
}

/* ---- a client's, or a server's? ---- */

/* Conntrack has the packet as a reply to what this port began. */
static bool is_reply(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_ENTRY) && ev->ev.nat.is_reply;
}

static bool begins_a_flow(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_ENTRY) && !ev->ev.nat.is_reply;
}

/* More than question and answer: packets went both ways for two seconds or longer. */
static bool is_stream(const struct ur_evidence *ev)
{
	return (ev->ev.flags & UR_EV_ENTRY) && (ev->ev.nat.status & IPS_ASSURED);
}

/* From a service's port to one that only a client has as a rule. */
static bool looks_like_a_reply(const struct ur_packet *pkt, bool connected)
{
	return pkt->dport >= CLIENT_PORT_MIN &&
	       (connected ? pkt->sport < pkt->dport : pkt->sport <= SERVICE_PORT_MAX);
}

/* The kernel chose the port: a client's, or one of a server that tells its port to others.
 * Connected, and fitting, its peer is the packet's source. */
static struct judgement judge_chosen(const struct ur_evidence *ev, int i)
{
	bool connected = closed_at(ev, i)->sk.flags & UR_SK_CONNECTED;
	bool recent = age(ev, i) <= RECENT_NS;

	if (is_reply(ev) || (connected && !begins_a_flow(ev)))
		return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN };
	if (!recent)
		return (struct judgement){ WEIGHT_NONE, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
	if (begins_a_flow(ev))
		return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
	return (struct judgement){ WEIGHT_RECENT, UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY };
}

/* The program chose the port: a server's as a rule, but clients do it, too. */
static struct judgement judge_bound(const struct ur_evidence *ev, int i)
{
	bool connected = closed_at(ev, i)->sk.flags & UR_SK_CONNECTED;
	enum weight weight = age(ev, i) <= RECENT_NS ? WEIGHT_RECENT : WEIGHT_SOME;

	if (is_reply(ev) && !is_stream(ev))
		return (struct judgement){ weight, UR_CAUSE_SOCKET_LATE_REPLY, UR_PROVEN };
	if (weight == WEIGHT_RECENT && !(ev->ev.flags & UR_EV_ENTRY) &&
	    !(closed_at(ev, i)->sk.flags & UR_SK_KERNEL) &&
	    looks_like_a_reply(&ev->packet, connected))
		return (struct judgement){ weight, UR_CAUSE_SOCKET_LATE_REPLY, UR_LIKELY };
	return (struct judgement){ weight, UR_CAUSE_SOCKET_CLOSED, UR_PROVEN };
}

static struct judgement judge(const struct ur_evidence *ev, int i)
{
	struct judgement j;

	if (closed_at(ev, i)->sk.mismatch != UR_MM_NONE || !ev->packet.has_ports)
		return (struct judgement){ .weight = WEIGHT_NONE };
	j = closed_at(ev, i)->flags & UR_CL_BOUND ? judge_bound(ev, i) : judge_chosen(ev, i);
	if (j.cause == UR_CAUSE_SOCKET_CLOSED && (raced(ev, i) || ev->ev.sk_lookup_prog))
		j.confidence = UR_LIKELY;
	return j;
}

int ur_closed_best(const struct ur_evidence *ev)
{
	enum weight most = WEIGHT_NONE;
	int best = UR_NO_SOCKET;

	if (!(ev->ev.flags & UR_EV_HISTORY) || ur_origin(ev) != UR_ORIGIN_UDP_MISS)
		return UR_NO_SOCKET;
	for (int i = 0; i < ev->ev.nclosed; i++) {
		enum weight weight = judge(ev, i).weight;

		if (weight < most || weight == WEIGHT_NONE)
			continue;
		if (weight == most && age(ev, i) >= age(ev, best))
			continue;
		most = weight;
		best = i;
	}
	return best;
}

/* What the open sockets show, against a closed one of @weight. */
static bool outweighs(enum weight weight, enum ur_cause open)
{
	switch (open) {
	case UR_CAUSE_SOCKET_NONE:
	case UR_CAUSE_SOCKET_PEER:
	case UR_CAUSE_SOCKET_PROTOCOL:
	case UR_CAUSE_SOCKET_NAT:
	case UR_CAUSE_SOCKET_NETNS:
		return weight >= WEIGHT_SOME;
	case UR_CAUSE_SOCKET_ADDRESS:
	case UR_CAUSE_SOCKET_DEVICE:
	case UR_CAUSE_SOCKET_FAMILY:
		return weight >= WEIGHT_RECENT;
	default:
		return false;
	}
}

enum ur_cause ur_history_cause(const struct ur_case *c, enum ur_cause open,
			       enum ur_confidence *confidence)
{
	struct judgement j;

	if (c->closed == UR_NO_SOCKET)
		return open;
	j = judge(c->ev, c->closed);
	if (!outweighs(j.weight, open))
		return open;
	*confidence = j.confidence;
	return j.cause;
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

	if (c->flags & UR_CL_OOM)
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
	if (age(ev, i))
		ur_say_age(out, age(ev, i));
	ur_buf_add(out, age(ev, i) ? " ago, when " : "that moment, when ");
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
	if (raced(ev, c->closed))
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
	} else {
		advise_restart(c, out);
		if (closed->how == UR_END_EXIT && (closed->flags & UR_CL_OOM))
			ur_buf_add(out, ", with more memory or less to do: `dmesg` has the report");
		else if (closed->how == UR_END_EXIT && (closed->exit_code & 0x80))
			ur_buf_add(out, ", and look at its core dump (`coredumpctl`)");
	}
}

/* ---- socket.late-reply ---- */

void ur_why_socket_late_reply(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const struct ur_closed *closed = closed_at(ev, c->closed);
	bool proven = judge(ev, c->closed).confidence == UR_PROVEN;

	ur_buf_add(out, proven ? "a late reply from " : "probably a late reply from ");
	ur_say_src(out, ev);
	ur_buf_add(out, ": ");
	say_holder(out, ev, c->closed);
	ur_buf_add(out, " had port %u%s", closed->sk.port,
		   closed->sk.flags & UR_SK_CONNECTED ? ", connected to it," : "");
	say_until(out, ev, c->closed);
	if (!proven)
		ur_buf_add(out, "; whom it had asked was not seen");
	else if (is_reply(ev))
		ur_buf_add(out, "; conntrack has the flow as begun by that port");
	ur_buf_add(out, "; harmless");
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

/* Of those that are not the cause, the one that came nearest, then the youngest. */
static int other_closed(const struct ur_case *c, int cause, unsigned int *more)
{
	const struct ur_evidence *ev = c->ev;
	int best = UR_NO_SOCKET;

	*more = 0;
	for (int i = 0; i < ev->ev.nclosed; i++) {
		bool fits = closed_at(ev, i)->sk.mismatch == UR_MM_NONE;

		if (i == cause)
			continue;
		++*more;
		if (best == UR_NO_SOCKET ||
		    fits > (closed_at(ev, best)->sk.mismatch == UR_MM_NONE) ||
		    (fits == (closed_at(ev, best)->sk.mismatch == UR_MM_NONE) &&
		     age(ev, i) < age(ev, best)))
			best = i;
	}
	*more -= *more > 0;
	return best;
}

const char *ur_find_closed(const struct ur_case *c, enum ur_cause cause, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	bool told = cause == UR_CAUSE_SOCKET_CLOSED || cause == UR_CAUSE_SOCKET_LATE_REPLY;
	unsigned int more;
	int i;

	if (!(ev->ev.flags & UR_EV_HISTORY))
		return NULL;
	i = other_closed(c, told ? c->closed : UR_NO_SOCKET, &more);
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

const char *ur_find_open_beside(const struct ur_case *c, enum ur_cause cause, struct ur_buf *out)
{
	const struct ur_sock *sk;

	if ((cause != UR_CAUSE_SOCKET_CLOSED && cause != UR_CAUSE_SOCKET_LATE_REPLY) ||
	    c->nearest == UR_NO_SOCKET)
		return NULL;
	sk = &c->ev->ev.socks[c->nearest];
	ur_say_socket(out, c->ev, c->nearest);
	ur_buf_add(out, " has ");
	ur_say_local(out, sk);
	ur_buf_add(out, ", which does not fit (other %s)",
		   ur_mismatch_name(sk->mismatch) ?: "reason");
	return "note.near-miss";
}

const char *ur_find_taken(const struct ur_case *c, enum ur_cause cause, struct ur_buf *out)
{
	const struct ur_taken *taken = &c->ev->taken;
	char text[UR_ENDPOINT_TEXT];

	if (taken->looked != UR_FOUND || cause != UR_CAUSE_SOCKET_CLOSED)
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
	ur_buf_add(out, ", nor was one in the last ");
	ur_say_age(out, known);
}
