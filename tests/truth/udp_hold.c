// SPDX-License-Identifier: GPL-2.0-only
/* udp_hold - a UDP socket that nobody reads, held in an unusual way. First it says who holds
 * it: {"holders":[PID,...]}.
 */
#define _GNU_SOURCE
#include "udp.h"

#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static const char help[] = "usage: udp_hold ADDR PORT [one of these]\n"
			   "  --fork N        this process, and N children that inherit it\n"
			   "  --pass          a child alone, to which it was passed (SCM_RIGHTS)\n"
			   "  --thread        a thread that shares its descriptors with no other\n"
			   "  --leader-ends   this process, whose first thread has ended\n";

struct options {
	struct addr local;
	long forks;
	bool pass, thread, leader_ends;
};

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "fork", 1, 0, 'f' },        { "pass", 0, 0, 'p' }, { "thread", 0, 0, 't' },
		{ "leader-ends", 0, 0, 'l' }, { "help", 0, 0, 'h' }, {}
	};
	int c;

	*o = (struct options){};
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->forks = to_number("--fork", optarg, 1, 100);
			break;
		case 'p':
			o->pass = true;
			break;
		case 't':
			o->thread = true;
			break;
		case 'l':
			o->leader_ends = true;
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
	o->local = to_addr(argv[optind], to_number("PORT", argv[optind + 1], 1, 65535));
}

static int open_socket(const struct options *o)
{
	int fd = udp_socket(o->local.ss.ss_family, IPPROTO_UDP);

	udp_bind(fd, &o->local);
	return fd;
}

__attribute__((noreturn)) static void hold(void)
{
	for (;;)
		pause();
}

/* A child that ends with this process. */
static pid_t start_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid && prctl(PR_SET_PDEATHSIG, SIGKILL))
		die("PR_SET_PDEATHSIG");
	return pid;
}

static void hold_forked(const struct options *o)
{
	open_socket(o);
	printf("{\"holders\":[%d", getpid());
	fflush(stdout); /* before a child has it in its buffer, too */
	for (long i = 0; i < o->forks; i++) {
		pid_t pid = start_child();

		if (!pid)
			hold();
		printf(",%d", pid);
		fflush(stdout);
	}
	puts("]}");
	put_ready(&o->local);
}

static void send_descriptor(int over, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(over, &m, 0) != 1)
		die("SCM_RIGHTS");
}

/* In the child: take it, and say so with a byte. */
static void take_descriptor(int over)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	prctl(PR_SET_NAME, "udp_taker");
	if (recvmsg(over, &m, 0) != 1 || !CMSG_FIRSTHDR(&m) || write(over, &byte, 1) != 1)
		die("take the socket");
}

static void hold_passed(const struct options *o)
{
	int over[2], fd;
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, over))
		die("socketpair");
	pid = start_child();
	if (!pid) {
		take_descriptor(over[1]);
		hold();
	}
	fd = open_socket(o);
	send_descriptor(over[0], fd);
	if (read(over[0], &byte, 1) != 1)
		die("the child");
	close(fd);
	printf("{\"holders\":[%d]}\n", pid);
	put_ready(&o->local);
}

static void *hold_in_thread(void *arg)
{
	const struct options *o = arg;

	if (o->thread && unshare(CLONE_FILES))
		die("CLONE_FILES");
	open_socket(o);
	printf("{\"holders\":[%d]}\n", getpid());
	put_ready(&o->local);
	hold();
}

int main(int argc, char **argv)
{
	static struct options o;
	pthread_t thread;

	parse(argc, argv, &o);
	if (o.forks)
		hold_forked(&o);
	else if (o.pass)
		hold_passed(&o);
	else if (o.thread || o.leader_ends)
		errno = pthread_create(&thread, NULL, hold_in_thread, &o);
	else
		bad_usage("how?\n%s", help);
	if (o.leader_ends)
		pthread_exit(NULL);
	hold();
}
