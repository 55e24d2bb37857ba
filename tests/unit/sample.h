/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sample.h - evidence for unit tests, as the kernel side and the enrichers would make it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <linux/netfilter.h>
#include "user/base/addr.h"
#include "user/evidence.h"

/* 2026-11-21T02:45:20.123456789Z */
#define SAMPLE_TIME 1795229120

#define SAMPLE_COPY(array, text) snprintf((array), sizeof(array), "%s", (text))

static inline void sample_addr(uint8_t addr[16], const char *text)
{
	memset(addr, 0, 16);
	if (inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, addr) != 1)
		addr[15] = 0xee;
}

static inline void sample_owner(struct ur_owners *owners, const char *comm, int32_t pid)
{
	owners->looked = UR_FOUND;
	owners->n = owners->total = 1;
	owners->one[0].pid = pid;
	SAMPLE_COPY(owners->one[0].comm, comm);
}

static inline void sample_netns(struct ur_evidence *ev, const char *name)
{
	ev->netns.looked = name ? UR_FOUND : UR_FOUND_NONE;
	ev->netns.inum = ev->ev.netns_inum = 4026531840;
	SAMPLE_COPY(ev->netns.name, name ? name : "");
}

/* A packet @src > @dst that came in on eth0 of the host and was answered with port
 * unreachable; the answer was sent. */
static inline void sample_packet(struct ur_evidence *ev, uint8_t proto, const char *src,
				 uint16_t sport, const char *dst, uint16_t dport)
{
	bool v6 = strchr(dst, ':');

	memset(ev, 0, sizeof(*ev));
	ev->seq = 17;
	ev->count = 1;
	ev->time = (struct timespec){ SAMPLE_TIME, 123456789 };
	ev->packet = (struct ur_packet){ .family = v6 ? 6 : 4,
					 .proto = proto,
					 .ttl = 64,
					 .has_ports = true,
					 .sport = sport,
					 .dport = dport,
					 .length = 61 };
	sample_addr(ev->packet.src, src);
	sample_addr(ev->packet.dst, dst);
	ev->ev.answer = UR_ANSWER_ICMP;
	ev->ev.family = ev->packet.family;
	ev->ev.type = v6 ? 1 : 3;
	ev->ev.code = v6 ? 4 : 3;
	ev->ev.window = UR_WIN_PUSHED;
	ev->ev.iif = 2;
	SAMPLE_COPY(ev->ev.iifname, "eth0");
	sample_netns(ev, "host");
}

/* No socket fitted it, and all sockets on the port are known: none so far. */
static inline void sample_miss(struct ur_evidence *ev, uint8_t proto, const char *src,
			       uint16_t sport, const char *dst, uint16_t dport)
{
	sample_packet(ev, proto, src, sport, dst, dport);
	ev->ev.origin = UR_ORIGIN_UDP_MISS;
	ev->ev.flags = UR_EV_SOCKS;
	ev->tcp.looked = ev->sibling.looked = ev->readers.looked = UR_FOUND_NONE;
	ev->elsewhere.looked = UR_FOUND_NONE;
}

/* TCP's own reset: no socket for a segment with @flags. */
static inline void sample_tcp_miss(struct ur_evidence *ev, uint8_t flags, const char *src,
				   const char *dst, uint16_t dport)
{
	sample_miss(ev, IPPROTO_TCP, src, 40000, dst, dport);
	ev->ev.answer = UR_ANSWER_RST;
	ev->ev.type = ev->ev.code = 0;
	ev->ev.origin = UR_ORIGIN_TCP_MISS;
	ev->packet.tcp_flags = flags;
	ev->tcp.looked = UR_NOT_ASKED;
}

/* TCP's own reset by a socket in @state that @comm holds (NULL: nobody), 10.0.0.5:80 to
 * 10.0.0.7:40000, for a segment with @flags. */
