/* SPDX-License-Identifier: GPL-2.0-only */
/* udp_flood - many datagrams, as fast as they go, and no look at what comes back. */
#define _GNU_SOURCE
#include <getopt.h>

#include "udp.h"

#define BATCH 64

static const char help[] =
	"usage: udp_flood [options] ADDR PORT\n"
	"  -n N             datagrams (default 1)\n"
	"  --ports N        to ports PORT to PORT+N-1 in turn (default 1)\n"
	"  --sources ADDR/N from ADDR and the N-1 addresses behind it in turn, which need not be\n"
	"                   this host's; by default from the one that the route chooses\n"
	"prints {\"sent\":N}\n";

struct options {
	long count, ports, sources;
	struct addr to, from;
};

struct batch {
	struct mmsghdr m[BATCH];
	struct iovec iov;
	struct addr to[BATCH];
	/* One address to send from in each. */
	_Alignas(struct cmsghdr) char control[BATCH][CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "ports", 1, 0, 'p' }, { "sources", 1, 0, 's' }, { "help", 0, 0, 'h' }, {}
	};
	int c;

	*o = (struct options){ .count = 1, .ports = 1 };
	while ((c = getopt_long(argc, argv, "n:h", longs, NULL)) != -1) {
		switch (c) {
		case 'n':
			o->count = to_number("-n", optarg, 1, 10000000);
			break;
		case 'p':
			o->ports = to_number("--ports", optarg, 1, 65535);
			break;
		case 's':
			o->from = to_addr_port("--sources", optarg);
			o->sources = addr_port(&o->from);
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			exit(2);
		}
	}
	if (argc - optind != 2)
		bad_usage("want ADDR PORT\n%s", help);
	o->to = to_addr(argv[optind], to_number("PORT", argv[optind + 1], 1, 65535));
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

	for (; n < BATCH && sent + n < o->count; n++) {
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

int main(int argc, char **argv)
{
	static struct batch b = { .iov = { "flood", 5 } };
	struct options o;
	long sent = 0;
	int fd, n;

	parse(argc, argv, &o);
	fd = udp_socket(o.to.ss.ss_family, IPPROTO_UDP);
	if (o.to.ss.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1, "IPV6_FREEBIND");
	while (sent < o.count) {
		n = sendmmsg(fd, b.m, fill(&b, &o, sent), 0);
		if (n < 0)
			die("sendmmsg");
		sent += n;
	}
	printf("{\"sent\":%ld}\n", sent);
}
