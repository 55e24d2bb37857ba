// SPDX-License-Identifier: GPL-2.0-only
/* tcp_listen - a TCP service that accepts, says hello and hangs up. */
#define _GNU_SOURCE
#include "options.h"

static const char help[] = "usage: tcp_listen ADDR PORT [--v6only 0|1] [--dev NAME] "
			   "[--reuseport] [--comm NAME]\n";

int main(int argc, char **argv)
{
	const char *dev = NULL;
	struct addr local;
	long v6only = -1;
	bool reuseport = false;
	const struct opt opts[] = { OPT_NUMBER("v6only", &v6only, 0, 1),
				    OPT_TEXT("dev", &dev),
				    OPT_FLAG("reuseport", &reuseport),
				    OPT_COMM("comm"),
				    {} };
	int fd;

	local = take_addr(take_options(argc, argv, opts, 2, help), 0);
	fd = socket(local.ss.ss_family, SOCK_STREAM, 0);
	if (fd < 0)
		die("socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (v6only >= 0)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, (int)v6only, "IPV6_V6ONLY");
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
