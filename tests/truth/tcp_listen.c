// SPDX-License-Identifier: GPL-2.0-only
/* tcp_listen - a TCP service that accepts, says hello and hangs up. */
#define _GNU_SOURCE
#include "truth.h"

#include <getopt.h>

static const char help[] = "usage: tcp_listen ADDR PORT [--v6only 0|1] [--dev NAME] "
			   "[--reuseport] [--comm NAME]\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = { { "v6only", 1, 0, '6' },    { "dev", 1, 0, 'd' },
					       { "reuseport", 0, 0, 'r' }, { "comm", 1, 0, 'c' },
					       { "help", 0, 0, 'h' },      {} };
	const char *dev = NULL;
	struct addr local;
	int c, fd, v6only = -1;
	bool reuseport = false;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case '6':
			v6only = to_number("--v6only", optarg, 0, 1);
			break;
		case 'd':
			dev = optarg;
			break;
		case 'r':
			reuseport = true;
			break;
		case 'c':
			prctl(PR_SET_NAME, optarg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (argc - optind != 2)
		bad_usage("want ADDR PORT\n%s", help);
	local = to_addr(argv[optind], to_number("PORT", argv[optind + 1], 0, 65535));
	fd = socket(local.ss.ss_family, SOCK_STREAM, 0);
	if (fd < 0)
		die("socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (v6only >= 0)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only, "IPV6_V6ONLY");
	if (reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	set_device(fd, dev);
	if (bind(fd, (struct sockaddr *)&local.ss, local.len) || listen(fd, 16))
		die("listen on %s port %d", addr_host(&local), addr_port(&local));
	local.len = sizeof(local.ss);
	if (getsockname(fd, (struct sockaddr *)&local.ss, &local.len))
		die("getsockname");
	put_ready(&local);
	for (;;) {
		struct addr from = { .len = sizeof(from.ss) };
		int conn = accept(fd, (struct sockaddr *)&from.ss, &from.len);

		if (conn < 0)
			continue; /* the client was gone before we came to it */
		printf("{\"accepted\":true,\"from\":\"%s\",\"port\":%d}\n", addr_host(&from),
		       addr_port(&from));
		fflush(stdout);
		if (send(conn, "hello", 5, MSG_NOSIGNAL) < 0)
			fprintf(stderr, "tcp_listen: %s\n", strerror(errno));
		close(conn);
	}
}
