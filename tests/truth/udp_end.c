// SPDX-License-Identifier: GPL-2.0-only
/* udp_end - a UDP socket that ends in a chosen way, and what is easily taken for an end.
 *
 * It says ready once the port is bound; what then happens comes --after so many seconds.
 */
#define _GNU_SOURCE
#include "truth.h"

#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct options {
	struct addr local, to;
	const char *how;
	long status, after, count;
	bool reuseport;
};

static const char help[] =
	"usage: udp_end HOW ADDR PORT [options]\n"
	"HOW:\n"
	"  exit        exit, with --status N\n"
	"  term        exit so when SIGTERM comes\n"
	"  close       close the socket and live on\n"
	"  fork        a child keeps the socket; this process exits\n"
	"  pass        another process gets the socket by SCM_RIGHTS; this one\n"
	"              closes it and exits\n"
	"  hog         use memory until the kernel has enough of it\n"
	"  rebind      close it, and bind --to at once\n"
	"  leave       connect() it to --to, then to AF_UNSPEC, and close it\n"
	"  disconnect  connect() to ADDR and PORT, to AF_UNSPEC, live on: what\n"
	"              getaddrinfo() does to sort addresses\n"
	"  keep        the same, but stay connected\n"
	"  flap        --count N times: bind, wait, close, wait; done then\n"
	"  churn       --count N sockets on ports from PORT on, each closed at\n"
	"              once; PORT 0: the kernel chooses, each is a client's; done then\n"
	"options:\n"
	"  --after S  --status N  --count N  --to ADDR/PORT  --reuseport  --comm NAME\n";

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "after", 1, 0, 'a' },     { "status", 1, 0, 's' },
		{ "count", 1, 0, 'n' },     { "to", 1, 0, 't' },
		{ "reuseport", 0, 0, 'r' }, { "comm", 1, 0, 'c' },
		{ "help", 0, 0, 'h' },      {},
	};
	int c;

	*o = (struct options){ .count = 1 };
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			o->after = to_usec("--after", optarg);
			break;
		case 's':
			o->status = to_number("--status", optarg, 0, 255);
			break;
		case 'n':
			o->count = to_number("--count", optarg, 1, 1000000);
			break;
		case 't':
			o->to = to_addr_port("--to", optarg);
			break;
		case 'r':
			o->reuseport = true;
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
	if (argc - optind != 3)
		bad_usage("want HOW ADDR PORT\n%s", help);
	o->how = argv[optind];
	o->local = to_addr(argv[optind + 1], to_number("PORT", argv[optind + 2], 0, 65535));
}

static int open_socket(const struct options *o, const struct addr *local)
{
	int fd = socket(local->ss.ss_family, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	if (o->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	if (bind(fd, (const struct sockaddr *)&local->ss, local->len))
		die("bind to %s port %d", addr_host(local), addr_port(local));
	return fd;
}

static void live_on(void)
{
	for (;;)
		pause();
}

static long exit_status;

static void on_term(int signal)
{
	(void)signal;
	_exit((int)exit_status);
}

static void hog(void)
{
	const size_t step = 1 << 20;

	for (;;) {
		void *p = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			die("mmap");
		memset(p, 1, step);
	}
}

/* A child that keeps @fd, or gets it through @channel. */
static void keep_in_child(int fd, const int channel[2])
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	if (channel && (close(fd) || recvmsg(channel[0], &m, 0) != 1 || !CMSG_FIRSTHDR(&m)))
		die("receiving the socket");
	printf("{\"holder\":%d}\n", getpid());
	fflush(stdout);
	live_on();
}

static void pass(int fd, const int channel[2])
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	if (sendmsg(channel[1], &m, 0) != 1)
		die("sendmsg");
	close(fd);
}

static void hand_over(const struct options *o, int fd, bool by_message)
{
	int channel[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel))
		die("socketpair");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		keep_in_child(fd, by_message ? channel : NULL);
	if (by_message)
		pass(fd, channel);
	usleep(o->after);
	exit((int)o->status);
}

static void churn(const struct options *o)
{
	struct addr local = o->local, peer = to_addr("127.0.0.1", 9);

	for (long i = 0; i < o->count; i++) {
		int fd;

		if (addr_port(&o->local)) {
			((struct sockaddr_in *)&local.ss)->sin_port =
				htons(addr_port(&o->local) + i);
			fd = open_socket(o, &local);
		} else {
			fd = socket(AF_INET, SOCK_DGRAM, 0);
			if (fd < 0 || connect(fd, (struct sockaddr *)&peer.ss, peer.len))
				die("connect");
		}
		close(fd);
	}
	exit(0);
}

static void flap(const struct options *o)
{
	for (long i = 0; i < o->count; i++) {
		int fd = open_socket(o, &o->local);

		if (!i)
			put_ready(&o->local);
		usleep(o->after);
		close(fd);
		usleep(o->after);
	}
	exit(0);
}

static void disconnect(const struct options *o)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct addr local = { .len = sizeof(local.ss) };
	int fd = socket(o->local.ss.ss_family, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&o->local.ss, o->local.len))
		die("connect");
	if (getsockname(fd, (struct sockaddr *)&local.ss, &local.len))
		die("getsockname");
	if (!strcmp(o->how, "keep")) {
		put_ready(&local);
		live_on();
	}
	usleep(o->after);
	if (connect(fd, &none, sizeof(none)))
		die("connect to AF_UNSPEC");
	put_ready(&local);
	live_on();
}

/* The port stays with the socket; sk_v6_daddr does, too (__udp_disconnect()). */
static void leave_peer(const struct options *o, int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	if (connect(fd, (const struct sockaddr *)&o->to.ss, o->to.len) ||
	    connect(fd, &none, sizeof(none)))
		die("connect to %s and to AF_UNSPEC", addr_host(&o->to));
}

static void finish(const struct options *o, int fd)
{
	if (strcmp(o->how, "fork") && strcmp(o->how, "pass"))
		usleep(o->after);
	if (!strcmp(o->how, "exit"))
		exit((int)o->status);
	if (!strcmp(o->how, "fork") || !strcmp(o->how, "pass"))
		hand_over(o, fd, !strcmp(o->how, "pass"));
	if (!strcmp(o->how, "hog"))
		hog();
	if (!strcmp(o->how, "leave"))
		leave_peer(o, fd);
	if (!strcmp(o->how, "close") || !strcmp(o->how, "rebind") || !strcmp(o->how, "leave"))
		close(fd);
	if (!strcmp(o->how, "rebind"))
		open_socket(o, &o->to);
	live_on();
}

int main(int argc, char **argv)
{
	struct options o;
	int fd;

	parse(argc, argv, &o);
	if (!strcmp(o.how, "churn"))
		churn(&o);
	if (!strcmp(o.how, "flap"))
		flap(&o);
	if (!strcmp(o.how, "disconnect") || !strcmp(o.how, "keep"))
		disconnect(&o);
	fd = open_socket(&o, &o.local);
	exit_status = o.status;
	if (!strcmp(o.how, "term"))
		signal(SIGTERM, on_term);
	put_ready(&o.local);
	finish(&o, fd);
}
