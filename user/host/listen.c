/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/host/listen.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "user/base/cleanup.h"

#define BACKLOG 16

static bool read_port(const char *text, uint16_t *ret)
{
	unsigned long port = 0;
	const char *s = text;

	for (; isdigit((unsigned char)*s) && s - text < 6; s++)
		port = 10 * port + (unsigned long)(*s - '0');
	if (s == text || *s || !port || port > UINT16_MAX)
		return false;
	*ret = (uint16_t)port;
	return true;
}

static bool add4(struct ur_listen *l, const char *addr, uint16_t port)
{
	struct sockaddr_in *in = (void *)&l->at[l->n];

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	l->n++;
	return inet_pton(AF_INET, addr, &in->sin_addr) == 1;
}

static bool add6(struct ur_listen *l, const char *addr, uint16_t port)
{
	struct sockaddr_in6 *in = (void *)&l->at[l->n];

	in->sin6_family = AF_INET6;
	in->sin6_port = htons(port);
	l->n++;
	return inet_pton(AF_INET6, addr, &in->sin6_addr) == 1;
}

int ur_listen_parse(const char *text, struct ur_listen *ret)
{
	struct ur_listen l = {};
	const char *colon = strrchr(text, ':');
	char addr[INET6_ADDRSTRLEN] = "";
	size_t len = colon ? (size_t)(colon - text) : 0;
	uint16_t port;
	bool right;

	if (!read_port(colon ? colon + 1 : text, &port))
		return -EINVAL;
	if (!colon) {
		right = add4(&l, "127.0.0.1", port) && add6(&l, "::1", port);
	} else if (len > 2 && text[0] == '[' && text[len - 1] == ']' && len - 2 < sizeof(addr)) {
		memcpy(addr, text + 1, len - 2);
		right = add6(&l, addr, port);
	} else {
		memcpy(addr, text, len < sizeof(addr) ? len : 0);
		right = add4(&l, addr, port);
	}
	if (!right)
		return -EINVAL;
	*ret = l;
	return 0;
}

static int open_one(const struct sockaddr_storage *at)
{
	const socklen_t len = at->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
							 sizeof(struct sockaddr_in6);
	ur_cleanup(ur_closep) int fd =
		socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (at->ss_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    bind(fd, (const struct sockaddr *)at, len) || listen(fd, BACKLOG))
		return -errno;
	return ur_take_fd(&fd);
}

/* The host has no such family, or not on its loopback. */
static bool is_absent(int err)
{
	return err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL;
}

int ur_listen_open(const struct ur_listen *where, int fds[UR_LISTEN_MAX])
{
	int n = 0, absent = 0;

	for (size_t i = 0; i < where->n; i++) {
		int fd = open_one(&where->at[i]);

		if (fd >= 0) {
			fds[n++] = fd;
			continue;
		}
		absent = fd;
		if (is_absent(fd))
			continue;
		while (n)
			close(fds[--n]);
		return fd;
	}
	return n ?: absent;
}

void ur_listen_name(int fd, char text[UR_LISTEN_TEXT])
{
	struct sockaddr_storage at = {};
	const struct sockaddr_in *in = (void *)&at;
	const struct sockaddr_in6 *in6 = (void *)&at;
	socklen_t len = sizeof(at);
	char addr[INET6_ADDRSTRLEN];

	text[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&at, &len))
		return;
	if (at.ss_family == AF_INET && inet_ntop(AF_INET, &in->sin_addr, addr, sizeof(addr)))
		snprintf(text, UR_LISTEN_TEXT, "%s:%u", addr, ntohs(in->sin_port));
	else if (at.ss_family == AF_INET6 &&
		 inet_ntop(AF_INET6, &in6->sin6_addr, addr, sizeof(addr)))
		snprintf(text, UR_LISTEN_TEXT, "[%s]:%u", addr, ntohs(in6->sin6_port));
}
