// SPDX-License-Identifier: GPL-2.0-only
/* tcp_connect - one TCP connection attempt; prints "connected" or the error's name. */
#define _GNU_SOURCE
#include "options.h"

#include <poll.h>

static const char help[] =
	"usage: tcp_connect ADDR PORT [--sport PORT] [--dev NAME] [--wait S] [--send N]\n"
	"                   [--mptcp]\n"
	"--send N: once connected, say something N times, each .2 s later; see how it ends\n";

/* The error that the attempt ended with, 0 when connected, ETIMEDOUT after @wait_us. */
static int attempt(int fd, const struct addr *to, long wait_us)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = 0;

	if (!connect(fd, (const struct sockaddr *)&to->ss, to->len))
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (poll(&p, 1, wait_us / 1000) <= 0)
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		die("SO_ERROR");
	return err;
}

/* Say something @times, as far as one may, and wait for the other side's end of it: "eof", the
 * error, or "open". */
static const char *talk(int fd, long times, long wait_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[256];
	ssize_t n;

	for (long i = 0; i < times; i++) {
		usleep(200000);
		send(fd, "said\n", 5, MSG_NOSIGNAL);
	}
	while (poll(&p, 1, wait_us / 1000) == 1) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return strerrorname_np(errno);
		if (n == 0)
			return "eof";
	}
	return "open";
}

int main(int argc, char **argv)
{
	struct addr to, local = { .len = sizeof(local.ss) };
	const char *dev = NULL;
	long sport = 0, wait = 2000000, times = -1;
	bool mptcp = false;
	const struct opt opts[] = { OPT_NUMBER("sport", &sport, 1, 65535),
				    OPT_TEXT("dev", &dev),
				    OPT_SECONDS("wait", &wait),
				    OPT_NUMBER("send", &times, 0, 9),
				    OPT_FLAG("mptcp", &mptcp),
				    {} };
	int fd, err;

	to = take_addr(take_options(argc, argv, opts, 2, help), 1);
	fd = socket(to.ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK, mptcp ? IPPROTO_MPTCP : 0);
	if (fd < 0)
		die("socket");
	set_device(fd, dev);
	if (sport) {
		struct addr from = to_addr(to.ss.ss_family == AF_INET6 ? "::" : "0.0.0.0", sport);

		set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
		if (bind(fd, (struct sockaddr *)&from.ss, from.len))
			die("bind to port %ld", sport);
	}
	err = attempt(fd, &to, wait);
	if (getsockname(fd, (struct sockaddr *)&local.ss, &local.len))
		die("getsockname");
	printf("{\"pid\":%d,\"sport\":%d,\"result\":\"%s\"", getpid(), addr_port(&local),
	       err ? strerrorname_np(err) : "connected");
	if (times >= 0 && !err)
		printf(",\"end\":\"%s\"", talk(fd, times, wait));
	puts("}");
}
