/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_socket.h"

#include <netinet/in.h>
#include "user/verdict/encap.h"
#include "user/base/names.h"
#include "user/sink/json_closed.h"
#include "user/verdict.h"

static void put_container(struct ur_node n, const struct ur_place *place)
{
	struct ur_node container;

	if (!place->container[0])
		return;
	container = node_new(n.failed);
	put_known(container, "runtime", place->runtime);
	put_string(container, "id", place->container);
	if (place->name[0])
		put_string(container, "name", place->name);
	put(n, "container", container.object);
}

void ur_json_place(struct ur_node n, const struct ur_place *place)
{
	static const char *const fields[] = { "container", "pod_uid", "unit" };

	for (size_t i = 0; place->looked == UR_COULD_NOT && i < 3; i++)
		put(n, fields[i], json_null());
	if (place->looked != UR_FOUND)
		return;
	put_container(n, place);
	if (place->pod_uid[0])
		put_string(n, "pod_uid", place->pod_uid);
	if (place->pod[0])
		put_string(n, "pod", place->pod);
	if (place->unit[0])
		put_string(n, "unit", place->unit);
}

void ur_json_owners(struct ur_node n, const struct ur_owners *owners)
{
	if (owners->looked == UR_FOUND_NONE)
		return;
	if (owners->looked != UR_FOUND || !owners->n) {
		put(n, "pid", json_null());
		put(n, "comm", json_null());
		return;
	}
	put_number(n, "pid", (uint64_t)owners->one[0].pid);
	put_string(n, "comm", owners->one[0].comm);
	ur_json_place(n, &owners->one[0].place);
	if (owners->total > 1)
		put_number(n, "processes", owners->total);
}

/* Absent when there is no such device any more: its number is all that is left. */
static void put_device(struct ur_node n, const struct ur_evidence *ev, int i)
{
	if (!ev->ev.socks[i].bound_ifindex)
		return;
	if (ev->bound[i] != UR_FOUND_NONE)
		put_known(n, "device", ev->bound_dev[i]);
	put_number(n, "ifindex", ev->ev.socks[i].bound_ifindex);
}

/* What the socket is bound to, and the namespace has no longer. */
static void put_gone(struct ur_node n, const struct ur_evidence *ev, int i)
{
	if (ev->bound[i] == UR_FOUND_NONE)
		put_string(n, "gone", "device");
	else if (ev->local_here[i] == UR_FOUND_NONE)
		put_string(n, "gone", "local");
}

/* The kernel's use of the socket, where a function of the kernel takes its datagrams. */
static void put_encap(struct ur_node n, const char *symbol)
{
	const struct ur_encap *encap = ur_encap_find(symbol);

	if (encap)
		put_string(n, "encap", encap->name);
	else if (*symbol)
		put_string(n, "encap", "other");
}

/* The BPF program of the socket's reuseport group. */
static void put_program(struct ur_node n, const struct ur_sock *sk)
{
	if (sk->flags & UR_SK_BPF)
		put_number(n, "bpf", sk->detail);
}

/* With no segment taken, or by a listener: those of TCP in the record listen. */
static bool listens(const struct ur_evidence *ev, const struct ur_sock *sk)
{
	return sk->proto == IPPROTO_TCP &&
	       (ur_origin(ev) == UR_ORIGIN_TCP_MISS || ev->ev.reset.flags & UR_RST_LISTENER);
}

static json_t *socket_object(struct ur_node root, const struct ur_evidence *ev, int i)
{
	const struct ur_sock *sk = &ev->ev.socks[i];
	uint8_t version = ur_ip_version(sk->family);
	struct ur_node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(sk->proto, buf));
	put_string(n, "state", listens(ev, sk) ? "listen" : "open");
	put_known(n, "mismatch", ur_mismatch_name(sk->mismatch));
	put_address(n, "local", version, sk->local);
	put_number(n, "port", sk->port);
	if (sk->peer_port) {
		put_address(n, "peer", version, sk->peer);
		put_number(n, "peer_port", sk->peer_port);
	}
	put_device(n, ev, i);
	put_gone(n, ev, i);
	put_flag(n, "v6only", sk->flags & UR_SK_V6ONLY);
	put_flag(n, "reuseport", sk->flags & UR_SK_REUSEPORT);
	put_program(n, sk);
	put_flag(n, "kernel", sk->flags & UR_SK_KERNEL);
	put_encap(n, ev->encap[i]);
	put_number(n, "uid", sk->uid);
	if (!(sk->flags & UR_SK_KERNEL))
		ur_json_owners(n, &ev->socks[i]);
	put_string(n, "as_of", "event");
	return n.object;
}

/* A socket of protocol @proto that was found in the lists of /proc. */
static json_t *listener_object(struct ur_node root, const struct ur_evidence *ev, uint8_t proto,
			       const struct ur_listener *one)
{
	struct ur_node n = node_new(root.failed);
	char buf[UR_NUMBER_TEXT];

	put_string(n, "proto", ur_proto_name(proto, buf));
	put_string(n, "state", proto == IPPROTO_TCP ? "listen" : "open");
	if (ev->packet.proto != proto)
		put_string(n, "mismatch", "protocol");
	put_address(n, "local", ur_ip_version(one->family), one->addr);
	put_number(n, "port", one->port);
	put_number(n, "uid", one->uid);
	ur_json_owners(n, &one->owners);
	put_string(n, "as_of", "after-event");
	return n.object;
}

