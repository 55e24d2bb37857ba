// SPDX-License-Identifier: GPL-2.0-only
/* senders - UDP datagrams to random ports of random places, each of them logged.
 *
 * A datagram is known by its addresses, ports and length together: that is what an event of
 * unreach shows of it. Lengths count up, so no two alike are near in time.
 *
 * Log: "S TIME NETNS INUM PID COMM", then for each datagram
 * "BEFORE AFTER PROTO SRC SPORT DST DPORT LENGTH ERRNO", LENGTH from the network header on.
 */
#define _GNU_SOURCE
#include "stress.h"

#define ROUTES_MAX  64
#define SOURCES_MAX 16
#define SPORTS      16 /* sockets of each source, on ports from --sport on */
#define LENGTHS     900
#define BURST       4 /* datagrams at once, on average */

struct source {
	struct addr addr;
	int fd[SPORTS], lite[SPORTS];
};

struct route {
	struct source *from;
	struct addr to;
};

static struct source sources[SOURCES_MAX];
static struct route routes[ROUTES_MAX];
static int nsources, nroutes, sport;
static volatile sig_atomic_t stop;

static const char help[] =
	"usage: senders LOG NETNS SEED FIRST-LAST SPORT GAP SRC,DST...\n"
	"Sends a few from SRC to ports of DST every GAP microseconds or so, until SIGTERM.\n";

static void set_port(struct addr *a, int port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

/* -1 where the kernel has no such protocol. */
static int open_source(const struct addr *addr, int port, int proto)
{
	struct addr local = *addr;
	int fd = socket(addr->ss.ss_family, SOCK_DGRAM, proto);

	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT))
		return -1;
	if (fd < 0)
		die("socket");
	set_port(&local, port);
	if (bind(fd, (struct sockaddr *)&local.ss, local.len))
		die("bind to %s port %d", addr_host(addr), port);
	return fd;
}

static struct source *take_source(const char *text)
{
	struct source *s;
	struct addr a = to_addr(text, 0);

	for (int i = 0; i < nsources; i++)
		if (!memcmp(&sources[i].addr.ss, &a.ss, a.len))
			return &sources[i];
	if (nsources == SOURCES_MAX)
		bad_usage("too many sources");
	s = &sources[nsources++];
	s->addr = a;
	for (int i = 0; i < SPORTS; i++) {
		s->fd[i] = open_source(&a, sport + i, IPPROTO_UDP);
		s->lite[i] = open_source(&a, sport + i, IPPROTO_UDPLITE);
	}
	return s;
}

static void take_route(char *text)
{
	char *comma = strchr(text, ',');

	if (!comma || nroutes == ROUTES_MAX)
		bad_usage("'%s': want SRC,DST, and not too many", text);
	*comma = '\0';
	routes[nroutes].from = take_source(text);
	routes[nroutes++].to = to_addr(comma + 1, 0);
}

static void send_one(const struct route *r, int port)
{
	static char payload[LENGTHS];
	static unsigned int count;
	int i = roll(SPORTS), proto = chance(4) ? IPPROTO_UDPLITE : IPPROTO_UDP;
	int fd = proto == IPPROTO_UDP ? r->from->fd[i] : r->from->lite[i];
	size_t n = ++count % LENGTHS;
	struct addr to = r->to;
	long long before;
	ssize_t sent;

	if (fd < 0)
		return;
	set_port(&to, port);
	before = now_ns();
	sent = sendto(fd, payload, n, 0, (struct sockaddr *)&to.ss, to.len);
	log_line("%lld %lld %d %s %d %s %d %zu %d", before, now_ns(), proto,
		 addr_host(&r->from->addr), sport + i, addr_host(&to), port,
		 n + 8 + (to.ss.ss_family == AF_INET6 ? 40 : 20), sent < 0 ? errno : 0);
}

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

int main(int argc, char **argv)
{
	struct ports ports;
	long gap;

	if (argc < 8)
		bad_usage("%s", help);
	log_open(argv[1]);
	dice_seed(to_number("SEED", argv[3], 0, 1 << 30));
	ports = to_ports(argv[4]);
	sport = to_number("SPORT", argv[5], 1, 65535 - SPORTS);
	gap = to_number("GAP", argv[6], 0, 1000000);
	for (int i = 7; i < argc; i++)
		take_route(argv[i]);
	signal(SIGTERM, on_term);
	log_line("S %lld %s %lu %d %s", now_ns(), argv[2], own_netns(), getpid(),
		 program_invocation_short_name);
	while (!stop) {
		bool same = chance(10);
		int port = pick_port(ports);

		for (int n = 1 + roll(2 * BURST); n--; port = same ? port : pick_port(ports))
			send_one(&routes[roll(nroutes)], port);
		usleep(gap / 2 + roll(gap + 1));
	}
	return 0;
}
