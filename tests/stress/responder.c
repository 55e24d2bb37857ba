// SPDX-License-Identifier: GPL-2.0-only
/* responder - answer UDP requests, often after those who asked have stopped waiting.
 *
 * Log: as that of senders.
 */
#define _GNU_SOURCE
#include "stress.h"

#include <poll.h>

#define SERVICES_MAX 8
#define WAITING_MAX  512
#define LENGTHS      900

struct service {
	struct addr addr;
	int fd, port;
};

struct answer {
	long long due; /* 0: free */
	const struct service *from;
	struct addr to;
};

static struct service services[SERVICES_MAX];
static struct answer waiting[WAITING_MAX];
static int nservices;
static volatile sig_atomic_t stop;

static void take_service(const char *text)
{
	struct service *s = &services[nservices];

	if (nservices++ == SERVICES_MAX)
		bad_usage("too many services");
	s->addr = to_addr_port("ADDR/PORT", text);
	s->port = addr_port(&s->addr);
	s->fd = socket(s->addr.ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&s->addr.ss, s->addr.len))
		die("bind to %s", text);
}

/* Note whom to answer, at once or up to 300 ms later; more than can be kept get no answer. */
static void take_requests(const struct service *s)
{
	char buf[64];

	for (int i = 0; i < WAITING_MAX; i++) {
		struct answer *a = &waiting[i];

		if (a->due)
			continue;
		a->to.len = sizeof(a->to.ss);
		if (recvfrom(s->fd, buf, sizeof(buf), 0, (struct sockaddr *)&a->to.ss, &a->to.len) <
		    0)
			return;
		a->from = s;
		a->due = now_ns() + (chance(30) ? 0 : roll(300)) * 1000000LL;
	}
}

static void send_answer(struct answer *a)
{
	static char payload[LENGTHS];
	static unsigned int count;
	size_t n = ++count % LENGTHS;
	long long before = now_ns();
	ssize_t sent = sendto(a->from->fd, payload, n, 0, (struct sockaddr *)&a->to.ss, a->to.len);

	log_line("%lld %lld %d %s %d %s %d %zu %d", before, now_ns(), IPPROTO_UDP,
		 addr_host(&a->from->addr), a->from->port, addr_host(&a->to), addr_port(&a->to),
		 n + 8 + (a->to.ss.ss_family == AF_INET6 ? 40 : 20), sent < 0 ? errno : 0);
	a->due = 0;
}

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

int main(int argc, char **argv)
{
	struct pollfd fds[SERVICES_MAX];

	if (argc < 5)
		bad_usage("usage: responder LOG NETNS SEED ADDR/PORT...");
	log_open(argv[1]);
	dice_seed(to_number("SEED", argv[3], 0, 1 << 30));
	for (int i = 4; i < argc; i++)
		take_service(argv[i]);
	for (int i = 0; i < nservices; i++)
		fds[i] = (struct pollfd){ .fd = services[i].fd, .events = POLLIN };
	signal(SIGTERM, on_term);
	log_line("S %lld %s %lu %d %s", now_ns(), argv[2], own_netns(), getpid(),
		 program_invocation_short_name);
	while (!stop) {
		poll(fds, nservices, 5);
		for (int i = 0; i < nservices; i++)
			if (fds[i].revents)
				take_requests(&services[i]);
		for (int i = 0; i < WAITING_MAX; i++)
			if (waiting[i].due && waiting[i].due <= now_ns())
				send_answer(&waiting[i]);
	}
	return 0;
}
