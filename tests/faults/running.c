/* SPDX-License-Identifier: GPL-2.0-only */
/* running.c - makes calls of a running tracer fail, in a guest.
 *
 * One tracer runs on, and a round of packets is refused for each call that fails: to a closed
 * port, to one whose socket has just been closed, to a socket on another address, by a rule whose
 * text was not read yet, and in a namespace that is new. What it says of them may be less than
 * without a fault, but not wrong; none is lost without being counted; and it holds no more
 * descriptors than before. Where it ends, it says why, and is started again.
 *
 *   running ROUNDS   of each kind of call, evenly over those that a round takes
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/faults/faults.h"

#define FIRST_PORT 10000
#define PER_ROUND  5
#define TEXT_MAX   65536
#define ROUND_MS   4000
#define START_MS   120000

int unreach_main(int argc, char **argv);

static const char *const kinds[FAULT_KINDS] = { "memory", "descriptors", "system calls", "threads",
						"map and program calls" };

static struct shared {
	struct fault fault;
	char hit[FAULT_NAME_MAX];
} * shared;

static struct tracer {
	pid_t pid;
	int out; /* its standard output */
	char text[TEXT_MAX];
	size_t len;
	unsigned int sent, lines, fds, rounds;
} tracer;

static unsigned int injected[FAULT_KINDS], ended[FAULT_KINDS], less[FAULT_KINDS], wrong;
static uint16_t port = FIRST_PORT;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- the tracer ---- */

static void child(int out)
{
	static const char *const argv[] = {
		"unreach", "--json", "--all", "--ready-file", "/tmp/running.ready", NULL
	};

	if (dup2(out, 1) < 0 || !freopen("/tmp/running.stderr", "w", stderr) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(98);
	setvbuf(stderr, NULL, _IOLBF, 0);
	fault_at = &shared->fault;
	exit(unreach_main(5, (char **)argv));
}

static unsigned int descriptors(void)
{
	char path[64];
	unsigned int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", tracer.pid);
	dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void start(void)
{
	int p[2];

	unlink("/tmp/running.ready");
	if (pipe2(p, O_CLOEXEC))
		die("pipe2");
	fflush(NULL);
	tracer = (struct tracer){ .pid = fork(), .out = p[0] };
	if (!tracer.pid)
		child(p[1]);
	close(p[1]);
	for (int i = 0; i < START_MS / 50 && access("/tmp/running.ready", F_OK); i++)
		usleep(50000);
	if (access("/tmp/running.ready", F_OK))
		die("the tracer did not get ready");
}

static void complain(const char *what)
{
	printf("FAIL  %s %u (%s): %s\n", kinds[shared->fault.kind], shared->fault.nth, shared->hit,
	       what);
	wrong++;
}

/* Take what it has written, waiting @ms for more; false when that is all. */
static bool take(int ms)
{
	struct pollfd fd = { tracer.out, POLLIN, 0 };
	ssize_t n;

	if (poll(&fd, 1, ms) <= 0)
		return false;
	if (tracer.len > sizeof(tracer.text) / 2)
		tracer.len = 0; /* of earlier rounds */
	n = read(tracer.out, tracer.text + tracer.len, sizeof(tracer.text) - 1 - tracer.len);
	if (n <= 0)
		return false;
	for (ssize_t i = 0; i < n; i++)
		tracer.lines += tracer.text[tracer.len + (size_t)i] == '\n';
	tracer.len += (size_t)n;
	tracer.text[tracer.len] = '\0';
	return true;
}

/* Its totals: all that was refused was counted, and is told of or said to be without details. One
 * that ended by itself has named the line that it could not write, and saw no more from then on. */
static void check_totals(bool by_itself)
{
	FILE *f = fopen("/tmp/running.stderr", "r");
	unsigned int answers = 0, lost = 0, n;
	char line[1024], what[128];

	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "unreach: %u answers in", &answers);
		if (strstr(line, "without details") && sscanf(line, "%u", &n) == 1)
			lost += n;
	}
	if (f)
		fclose(f);
	snprintf(what, sizeof(what), "%u were refused, %u counted, %u told of, %u without details",
		 tracer.sent, answers, tracer.lines, lost);
	if (by_itself ? answers > tracer.sent || tracer.lines + lost + 1 < answers :
			answers != tracer.sent || tracer.lines + lost != answers)
		complain(what);
}

