// SPDX-License-Identifier: GPL-2.0-only
/* udp_listen - a UDP service that answers every datagram, or fails to in a chosen way. */
#define _GNU_SOURCE
#include "truth.h"

#include <getopt.h>
#include <linux/filter.h>

struct options {
	struct addr local, peer, reply_from;
	const char *dev;
	int proto, v6only, rcvbuf;
	long delay;
	bool noread, mute, filter0, reuseport;
};

static const char help[] = "usage: udp_listen ADDR PORT [options]\n"
			   "  --v6only 0|1           IPV6_V6ONLY\n"
			   "  --dev NAME             SO_BINDTODEVICE\n"
			   "  --peer ADDR/PORT       connect() to that peer\n"
			   "  --rcvbuf N             SO_RCVBUF\n"
			   "  --noread               never read\n"
			   "  --filter0              a socket filter that drops everything\n"
			   "  --reuseport            SO_REUSEPORT\n"
			   "  --delay S              answer S seconds late\n"
			   "  --reply-from ADDR/PORT answer from another address\n"
			   "  --proto N              17 (UDP, the default) or 136 (UDP-Lite)\n"
			   "  --comm NAME            process name\n";

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "v6only", 1, 0, '6' },  { "dev", 1, 0, 'd' },
		{ "peer", 1, 0, 'p' },    { "rcvbuf", 1, 0, 'b' },
		{ "noread", 0, 0, 'n' },  { "mute", 0, 0, 'm' },
		{ "filter0", 0, 0, 'f' }, { "reuseport", 0, 0, 'r' },
		{ "delay", 1, 0, 'w' },   { "reply-from", 1, 0, 'R' },
		{ "proto", 1, 0, 'P' },   { "comm", 1, 0, 'c' },
		{ "help", 0, 0, 'h' },    {}
	};
	int c;

	*o = (struct options){ .proto = IPPROTO_UDP, .v6only = -1 };
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case '6':
			o->v6only = to_number("--v6only", optarg, 0, 1);
			break;
		case 'd':
			o->dev = optarg;
			break;
		case 'p':
			o->peer = to_addr_port("--peer", optarg);
			break;
		case 'b':
			o->rcvbuf = to_number("--rcvbuf", optarg, 1, 1 << 30);
			break;
		case 'n':
			o->noread = true;
			break;
		case 'm':
			o->mute = true;
			break;
		case 'f':
			o->filter0 = true;
			break;
		case 'r':
			o->reuseport = true;
			break;
		case 'w':
			o->delay = to_usec("--delay", optarg);
			break;
		case 'R':
			o->reply_from = to_addr_port("--reply-from", optarg);
			break;
		case 'P':
			o->proto = to_number("--proto", optarg, 1, 255);
			break;
		case 'c':
			prctl(PR_SET_NAME, optarg);
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
	o->local = to_addr(argv[optind], to_number("PORT", argv[optind + 1], 0, 65535));
}

static int open_socket(const struct options *o, const struct addr *local)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &drop };
	int fd = socket(local->ss.ss_family, SOCK_DGRAM, o->proto);

	if (fd < 0)
		die("socket, protocol %d", o->proto);
	if (o->v6only >= 0)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, o->v6only, "IPV6_V6ONLY");
	if (o->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	if (o->rcvbuf)
		set_option(fd, SOL_SOCKET, SO_RCVBUF, o->rcvbuf, "SO_RCVBUF");
	if (o->filter0 && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("SO_ATTACH_FILTER");
	set_device(fd, o->dev);
	if (bind(fd, (const struct sockaddr *)&local->ss, local->len))
		die("bind to %s port %d", addr_host(local), addr_port(local));
	return fd;
}

static void serve(const struct options *o, int fd, int reply_fd)
{
	char buf[65536];

	for (;;) {
		struct addr from = { .len = sizeof(from.ss) };
		ssize_t n =
			recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from.ss, &from.len);

		if (n < 0)
			continue; /* an ICMP error for an earlier answer */
		printf("{\"got\":%zd,\"from\":\"%s\",\"port\":%d}\n", n, addr_host(&from),
		       addr_port(&from));
		fflush(stdout);
		if (o->mute)
			continue;
		if (o->delay)
			usleep(o->delay);
		if (sendto(reply_fd, "reply", 5, 0, (struct sockaddr *)&from.ss, from.len) < 0)
			fprintf(stderr, "udp_listen: answer to %s: %s\n", addr_host(&from),
				strerror(errno));
	}
}

int main(int argc, char **argv)
{
	struct options o;
	int fd, reply_fd;

	parse(argc, argv, &o);
	fd = reply_fd = open_socket(&o, &o.local);
	if (o.peer.len && connect(fd, (struct sockaddr *)&o.peer.ss, o.peer.len))
		die("connect to --peer");
	if (o.reply_from.len)
		reply_fd = open_socket(&o, &o.reply_from);
	o.local.len = sizeof(o.local.ss);
	if (getsockname(fd, (struct sockaddr *)&o.local.ss, &o.local.len))
		die("getsockname");
	put_ready(&o.local);
	for (; o.noread;)
		pause();
	serve(&o, fd, reply_fd);
}
