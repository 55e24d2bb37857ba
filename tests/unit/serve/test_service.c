/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "user/serve/service.h"

/* In the place of probe.c and worker.c. */
struct ur_probe {
	uint64_t stat;
};
struct ur_worker {
	uint64_t dropped;
};

uint64_t ur_probe_stat(const struct ur_probe *p, unsigned int which)
{
	return p->stat + which;
}

bool ur_probe_missed(const struct ur_probe *p, uint64_t *ret)
{
	(void)p;
	*ret = 77;
	return true;
}

size_t ur_probe_hooks(const struct ur_probe *p, struct ur_hook *hooks, size_t max)
{
	static const enum ur_hook_state states[] = { UR_HOOK_FENTRY,  UR_HOOK_KPROBE,
						     UR_HOOK_WAITING, UR_HOOK_FAILED,
						     UR_HOOK_ABSENT,  UR_HOOK_TRACEPOINT };

	(void)p;
	assert_true(max >= 6);
	for (size_t i = 0; i < 6; i++)
		hooks[i] = (struct ur_hook){ .state = states[i] };
	return 6;
}

uint64_t ur_worker_dropped(const struct ur_worker *w)
{
	return w->dropped;
}

static const struct ur_probe probe = { 1000 };
static const struct ur_worker worker = { 5 };
static char text[1 << 16];

/* A port that nobody has, most likely: the kernel's choice of a moment ago. */
static uint16_t free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static uint16_t open_service(int log_fd, struct ur_service **ret)
{
	char where[32];

	for (int i = 0; i < 20; i++) {
		uint16_t port = free_port();

		snprintf(where, sizeof(where), "127.0.0.1:%u", port);
		if (!ur_service_open(where, log_fd, ret))
			return port;
	}
	fail_msg("no port");
	return 0;
}

static void get(uint16_t port, const char *path)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t n = 0;
	ssize_t r;

	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	n = (size_t)snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	assert_int_equal(send(fd, text, n, 0), n);
	n = 0;
	while ((r = recv(fd, text + n, sizeof(text) - 1 - n, 0)) > 0)
		n += (size_t)r;
	text[n] = '\0';
	close(fd);
}

static void has(const char *line)
{
	if (!strstr(text, line))
		fail_msg("no \"%s\" in:\n%s", line, text);
}

static void serves(void **state)
{
	struct ur_service *s = NULL;
	char said[256] = "";
	FILE *out = fmemopen(said, sizeof(said), "w");
	uint16_t port;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	port = open_service(fds[1], &s);
	ur_service_say(s, out);
	fclose(out);
	snprintf(text, sizeof(text), "unreach: serving http://127.0.0.1:%u/metrics\n", port);
	assert_string_equal(said, text);
	assert_int_equal(ur_service_start(s, &probe, &worker, false), 0);
	ur_outlet_put(ur_service_log(s), "{}\n", 3);
	get(port, "/metrics");
	has("\nunreach_decisions_total 2011\n"); /* two of them: 0 and 11 */
	has("\nunreach_lost_total{reason=\"queue-full\"} 5\n");
	has("\nunreach_programs_missed_total 77\n");
	has("\nunreach_hooks{state=\"attached\"} 3\n");
	has("\nunreach_hooks{state=\"failed\"} 1\n");
	has("\nunreach_drain_age_seconds 0.");
	if (strstr(text, "unreach_received_total") || strstr(text, "memory_bytes 0\n"))
		fail_msg("what nobody counts is in:\n%s", text);
	get(port, "/healthz");
	has("\r\n\r\nok\n");
	assert_int_equal(ur_service_stop(s), 0);
	assert_int_equal(read(fds[0], text, sizeof(text)), 3);
	ur_service_free(s);
	close(fds[0]);
	close(fds[1]);
}

/* The loop is stuck: 503, and nothing else stops. */
static void unhealthy(void **state)
{
	struct ur_service *s = NULL;
	uint16_t port = open_service(STDOUT_FILENO, &s);

	(void)state;
	assert_int_equal(ur_service_start(s, &probe, &worker, true), 0);
	ur_metrics_beat(ur_service_metrics(s), 1);
	get(port, "/healthz");
	has(" 503 ");
	get(port, "/metrics");
	has(" 200 ");
	has("\nunreach_received_total{delivery=");
	ur_service_beat(s);
	get(port, "/healthz");
	has(" 200 ");
	ur_service_free(s);
}

static void refused(void **state)
{
	struct ur_service *s = NULL, *again = NULL;
	uint16_t port = open_service(STDOUT_FILENO, &s);
	char where[32];

	(void)state;
	snprintf(where, sizeof(where), "127.0.0.1:%u", port);
	assert_int_equal(ur_service_open(where, STDOUT_FILENO, &again), -EADDRINUSE);
	assert_int_equal(ur_service_open("x", STDOUT_FILENO, &again), -EINVAL);
	assert_null(again);
	ur_service_free(s);
}

/* A service manager's socket, and what it heard. */
static int manager(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "ur-test-service-%d", getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&un,
			      offsetof(struct sockaddr_un, sun_path) + 1 + strlen(un.sun_path + 1)),
			 0);
	un.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", un.sun_path, 1);
	return fd;
}

static bool heard(int fd, const char *what)
{
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 && !strncmp(text, what, strlen(what));
}

static void watchdog(void **state)
{
	struct ur_service *s = NULL;
	int fd = manager();

	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(ur_service_interval(NULL), -1);
	ur_service_beat(NULL);
	assert_false(heard(fd, ""));
	setenv("WATCHDOG_USEC", "300000", 1);
	assert_int_equal(ur_service_interval(NULL), 150);
	ur_service_beat(NULL);
	assert_true(heard(fd, "WATCHDOG=1"));
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(ur_service_interval(NULL), 1000);
	open_service(STDOUT_FILENO, &s);
	assert_int_equal(ur_service_interval(s), 1000);
	assert_int_equal(ur_service_start(s, &probe, &worker, false), 0);
	assert_true(heard(fd, "WATCHDOG=1"));
	assert_true(heard(fd, "STATUS=2011 answers decided; http://127.0.0.1:"));
	ur_service_beat(s);
	assert_true(heard(fd, "WATCHDOG=1"));
	assert_false(heard(fd, "")); /* the status is told now and then only */
	/* A manager that reads nothing does not hold up the loop. */
	for (int i = 0; i < 5000; i++)
		ur_service_beat(s);
	ur_service_free(s);
	unsetenv("WATCHDOG_USEC");
	unsetenv("NOTIFY_SOCKET");
	close(fd);
}

static void none(void **state)
{
	(void)state;
	assert_null(ur_service_metrics(NULL));
	assert_null(ur_service_log(NULL));
	assert_int_equal(ur_service_start(NULL, &probe, &worker, false), 0);
	assert_int_equal(ur_service_stop(NULL), 0);
	ur_service_say(NULL, stdout);
	ur_service_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves),   cmocka_unit_test(unhealthy), cmocka_unit_test(refused),
		cmocka_unit_test(watchdog), cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
