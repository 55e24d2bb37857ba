// SPDX-License-Identifier: GPL-2.0-only
/* raw_send - packets that no ordinary socket would send. */
#define _GNU_SOURCE
#include "truth.h"

#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

static const char help[] =
	"usage: raw_send MODE ...\n"
	"  rawsyn SRC DST SPORT DPORT [FLAGS [N]] a lone TCP segment; FLAGS of SARF (default S); or\n"
	"                                         N of them, from ports SPORT and on\n"
	"  badcsum SRC DST SPORT DPORT            a UDP datagram with a wrong checksum\n"
	"  spoof SRC DST SPORT DPORT              a UDP datagram from somebody else's address\n"
	"  rawip SRC DST PROTO                    40 bytes of an IP protocol\n"
	"  fakeunreach SRC DST SPORT DPORT        a forged port unreachable from SRC to DST, about\n"
	"                                         a datagram that DST sent from SPORT to DPORT\n";

#define MAX_PACKET 256

struct packet {
	struct addr src, dst;
	unsigned char data[MAX_PACKET]; /* from the transport header on */
	size_t len;
	int proto;
};

static unsigned int sum16(const void *data, size_t len, unsigned int sum)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static const void *raw_addr(const struct addr *a, size_t *len)
{
	*len = a->ss.ss_family == AF_INET6 ? 16 : 4;
	return a->ss.ss_family == AF_INET6 ?
		       (const void *)&((const struct sockaddr_in6 *)&a->ss)->sin6_addr :
		       (const void *)&((const struct sockaddr_in *)&a->ss)->sin_addr;
}

/* The checksum of @p's transport data with its pseudo header, network order. */
static uint16_t transport_csum(const struct packet *p)
{
	size_t alen;
	const void *src = raw_addr(&p->src, &alen), *dst = raw_addr(&p->dst, &alen);
	unsigned int sum = p->len + p->proto;

	sum = sum16(src, alen, sum);
	sum = sum16(dst, alen, sum);
	return htons(~sum16(p->data, p->len, sum));
}

static void build_udp(struct packet *p, long sport, long dport, bool good)
{
	struct udphdr *u = (struct udphdr *)p->data;

	p->proto = IPPROTO_UDP;
	p->len = sizeof(*u) + 5;
	*u = (struct udphdr){ .source = htons(sport), .dest = htons(dport), .len = htons(p->len) };
	memcpy(u + 1, "truth", 5);
	u->check = transport_csum(p);
	if (!good)
		u->check ^= htons(0x5555);
}

static void build_tcp(struct packet *p, long sport, long dport, const char *flags)
{
	struct tcphdr *t = (struct tcphdr *)p->data;

	if (!*flags || flags[strspn(flags, "SARF")])
		bad_usage("FLAGS: '%s' is not made of the letters S A R F", flags);
	p->proto = IPPROTO_TCP;
	p->len = sizeof(*t);
	*t = (struct tcphdr){ .source = htons(sport),
			      .dest = htons(dport),
			      .doff = 5,
			      .seq = htonl(1000),
			      .window = htons(1024) };
	t->syn = !!strchr(flags, 'S');
	t->ack = !!strchr(flags, 'A');
	t->rst = !!strchr(flags, 'R');
	t->fin = !!strchr(flags, 'F');
	t->ack_seq = htonl(t->ack ? 2000 : 0);
	t->check = transport_csum(p);
}

static void build_unreach4(struct packet *p, long sport, long dport)
{
	struct icmphdr *icmp = (struct icmphdr *)p->data;
	struct iphdr *ip = (struct iphdr *)(icmp + 1);
	struct udphdr *u = (struct udphdr *)(ip + 1);

	*icmp = (struct icmphdr){ .type = ICMP_DEST_UNREACH, .code = ICMP_PORT_UNREACH };
	*ip = (struct iphdr){ .version = 4,
			      .ihl = 5,
			      .ttl = 64,
			      .protocol = IPPROTO_UDP,
			      .tot_len = htons(sizeof(*ip) + sizeof(*u) + 5) };
	ip->saddr = ((struct sockaddr_in *)&p->dst.ss)->sin_addr.s_addr;
	ip->daddr = ((struct sockaddr_in *)&p->src.ss)->sin_addr.s_addr;
	ip->check = htons(~sum16(ip, sizeof(*ip), 0));
	*u = (struct udphdr){ .source = htons(sport), .dest = htons(dport), .len = htons(13) };
	p->proto = IPPROTO_ICMP;
	p->len = sizeof(*icmp) + sizeof(*ip) + sizeof(*u);
	icmp->checksum = htons(~sum16(p->data, p->len, 0));
}