static inline void sample_tcp_sock(struct ur_evidence *ev, uint8_t state, uint8_t flags,
				   const char *comm)
{
	struct ur_sock *sk = &ev->ev.socks[0];

	sample_tcp_miss(ev, flags, "10.0.0.7", "10.0.0.5", 80);
	ev->ev.origin = UR_ORIGIN_TCP_SOCK;
	ev->ev.reset.state = state;
	ev->sibling.looked = ev->readers.looked = ev->elsewhere.looked = UR_NOT_ASKED;
	ev->ev.nsocks = 1;
	ev->ev.sock_total[UR_MM_NONE] = 1;
	*sk = (struct ur_sock){ .proto = IPPROTO_TCP, .family = AF_INET, .port = 80 };
	sample_addr(sk->local, "10.0.0.5");
	if (state == 10) { /* TCP_LISTEN */
		ev->ev.reset.flags |= UR_RST_LISTENER;
		sample_addr(sk->local, "0.0.0.0");
	} else {
		sample_addr(sk->peer, "10.0.0.7");
		sk->peer_port = 40000;
	}
	if (comm)
		sample_owner(&ev->socks[0], comm, 812);
}

/* The kernel function that asked for the reset, and those around it, innermost first. */
static inline void sample_asked(struct ur_evidence *ev, const char *func, const char *outer)
{
	ev->ev.nstack = outer ? 2 : 1;
	snprintf(ev->stack[0], UR_SYMBOL_MAX, "%s+0x1a/0x90", func);
	if (outer)
		snprintf(ev->stack[1], UR_SYMBOL_MAX, "%s+0x2a/0x90", outer);
}

/* One that answers no segment: @comm, as process 900, made a call that led to it. */
static inline void sample_unasked(struct ur_evidence *ev, uint8_t state, const char *comm)
{
	sample_tcp_sock(ev, state, 0, NULL);
	ev->packet.length = 0;
	ev->ev.reset.flags |= UR_RST_ACTIVE;
	if (!comm)
		return;
	ev->ev.reset.flags |= UR_RST_TASK;
	sample_owner(&ev->resetter, comm, 900);
}

static inline void sample_reason(struct ur_evidence *ev, const char *reason)
{
	ev->ev.reset.flags |= UR_RST_REASON;
	SAMPLE_COPY(ev->reset_reason, reason);
}

/* One more socket on the port, @local, held by @comm as process 812 (NULL: not known). */
static inline struct ur_sock *sample_socket(struct ur_evidence *ev, uint8_t mismatch,
					    const char *local, const char *comm)
{
	int i = ev->ev.nsocks++;
	struct ur_sock *sk = &ev->ev.socks[i];

	ev->ev.flags |= UR_EV_SOCKS;
	sk->proto = IPPROTO_UDP;
	sk->family = strchr(local, ':') ? AF_INET6 : AF_INET;
	sk->port = ev->packet.dport;
	sk->mismatch = mismatch;
	if (mismatch < UR_MM_MAX)
		ev->ev.sock_total[mismatch]++;
	sk->uid = 33;
	sample_addr(sk->local, local);
	if (comm)
		sample_owner(&ev->socks[i], comm, 812);
	return sk;
}

/* The moment of a sample's decision, on the kernel's clock. */
#define SAMPLE_NS UINT64_C(500000000000000)
#define SAMPLE_MS UINT64_C(1000000)

/* The history of the port is known for @ms, and so far it is empty. */
static inline void sample_history(struct ur_evidence *ev, uint64_t ms)
{
	ev->ev.flags |= UR_EV_HISTORY;
	ev->ev.ts_ns = SAMPLE_NS;
	ev->ev.history_ns = SAMPLE_NS - ms * SAMPLE_MS;
}

/* One more socket that is gone: @comm, process 700, closed it @ms before. It was on @local and
 * would have taken the packet; the program had chosen the port. */
static inline struct ur_closed *sample_closed(struct ur_evidence *ev, const char *local,
					      const char *comm, uint64_t ms)
{
	int i = ev->ev.nclosed++;
	struct ur_closed *c = &ev->ev.closed[i];

	if (!(ev->ev.flags & UR_EV_HISTORY))
		sample_history(ev, 3600000);
	c->sk.proto = IPPROTO_UDP;
	c->sk.family = strchr(local, ':') ? AF_INET6 : AF_INET;
	c->sk.port = ev->packet.dport;
	c->sk.uid = 33;
	sample_addr(c->sk.local, local);
	c->ts_ns = SAMPLE_NS - ms * SAMPLE_MS;
	c->tgid = 700;
	c->how = UR_END_CLOSE;
	c->flags = UR_CL_BOUND;
	c->times = 1;
	SAMPLE_COPY(c->comm, comm);
	sample_owner(&ev->closers[i], comm, 700);
	return c;
}

