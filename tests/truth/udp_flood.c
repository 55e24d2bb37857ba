/* SPDX-License-Identifier: GPL-2.0-only */
/* udp_flood - many datagrams, as fast as they go, and no look at what comes back. */
#define _GNU_SOURCE
#include "options.h"
#include "udp.h"

#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>

#define BATCH 64

static const char help[] =
	"usage: udp_flood [options] ADDR PORT\n"
	"  -n N             datagrams (default 1; 0: until SIGTERM)\n"
	"  --ports N        to ports PORT to PORT+N-1 in turn (default 1)\n"
	"  --sources ADDR/N from ADDR and the N-1 addresses behind it in turn, which need not be\n"
	"                   this host's; by default from the one that the route chooses\n"
	"  --gap S          seconds between 64 of them\n"
	"  --rate N         in a second; prints also how many ms it took\n"
	"  --namespaces N   in N network namespaces, one after the other, each time to its own\n"
	"                   loopback: ADDR is 127.x.x.x; prints also how many found no socket\n"
	"prints {\"sent\":N}\n";

struct options {
	long count, ports, sources, gap, rate, namespaces;
	struct addr to, from;
};

struct batch {
	struct mmsghdr m[BATCH];
	struct iovec iov;
	struct addr to[BATCH];
	/* One address to send from in each. */
	_Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static volatile sig_atomic_t told;

static void on_signal(int sig)
{
	(void)sig;
	told = 1;
}

static void parse(int argc, char **argv, struct options *o)
{
	const struct opt opts[] = { OPT_NUMBER("n", &o->count, 0, 1000000000),
				    OPT_NUMBER("ports", &o->ports, 1, 65535),
				    OPT_PEER("sources", &o->from),
				    OPT_SECONDS("gap", &o->gap),
				    OPT_NUMBER("rate", &o->rate, 1, 10000000),
				    OPT_NUMBER("namespaces", &o->namespaces, 1, 100000),
				    {} };

	*o = (struct options){ .count = 1, .ports = 1 };
	o->to = take_addr(take_options(argc, argv, opts, 2, help), 1);
	o->sources = o->from.len ? addr_port(&o->from) : 0;
	if (o->sources && o->from.ss.ss_family != o->to.ss.ss_family)
		bad_usage("--sources and ADDR are of different families");
}

/* The last 16 bits of the address count on. */
static void from_source(struct batch *b, const struct options *o, int i, long source)
{
	struct msghdr *m = &b->m[i].msg_hdr;
	struct cmsghdr *c = (struct cmsghdr *)b->control[i];
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&o->from.ss;
	const struct sockaddr_in *four = (const struct sockaddr_in *)&o->from.ss;
	struct in_pktinfo p4 = {};
	struct in6_pktinfo p6 = {};

	m->msg_control = c;
	if (o->to.ss.ss_family == AF_INET) {
		p4.ipi_spec_dst.s_addr = htonl(ntohl(four->sin_addr.s_addr) + source);
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(p4)), IPPROTO_IP, IP_PKTINFO };
		memcpy(CMSG_DATA(c), &p4, sizeof(p4));
		m->msg_controllen = CMSG_SPACE(sizeof(p4));
		return;
	}
	p6.ipi6_addr = six->sin6_addr;
	p6.ipi6_addr.s6_addr[14] += source >> 8;
	p6.ipi6_addr.s6_addr[15] += source;
	*c = (struct cmsghdr){ CMSG_LEN(sizeof(p6)), IPPROTO_IPV6, IPV6_PKTINFO };
	memcpy(CMSG_DATA(c), &p6, sizeof(p6));
	m->msg_controllen = CMSG_SPACE(sizeof(p6));
}

static int fill(struct batch *b, const struct options *o, long sent)
{
	int n = 0;

	for (; n < BATCH && (!o->count || sent + n < o->count); n++) {
		b->to[n] = o->to;
		set_port(&b->to[n], addr_port(&o->to) + (sent + n) % o->ports);
		b->m[n].msg_hdr = (struct msghdr){ .msg_name = &b->to[n].ss,
						   .msg_namelen = b->to[n].len,
						   .msg_iov = &b->iov,
						   .msg_iovlen = 1 };
		if (o->sources)
			from_source(b, o, n, (sent + n) % o->sources);
	}
	return n;
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Until @sent have their time, which began at @begin. */
static void keep_rate(const struct options *o, long long begin, long sent)
{
	long long due = begin + sent * (1000000000LL / o->rate);
	struct timespec t = { due / 1000000000, due % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* Returns how many were sent. */
static long flood(const struct options *o)
{
	static struct batch b = { .iov = { "flood", 5 } };
	int fd = udp_socket(o->to.ss.ss_family, IPPROTO_UDP), n;
	long long begin = now_ns();
	long sent = 0;

	if (o->to.ss.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1, "IPV6_FREEBIND");
	while (!told && (!o->count || sent < o->count)) {
		n = sendmmsg(fd, b.m, fill(&b, o, sent), 0);
		if (n < 0 && errno != EINTR)
			die("sendmmsg");
		sent += n > 0 ? n : 0;
		if (o->gap)
			usleep(o->gap);
		if (o->rate)
			keep_rate(o, begin, sent);
	}
	close(fd);
	return sent;
}

/* How many datagrams this namespace's sockets missed. */
static long missed(void)
{
	FILE *f = fopen("/proc/thread-self/net/snmp", "re");
	char line[1024];
	long n = -1;

	if (!f)
		die("/proc/thread-self/net/snmp");
	while (fgets(line, sizeof(line), f) && n < 0)
		if (sscanf(line, "Udp: %*d %ld", &n) != 1)
			n = -1;
	fclose(f);
	return n;
}

/* The same once @sent are through, which may be a while after they were sent. */
static long missed_of(long sent)
{
	long n = missed();

	for (int ms = 0; n < sent && ms < 1000; ms++) {
		usleep(1000);
		n = missed();
	}
	return n;
}

static void loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = udp_socket(AF_INET, IPPROTO_UDP);

	if (ioctl(fd, SIOCSIFFLAGS, &r))
		die("lo");
	close(fd);
}

/* The end of one namespace is the beginning of the next. */
static long flood_namespaces(const struct options *o, long *refused)
{
	long sent = 0, n;

	for (long i = 0; i < o->namespaces && !told; i++) {
		if (unshare(CLONE_NEWNET))
			die("unshare");
		loopback_up();
		n = flood(o);
		sent += n;
		*refused += missed_of(n);
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct options o;
	long refused = 0, sent;
	long long begin;

	parse(argc, argv, &o);
	signal(SIGTERM, on_signal);
	if (!o.namespaces) {
		begin = now_ns();
		printf("{\"sent\":%ld", flood(&o));
		if (o.rate)
			printf(",\"ms\":%lld", (now_ns() - begin) / 1000000);
		puts("}");
		return 0;
	}
	sent = flood_namespaces(&o, &refused);
	printf("{\"sent\":%ld,\"refused\":%ld}\n", sent, refused);
}
