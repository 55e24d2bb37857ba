/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* life.h - what a worker of the stress test does with its sockets; see binders.c. */
#include "stress.h"

#define HELD_MAX   12
#define PLACES_MAX 24
#define DEVS_MAX   4
#define PEER_PORTS 16

struct places {
	int n;
	struct addr at[PLACES_MAX];
};

/* How a socket is made. */
struct plan {
	struct addr local; /* with the port; len 0: none */
	const char *dev;   /* NULL: none */
	int proto, v6only; /* v6only: -1 as it comes */
	bool reuseport;
};

/* A socket is named by the process that opened it, and a number. */
struct held {
	int fd, pid, number;
	bool udp, bound;
	struct plan plan;
};

static struct places addrs, peers, servers;
static const char *devs[DEVS_MAX];
static int ndevs;
static struct ports ports;
static struct held held[HELD_MAX];
static int nheld, opened;

static void add_place(struct places *p, struct addr a)
{
	if (p->n == PLACES_MAX)
		bad_usage("too many addresses");
	p->at[p->n++] = a;
}

static void put_port(struct addr *a, int port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

/* Mostly short, so that much happens while packets are under way. */
static void rest(void)
{
	unsigned int what = roll(100);

	if (what >= 25)
		usleep(what < 45 ? roll(20000) : what < 85 ? roll(500000) : roll(2000000));
}

/* ::ffff:a.b.c.d */
static struct addr mapped(const struct addr *v4)
{
	char text[56];

	snprintf(text, sizeof(text), "::ffff:%s", addr_host(v4));
	return to_addr(text, addr_port(v4));
}

static struct addr pick(const struct places *p, int family)
{
	const struct addr *a;

	for (int i = 0; i < 100; i++) {
		a = &p->at[roll(p->n)];
		if (a->ss.ss_family == family)
			return *a;
		if (family == AF_INET6 && chance(25))
			return mapped(a);
	}
	bad_usage("no address of family %d", family);
}

static struct plan make_plan(void)
{
	static const char *const any[] = { "0.0.0.0", "::", "::ffff:0.0.0.0" };
	int family = chance(50) ? AF_INET : AF_INET6;
	struct plan p = { .proto = IPPROTO_UDP, .v6only = -1 };
	unsigned int proto = roll(100);

	if (proto < 6)
		p.proto = IPPROTO_UDPLITE;
	else if (proto < 12)
		p.proto = IPPROTO_TCP;
	if (chance(30))
		p.local = to_addr(any[family == AF_INET ? 0 : chance(90) ? 1 : 2], 0);
	else
		p.local = pick(&addrs, family);
	put_port(&p.local, pick_port(ports));
	if (family == AF_INET6 && chance(50))
		p.v6only = chance(50);
	if (chance(20))
		p.reuseport = true;
	if (ndevs && chance(12))
		p.dev = devs[roll(ndevs)];
	return p;
}

/* -1 where the kernel has no such protocol, or does not let us. */
static int make_socket(const struct plan *p, int family)
{
	int type = p->proto == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(family, type, p->proto);
	int one = 1;

	if (fd < 0)
		return -1;
	if (p->v6only >= 0)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, p->v6only, "IPV6_V6ONLY");
	if (p->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, one, "SO_REUSEPORT");
	if (p->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, p->dev, strlen(p->dev) + 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct held *hold(int fd, const struct plan *p, int family)
{
	struct held *h = &held[nheld++];

	*h = (struct held){ .fd = fd, .pid = getpid(), .number = ++opened, .plan = *p };
	h->udp = p->proto != IPPROTO_TCP;
	log_line("%d %lld N open %d.%d %d %d %d %d %s %d", getpid(), now_ns(), h->pid, h->number,
		 family == AF_INET ? 4 : 6, p->proto, p->v6only, p->reuseport, p->dev ?: "-",
		 geteuid());
	return h;
}

static void begin(const char *op, const struct held *h)
{
	log_line("%d %lld B %s %d.%d", getpid(), now_ns(), op, h->pid, h->number);
}

static void end(int result)
{
	log_line("%d %lld E %d", getpid(), now_ns(), result ? errno : 0);
}

/* The end of an operation that may have given the socket an address. */
static void end_at(const struct held *h, int result)
{
	struct addr a = { .len = sizeof(a.ss) };
	int err = result ? errno : 0;
	long long now = now_ns();

	if (getsockname(h->fd, (struct sockaddr *)&a.ss, &a.len))
		die("getsockname");
	log_line("%d %lld E %d %s %d", getpid(), now, err, addr_host(&a), addr_port(&a));
}

static void close_one(int i)
{
	struct held h = held[i];

	held[i] = held[--nheld];
	begin("close", &h);
	close(h.fd);
	end(0);
}

static void close_any(void)
{
	if (nheld)
		close_one(roll(nheld));
}

static void open_planned(const struct plan *p)
{
	int family = p->local.ss.ss_family, fd, result;
	struct held *h;

	if (nheld == HELD_MAX)
		close_any();
	fd = make_socket(p, family);
	if (fd < 0)
		return;
	h = hold(fd, p, family);
	log_line("%d %lld B bind %d.%d %s %d", getpid(), now_ns(), h->pid, h->number,
		 addr_host(&p->local), addr_port(&p->local));
	result = bind(fd, (const struct sockaddr *)&p->local.ss, p->local.len);
	if (!result && !h->udp)
		result = listen(fd, 4);
	h->bound = !result;
	end(result);
	if (result)
		close_one(nheld - 1);
}

static void open_one(void)
{
	struct plan p = make_plan();

	open_planned(&p);
}

/* A service that restarts, perhaps with other settings. */
static void reopen_one(void)
{
	struct plan p, other = make_plan();
	int i;

	if (!nheld)
		return;
	i = roll(nheld);
	p = held[i].plan;
	if (!p.local.len)
		return;
	close_one(i);
	usleep(chance(30) ? 0 : roll(60000));
	if (chance(30)) {
		put_port(&other.local, addr_port(&p.local));
		p = other;
	}
	open_planned(&p);
}

static struct held *any_udp(void)
{
	struct held *h = nheld ? &held[roll(nheld)] : NULL;

	return h && h->udp ? h : NULL;
}

static void connect_to(const struct held *h, const struct addr *peer)
{
	int result;

	log_line("%d %lld B connect %d.%d %s %d", getpid(), now_ns(), h->pid, h->number,
		 addr_host(peer), addr_port(peer));
	result = connect(h->fd, (const struct sockaddr *)&peer->ss, peer->len);
	end_at(h, result);
}

static void connect_one(void)
{
	const struct held *h = any_udp();
	struct addr peer;

	if (!h)
		return;
	peer = pick(&peers, h->plan.local.len ? h->plan.local.ss.ss_family : AF_INET);
	put_port(&peer, addr_port(&peer) + roll(PEER_PORTS));
	connect_to(h, &peer);
}

static void disconnect_one(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct held *h = any_udp();

	if (!h)
		return;
	begin("disconnect", h);
	end_at(h, connect(h->fd, &none, sizeof(none)));
}

static void change_device(void)
{
	const struct held *h = any_udp();
	const char *dev = ndevs && chance(60) ? devs[roll(ndevs)] : "";
	int result;

	if (!h)
		return;
	log_line("%d %lld B device %d.%d %s", getpid(), now_ns(), h->pid, h->number,
		 *dev ? dev : "-");
	result = setsockopt(h->fd, SOL_SOCKET, SO_BINDTODEVICE, dev, strlen(dev) + 1);
	end(result);
}

/* A client: the kernel chooses its port, the server answers late, or too late. */
static void ask_server(void)
{
	const struct plan p = { .proto = IPPROTO_UDP, .v6only = -1 };
	struct addr server;
	struct held *h;
	int fd, result;

	if (!servers.n)
		return;
	if (nheld == HELD_MAX)
		close_any();
	server = servers.at[roll(servers.n)];
	fd = make_socket(&p, server.ss.ss_family);
	if (fd < 0)
		return;
	h = hold(fd, &p, server.ss.ss_family);
	if (chance(50)) {
		connect_to(h, &server);
		send(fd, "?", 1, 0);
	} else {
		begin("send", h);
		result = sendto(fd, "?", 1, 0, (struct sockaddr *)&server.ss, server.len);
		end_at(h, result < 0);
	}
	usleep(roll(250000));
	if (chance(70))
		close_one(h - held);
}