/* It has ended, or is told to. */
static void stop(int sig)
{
	char text[4096] = "";
	int status;
	char *why;
	FILE *f;

	if (sig)
		kill(tracer.pid, sig);
	while (take(START_MS))
		;
	if (waitpid(tracer.pid, &status, 0) != tracer.pid)
		die("waitpid");
	f = fopen("/tmp/running.stderr", "r");
	if (f)
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0', fclose(f);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		complain("it broke");
	else if (WEXITSTATUS(status) == 1 && !strstr(text, "unreach: "))
		complain("status 1, and it does not say why");
	else
		check_totals(!sig);
	if (!sig) { /* for those who read the log: how it ended */
		why = strstr(text, "unreach: writing") ?: strstr(text, "unreach: following");
		printf("      %s %u (%s): %.*s\n", kinds[shared->fault.kind], shared->fault.nth,
		       shared->hit, (int)strcspn(why ?: "", "\n"), why ?: "");
	}
	close(tracer.out);
}

/* ---- a round ---- */

static void send_to(uint16_t to)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(to) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || sendto(fd, "x", 1, 0, (void *)&a, sizeof(a)) != 1)
		die("sendto");
	close(fd);
}

static int listen_on(uint32_t address, uint16_t on)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(on) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(address);
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	return fd;
}

/* @anew: by a module that has gone and comes again. */
static void reject(uint16_t on, bool anew)
{
	FILE *nft;

	if (anew && system("nft delete table ip running\n"
			   "for i in $(seq 50); do\n"
			   "modprobe -r nft_reject_ipv4 && exit; sleep .1; done; exit 1") != 0)
		die("modprobe");
	nft = popen("nft -f -", "w");
	if (!nft)
		die("nft");
	fprintf(nft,
		"table ip running\ndelete table ip running\ntable ip running { chain in {\n"
		"type filter hook input priority 0; udp dport %u reject\n}; }\n",
		on);
	if (pclose(nft))
		die("nft");
}

/* In a namespace of its own, which stays until the round is over. */
static pid_t send_elsewhere(uint16_t to)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	pid_t pid;
	int fd;

	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET))
		die("unshare");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		die("lo");
	send_to(to);
	pause();
	_exit(0);
}

static const char *const causes[PER_ROUND] = { "socket.none", "socket.address", "socket.closed",
					       "rule.nft", "socket.none" };

/* The line about port @at, NULL when there is none yet. */
static char *line_of(uint16_t at)
{
	char key[32], *found, *from;

	snprintf(key, sizeof(key), "\"dport\":%u,", at);
	found = strstr(tracer.text, key);
	if (!found || !strchr(found, '\n'))
		return NULL;
	for (from = found; from > tracer.text && from[-1] != '\n'; from--)
		;
	return from;
}

static unsigned int told(void)
{
	unsigned int n = 0;

	for (int i = 0; i < PER_ROUND; i++)
		n += line_of((uint16_t)(port + i)) != NULL;
	return n;
}

/* Returns whether all of it was told of, and proven. */
static bool judge_lines(void)
{
	bool all = true;

	for (int i = 0; i < PER_ROUND; i++) {
		char *line = line_of((uint16_t)(port + i)), cause[64], what[2048];

		snprintf(cause, sizeof(cause), "\"cause\":\"%s\",\"confidence\":\"proven\"",
			 causes[i]);
		all &= line && strstr(line, cause) && strstr(line, cause) < strchr(line, '\n');
		if (!line)
			continue;
		snprintf(what, sizeof(what), "%.*s", (int)strcspn(line, "\n"), line);
		if (strstr(what, "\"confidence\":\"proven\"") && !strstr(what, cause))
			complain(what);
	}
	return all;
}

