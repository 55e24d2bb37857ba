/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "user/serve/serve.h"

#define REPLY (1 << 20)

static struct ur_serve *serve;
static struct sockaddr_in at;
static bool healthy, broken;
static size_t padding;
static char reply[REPLY];

static int metrics(void *arg, enum ur_form form, char **text, size_t *len)
{
	(void)arg;
	if (broken)
		return -ENOMEM;
	*len = padding + 4;
	*text = malloc(*len + 1);
	memset(*text, '#', *len);
	memcpy(*text, form == UR_FORM_OPENMETRICS ? "open" : "text", 4);
	return 0;
}

static bool is_healthy(void *arg)
{
	(void)arg;
	return healthy;
}

static void start(unsigned int seconds)
{
	const struct ur_serve_opts opts = { metrics, is_healthy, NULL, seconds };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	at = (struct sockaddr_in){ .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(ur_serve_new(&fd, 1, &opts, &serve), 0);
	assert_int_equal(fd, -1);
}

static int up(void **state)
{
	(void)state;
	healthy = true;
	broken = false;
	padding = 0;
	start(0);
	return 0;
}

static int down(void **state)
{
	(void)state;
	ur_serve_free(serve);
	serve = NULL;
	return 0;
}

static int dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* All that comes until the server closes. */
static void hear(int fd)
{
	size_t n = 0;
	ssize_t r;

	while (n < sizeof(reply) - 1 && (r = recv(fd, reply + n, sizeof(reply) - 1 - n, 0)) > 0)
		n += (size_t)r;
	reply[n] = '\0';
	close(fd);
}

static void ask(const char *request)
{
	int fd = dial();

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	hear(fd);
}

static void get(const char *path)
{
	char request[256];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
	ask(request);
}

static void has(const char *part)
{
	if (!strstr(reply, part))
		fail_msg("no \"%s\" in:\n%s", part, reply);
}

static const char *body(void)
{
	const char *end = strstr(reply, "\r\n\r\n");

	return end ? end + 4 : "";
}

static void pages(void **state)
{
	(void)state;
	get("/metrics");
	has("HTTP/1.1 200 ");
	has("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	has("Connection: close\r\n");
	assert_string_equal(body(), "text");
	get("/metrics?name=x");
	assert_string_equal(body(), "text");
	ask("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n");
	has("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
	assert_string_equal(body(), "open");
	get("/");
	has("HTTP/1.1 200 ");
	has("/metrics");
	ask("GET /metrics HTTP/1.0\r\n\r\n");
	has(" 200 ");
	assert_string_equal(body(), "text");
}

static void health(void **state)
{
	static const char *const paths[] = { "/healthz", "/-/healthy", "/-/ready" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		healthy = true;
		get(paths[i]);
		has("HTTP/1.1 200 ");
		assert_string_equal(body(), "ok\n");
		healthy = false;
		get(paths[i]);
		has("HTTP/1.1 503 ");
	}
}

static void refusals(void **state)
{
	(void)state;
	get("/nope");
	has("HTTP/1.1 404 ");
	get("/metrics/");
	has("HTTP/1.1 404 ");
	ask("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
	has("HTTP/1.1 405 ");
	has("Allow: GET, HEAD\r\n");
	ask("DELETE /nope HTTP/1.1\r\nHost: x\r\n\r\n");
	has("HTTP/1.1 405 ");
	ask("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
	has("HTTP/1.1 405 ");
	ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	has("HTTP/1.1 200 ");
	has("Content-Length: 4\r\n");
	assert_string_equal(body(), "");
	broken = true;
	get("/metrics");
	has("HTTP/1.1 500 ");
}

/* More than a request may be: it is refused or cut off, and the next one is served. */
static void too_large(void **state)
{
	static char request[60000];
	int fd;

	(void)state;
	memset(request, 'a', sizeof(request));
	memcpy(request, "GET /", 5);
	fd = dial();
	(void)!send(fd, request, sizeof(request), MSG_NOSIGNAL);
	hear(fd);
	assert_null(strstr(reply, " 200 "));
	memcpy(request, "GET / HTTP/1.1\r\nX: ", 19);
	fd = dial();
	(void)!send(fd, request, sizeof(request), MSG_NOSIGNAL);
	hear(fd);
	assert_null(strstr(reply, " 200 "));
	ask("\r\n\r\n\x01\x02\xff garbage\r\n\r\n");
	assert_null(strstr(reply, " 200 "));
	get("/metrics");
	has(" 200 ");
}

/* Places taken by clients that send a byte now and then, which no limit on idleness ends, and
 * by some that don't read: who comes after them is served. */
static void slow(void **state)
{
	int fds[40];
	char byte;

	(void)state;
	down(NULL);
	padding = REPLY / 2;
	start(2);
	for (int i = 0; i < 40; i++) {
		fds[i] = dial();
		if (i % 2)
			assert_int_equal(send(fds[i], "GET /metrics HTTP/1.1\r\n\r\n", 25,
					      MSG_NOSIGNAL),
					 25);
	}
	for (int turn = 0; turn < 30; turn++) {
		for (int i = 0; i < 40; i += 2)
			(void)!send(fds[i], "G", 1, MSG_NOSIGNAL);
		poll(NULL, 0, 100);
	}
	get("/metrics");
	has(" 200 ");
	assert_int_equal(strlen(body()), padding + 4);
	/* The slow ones were ended, and have read no answer. */
	assert_in_range(recv(fds[0], &byte, 1, MSG_DONTWAIT) + 1, 0, 1);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
}

/* One that never ends does not hold up the end. */
static void ends(void **state)
{
	int fd;

	(void)state;
	fd = dial();
	assert_int_equal(send(fd, "GET", 3, MSG_NOSIGNAL), 3);
	poll(NULL, 0, 50);
	down(NULL);
	hear(fd);
	ur_serve_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages, up, down),
		cmocka_unit_test_setup_teardown(health, up, down),
		cmocka_unit_test_setup_teardown(refusals, up, down),
		cmocka_unit_test_setup_teardown(too_large, up, down),
		cmocka_unit_test_setup_teardown(slow, up, down),
		cmocka_unit_test_setup_teardown(ends, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
