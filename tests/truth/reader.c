// SPDX-License-Identifier: GPL-2.0-only
/* reader - gets a copy of packets without owning a port, and says of each how long it is. */
#define _GNU_SOURCE
#include "options.h"

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
	const char *dev = NULL;
	const struct opt opts[] = { OPT_TEXT("dev", &dev), OPT_COMM("comm"), {} };
	char data[2048], **args = take_options(argc, argv, opts, 2, help);
	int fd;

	if (!strcmp(args[0], "packet"))
		fd = open_packet(args[1], dev);
	else if (!strcmp(args[0], "raw4") || !strcmp(args[0], "raw6"))
		fd = open_raw(args[0][3] == '6' ? AF_INET6 : AF_INET, args[1], dev);
	else
		bad_usage("no such kind: %s\n%s", args[0], help);
	put_ready(NULL);
	for (;;) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n < 0)
			die("recv");
		printf("{\"got\":%zd}\n", n);
		fflush(stdout);
	}
}