static void traffic(void)
{
	int kept = listen_on(INADDR_LOOPBACK + 1, port + 1);
	pid_t other;

	close(listen_on(INADDR_LOOPBACK, port + 2));
	reject(port + 3, shared->fault.kind == FAULT_BPF);
	send_to(port);
	send_to(port + 1);
	send_to(port + 2);
	send_to(port + 3);
	other = send_elsewhere(port + 4);
	tracer.sent += PER_ROUND;
	for (int waited = 0; told() < PER_ROUND && waited < ROUND_MS; waited += 100)
		if (!take(100) && kill(tracer.pid, 0))
			break;
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(kept);
}

/* One round, in which the @nth call of @kind fails, if there are so many. The number of calls that
 * it took is in *@calls. Returns whether all was told of, and proven. */
static bool round_with(enum fault_kind kind, unsigned int nth, unsigned int *calls)
{
	siginfo_t info = {};
	bool hit, all;

	tracer.len = 0;
	tracer.text[0] = '\0';
	shared->hit[0] = '\0';
	shared->fault = (struct fault){ .kind = kind, .nth = nth, .error = EPERM };
	__atomic_store_n(&shared->fault.hit, shared->hit, __ATOMIC_SEQ_CST);
	traffic();
	__atomic_store_n(&shared->fault.hit, NULL, __ATOMIC_SEQ_CST);
	*calls = shared->fault.calls;
	tracer.rounds++;
	hit = shared->hit[0];
	all = judge_lines();
	injected[kind] += hit;
	less[kind] += hit && !all;
	port = port > 60000 ? FIRST_PORT : (uint16_t)(port + PER_ROUND);
	if (!waitid(P_PID, (id_t)tracer.pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid) {
		ended[kind]++;
		stop(0);
		start();
		tracer.fds = 0;
	}
	return all;
}

/* What has failed once works again, with a module that comes again at the latest; what that one
 * rejects first may come before its hooks. */
static void recover(enum fault_kind kind)
{
	unsigned int calls;

	round_with(kind, UINT32_MAX, &calls);
	for (int i = 0; i < 5; i++)
		if (round_with(FAULT_CALL, UINT32_MAX, &calls))
			return;
	shared->fault.kind = kind;
	complain("it tells of less ever after");
}

/* Evenly over the calls that a round takes: some of them each takes, some those only that find
 * nothing kept from before. */
static void each_kind(enum fault_kind kind, unsigned int rounds)
{
	unsigned int calls = 0, most;

	for (int i = 0; i < 2; i++) /* what is read once is read */
		round_with(kind, UINT32_MAX, &calls);
	tracer.fds = descriptors();
	for (unsigned int i = 0; i < rounds && i < calls; i++) {
		round_with(kind, 1 + (calls > rounds ? i * calls / rounds : i), &most);
		if (!shared->hit[0] && tracer.rounds) /* it took fewer this time, and lives */
			calls = most;
	}
	recover(kind);
	if (tracer.fds && descriptors() > tracer.fds + 2)
		complain("it holds more descriptors than before");
	printf("| %s | %u of %u in a round | %u | %u |\n", kinds[kind], injected[kind], calls,
	       ended[kind], less[kind]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const unsigned int rounds = argc > 1 ? (unsigned int)atoi(argv[1]) : 20;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		die("mmap");
	start();
	printf("| fault while it runs | injected | ended with a message | told of less |\n"
	       "| --- | ---: | ---: | ---: |\n");
	for (int kind = 0; kind < FAULT_KINDS; kind++)
		each_kind(kind, rounds);
	stop(SIGTERM);
	printf("%s  running: %u were wrong\n", wrong ? "FAIL" : "ok  ", wrong);
	return wrong ? 1 : 0;
}
