// SPDX-License-Identifier: GPL-2.0-only
/* reader - gets a copy of packets without owning a port, and says of each how long it is. */
#define _GNU_SOURCE
#include "truth.h"

#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

static const char help[] = "usage: reader raw4|raw6 PROTO [options]\n"
			   "       reader packet all|ip|ipv6 [options]\n"
			   "  --dev NAME   of this device only\n"
			   "  --comm NAME  process name\n";

static int open_packet(const char *type, const char *dev)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET };
	int fd;

	at.sll_protocol = htons(!strcmp(type, "all")  ? ETH_P_ALL :
				!strcmp(type, "ip")   ? ETH_P_IP :
				!strcmp(type, "ipv6") ? ETH_P_IPV6 :
							0);
	if (!at.sll_protocol)
		bad_usage("packets of no known type: %s", type);
	if (dev)
		at.sll_ifindex = if_nametoindex(dev);
	if (dev && !at.sll_ifindex)
		bad_usage("no device '%s'", dev);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("packet socket");
	return fd;
}

static int open_raw(int family, const char *proto, const char *dev)
{
	int fd = socket(family, SOCK_RAW, (int)to_number("PROTO", proto, 1, 255));

	if (fd < 0)
		die("raw socket");
	set_device(fd, dev);
	return fd;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "dev", 1, 0, 'd' }, { "comm", 1, 0, 'c' }, { "help", 0, 0, 'h' }, {}
	};
	const char *dev = NULL;
	char data[2048];
	int c, fd;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'd')
			dev = optarg;
		else if (c == 'c')
			prctl(PR_SET_NAME, optarg);
		else if (c == 'h')
			return fputs(help, stdout) < 0;
		else
			exit(2);
	}
	if (argc - optind != 2)
		bad_usage("want two words\n%s", help);
	if (!strcmp(argv[optind], "packet"))
		fd = open_packet(argv[optind + 1], dev);
	else if (!strcmp(argv[optind], "raw4") || !strcmp(argv[optind], "raw6"))
		fd = open_raw(argv[optind][3] == '6' ? AF_INET6 : AF_INET, argv[optind + 1], dev);
	else
		bad_usage("no such kind: %s\n%s", argv[optind], help);
	put_ready(NULL);
	for (;;) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0)
			die("recv");
		printf("{\"got\":%zd}\n", n);
		fflush(stdout);
	}
}
