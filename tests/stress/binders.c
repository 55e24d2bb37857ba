// SPDX-License-Identifier: GPL-2.0-only
/* binders - processes that open, change, pass on and lose UDP sockets, and say so.
 *
 * One manager keeps some workers alive. Each leads a random life: it opens sockets on a few
 * ports, connects them, binds them to devices, closes them, forks with them, asks a server
 * and stops waiting, and in the end exits, dies by a signal of its own, or is killed. All of
 * them are children of the manager (CLONE_PARENT), which kills and reaps.
 *
 * Log, by process P at TIME: "P TIME B OP ARGS" before an operation, "P TIME E RESULT" after
 * it, RESULT beginning with the errno. What needs no such pair has "P TIME N OP ARGS".
 */
#define _GNU_SOURCE
#include "life.h"

#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ALIVE_MAX 256

static const char help[] = "usage: binders LOG NETNS SEED FIRST-LAST WORKERS [options]\n"
			   "  --addr ADDR        to bind to\n"
			   "  --dev NAME         to bind to\n"
			   "  --peer ADDR/PORT   to connect to: one of the 16 ports from there on\n"
			   "  --ask ADDR/PORT    a server that answers\n"
			   "Until SIGTERM.\n";

static volatile pid_t *alive; /* shared by all; 0: free */
static int nworkers;
static volatile sig_atomic_t stop;

/* The child of @sys_fork has no more to do than to live. */
static pid_t fork_beside(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void enlist(void)
{
	for (int i = 0; i < ALIVE_MAX; i++)
		if (!alive[i] && __sync_bool_compare_and_swap(&alive[i], 0, getpid()))
			return;
}

/* A new process begins: it has a name, dice of its own, and often another user. */
static void be_born(pid_t parent, uint64_t seed)
{
	char comm[16];

	dice_seed(seed);
	signal(SIGTERM, SIG_DFL);
	enlist();
	snprintf(comm, sizeof(comm), "b%d", getpid() % 1000000);
	prctl(PR_SET_NAME, comm);
	if (chance(30) && !geteuid() && seteuid(10000 + roll(5)))
		die("seteuid");
	log_line("%d %lld N born %d %s", getpid(), now_ns(), parent, comm);
}

/* One more process holds all the sockets of this one. */
static void fork_one(int *ops)
{
	pid_t parent = getpid(), child;
	uint64_t seed = dice ^ now_ns();

	log_line("%d %lld B fork", parent, now_ns());
	child = fork_beside();
	if (!child) {
		be_born(parent, seed);
		*ops = 1 + roll(6);
		return;
	}
	log_line("%d %lld E %d %d", parent, now_ns(), child < 0 ? errno : 0, child);
}

/* How a worker ends that nobody kills. */
__attribute__((noreturn)) static void end_life(void)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGTERM, SIGKILL, SIGUSR1 };

	if (chance(35)) { /* close all, one by one */
		while (nheld)
			close_one(nheld - 1);
	} else if (chance(40)) {
		for (;;)
			pause();
	} else if (chance(30)) {
		log_line("%d %lld B die", getpid(), now_ns());
		raise(signals[roll(sizeof(signals) / sizeof(*signals))]);
	}
	log_line("%d %lld B exit", getpid(), now_ns());
	_exit(chance(50) ? 0 : roll(256));
}

__attribute__((noreturn)) static void live(void)
{
	int ops = 2 + roll(10);

	while (ops-- > 0) {
		unsigned int what = roll(100);

		if (what < 45)
			open_one();
		else if (what < 55)
			connect_one();
		else if (what < 60)
			disconnect_one();
		else if (what < 65)
			change_device();
		else if (what < 78)
			close_any();
		else if (what < 84)
			reopen_one();
		else if (what < 90)
			fork_one(&ops);
		else
			ask_server();
		rest();
	}
	end_life();
}

static void spawn(void)
{
	uint64_t seed = dice ^ now_ns();
	pid_t manager = getpid(), child;

	roll(2);
	log_line("%d %lld B fork", manager, now_ns());
	child = fork();
	if (!child) {
		be_born(manager, seed);
		live();
	}
	log_line("%d %lld E %d %d", manager, now_ns(), child < 0 ? errno : 0, child);
}

/* Returns true while there are children. */
static bool reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		log_line("%d %lld N reap %d %d", getpid(), now_ns(), pid, status);
		for (int i = 0; i < ALIVE_MAX; i++)
			if (alive[i] == pid)
				alive[i] = 0;
	}
	return pid == 0;
}

static int count_alive(void)
{
	int n = 0;

	for (int i = 0; i < ALIVE_MAX; i++)
		n += alive[i] != 0;
	return n;
}

/* Not reaped yet, so the number is still this process's. */
static void kill_one(pid_t pid, int sig)
{
	log_line("%d %lld B kill %d %d", getpid(), now_ns(), pid, sig);
	kill(pid, sig);
	log_line("%d %lld E 0", getpid(), now_ns());
}

static void kill_some(void)
{
	pid_t pid = alive[roll(ALIVE_MAX)];

	if (pid)
		kill_one(pid, chance(60) ? SIGKILL : SIGTERM);
}

static void kill_all(void)
{
	do {
		for (int i = 0; i < ALIVE_MAX; i++)
			if (alive[i])
				kill_one(alive[i], SIGKILL);
		usleep(2000);
	} while (reap());
}

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static void on_child(int sig)
{
	(void)sig;
}

static void take_options(int argc, char **argv)
{
	for (int i = 6; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--addr"))
			add_place(&addrs, to_addr(argv[i + 1], 0));
		else if (!strcmp(argv[i], "--peer"))
			add_place(&peers, to_addr_port("--peer", argv[i + 1]));
		else if (!strcmp(argv[i], "--ask"))
			add_place(&servers, to_addr_port("--ask", argv[i + 1]));
		else if (!strcmp(argv[i], "--dev") && ndevs < DEVS_MAX)
			devs[ndevs++] = argv[i + 1];
		else
			bad_usage("unknown option '%s'", argv[i]);
	}
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = {};
	sigset_t child, none;

	if (argc < 6)
		bad_usage("%s", help);
	log_open(argv[1]);
	dice_seed(to_number("SEED", argv[3], 0, 1 << 30));
	ports = to_ports(argv[4]);
	nworkers = to_number("WORKERS", argv[5], 1, ALIVE_MAX / 2);
	take_options(argc, argv);
	setrlimit(RLIMIT_CORE, &no_core);
	alive = mmap(NULL, ALIVE_MAX * sizeof(*alive), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (alive == MAP_FAILED)
		die("mmap");
	signal(SIGTERM, on_term);
	signal(SIGCHLD, on_child);
	log_line("%d %lld N netns %s %lu", getpid(), now_ns(), argv[2], own_netns());
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL); /* but while waiting */
	while (!stop) {
		const struct timespec tick = { .tv_nsec = (5 + roll(15)) * 1000000L };

		if (count_alive() < nworkers)
			spawn();
		kill_some();
		ppoll(NULL, 0, &tick, &none);
		reap();
	}
	kill_all();
	log_line("%d %lld N end", getpid(), now_ns());
	return 0;
}
