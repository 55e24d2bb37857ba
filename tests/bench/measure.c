// SPDX-License-Identifier: GPL-2.0-only
/* measure - do one small thing over and over, and say how many instructions it takes.
 *
 * Each run of it is timed alone, all of the kernel's work included, for on one processor
 * the packets of loopback and veth are dealt with before the call returns. The median is
 * the figure: a timer tick falls into few runs. The first run finds caches cold, and is
 * told apart.
 */
#define _GNU_SOURCE
#include "bench.h"
#include "tests/truth/options.h"

#include <linux/errqueue.h>
#include <poll.h>

#define MAX_RUNS 4096

struct options {
	const char *from, *to; /* paths of namespaces: of the client, of the server */
	struct addr addr;
	long runs, warm, gap, ports;
};

/* What setup leaves for each run. */
struct state {
	const struct options *o;
	struct addr dst;
	int client, server;
	long port; /* of addr */
};

struct work {
	const char *name;
	void (*setup)(struct state *s);
	void (*run)(struct state *s);
	void (*after)(struct state *s); /* what is not timed; may be NULL */
};

static const char help[] =
	"usage: measure WORK ADDR PORT [options]\n"
	"  udp       a datagram to a socket, until it is read\n"
	"  tcp       a request and its response on one connection\n"
	"  miss      a datagram that is refused, until the ICMP error is in its socket\n"
	"  silent    a datagram that nothing comes back for\n"
	"  raw       as miss, with a protocol that has no ports\n"
	"  connect   a TCP connection that is refused\n"
	"  peace     a TCP connection that is accepted, and closed by both\n"
	"  bind      a UDP socket that is opened, bound and closed\n"
	"  autobind  a UDP socket that is opened, sends to a socket, and is closed\n"
	"  --from PATH   network namespace of the client\n"
	"  --to PATH     network namespace of the server\n"
	"  --runs N      how often (default 201)\n"
	"  --warm N      how often before that (default 20)\n"
	"  --gap S       seconds between two (default 0)\n"
	"  --ports N     take N ports in turn, from PORT on (default 1)\n";

static int open_socket(const struct options *o, int type, int proto)
{
	int fd = socket(o->addr.ss.ss_family, type | SOCK_CLOEXEC, proto);

	if (fd < 0)
		die("socket");
	return fd;
}

static void want_errors(const struct options *o, int fd)
{
	bool v6 = o->addr.ss.ss_family == AF_INET6;

	set_option(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1,
		   "RECVERR");
}

static void send_one(struct state *s)
{
	/* Rejects verify the checksum, of any protocol; all ones is right. Of less than 8
	 * bytes no socket would hear. */
	static const char payload[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };

	if (sendto(s->client, payload, sizeof(payload), 0, (struct sockaddr *)&s->dst.ss,
		   s->dst.len) != sizeof(payload))
		die("sendto %s port %d", addr_host(&s->dst), addr_port(&s->dst));
}

