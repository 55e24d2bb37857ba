// SPDX-License-Identifier: GPL-2.0-only
/* tcp_end - a TCP service whose connections end in a chosen way, mostly with a reset. */
#define _GNU_SOURCE
#include "options.h"

#include <netinet/tcp.h>
#include <poll.h>

static const char help[] = "usage: tcp_end HOW ADDR PORT [--comm NAME] [--mptcp]\n"
			   "  unread   close a connection while what it received is unread\n"
			   "  linger   close it with SO_LINGER on and 0 s\n"
			   "  early    close it at once, whatever will come\n"
			   "  forget   disconnect it: connect() to AF_UNSPEC\n"
			   "  stop     close the listener while a connection waits for accept()\n"
			   "  full     a backlog of 1, and no accept()\n"
			   "  hold     accept, and do nothing\n"
			   "  alive    the same, and ask after a second of silence, once, whether\n"
			   "           the peer lives\n";

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, 10000) != 1)
		die("nothing came within 10 s");
}

static int take(int fd)
{
	int conn = accept(fd, NULL, NULL);

	if (conn < 0)
		die("accept");
	return conn;
}

static void end_with_linger(int conn)
{
	const struct linger now = { .l_onoff = 1 };

	if (setsockopt(conn, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		die("SO_LINGER");
	close(conn);
}

static void forget(int conn)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	if (connect(conn, &none, sizeof(none)))
		die("connect to AF_UNSPEC");
}

/* Two seconds after the peer has said its last word it counts as dead. */
static void keep_alive(int conn)
{
	set_option(conn, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
	set_option(conn, IPPROTO_TCP, TCP_KEEPIDLE, 1, "TCP_KEEPIDLE");
	set_option(conn, IPPROTO_TCP, TCP_KEEPINTVL, 1, "TCP_KEEPINTVL");
	set_option(conn, IPPROTO_TCP, TCP_KEEPCNT, 1, "TCP_KEEPCNT");
}

static void end(const char *how, int fd)
{
	int conn;

	wait_readable(fd);
	if (!strcmp(how, "stop")) {
		close(fd);
		return;
	}
	conn = take(fd);
	if (!strcmp(how, "unread"))
		wait_readable(conn);
	else
		usleep(100000); /* the client shall see that it is connected */
	if (!strcmp(how, "linger"))
		end_with_linger(conn);
	else if (!strcmp(how, "forget"))
		forget(conn);
	else if (!strcmp(how, "alive"))
		keep_alive(conn);
	else if (strcmp(how, "hold") != 0)
		close(conn);
}

static bool known(const char *how)
{
	static const char *const hows[] = { "unread", "linger", "early", "forget",
					    "stop",   "full",   "hold",  "alive" };

	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++)
		if (!strcmp(how, hows[i]))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct addr local;
	bool mptcp = false;
	const struct opt opts[] = { OPT_COMM("comm"), OPT_FLAG("mptcp", &mptcp), {} };
	char **args = take_options(argc, argv, opts, 3, help);
	int fd;

	if (!known(args[0]))
		bad_usage("HOW: not '%s'\n%s", args[0], help);
	local = take_addr(args + 1, 1);
	fd = socket(local.ss.ss_family, SOCK_STREAM, mptcp ? IPPROTO_MPTCP : 0);
	if (fd < 0)
		die("socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&local.ss, local.len) ||
	    listen(fd, strcmp(args[0], "full") ? 16 : 1))
		die("listen on %s port %d", addr_host(&local), addr_port(&local));
	put_ready(&local);
	if (strcmp(args[0], "full") != 0)
		end(args[0], fd);
	for (;;)
		pause();
}