static inline struct ur_listener *sample_listener(struct ur_evidence *ev, const char *local,
						  const char *comm)
{
	struct ur_listener *tcp = &ev->tcp.one[ev->tcp.n++];

	ev->tcp.looked = UR_FOUND;
	ev->tcp.total = ev->tcp.n;
	tcp->family = strchr(local, ':') ? AF_INET6 : AF_INET;
	tcp->port = ev->packet.dport;
	sample_addr(tcp->addr, local);
	sample_owner(&tcp->owners, comm, 77);
	return tcp;
}

/* One more socket that gets a copy, of any device, held by @comm as process 9. */
static inline struct ur_reader *sample_reader(struct ur_evidence *ev, enum ur_reader_kind kind,
					      const char *comm)
{
	struct ur_reader *reader = &ev->readers.one[ev->readers.n++];

	ev->readers.looked = UR_FOUND;
	ev->readers.total = ev->readers.n;
	reader->kind = kind;
	reader->uid = 33;
	if (comm)
		sample_owner(&reader->owners, comm, 9);
	return reader;
}

/* Rejected by rule 7 of inet filter input, or what that is for @origin. */
static inline void sample_rule(struct ur_evidence *ev, uint8_t origin, uint8_t proto,
			       const char *text)
{
	sample_packet(ev, proto, "10.219.7.1", 40000, "10.219.7.2", 999);
	ev->ev.origin = origin;
	ev->ev.rule.pf = NFPROTO_IPV4;
	ev->ev.rule.hook = NF_INET_LOCAL_IN;
	ev->ev.rule.iif = 2;
	SAMPLE_COPY(ev->ev.rule.iifname, "eth0");
	SAMPLE_COPY(ev->ev.rule.table, "filter");
	if (origin == UR_ORIGIN_XT) {
		ev->ev.rule.flags = UR_RULE_XT;
		ev->rule.number = 3;
	} else {
		ev->ev.rule.flags = UR_RULE_HANDLE | UR_RULE_CHAIN | UR_RULE_TABLE;
		ev->ev.rule.handle = 7;
		ev->ev.rule.table_family = origin == UR_ORIGIN_NFT ? NFPROTO_INET : NFPROTO_IPV4;
	}
	SAMPLE_COPY(origin == UR_ORIGIN_XT ? ev->rule.chain : ev->ev.rule.chain,
		    origin == UR_ORIGIN_NFT ? "input" : "INPUT");
	SAMPLE_COPY(ev->rule.base_chain, origin == UR_ORIGIN_NFT ? "input" : "INPUT");
	ev->rule.looked = text ? UR_FOUND : UR_COULD_NOT;
	SAMPLE_COPY(ev->rule.text, text ? text : "");
	if (!text)
		SAMPLE_COPY(ev->rule.reason, "no nft on this host");
}

/* Rejected by rule 7 of inet filter zone, to which a rule of input alone leads. */
static inline void sample_jump(struct ur_evidence *ev)
{
	struct ur_step *step = &ev->way.step[0];

	sample_rule(ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject");
	SAMPLE_COPY(ev->ev.rule.chain, "zone");
	ev->way.known = ev->way.proven = true;
	ev->way.nways = ev->way.nsteps = 1;
	step->handle = 5;
	step->number = 2;
	step->goes = true;
	SAMPLE_COPY(step->chain, "input");
	SAMPLE_COPY(step->text, "iifname \"eth0\" goto zone");
}

/* The innermost kernel function that asked, and one more. */
static inline void sample_unknown(struct ur_evidence *ev, const char *symbol)
{
	sample_packet(ev, 253, "10.0.0.7", 0, "10.0.0.5", 0);
	ev->packet.has_ports = false;
	ev->ev.code = 2;
	ev->ev.nstack = 2;
	ev->ev.stack[0] = 0xffffffff81000000;
	ev->ev.stack[1] = 0xffffffff82000000;
	SAMPLE_COPY(ev->stack[0], symbol);
	SAMPLE_COPY(ev->stack[1], "net_rx_action+0x12e/0x2b0");
}
