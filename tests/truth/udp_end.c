// SPDX-License-Identifier: GPL-2.0-only
/* udp_end - a UDP socket that ends in a chosen way, and what is easily taken for an end.
 *
 * It says ready once the port is bound; what then happens comes --after so many seconds.
 */
#define _GNU_SOURCE
#include "options.h"
#include "udp.h"

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
	const struct opt opts[] = { OPT_SECONDS("after", &o->after),
				    OPT_NUMBER("status", &o->status, 0, 255),
				    OPT_NUMBER("count", &o->count, 1, 1000000),
				    OPT_PEER("to", &o->to),
				    OPT_FLAG("reuseport", &o->reuseport),
				    OPT_COMM("comm"),
				    {} };
	char **args;

	*o = (struct options){ .count = 1 };
	args = take_options(argc, argv, opts, 3, help);
	o->how = args[0];
	o->local = take_addr(args + 1, 0);
}

static int open_socket(const struct options *o, const struct addr *local)
{
	int fd = udp_socket(local->ss.ss_family, IPPROTO_UDP);

	if (o->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	udp_bind(fd, local);
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
	if (channel) {
		close(fd);
		receive_socket(channel[0]);
	}
	printf("{\"holder\":%d}\n", getpid());
	fflush(stdout);
	live_on();
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
	if (by_message) {
		pass_socket(channel[1], fd);
		close(fd);
	}
	usleep(o->after);
	exit((int)o->status);
}

static void churn(const struct options *o)
{
	struct addr local = o->local, peer = to_addr("127.0.0.1", 9);

	for (long i = 0; i < o->count; i++) {
		int fd;

		if (addr_port(&o->local)) {
			set_port(&local, addr_port(&o->local) + i);
			fd = open_socket(o, &local);
		} else {
			fd = udp_socket(AF_INET, IPPROTO_UDP);
			udp_connect(fd, &peer);
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
	int fd = udp_socket(o->local.ss.ss_family, IPPROTO_UDP);
	struct addr local;

	udp_connect(fd, &o->local);
	local = udp_local(fd);
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

	udp_connect(fd, &o->to);
	if (connect(fd, &none, sizeof(none)))
		die("connect to AF_UNSPEC");
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