static void receive_one(int fd, int flags)
{
	char data[64], control[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	if (recvmsg(fd, &m, flags) <= 0)
		die(flags & MSG_ERRQUEUE ? "no ICMP error came" : "nothing came");
}

static void udp_client(struct state *s)
{
	enter_netns(s->o->from);
	s->client = open_socket(s->o, SOCK_DGRAM, IPPROTO_UDP);
}

static void miss_setup(struct state *s)
{
	udp_client(s);
	want_errors(s->o, s->client);
}

static void udp_server(struct state *s)
{
	enter_netns(s->o->to);
	s->server = open_socket(s->o, SOCK_DGRAM, IPPROTO_UDP);
	if (bind(s->server, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len))
		die("bind to %s", addr_host(&s->o->addr));
}

static void udp_setup(struct state *s)
{
	udp_server(s);
	udp_client(s);
}

static void udp_run(struct state *s)
{
	send_one(s);
	receive_one(s->server, MSG_DONTWAIT);
}

static void tcp_setup(struct state *s)
{
	int fd;

	enter_netns(s->o->to);
	fd = open_socket(s->o, SOCK_STREAM, 0);
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (bind(fd, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len) || listen(fd, 1))
		die("listen on %s", addr_host(&s->o->addr));
	enter_netns(s->o->from);
	s->client = open_socket(s->o, SOCK_STREAM, 0);
	if (connect(s->client, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len))
		die("connect to %s", addr_host(&s->o->addr));
	s->server = accept(fd, NULL, NULL);
	if (s->server < 0)
		die("accept");
}

static void tcp_run(struct state *s)
{
	char c = 'b';

	for (int i = 0; i < 2; i++)
		if (send(i ? s->server : s->client, &c, 1, 0) != 1 ||
		    recv(i ? s->client : s->server, &c, 1, 0) != 1)
			die("request and response");
}

static void take_error(struct state *s)
{
	receive_one(s->client, MSG_ERRQUEUE | MSG_DONTWAIT);
}

static void raw_setup(struct state *s)
{
	enter_netns(s->o->from);
	s->client = open_socket(s->o, SOCK_RAW, 253); /* RFC 3692: for experiments */
	want_errors(s->o, s->client);
	s->dst.ss = s->o->addr.ss;
	set_port(&s->dst, 0);
}

static void connect_setup(struct state *s)
{
	enter_netns(s->o->from);
}

static void connect_run(struct state *s)
{
	int fd = open_socket(s->o, SOCK_STREAM, 0);

	if (!connect(fd, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len) ||
	    errno != ECONNREFUSED)
		die("the connection was not refused, but");
	close(fd);
}

/* The listener in s->server. */
static void peace_setup(struct state *s)
{
	enter_netns(s->o->to);
	s->server = open_socket(s->o, SOCK_STREAM, 0);
	set_option(s->server, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (bind(s->server, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len) ||
	    listen(s->server, 8))
		die("listen on %s", addr_host(&s->o->addr));
	enter_netns(s->o->from);
}

static void peace_run(struct state *s)
{
	int fd = open_socket(s->o, SOCK_STREAM, 0), conn;

	if (connect(fd, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len))
		die("connect to %s", addr_host(&s->o->addr));
	conn = accept(s->server, NULL, NULL);
	if (conn < 0)
		die("accept");
	close(fd);
	close(conn);
}

static void bind_setup(struct state *s)
{
	enter_netns(s->o->to);
}

static void bind_run(struct state *s)
{
	int fd = open_socket(s->o, SOCK_DGRAM, IPPROTO_UDP);

	if (bind(fd, (const struct sockaddr *)&s->o->addr.ss, s->o->addr.len))
		die("bind to %s", addr_host(&s->o->addr));
	close(fd);
}

static void autobind_setup(struct state *s)
{
	udp_server(s);
	enter_netns(s->o->from);
}

static void autobind_run(struct state *s)
{
	s->client = open_socket(s->o, SOCK_DGRAM, IPPROTO_UDP);
	send_one(s);
	close(s->client);
}

static void take_datagram(struct state *s)
{
	receive_one(s->server, MSG_DONTWAIT);
}

static const struct work works[] = {
	{ "udp", udp_setup, udp_run, NULL },
	{ "tcp", tcp_setup, tcp_run, NULL },
	{ "miss", miss_setup, send_one, take_error },
	{ "silent", udp_client, send_one, NULL },
	{ "raw", raw_setup, send_one, take_error },
	{ "connect", connect_setup, connect_run, NULL },
	{ "peace", peace_setup, peace_run, NULL },
	{ "bind", bind_setup, bind_run, NULL },
	{ "autobind", autobind_setup, autobind_run, take_datagram },
};

static const struct work *find_work(const char *name)
{
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
		if (!strcmp(works[i].name, name))
			return &works[i];
	bad_usage("no work '%s'\n%s", name, help);
}

static const struct work *parse(int argc, char **argv, struct options *o)
{
	const struct opt opts[] = { OPT_TEXT("from", &o->from),
				    OPT_TEXT("to", &o->to),
				    OPT_NUMBER("runs", &o->runs, 1, MAX_RUNS),
				    OPT_NUMBER("warm", &o->warm, 1, MAX_RUNS),
				    OPT_SECONDS("gap", &o->gap),
				    OPT_NUMBER("ports", &o->ports, 1, 60000),
				    {} };
	char **args;

	*o = (struct options){ .runs = 201, .warm = 20, .ports = 1 };
	args = take_options(argc, argv, opts, 3, help);
	o->addr = take_addr(args + 1, 0);
	return find_work(args[0]);
}

/* Run it once, in instructions. */
static uint64_t once(const struct work *w, struct state *s, long i)
{
	uint64_t start, end;

	if (s->o->gap)
		usleep(s->o->gap);
	if (s->o->ports > 1)
		set_port(&s->dst, s->port + i % s->o->ports);
	start = now();
	w->run(s);
	end = now();
	if (w->after)
		w->after(s);
	return end - start;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static uint64_t took[MAX_RUNS];
	struct options o;
	const struct work *w = parse(argc, argv, &o);
	struct state s = { .o = &o, .dst = o.addr, .port = addr_port(&o.addr) };
	uint64_t first = 0;

	w->setup(&s);
	for (long i = 0; i < o.warm; i++) {
		uint64_t t = once(w, &s, i);

		first = i ? first : t;
	}
	for (long i = 0; i < o.runs; i++)
		took[i] = once(w, &s, o.warm + i);
	qsort(took, o.runs, sizeof(*took), by_size);
	printf("{\"first\":%ju,\"min\":%ju,\"median\":%ju,\"max\":%ju,\"runs\":%ld}\n",
	       (uintmax_t)first, (uintmax_t)took[0], (uintmax_t)took[o.runs / 2],
	       (uintmax_t)took[o.runs - 1], o.runs);
}
