// SPDX-License-Identifier: GPL-2.0-only
/* pkt_read - what really crossed the wire, from an AF_PACKET socket: one line for each
 * ICMP Destination Unreachable and each TCP reset, or for every packet with --all.
 */
#define _GNU_SOURCE
#include "options.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

static const char help[] = "usage: pkt_read [--all] DEV\n";

struct seen {
	struct addr src, dst;
	const unsigned char *l4;
	size_t l4_len;
	int proto;
};

static struct addr from_raw(int family, const void *raw)
{
	struct addr a = { .ss.ss_family = family };

	if (family == AF_INET6)
		memcpy(&((struct sockaddr_in6 *)&a.ss)->sin6_addr, raw, 16);
	else
		memcpy(&((struct sockaddr_in *)&a.ss)->sin_addr, raw, 4);
	return a;
}

static bool dissect(const unsigned char *data, size_t len, int ethertype, struct seen *s)
{
	if (ethertype == ETH_P_IP && len >= sizeof(struct iphdr)) {
		const struct iphdr *ip = (const struct iphdr *)data;
		size_t hlen = ip->ihl * 4;

		if (hlen > len)
			return false;
		s->src = from_raw(AF_INET, &ip->saddr);
		s->dst = from_raw(AF_INET, &ip->daddr);
		s->proto = ip->protocol;
		s->l4 = data + hlen;
		s->l4_len = len - hlen;
		return true;
	}
	if (ethertype == ETH_P_IPV6 && len >= sizeof(struct ip6_hdr)) {
		const struct ip6_hdr *ip = (const struct ip6_hdr *)data;

		s->src = from_raw(AF_INET6, &ip->ip6_src);
		s->dst = from_raw(AF_INET6, &ip->ip6_dst);
		s->proto = ip->ip6_nxt;
		s->l4 = data + sizeof(*ip);
		s->l4_len = len - sizeof(*ip);
		return true;
	}
	return false;
}

static void report(const struct seen *s, bool all)
{
	const char *kind = "packet";
	int type = -1, code = -1;

	if ((s->proto == IPPROTO_ICMP || s->proto == IPPROTO_ICMPV6) && s->l4_len >= 2) {
		type = s->l4[0];
		code = s->l4[1];
		if (type == (s->proto == IPPROTO_ICMP ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH))
			kind = "unreachable";
	} else if (s->proto == IPPROTO_TCP && s->l4_len >= sizeof(struct tcphdr)) {
		if (((const struct tcphdr *)s->l4)->rst)
			kind = "reset";
	}
	if (!all && !strcmp(kind, "packet"))
		return;
	printf("{\"kind\":\"%s\",\"proto\":%d,\"src\":\"%s\",\"dst\":\"%s\"", kind, s->proto,
	       addr_host(&s->src), addr_host(&s->dst));
	if (type >= 0)
		printf(",\"type\":%d,\"code\":%d", type, code);
	puts("}");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	unsigned char buf[65536];
	bool all = false;
	const struct opt opts[] = { OPT_FLAG("all", &all), {} };
	char **args = take_options(argc, argv, opts, 1, help);
	int fd;

	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("packet socket");
	ll.sll_ifindex = if_nametoindex(args[0]);
	if (!ll.sll_ifindex || bind(fd, (struct sockaddr *)&ll, sizeof(ll)))
		die("bind to device %s", args[0]);
	put_ready(NULL);
	for (;;) {
		struct sockaddr_ll from;
		socklen_t flen = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &flen);
		struct seen s = {};

		if (n > 0 && dissect(buf, n, ntohs(from.sll_protocol), &s))
			report(&s, all);
	}
}
