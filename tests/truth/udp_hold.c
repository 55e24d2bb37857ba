// SPDX-License-Identifier: GPL-2.0-only
/* udp_hold - a UDP socket that nobody reads, held in an unusual way. First it says who holds
 * it: {"holders":[PID,...]}.
 */
#define _GNU_SOURCE
#include "options.h"
#include "udp.h"

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
	const struct opt opts[] = { OPT_NUMBER("fork", &o->forks, 1, 100),
				    OPT_FLAG("pass", &o->pass),
				    OPT_FLAG("thread", &o->thread),
				    OPT_FLAG("leader-ends", &o->leader_ends),
				    {} };

	o->local = take_addr(take_options(argc, argv, opts, 2, help), 1);
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

/* In the child: take it, and say so with a byte. */
static void take_descriptor(int over)
{
	prctl(PR_SET_NAME, "udp_taker");
	receive_socket(over);
	if (write(over, "", 1) != 1)
		die("say so");
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
	pass_socket(over[0], fd);
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