static void build_unreach6(struct packet *p, long sport, long dport)
{
	struct icmp6_hdr *icmp = (struct icmp6_hdr *)p->data;
	struct ip6_hdr *ip = (struct ip6_hdr *)(icmp + 1);
	struct udphdr *u = (struct udphdr *)(ip + 1);

	*icmp = (struct icmp6_hdr){ .icmp6_type = ICMP6_DST_UNREACH,
				    .icmp6_code = ICMP6_DST_UNREACH_NOPORT };
	*ip = (struct ip6_hdr){};
	ip->ip6_vfc = 6 << 4;
	ip->ip6_hlim = 64;
	ip->ip6_nxt = IPPROTO_UDP;
	ip->ip6_plen = htons(13);
	ip->ip6_src = ((struct sockaddr_in6 *)&p->dst.ss)->sin6_addr;
	ip->ip6_dst = ((struct sockaddr_in6 *)&p->src.ss)->sin6_addr;
	*u = (struct udphdr){ .source = htons(sport), .dest = htons(dport), .len = htons(13) };
	p->proto = IPPROTO_ICMPV6;
	p->len = sizeof(*icmp) + sizeof(*ip) + sizeof(*u);
	icmp->icmp6_cksum = transport_csum(p);
}

static int raw_socket(const struct packet *p)
{
	int fd = socket(p->src.ss.ss_family, SOCK_RAW, IPPROTO_RAW);

	if (fd < 0)
		die("raw socket");
	if (p->src.ss.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_HDRINCL, 1, "IPV6_HDRINCL");
	return fd;
}

/* Send with an IP header of our own making, so that any source address goes. */
static void transmit(int fd, const struct packet *p)
{
	bool v6 = p->src.ss.ss_family == AF_INET6;
	unsigned char out[MAX_PACKET + 40] = {};
	struct addr to = p->dst;
	size_t alen, hlen = v6 ? sizeof(struct ip6_hdr) : sizeof(struct iphdr);

	if (v6) {
		struct ip6_hdr *ip = (struct ip6_hdr *)out;

		ip->ip6_vfc = 6 << 4;
		ip->ip6_plen = htons(p->len);
		ip->ip6_nxt = p->proto;
		ip->ip6_hlim = 64;
		memcpy(&ip->ip6_src, raw_addr(&p->src, &alen), 16);
		memcpy(&ip->ip6_dst, raw_addr(&p->dst, &alen), 16);
		((struct sockaddr_in6 *)&to.ss)->sin6_port = 0; /* or EINVAL */
	} else {
		struct iphdr *ip = (struct iphdr *)out;

		*ip = (struct iphdr){ .version = 4,
				      .ihl = 5,
				      .ttl = 64,
				      .protocol = p->proto,
				      .tot_len = htons(hlen + p->len) };
		memcpy(&ip->saddr, raw_addr(&p->src, &alen), 4);
		memcpy(&ip->daddr, raw_addr(&p->dst, &alen), 4);
	}
	memcpy(out + hlen, p->data, p->len);
	if (sendto(fd, out, hlen + p->len, 0, (struct sockaddr *)&to.ss, to.len) < 0)
		die("send to %s", addr_host(&p->dst));
}

static void say_sent(long n)
{
	printf("{\"pid\":%d,\"sent\":%ld}\n", getpid(), n);
}

/* @n segments, from source ports @sport and on. */
static void flood(struct packet *p, long sport, long dport, const char *flags, long n)
{
	int fd = raw_socket(p);

	for (long i = 0; i < n; i++) {
		build_tcp(p, 1 + (sport - 1 + i) % 65535, dport, flags);
		transmit(fd, p);
	}
	say_sent(n);
}

int main(int argc, char **argv)
{
	struct packet p = {};
	const char *mode = argc > 1 ? argv[1] : "";
	bool rawip = !strcmp(mode, "rawip"), rawsyn = !strcmp(mode, "rawsyn");
	long sport = 0, dport = 0;

	if (!strcmp(mode, "--help") || !strcmp(mode, "-h")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != (rawip ? 5 : 6) && !(rawsyn && (argc == 7 || argc == 8)))
		bad_usage("wrong number of arguments\n%s", help);
	p.src = to_addr(argv[2], 0);
	p.dst = to_addr(argv[3], 0);
	if (p.src.ss.ss_family != p.dst.ss.ss_family)
		bad_usage("SRC and DST are of different families");
	if (rawip) {
		p.proto = to_number("PROTO", argv[4], 0, 255);
		p.len = 40; /* an IPv6 header, for a tunnel */
		transmit(raw_socket(&p), &p);
		say_sent(1);
		return 0;
	}
	sport = to_number("SPORT", argv[4], 1, 65535);
	dport = to_number("DPORT", argv[5], 1, 65535);
	if (rawsyn) {
		flood(&p, sport, dport, argc > 6 ? argv[6] : "S",
		      argc > 7 ? to_number("N", argv[7], 1, 100000000) : 1);
		return 0;
	}
	if (!strcmp(mode, "badcsum") || !strcmp(mode, "spoof"))
		build_udp(&p, sport, dport, !strcmp(mode, "spoof"));
	else if (!strcmp(mode, "fakeunreach") && p.src.ss.ss_family == AF_INET6)
		build_unreach6(&p, sport, dport);
	else if (!strcmp(mode, "fakeunreach"))
		build_unreach4(&p, sport, dport);
	else
		bad_usage("unknown mode '%s'\n%s", mode, help);
	transmit(raw_socket(&p), &p);
	say_sent(1);
}
