/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_closed.h"

#include "user/base/names.h"
#include "user/sink/json_socket.h"
#include "user/verdict.h"

#define MS UINT64_C(1000000)

static uint64_t age_ms(const struct ur_evidence *ev, const struct ur_closed *c)
{
	return ev->ev.ts_ns > c->ts_ns ? (ev->ev.ts_ns - c->ts_ns) / MS : 0;
}

static void put_exit(struct ur_node n, const struct ur_closed *c)
{
	char buf[UR_NUMBER_TEXT];
	int signal = c->exit_code & 0x7f;

	put_string(n, "ended_by", signal ? "signal" : "exit");
	if (signal)
		put_string(n, "signal", ur_signal_name(signal, buf));
	else
		put_number(n, "exit_status", (uint64_t)(c->exit_code >> 8 & 0xff));
	put_flag(n, "oom", ur_closed_by_oom(c));
}

static void put_end(struct ur_node n, const struct ur_closed *c)
{
	switch (c->how) {
	case UR_END_EXIT:
		return put_exit(n, c);
	case UR_END_DISCONNECT:
		return put_string(n, "ended_by", "disconnect");
	case UR_END_ABORT:
		return put_string(n, "ended_by", "destroyed");
	default:
		put_string(n, "ended_by", "close");
	}
}

/* Who ended it; a number that means nothing here is not shown as one. */
static void put_closer(struct ur_node n, const struct ur_owners *closer)
{
	if (closer->looked != UR_FOUND || !closer->n)
		return;
	if (closer->one[0].pid)
		put_number(n, "pid", (uint64_t)closer->one[0].pid);
	else
		put(n, "pid", json_null());
	put_string(n, "comm", closer->one[0].comm);
	ur_json_place(n, &closer->one[0].place);
}

static json_t *closed_object(struct ur_node root, const struct ur_evidence *ev, int i)
{
	const struct ur_closed *c = &ev->ev.closed[i];
	uint8_t version = ur_ip_version(c->sk.family);
	struct ur_node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(c->sk.proto, buf));
	put_string(n, "state", "closed");
	put_known(n, "mismatch", ur_mismatch_name(c->sk.mismatch));
	put_address(n, "local", version, c->sk.local);
	put_number(n, "port", c->sk.port);
	if (c->sk.peer_port) {
		put_address(n, "peer", version, c->sk.peer);
		put_number(n, "peer_port", c->sk.peer_port);
	}
	put_flag(n, "v6only", c->sk.flags & UR_SK_V6ONLY);
	put_flag(n, "kernel", c->sk.flags & UR_SK_KERNEL);
	put_flag(n, "bound", c->flags & UR_CL_BOUND);
	put_number(n, "uid", c->sk.uid);
	put_number(n, "age_ms", age_ms(ev, c));
	put_end(n, c);
	put_closer(n, &ev->closers[i]);
	if (c->times > 1)
		put_number(n, "times", c->times);
	put_string(n, "as_of", "event");
	return n.object;
}

static void put_taken(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_taken *taken = &ev->taken;
	struct ur_node n;

	if (taken->looked != UR_FOUND)
		return;
	n = node_new(root.failed);
	put_address(n, "local", ur_ip_version(taken->family), taken->addr);
	put_number(n, "port", ev->packet.dport);
	ur_json_owners(n, &taken->owners);
	put_string(n, "as_of", "after-event");
	put(root, "taken", n.object);
}

void ur_json_closed(struct ur_node root, json_t *array, const struct ur_evidence *ev)
{
	for (int i = 0; (ev->ev.flags & UR_EV_HISTORY) && i < ev->ev.nclosed; i++)
		append(root, array, closed_object(root, ev, i));
}

void ur_json_history(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_event *e = &ev->ev;

	if (!ur_missed(ev))
		return;
	if (e->flags & UR_EV_HISTORY)
		put_number(root, "history_ms",
			   e->ts_ns > e->history_ns ? (e->ts_ns - e->history_ns) / MS : 0);
	else
		put(root, "history_ms", json_null());
	put_taken(root, ev);
}