/* Whose answer the sockets are: nobody's, a snapshot, or a failed look-up. */
static enum ur_looked sockets_looked(const struct ur_evidence *ev)
{
	if ((ev->ev.flags & UR_EV_SOCKS) || ev->tcp.looked == UR_FOUND ||
	    ev->tcp.looked == UR_FOUND_NONE)
		return UR_FOUND;
	if (ur_missed(ev) || ev->tcp.looked == UR_COULD_NOT)
		return UR_COULD_NOT;
	return UR_NOT_ASKED;
}

/* How many sockets are on the port, by mismatch, where there are more than the event holds. */
static void put_total(struct ur_node root, const struct ur_evidence *ev)
{
	struct ur_node n;
	unsigned int total = 0;

	for (int i = 0; i < UR_MM_MAX; i++)
		total += ev->ev.sock_total[i];
	if (total <= ev->ev.nsocks)
		return;
	n = node_new(root.failed);
	for (uint8_t i = 0; i < UR_MM_MAX; i++)
		if (ev->ev.sock_total[i])
			put_number(n, ur_mismatch_name(i), ev->ev.sock_total[i]);
	put(root, "sockets_total", n.object);
}

static void put_listeners(struct ur_node root, json_t *array, const struct ur_evidence *ev,
			  uint8_t proto, const struct ur_listeners *all)
{
	for (uint32_t i = 0; all->looked == UR_FOUND && i < all->n; i++)
		append(root, array, listener_object(root, ev, proto, &all->one[i]));
}

static void put_sockets(struct ur_node root, const struct ur_evidence *ev)
{
	enum ur_looked looked = sockets_looked(ev);
	json_t *array;

	if (looked == UR_COULD_NOT)
		put(root, "sockets", json_null());
	if (looked != UR_FOUND)
		return;
	array = json_array();
	for (int i = 0; i < ev->ev.nsocks; i++)
		append(root, array, socket_object(root, ev, i));
	put_listeners(root, array, ev,
		      ev->packet.proto == IPPROTO_UDP ? IPPROTO_UDPLITE : IPPROTO_UDP,
		      &ev->sibling);
	put_listeners(root, array, ev, IPPROTO_TCP, &ev->tcp);
	ur_json_closed(root, array, ev);
	put(root, "sockets", array);
	put_total(root, ev);
	put_flag(root, "sockets_partial", ev->ev.flags & UR_EV_SOCKS_PARTIAL);
	if (ev->ev.sk_lookup_prog)
		put_number(root, "sk_lookup", ev->ev.sk_lookup_prog);
}

static json_t *reader_object(struct ur_node root, const struct ur_evidence *ev,
			     const struct ur_reader *reader)
{
	struct ur_node n = node_new(root.failed);

	put_string(n, "kind", reader->kind == UR_READER_RAW ? "raw" : "packet");
	if (reader->kind == UR_READER_PACKET && reader->ifindex)
		put_known(n, "device", ev->ev.iifname);
	put_number(n, "uid", reader->uid);
	ur_json_owners(n, &reader->owners);
	put_string(n, "as_of", "after-event");
	return n.object;
}

static void put_readers(struct ur_node root, const struct ur_evidence *ev)
{
	json_t *array;

	if (ev->readers.looked == UR_COULD_NOT)
		put(root, "readers", json_null());
	if (ev->readers.looked != UR_FOUND)
		return;
	array = json_array();
	for (uint32_t i = 0; i < ev->readers.n; i++)
		append(root, array, reader_object(root, ev, &ev->readers.one[i]));
	put(root, "readers", array);
}

static void put_elsewhere(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_elsewhere *there = &ev->elsewhere;
	struct ur_node n, netns;

	if (there->looked == UR_COULD_NOT)
		put(root, "elsewhere", json_null());
	if (there->looked != UR_FOUND)
		return;
	n = node_new(root.failed);
	netns = node_new(root.failed);
	put_number(netns, "inum", there->netns_inum);
	if (there->netns_name[0])
		put_string(netns, "name", there->netns_name);
	put(n, "netns", netns.object);
	put_address(n, "local", ur_ip_version(there->family), there->addr);
	put_number(n, "port", ev->packet.dport);
	ur_json_owners(n, &there->owners);
	put_string(n, "as_of", "after-event");
	put(root, "elsewhere", n.object);
}

static void put_sender(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_sock *sk = &ev->ev.sender;
	struct ur_node n;

	if (!(ev->ev.flags & (UR_EV_SENDER | UR_EV_CURRENT)))
		return;
	n = node_new(root.failed);
	if (ev->ev.flags & UR_EV_SENDER) {
		put_address(n, "local", ur_ip_version(sk->family), sk->local);
		put_number(n, "port", sk->port);
		put_number(n, "uid", sk->uid);
	}
	ur_json_owners(n, &ev->sender);
	put(root, "sender", n.object);
}

void ur_json_sockets(struct ur_node root, const struct ur_evidence *ev)
{
	put_sockets(root, ev);
	ur_json_history(root, ev);
	put_readers(root, ev);
	put_elsewhere(root, ev);
	put_sender(root, ev);
}
