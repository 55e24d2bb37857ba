/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* truth.h - shared by the small programs that make traffic and state what happened.
 *
 * Each prints JSON, one object per line, on standard output; complaints go to
 * standard error. Exit status: 0 done (whatever the network answered), 1 a call
 * failed that must not fail, 2 wrong usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* An IPv4 or IPv6 address with a port, ready for bind() and connect(). */
struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

__attribute__((noreturn, format(printf, 1, 2))) static inline void bad_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, ": %s\n", strerror(saved));
	va_end(ap);
	exit(1);
}

static inline long to_number(const char *what, const char *s, long min, long max)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || end == s || *end || v < min || v > max)
		bad_usage("%s: '%s' is no number from %ld to %ld", what, s, min, max);
	return v;
}

/* Seconds with a fraction ("0.05") to microseconds. */
static inline long to_usec(const char *what, const char *s)
{
	char *end;
	double v = strtod(s, &end);

	if (end == s || *end || v < 0 || v > 3600)
		bad_usage("%s: '%s' is no number of seconds", what, s);
	return (long)(v * 1e6);
}

/* The index of the device in "fe80::1%s0", 0 without one; cuts it off @host. */
static inline unsigned int take_scope(char *host)
{
	char *percent = strchr(host, '%');
	unsigned int index;

	if (!percent)
		return 0;
	*percent = '\0';
	index = if_nametoindex(percent + 1);
	if (!index)
		bad_usage("no device '%s'", percent + 1);
	return index;
}

static inline struct addr to_addr(const char *text, long port)
{
	struct addr a = {};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a.ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a.ss;
	char host[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE] = "";
	unsigned int scope;

	snprintf(host, sizeof(host), "%s", text);
	scope = take_scope(host);
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		a.len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		v6->sin6_scope_id = scope;
		a.len = sizeof(*v6);
	} else {
		bad_usage("'%s' is neither an IPv4 nor an IPv6 address", host);
	}
	return a;
}

/* "ADDR/PORT": a slash, because IPv6 addresses are full of colons. */
static inline struct addr to_addr_port(const char *what, const char *s)
{
	char host[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	const char *slash = strrchr(s, '/');

	if (!slash || (size_t)(slash - s) >= sizeof(host))
		bad_usage("%s: want ADDR/PORT, not '%s'", what, s);
	memcpy(host, s, slash - s);
	host[slash - s] = '\0';
	return to_addr(host, to_number(what, slash + 1, 0, 65535));
}

static inline const char *addr_host(const struct addr *a)
{
	static char buf[4][INET6_ADDRSTRLEN];
	static unsigned int next;
	char *out = buf[next++ % 4];

	if (a->ss.ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&a->ss)->sin_addr, out,
			  sizeof(buf[0]));
	else if (a->ss.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&a->ss)->sin6_addr, out,
			  sizeof(buf[0]));
	else
		strcpy(out, "none");
	return out;
}

static inline int addr_port(const struct addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

static inline void set_option(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("%s", what);
}

static inline int device_index(const char *dev)
{
	unsigned int index = if_nametoindex(dev);

	if (!index)
		die("device %s", dev);
	return (int)index;
}

static inline void set_device(int fd, const char *dev)
{
	if (dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, strlen(dev) + 1))
		die("SO_BINDTODEVICE %s", dev);
}

/* Print @s as a JSON string; a process name can hold any byte. */
static inline void put_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

/* The first line of every long-running program: from now on it counts. */
static inline void put_ready(const struct addr *local)
{
	char comm[17] = "";

	prctl(PR_GET_NAME, comm);
	printf("{\"ready\":true,\"pid\":%d,\"comm\":", getpid());
	put_string(comm);
	if (local)
		printf(",\"local\":\"%s\",\"port\":%d", addr_host(local), addr_port(local));
	puts("}");
	fflush(stdout);
}

static inline long long now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}
